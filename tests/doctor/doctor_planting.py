"""What can be wrong with an installation, one thing at a time: how it is planted, and what must be said of it."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.slack.workspace import Group

Plant = Callable[[Any], object]


@dataclass(frozen=True)
class Planted:
    """``plant`` makes a sound bench unsound; of its findings ``check`` alone is not ok, says so and names the cure.

    ``skips`` are the checks that must say that they couldn't be looked at.
    """

    what: str
    plant: Plant
    check: str
    says: str
    cure: str
    state: str = "fail"
    shape: str = "guide"
    skips: tuple[str, ...] = ()


def env(**changes: str | None) -> Plant:
    return lambda bench: bench.env.update(changes)


def policy(old: str, new: str) -> Plant:
    return lambda bench: bench.policy(old, new)


def slack_fails(method: str, kind: str) -> Plant:
    return lambda bench: bench.stage.slack.faults.add(method, kind, times=9)


def syncro_fails(match: str, kind: str, **how: Any) -> Plant:
    return lambda bench: bench.stage.syncro.faults.add(match, kind, times=None, **how)


def lacks(permission: str) -> Plant:
    return lambda bench: bench.stage.syncro.permissions.take(permission)


def without_scope(scope: str) -> Plant:
    return lambda bench: bench.stage.slack.catalog.scopes.remove(scope)


def both(*plants: Plant) -> Plant:
    return lambda bench: [plant(bench) for plant in plants]


def at_syncro(address: str) -> Plant:
    """``address`` with PORT in place of the stand-in's."""

    def plant(bench: Any) -> None:
        port = str(bench.env["SYNCRO_BASE_URL"]).split(":")[2].split("/")[0]
        bench.env["SYNCRO_BASE_URL"] = address.replace("PORT", port)

    return plant


def group(users: list[str], disabled: bool = False) -> Plant:
    def plant(bench: Any) -> None:
        bench.stage.slack.workspace.groups["S0TECHS"] = Group("S0TECHS", "techs", "Techs", users, disabled)

    return plant


def digest_in(channel: str) -> Plant:
    return policy("channel: C0BILLING", f"channel: {channel}")


def database(statement: str, marked: int = 0x44756562) -> Plant:
    def plant(bench: Any) -> None:
        path = bench.folder / "duebot.db"
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA application_id = {marked}")
        connection.executescript(statement)
        connection.close()
        path.chmod(0o600)

    return plant


def empty_account(bench: Any) -> None:
    bench.stage.syncro.company.invoices.clear()


BOT_NOWHERE = ("Slack scopes", "people", "user groups", "second person", "channels")
SYNCRO_NOWHERE = ("Syncro shape", "reading from Syncro", "writing to Syncro")
ROLES = "approvers: [U0BOSS, S0FINANCE], collectors: [U0CLERK, U0DANA]"
UNTOLD = "syncro: {own_reminders: off, late_fees: off}"
