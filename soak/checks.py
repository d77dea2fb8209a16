"""What must hold on every day, asked of the company's books and the bot's ledger. None of it asks the ladder."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.domain.aging import bucket_of
from bot.domain.facts import AgingTotals
from bot.domain.holds import Hold, HoldKind
from bot.domain.policy import Level, Policy
from bot.store import contacts, holds, mirror
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.use_cases.collections import Row
from sandbox.company import Company
from sandbox.company.records import Invoice as Billed
from soak.house import Bot, House
from soak.policies import DAYS

#: Reasons that say that no level is due. Where one is, none of them may be given.
_NONE_DUE = frozenset(
    {
        "not_yet_due",
        "level_not_due",
        "level_already_heard",
        "ladder_finished",
        "nothing_owed",
        "paid",
        "void",
        "draft",
        "no_due_date",
        "balance_unknown",
    }
)
_NUMBER = re.compile(r"INV-\d{4}-\d+")
_HELD = frozenset({"dispute", "promise", "says_paid", "snooze"})
_COUNTS = frozenset({"claimed", "sent", "unknown"})


class Broken(AssertionError):
    """Something that must always hold did not."""


class Ledger:
    """The contacts as they were last looked at, and the open holds. Only what has changed is read again."""

    def __init__(self) -> None:
        self.contacts: dict[str, Contact] = {}
        self.holds: Mapping[str, Sequence[Hold]] = {}

    def look(self, tx: Tx) -> list[Contact]:
        """Reads what is new; the contacts that have been sent since the last look."""
        stages = {row["id"]: row["stage"] for row in tx.all("SELECT id, stage FROM contact")}
        changed = [
            id for id, stage in stages.items() if id not in self.contacts or self.contacts[id].stage != stage
        ]
        read = [one for id in changed if (one := contacts.get(tx, id)) is not None]
        self.contacts |= {one.id: one for one in read}
        self.holds = holds.all_open(tx)
        return [one for one in read if one.stage == "sent"]

    def made(self) -> dict[str, list[Contact]]:
        """Those that count, by customer. A mail that its owner has yet to send does not."""
        found: dict[str, list[Contact]] = defaultdict(list)
        for contact in self.contacts.values():
            if contact.stage in _COUNTS and not contact.is_task:
                found[contact.customer_id].append(contact)
        return found


class Checks:
    """Raises ``Broken`` with the day and what was wrong."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._ledger = Ledger()
        self._emails_seen = 0

    @property
    def company(self) -> Company:
        """The truth."""
        return self._house.company

    async def after_posting(self, bot: Bot) -> list[Contact]:
        """What was just sent was right at this moment; the contacts that were."""
        fresh = await bot.context.lane.read(self._ledger.look)
        made = self._ledger.made()
        for contact in fresh:
            self._was_owed(contact, bot)
            others = [one for one in made[contact.customer_id] if one.id != contact.id]
            earlier = [one for one in others if one.created_at <= contact.created_at]
            self._no_level_twice(contact, earlier)
            if contact.track == "customer":
                self._may_be_written_to(contact, bot)
            if contact.track == "customer" and DAYS[contact.level] >= 0:
                self._step_by_step(contact, earlier, bot.context.policy)
        self._emails()
        return fresh

    async def after_day(self, bot: Bot, calm: bool) -> None:
        """The copy is the truth, everything unpaid has its reasons, and the digest's sums are right.

        ``calm``: everything was up and nothing changed since the sweep, so that nobody may still be waiting.
        """
        unpaid = await bot.context.lane.read(mirror.unpaid)
        truth = {str(one.id): one for one in self.company.invoices.values() if self._is_unpaid(one)}
        self._require({one.id for one in unpaid} == set(truth), "the copy has other unpaid invoices")
        for one in unpaid:
            owed = self.company.balance(truth[one.id])
            self._require(
                one.balance in (owed, None), f"{one.number} owes {owed}, the copy says {one.balance}"
            )
        unknown = {one.id for one in unpaid if one.balance is None}
        await self._sums(bot, truth, unknown)
        rows = (await bot.sweep.dry_run()).rows
        self._reasons(truth, rows)
        await bot.context.lane.read(self._ledger.look)
        self._nobody_forgotten(bot, truth, rows, calm)
        if calm and bot.context.calendar.is_business_day(self._house.today):
            over = [
                one
                for held in self._ledger.holds.values()
                for one in held
                if not one.stands(self._house.today, bot.context.calendar)
            ]
            self._require(not over, f"holds whose time is over are still open: {over[:1]}")

    # ---- a contact -----------------------------------------------------------------------------------------

    def _was_owed(self, contact: Contact, bot: Bot) -> None:
        said = bot.context.policy.customers.get(contact.customer_id)
        self._require(said is None or (said.ladder and not said.auto_pay), "policy excludes this customer")
        for listed in contact.invoices:
            billed = self.company.invoices.get(int(listed.invoice_id))
            self._require(billed is not None, f"{listed.number} is not in Syncro")
            assert billed is not None
            balance = self.company.balance(billed)
            self._require(balance > 0, f"{listed.number} was chased and owes {balance}")
            self._require(balance == listed.balance, f"{listed.number} was chased for another amount")
            late = (self._house.today - billed.due_date).days if billed.due_date else None
            self._require(late == listed.days_past_due, f"{listed.number} is {late} days late, not as told")
            self._require(str(billed.customer_id) == contact.customer_id, "another customer's invoice")
            standing = [
                one.kind.value
                for one in self._ledger.holds.get(contact.customer_id, ())
                if one.covers(listed.invoice_id) and one.stands(self._house.today, bot.context.calendar)
            ]
            self._require(not _HELD & set(standing), f"{listed.number} was chased despite {standing}")
        self._require(bot.context.calendar.is_business_day(self._house.today), "sent on a day off")

    def _may_be_written_to(self, contact: Contact, bot: Bot) -> None:
        known = self.company.customers[int(contact.customer_id)]
        flags = (known.opt_out, known.no_email, known.disabled)
        self._require(not any(flags), f"{known.called} was written to and does not want it: {flags}")
        left_alone = [
            one.id
            for one in self._ledger.holds.get(contact.customer_id, ())
            if one.kind is HoldKind.DO_NOT_CONTACT and one.stands(self._house.today, bot.context.calendar)
        ]
        self._require(not left_alone, f"{known.called} was written to and is not to be contacted")

    def _no_level_twice(self, contact: Contact, earlier: Sequence[Contact]) -> None:
        twice = [one for one in earlier if _cycle(one) == _cycle(contact) and one.level == contact.level]
        self._require(not twice, f"level {contact.level} twice for {contact.carrying_invoice_id}")

    def _step_by_step(self, contact: Contact, earlier: Sequence[Contact], policy: Policy) -> None:
        emails = [one for one in earlier if one.track == "customer" and DAYS[one.level] >= 0]
        on = date.fromisoformat(contact.as_of)
        least = policy.ladder.min_days_between_contacts
        near = [one for one in emails if (on - date.fromisoformat(one.as_of)).days < least]
        self._require(not near, f"less than {least} days between {near[:1]} and {contact}")
        steps = sorted(
            level.days for level in policy.ladder.levels if level.track == "customer" and level.days >= 0
        )
        heard = _heard(contact.carrying_invoice_id, emails, "customer")
        above = [days for days in steps if days > heard]
        self._require(bool(above) and DAYS[contact.level] <= above[0], "more than one level at a time")

    def _emails(self) -> None:
        """Syncro has sent what the ledger says, to that customer alone, and about nobody else's invoices."""
        emails = self.company.emails
        told = [one for one in self._ledger.contacts.values() if one.track == "customer" and _by_syncro(one)]
        sent = sum(one.stage == "sent" for one in told)
        self._require(
            sent <= len(emails) <= sent + sum(one.stage in ("claimed", "unknown") for one in told),
            f"Syncro has sent {len(emails)} emails, the ledger knows {sent}",
        )
        mine = {one.number: one.customer_id for one in self.company.invoices.values()}
        for email in emails[self._emails_seen :]:
            billed = self.company.invoices.get(email.invoice_id)
            if billed is None:
                continue
            customer = self.company.customers[billed.customer_id]
            self._require(email.to == (customer.email,), f"an email went to {email.to}")
            named = {mine.get(number) for number in _NUMBER.findall(f"{email.subject} {email.message}")}
            self._require(named <= {customer.id}, "an email names another customer's invoice")
        self._emails_seen = len(emails)

    # ---- a day ---------------------------------------------------------------------------------------------

    async def _sums(self, bot: Bot, truth: Mapping[str, Billed], unknown: set[str]) -> None:
        told = await bot.overdue.digest_facts(self._house.today)
        by_currency: dict[str, list[tuple[str, Billed]]] = defaultdict(list)
        for id, one in truth.items():
            by_currency[bot.context.policy.currency_of(str(one.customer_id))].append((id, one))
        for totals in told.totals:
            self._currency_sums(totals, by_currency.pop(totals.currency, []), unknown)
        self._require(not by_currency, f"no totals of {', '.join(by_currency)}")

    def _currency_sums(
        self, totals: AgingTotals, owed: Sequence[tuple[str, Billed]], unknown: set[str]
    ) -> None:
        balances = {id: self.company.balance(one) for id, one in owed if id not in unknown}
        counts, amounts = [0] * len(totals.buckets), [0] * len(totals.buckets)
        for id, one in owed:
            if balances.get(id, 0) > 0:
                late = (self._house.today - one.due_date).days if one.due_date else None
                counts[bucket_of(late)] += 1
                amounts[bucket_of(late)] += balances[id]
        credits = [-one for one in balances.values() if one < 0]
        told = ([one.count for one in totals.buckets], [one.amount for one in totals.buckets])
        self._require(told == (counts, amounts), f"buckets {told} should be {(counts, amounts)}")
        self._require(totals.credit == sum(credits), "credits are not shown apart")
        number = sum(counts) + totals.unknown_count + len(credits)
        self._require(number == len(owed), f"{number} invoices are told of, {len(owed)} are unpaid")

    def _reasons(self, truth: Mapping[str, Billed], rows: Sequence[Row]) -> None:
        told = {(row.invoice.id, row.track) for row in rows if row.reason and row.sentence}
        wanted = {(id, track) for id in truth for track in ("customer", "internal")}
        self._require(told == wanted and len(rows) == len(wanted), "an unpaid invoice has no reason")

    def _nobody_forgotten(
        self, bot: Bot, truth: Mapping[str, Billed], rows: Sequence[Row], calm: bool
    ) -> None:
        today, calendar, made = self._house.today, bot.context.calendar, self._ledger.made()
        for row in rows:
            billed, id = truth[row.invoice.id], row.invoice.id
            if row.invoice.balance is None or self.company.balance(billed) <= 0 or billed.due_date is None:
                continue
            mine = self._ledger.holds.get(str(billed.customer_id), ())
            holding = {one.kind.value for one in mine if one.covers(id) and one.stands(today, calendar)}
            if holding & _HELD:
                self._require(row.reason in holding, f"{row.invoice.number} is held by {holding}: {row}")
                continue
            due = _level_due(bot.context.policy.ladder.levels, row.track, (today - billed.due_date).days)
            heard = _heard(id, made[str(billed.customer_id)], row.track)
            if due is not None and due > heard:
                self._require(row.reason not in _NONE_DUE, f"{row.invoice.number} is forgotten: {row}")
                waiting = calm and row.track == "internal" and row.reason == "listed"
                self._require(not waiting, f"{row.invoice.number} should have been told of today: {row}")

    def _is_unpaid(self, one: Billed) -> bool:
        return self.company.status(one) in ("sent", "viewed", "partial")

    def _require(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise Broken(f"{self._house.today}: {otherwise}")


def _by_syncro(contact: Contact) -> bool:
    """Whether Syncro sends it; a mail that its owner sends has a delivery to them alone."""
    return any(one.audience == "customer" for one in contact.deliveries)


def _cycle(contact: Contact) -> tuple[str, ...]:
    return (
        contact.customer_id,
        contact.currency,
        contact.track,
        contact.carrying_invoice_id,
        str(contact.repeat),
    )


def _heard(invoice_id: str, made: Iterable[Contact], track: str) -> int:
    """Days of the highest level that an invoice has heard: of what listed it, and no more than its own age allowed."""
    levels = [
        min(DAYS[contact.level], listed.level_days)
        for contact in made
        if contact.track == track
        for listed in contact.invoices
        if listed.invoice_id == invoice_id
    ]
    return max(levels, default=-10_000)


def _level_due(levels: Iterable[Level], track: str, late: int) -> int | None:
    """Days of the highest level from the due date on that is due and needs no approval.."""
    due = [
        level.days
        for level in levels
        if level.track == track and 0 <= level.days <= late and not level.approval
    ]
    return max(due, default=None) if late > 0 else None
