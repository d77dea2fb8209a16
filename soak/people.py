"""Those who look after the customers: the clerk notes what they say and mails, the boss lets out and starts."""

from collections import Counter
from datetime import timedelta
from random import Random

from bot.domain.errors import DuebotError
from bot.domain.facts import HoldDraft
from bot.domain.holds import HoldKind
from bot.domain.roles import Person
from bot.store import holds, waiting
from bot.use_cases.customer_holds import KINDS
from bot.use_cases.invoices import Submission
from soak.house import Bot, House
from soak.town import Town

_CLERK, _BOSS = Person("U0CLERK", "Casey Lindqvist"), Person("U0BOSS", "Bo Castellanos")
_NOTED = (HoldKind.DISPUTE, HoldKind.PROMISE, HoldKind.SAYS_PAID, HoldKind.SNOOZE)


class People:
    """What they do, by chance. ``did`` counts it."""

    def __init__(self, house: House, town: Town, random: Random) -> None:
        self._house = house
        self._town = town
        self._random = random
        self._forms = 0
        self.did: Counter[str] = Counter()

    async def morning(self, bot: Bot) -> None:
        """Before anything is built: calls that came, holds that are over, sending started when it is off."""
        for invoice in self._town.owed:
            if self._chance(1 / 150):
                await self._note(bot, str(invoice.id))
        for customer_id in self._house.company.customers:
            if self._chance(1 / 2000):
                await self._note_all(bot, str(customer_id))
        for held in (await bot.context.lane.read(holds.all_open)).values():
            for one in held:
                if self._chance(1 / 15):
                    await bot.holds.end(_CLERK, one.id, "It is over.")
        if not (await bot.chasing.automatics.state()).on and self._chance(1 / 4):
            await bot.chasing.automatics.start(_BOSS)
            self.did["starts of sending"] += 1

    async def after_build(self, bot: Bot) -> None:
        """Proposals are let out, skipped, or left for another day."""
        _, found = await bot.proposals.waiting("soak")
        for one in found:
            if self._chance(1 / 3):
                await bot.proposals.approve(_BOSS, one.id)
                self.did["approved"] += 1
            elif self._chance(1 / 10):
                await bot.proposals.skip(_BOSS, one.id, "They are about to pay.")
                self.did["skipped"] += 1

    async def at_desk(self, bot: Bot) -> None:
        """On working days: mails that Syncro can't send are sent by hand, or tomorrow; what stands no more is not."""
        if not bot.context.calendar.is_business_day(self._house.today):
            return
        for task in await bot.context.lane.read(waiting.tasks):
            if self._chance(1 / 2):
                try:
                    await bot.tasks.mail(_CLERK, task.id)
                    await bot.tasks.done(_CLERK, task.id)
                    self.did["mailed by hand"] += 1
                except DuebotError:
                    self.did["mails withdrawn"] += 1

    async def _note(self, bot: Bot, invoice_id: str) -> None:
        """What is said of one invoice."""
        kind = self._random.choice(_NOTED)
        try:
            await bot.holds.place(self._form(), kind, invoice_id, self._draft())
            self.did[f"{kind.value} noted"] += 1
        except DuebotError:
            self.did["holds refused"] += 1

    async def _note_all(self, bot: Bot, customer_id: str) -> None:
        """What is said of all that a customer owes."""
        kind = self._random.choice(KINDS)
        try:
            await bot.customer_holds.place(self._form(), kind, customer_id, self._draft())
            self.did[f"{kind.value} noted of a customer"] += 1
        except DuebotError:
            self.did["holds refused"] += 1

    def _form(self) -> Submission:
        self._forms += 1
        return Submission(_CLERK, f"form{self._forms}", "")

    def _draft(self) -> HoldDraft:
        until = self._house.today + timedelta(days=self._random.randint(1, 20))
        return HoldDraft(until.isoformat(), "", "Robin", "as they said on the phone")

    def _chance(self, likely: float) -> bool:
        return self._random.random() < likely
