"""Whether a guest reads along is found out with few calls, however many people a channel has."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.slack.client import Slack
from bot.slack.directory import Directory
from sandbox.clock import Clock
from sandbox.slack.server import SlackSandbox
from sandbox.slack.workspace import TEAM_ID, Channel, User


@dataclass
class Seconds:
    """A clock that only the test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Town:
    """The stand-in with a channel of 150 members, and a directory that reads it."""

    sandbox: SlackSandbox
    directory: Directory
    seconds: Seconds

    @property
    def everybody(self) -> Channel:
        return self.sandbox.workspace.channels["C0TOWN"]

    def enter(self, user: User) -> None:
        self.sandbox.workspace.users[user.id] = user
        self.everybody.members.append(user.id)

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.sandbox.calls)

    async def shared(self) -> bool:
        return (await self.directory.channel("C0TOWN")).shared


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    sandbox = SlackSandbox(Clock(datetime(2026, 3, 10, 14, tzinfo=UTC)))
    sandbox.workspace.channels["C0TOWN"] = Channel("C0TOWN", "town")
    await sandbox.start()
    slack, seconds = Slack.connect(sandbox.bot_token, sandbox.api_url), Seconds()
    opened = Town(sandbox, Directory(slack, TEAM_ID, seconds), seconds)
    for number in range(150):
        opened.enter(User(f"U1P{number:03}", f"person{number}", f"Person {number}"))
    yield opened
    await slack.close()
    await sandbox.stop()


async def test_a_large_channel_costs_a_few_calls(town: Town) -> None:
    for _ in range(3):
        assert not await town.shared()
    assert (town.calls("users.list"), town.calls("users.info")) == (1, 0)


@pytest.mark.parametrize(
    "user",
    [
        User("U2GUEST", "gil", "Gil Marsh", is_restricted=True),
        User("U2SINGLE", "sol", "Sol Marsh", is_ultra_restricted=True),
        User("U2OTHER", "otis", "Otis Marsh", team_id="T0OTHER"),
    ],
    ids=lambda user: user.id,
)
async def test_one_outsider_among_many_is_found(town: Town, user: User) -> None:
    for number in range(150):
        town.enter(User(f"U3P{number:03}", f"other{number}", f"Other {number}"))
    town.enter(user)
    assert await town.shared()
    assert (town.calls("users.list"), town.calls("users.info")) == (2, 0), "the second page was read"


async def test_who_is_not_on_the_list_is_looked_up(town: Town) -> None:
    assert not await town.shared()
    town.enter(User("U2LATER", "lia", "Lia Marsh"))
    assert not await town.shared()
    town.enter(User("U2GUEST", "gil", "Gil Marsh", is_restricted=True))
    assert await town.shared()
    assert (town.calls("users.list"), town.calls("users.info")) == (1, 2)


async def test_whom_slack_does_not_know_counts_as_an_outsider(town: Town) -> None:
    town.everybody.members.append("U2NOBODY")
    assert await town.shared()


async def test_who_became_a_guest_is_found_within_five_minutes(town: Town) -> None:
    assert not await town.shared()
    town.sandbox.workspace.users["U1P149"].is_restricted = True
    town.seconds.now += 301
    assert await town.shared()


@pytest.mark.parametrize("code", ["missing_scope", "unknown_method"])
async def test_without_the_list_each_is_looked_up(town: Town, code: str) -> None:
    town.sandbox.faults.add("users.list", f"error:{code}", times=9)
    assert not await town.shared()
    assert town.calls("users.info") == 150
    town.enter(User("U2GUEST", "gil", "Gil Marsh", is_restricted=True))
    assert await town.shared()
    assert town.calls("users.list") == 1, "the refusal is remembered too"
