"""Why an address can't be reached: found out by dialling it step by step."""

import asyncio
import contextlib
import socket
import ssl
from urllib.parse import urlsplit

_SECONDS = 4.0


async def why_unreachable(address: str, setting: str) -> tuple[str, str]:
    """A clause about what stands between here and ``address``, and a cure that names ``setting``."""
    parts = urlsplit(address)
    host, tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    try:
        async with asyncio.timeout(_SECONDS):
            await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        return (
            f"the name server doesn't say where {host} is",
            "Check this machine's name server (DNS) and its network.",
        )
    except (OSError, UnicodeError):
        return (
            f"no host is called {host}",
            f"Check {setting} for a typo, and this machine's name server (DNS).",
        )
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=tls)
    except ssl.SSLCertVerificationError as error:
        return (
            f"the certificate of {host} is not trusted ({error.verify_message})",
            f"Check the host in {setting} and this machine's clock. If a proxy here opens TLS, let this machine "
            "trust its certificate.",
        )
    except ssl.SSLError:
        return f"{host}:{port} doesn't speak TLS", f"Check the host and port in {setting}."
    except ConnectionRefusedError:
        return f"nothing listens on {host}:{port}", f"Check the host and port in {setting}."
    except TimeoutError:
        return (
            f"{host}:{port} doesn't answer",
            f"Let the firewall pass connections from this machine to {host}:{port}.",
        )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return f"{host}:{port} can't be reached ({reason})", "Check this machine's network."
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return (
        f"{host}:{port} can be dialled, but requests don't get through",
        "Check HTTPS_PROXY and NO_PROXY in the environment, and run duebot doctor again.",
    )
