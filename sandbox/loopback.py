"""The stand-ins serve this machine alone: where they listen, and whom they answer.

They know no passwords, so everybody who reaches them may play anybody. Loopback keeps other machines out. A web page
that a browser on this machine shows could still reach them; two checks keep it out: the name that it asked for must
be this machine's own (a page's own name may be made to lead here), and what changes anything must not come from
another origin.
"""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_READING = ("GET", "HEAD")


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine itself: ``localhost`` or a loopback address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def require_loopback(host: str) -> str:
    """``host``, if nobody but this machine reaches what listens there. Raises ``ValueError``; there is no way round."""
    if not is_loopback(host):
        raise ValueError(
            f"The sandbox only listens on this machine, and {host or 'every address'} is more than that: it lets in "
            "whoever reaches it. Use 127.0.0.1."
        )
    return host


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses what another machine, another name or another origin sent."""
    if not (is_loopback(request.remote or "") and _is_ours(f"//{request.host}")):
        return web.json_response({"ok": False, "error": "The sandbox only serves this machine."}, status=403)
    origin = request.headers.get("Origin")
    if origin is not None and request.method not in _READING and not _same(origin, request.host):
        return web.json_response({"ok": False, "error": "Another page must not do this."}, status=403)
    return await handler(request)


def _is_ours(address: str) -> bool:
    try:
        return is_loopback(urlsplit(address).hostname or "")
    except ValueError:
        return False


def _same(origin: str, host: str) -> bool:
    return _is_ours(origin) and urlsplit(origin).netloc.lower() == host.lower()
