"""One seed: so many days of the town, of the people who look after it, and of everything that goes down."""

import asyncio
import time as clocks
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random

from bot.domain.policy import Policy
from bot.store.audit_check import verify
from bot.store.contacts import Contact
from sandbox.clock import Clock
from sandbox.company import Company
from sandbox.syncro.server import Shape
from soak.checks import Broken, Checks
from soak.house import ZONE, Bot, House, house
from soak.people import People
from soak.policies import BILLING, edited, first_policy
from soak.town import Town, settle

FIRST_DAY = date(2026, 1, 5)
_BUILD, _SWEEP, _EVENING = time(9, 5), time(10, 5), time(18)


@dataclass
class Figures:
    """What a seed did. ``broken`` says what did not hold, and is empty when everything did."""

    seed: int
    shape: str
    days: int = 0
    seconds: float = 0.0
    sent: Counter[str] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)
    broken: str = ""


@dataclass
class Outages:
    """What is down, and until when."""

    random: Random
    until: dict[str, datetime] = field(default_factory=dict)

    def begin(self, now: datetime) -> list[str]:
        """What goes down this morning: for hours mostly, the bot sometimes for weeks."""
        lengths = {"bot": (3, 30, 24 * 20 + 5), "slack": (3, 5, 30), "syncro": (3, 5, 52)}
        fallen = [one for one in lengths if one not in self.until and self.random.random() < 1 / 25]
        for one in fallen:
            self.until[one] = now + timedelta(hours=self.random.choice(lengths[one]))
        return fallen

    def down(self, now: datetime) -> frozenset[str]:
        """What is down at this moment."""
        self.until = {one: until for one, until in self.until.items() if until > now}
        return frozenset(self.until)


class Years:
    """Drives one seed. The bot does what is due in ``_tick``: whatever its schedule comes to do, it does there."""

    def __init__(self, seed: int, customers: int, opened: House) -> None:
        self._random = Random(seed)
        self._house = opened
        self._town = Town(opened.company, self._random)
        self._people = People(opened, self._town, self._random)
        self._outages = Outages(self._random)
        self._checks = Checks(opened)
        self._policy: Policy = first_policy(customers)
        self._digests_seen = 0
        self.sent: Counter[str] = Counter()
        self.happened: Counter[str] = Counter()

    async def run(self, days: int) -> None:
        """Lives so many days. Raises ``Broken``."""
        self._town.open_book()
        for number in range(days):
            await self._day(FIRST_DAY + timedelta(days=number))
        self.happened += self._town.happened + self._people.did
        bot = await self._one_bot()
        problems = (await bot.context.lane.read(partial(verify, bot.context.audit))).problems
        if problems:
            raise Broken(f"the audit does not verify: {problems[0]}")

    async def _day(self, day: date) -> None:
        self._house.move_to(day, time(7))
        self._town.live()
        for one in self._outages.begin(self._house.clock.now()):
            self.happened[f"{one} down"] += 1
        if self._random.random() < 1 / 60:
            self._policy = edited(self._policy, self._random)
            self.happened["policies"] += 1
            await self._house.close_bots()
        if not self._down():
            await self._people.morning(await self._one_bot())
        calm = True
        for at in (_BUILD, _SWEEP, _EVENING):
            self._house.move_to(day, at)
            up, meddled = await self._tick(at)
            calm &= up and not meddled
            if up:
                await self._between(at)
        if up:
            await self._checks.after_day(await self._one_bot(), calm)
            self.happened["days looked at"] += 1
        self._digest_posted_once()

    async def _between(self, at: time) -> None:
        """What people do after the build, and after what was sent."""
        bot = await self._one_bot()
        if at == _BUILD:
            await self._people.after_build(bot)
        elif at == _SWEEP:
            await self._people.at_desk(bot)
            self._count(await self._checks.after_posting(bot))

    async def _tick(self, at: time) -> tuple[bool, bool]:
        """What is due is done, by one process or two, perhaps twice; whether all was up, and anybody paid meanwhile."""
        down = self._down()
        if "bot" in down:
            await self._house.close_bots()
            return False, False
        if "slack" in down:
            self._house.break_slack()
        if "syncro" in down:
            self._house.break_syncro()
        bot = await self._one_bot()
        meddled = 0
        if at == _SWEEP and not down and self._random.random() < 1 / 6:
            meddled = await self._pay_between(bot)
        if self._random.random() < 1 / 12:
            self.happened["double runs"] += 1
            other = await self._house.bot(self._policy)
            await asyncio.gather(bot.schedule.tick_now(), other.schedule.tick_now())
            if not down:
                await bot.sweep.run(again=True)
                await bot.outbox.deliver_due()
        else:
            await bot.schedule.tick_now()
        self._count(await self._checks.after_posting(bot))
        return not down, meddled > 0

    async def _pay_between(self, bot: Bot) -> int:
        """The sweep has decided, and somebody pays before the outbox posts."""
        await bot.sweep.run()
        meddled = self._town.meddle()
        self.happened["paid in between"] += meddled
        return meddled

    def _down(self) -> frozenset[str]:
        """What is down by now; all else answers."""
        self._house.mend()
        return self._outages.down(self._house.clock.now())

    def _count(self, sent: Sequence[Contact]) -> None:
        self.sent.update(f"{one.track}: {one.level}" for one in sent)

    def _digest_posted_once(self) -> None:
        """A working day has at most one new digest."""
        posted = [one for one in self._house.slack.in_channel(BILLING) if "Northwind IT, " in one["text"]]
        if len(posted) > self._digests_seen + 1:
            raise Broken(f"{self._house.today}: two digests on one day")
        self.happened["digests"] += len(posted) - self._digests_seen
        self._digests_seen = len(posted)

    async def _one_bot(self) -> Bot:
        """The bot, started if it was down; of two the second one stops."""
        while len(self._house.bots) > 1:
            await self._house.bots.pop().close()
        return self._house.bots[0] if self._house.bots else await self._house.bot(self._policy)


async def live(seed: int, days: int, customers: int, shape: Shape, folder: Path) -> Figures:
    """Runs one seed in a folder."""
    began = clocks.perf_counter()
    clock = Clock(datetime.combine(FIRST_DAY, time(6), ZONE).astimezone(UTC))
    company = Company(clock)
    settle(company, customers)
    figures = Figures(seed, shape, days)
    async with house(company, clock, shape, folder) as opened:
        years = Years(seed, customers, opened)
        try:
            await years.run(days)
        except Broken as broken:
            figures.broken = str(broken)
        figures.sent, figures.happened = years.sent, years.happened
    figures.seconds = clocks.perf_counter() - began
    return figures
