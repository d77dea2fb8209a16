"""Where the bot listens: whether the address is this machine's, free or the bot's own, and how Slack gets there."""

import asyncio
import errno
import socket

import httpx

from bot.config import Settings
from bot.doctor.finding import Finding, fail, ok, warn

_CHECK = "address"
_SECONDS = 2.0
_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - recognized here, not listened on


async def look_at_address(settings: Settings) -> Finding:
    """Takes the port for a blink to see that it is free; where it isn't, asks whether a bot answers there."""
    host, port = settings.host, settings.port
    where = f"{host}:{port}" if port else f"a free port of {host}"
    try:
        await asyncio.to_thread(_take, host, port)
    except (OSError, UnicodeError) as error:
        match getattr(error, "errno", None):
            case errno.EADDRINUSE if await _a_bot_answers(host, port):
                where = f"{where}, where a bot is running"
            case errno.EADDRINUSE:
                return fail(
                    _CHECK,
                    f"another program listens on {where}",
                    "Stop it, or set DUEBOT_PORT to a free port.",
                )
            case errno.EACCES:
                return fail(
                    _CHECK,
                    f"this user may not listen on {where}",
                    "Set DUEBOT_PORT to a port above 1023.",
                )
            case _:
                return fail(
                    _CHECK,
                    f"{host} is no address of this machine",
                    "Set DUEBOT_HOST to 127.0.0.1, or to an address that this machine has.",
                )
    if settings.socket_mode:
        return ok(_CHECK, f"{where}, for /healthz, /readyz and /metrics")
    if settings.listens_locally:
        return ok(_CHECK, f"{where}; your https proxy must pass POST /slack/events on to it")
    return warn(
        _CHECK,
        f"{where} is plain HTTP, open to other machines; Slack itself only calls https",
        "Put an https proxy in front that passes POST /slack/events on, and nothing else. If it runs on this "
        "machine, set DUEBOT_HOST to 127.0.0.1.",
    )


def _take(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(address)


async def _a_bot_answers(host: str, port: int) -> bool:
    near = "127.0.0.1" if host in _ANYWHERE else host
    shown = f"[{near}]" if ":" in near else near
    async with httpx.AsyncClient(trust_env=False, timeout=_SECONDS) as http:
        try:
            return bool((await http.get(f"http://{shown}:{port}/healthz")).json() == {"ok": True})
        except (httpx.HTTPError, ValueError):
            return False
