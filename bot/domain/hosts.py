"""Names and numbers of machines."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine itself: ``localhost`` or a loopback address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
