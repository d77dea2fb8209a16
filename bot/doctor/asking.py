"""Asking Slack and Syncro without waiting for ever, and what it means to an operator when they don't answer."""

import asyncio
import re
from collections.abc import Awaitable, Sequence

from bot.doctor.finding import Finding, fail, skipped, warn
from bot.domain.errors import (
    DuebotError,
    SlackLimited,
    SlackRefused,
    SyncroLimited,
    SyncroMissing,
    SyncroRefused,
    SyncroUnauthorized,
)

#: Seconds for one step. Slack and Syncro are looked at side by side, each in three steps at most, so that all of it
#: ends within some twenty.
DEADLINE = 5.0
_AGAIN = "Run duebot doctor again in a minute"


async def ask(whom: str, check: str, looking: Awaitable[Sequence[Finding]]) -> Sequence[Finding]:
    """What ``looking`` finds by asking ``whom`` (Slack or Syncro), or why nothing could be found. Never raises."""
    try:
        async with asyncio.timeout(DEADLINE):
            return await looking
    except TimeoutError:
        return [
            warn(
                check,
                f"{whom} took longer than {DEADLINE:.0f} seconds, so this couldn't be looked at",
                f"{_AGAIN}. If it stays, check the network between this machine and {whom}.",
            )
        ]
    except DuebotError as error:
        return [trouble(whom, check, error)]
    except Exception as error:  # noqa: BLE001 - an answer may be anything; the other checks still have to be told
        return [
            fail(
                check,
                f"what {whom} answers makes no sense to Duebot ({type(error).__name__})",
                f"Check that the address is {whom}'s. If it is, please report this.",
            )
        ]


def trouble(whom: str, check: str, error: DuebotError) -> Finding:
    """An error as a finding. Nothing of what the other side said is shown but codes: it may hold anything."""
    match error:
        case SlackLimited() | SyncroLimited():
            return warn(check, f"{whom} asks for a pause, so this couldn't be looked at", f"{_AGAIN}.")
        case SlackRefused(code="missing_scope"):
            return skipped(check, "the token lacks a scope for it")
        case SlackRefused():
            return fail(
                check,
                f"Slack refuses to tell ({said(error.code)})",
                f"{_AGAIN}. If it stays, look up that word in Slack's API documentation.",
            )
        case SyncroUnauthorized() | SyncroRefused(status=403):
            return fail(
                check, "Syncro refuses it", "Check what the key may do in Syncro under Admin, API Tokens."
            )
        case SyncroMissing():
            return fail(
                check, "this account's API has no such page (404)", "Ask Syncro whether the account has it."
            )
        case SyncroRefused():
            return fail(check, f"Syncro refuses it ({error.status})", f"{_AGAIN}. If it stays, ask Syncro.")
        case _:
            return fail(
                check,
                f"no readable answer came from {whom}",
                f"{_AGAIN}. If it stays, look at {whom}'s status page.",
            )


def said(code: str) -> str:
    """Slack's word for an error; anything else that stands in its place is not repeated."""
    return code if re.fullmatch(r"[a-z_]{1,50}", code) else "an unknown error"
