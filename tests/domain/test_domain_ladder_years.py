"""Simulated years: a company's customers pay, dispute and promise at random while the bot has outages and runs twice.

What must hold is checked on every day for every contact. The seeds are few here, so that the suite stays quick.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

import pytest
from domain_samples import policy

from bot.domain.calendar import BusinessCalendar
from bot.domain.contacts import ContactNow, Decisions, PastContact, Reason
from bot.domain.holds import Hold, HoldKind
from bot.domain.invoice import Customer, Invoice, Status
from bot.domain.ladder import decide_customer
from bot.domain.sending import Sending

DAYS, CUSTOMERS = 400, 30
START = date(2026, 1, 5)
HOLIDAYS = frozenset({date(2026, 1, 19), date(2026, 7, 3), date(2026, 12, 25)})
CALENDAR = BusinessCalendar(is_holiday=HOLIDAYS.__contains__)
POLICY = policy()
LADDER = POLICY.ladder
STEPS = [level.name for level in LADDER.levels if level.track == "customer" and level.days >= 0]
#: Reasons for which nobody is told although a level is due; all others must mean that none is.
WAITING = frozenset(
    {
        Reason.TOO_SOON,
        Reason.RECENT_PAYMENT,
        Reason.NOT_BUSINESS_DAY,
        Reason.BELOW_MINIMUM,
        Reason.CREDIT_COVERS_IT,
        Reason.MAXIMUM_REACHED,
        Reason.AWAITING_APPROVAL,
        Reason.LISTED,
    }
)


@dataclass
class Account:
    """One simulated customer: what they owe, what they were told, and what holds it."""

    customer: Customer
    invoices: dict[str, Invoice] = field(default_factory=dict)
    contacts: list[PastContact] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    last_payment: date | None = None

    def decide(self, today: date) -> Decisions:
        return decide_customer(
            self.customer,
            list(self.invoices.values()),
            self.contacts,
            POLICY,
            CALENDAR,
            today,
            holds=self.holds,
            last_payment=self.last_payment,
            sending=Sending(automatic=True),
        )

    def live(self, random: Random, today: date) -> None:
        """A day of the customer's own doings."""
        if random.random() < 0.06:
            self._bill(random, today)
        for invoice in list(self.invoices.values()):
            if invoice.unpaid and random.random() < 0.02:
                self._pay(random, invoice, today)
        open_ones = [one for one in self.invoices.values() if one.unpaid]
        if open_ones and random.random() < 0.02:
            kind = random.choice(list(HoldKind)[:4])
            until = today + timedelta(days=random.randint(1, 20))
            named = random.choice(open_ones).id
            self.holds.append(Hold(f"{named}-{today}", kind, self.customer.id, (named,), until))
        if self.holds and random.random() < 0.1:
            self.holds.pop(0)

    def _bill(self, random: Random, today: date) -> None:
        id = f"{int(self.customer.id) * 1000 + len(self.invoices)}"
        amount = random.choice([1500, 20000, 99900, -30000])
        self.invoices[id] = Invoice(
            id=id,
            number=f"INV-{id}",
            customer_id=self.customer.id,
            customer_name=self.customer.name,
            date=today,
            due_date=today + timedelta(days=random.choice([0, 14, 30])),
            status=Status.SENT,
            subtotal=amount,
            tax=0,
            total=amount,
            balance=random.choice([amount, amount, amount, None]),
            currency=random.choice(["USD", "USD", "CAD"]),
        )

    def _pay(self, random: Random, invoice: Invoice, today: date) -> None:
        part = random.random() < 0.3 and (invoice.balance or 0) > 200
        self.last_payment = today
        self.invoices[invoice.id] = (
            replace(invoice, balance=(invoice.balance or 0) // 2, status=Status.PARTIAL)
            if part
            else replace(invoice, balance=0, status=Status.PAID)
        )


def run(seed: int) -> list[tuple[date, ContactNow]]:
    """The simulation; every contact that was made, in order. What must hold of a day is asserted on that day."""
    random = Random(seed)
    accounts = [
        Account(Customer(str(n), f"Fictional {n}", f"office{n}@fictional.example"))
        for n in range(1, CUSTOMERS + 1)
    ]
    made: list[tuple[date, ContactNow]] = []
    outage = 0
    for number in range(DAYS):
        today = START + timedelta(days=number)
        outage = max(outage - 1, 0) or (random.randint(2, 25) if random.random() < 0.02 else 0)
        for account in accounts:
            account.live(random, today)
            for _ in range(0 if outage else random.choice([1, 1, 2])):
                made += [(today, contact) for contact in _day(random, account, today)]
    return made


def _day(random: Random, account: Account, today: date) -> list[ContactNow]:
    decisions = account.decide(today)
    going: list[ContactNow] = []
    for contact in (*decisions.contacts, *decisions.proposals):
        if contact in decisions.proposals and not (
            random.random() < 0.3 and _may_go(account, contact, today)
        ):
            continue
        _check_contact(account, contact, today)
        account.contacts.append(contact.as_past(today))
        going.append(contact)
    _check_reasons(account, decisions, today)
    return going


def _may_go(account: Account, one: ContactNow, today: date) -> bool:
    """What an approved contact still waits for on its day of sending: a business day, and the customer's pace."""
    if one.track == "internal" or not CALENDAR.is_business_day(today):
        return CALENDAR.is_business_day(today)
    since = [
        (today - said.on).days
        for said in account.contacts
        if said.track == "customer" and said.level_days >= 0
    ]
    paid = account.last_payment is not None and (today - account.last_payment).days <= 3
    return not paid and min(since, default=99) >= LADDER.min_days_between_contacts


def _check_contact(account: Account, contact: ContactNow, today: date) -> None:
    assert CALENDAR.is_business_day(today)
    assert contact.total >= LADDER.min_amount
    for item in contact.listed:
        invoice = account.invoices[item.invoice.id]
        assert invoice.unpaid
        assert (invoice.balance or 0) > 0
        assert invoice.currency == contact.currency
        assert not any(hold.covers(invoice.id) and hold.stands(today, CALENDAR) for hold in account.holds)
    if contact.track == "internal" or contact.level.days < 0:
        return
    said = [one for one in account.contacts if one.track == "customer" and one.level_days >= 0]
    mine = [one for one in said if one.carrying_invoice_id == contact.carrying.id]
    assert contact.level.name not in [one.level for one in mine], "a level twice in a cycle"
    assert len(mine) < LADDER.max_contacts
    heard = [STEPS.index(one.level) for one in said if any(id == contact.carrying.id for id, _ in one.listed)]
    assert STEPS.index(contact.level.name) <= max(heard, default=-1) + 1, "more than one level at a time"
    assert contact.level.name != "final notice" or heard, "a first contact with a final notice"
    assert all((today - one.on).days >= LADDER.min_days_between_contacts for one in said)


def _check_reasons(account: Account, decisions: Decisions, today: date) -> None:
    """Nobody whose level is due is forgotten: there is a contact, or a reason to wait."""
    for invoice in account.invoices.values():
        told = decisions.reasons(invoice.id)
        assert set(told) == {"customer", "internal"}
        assert all(one.sentence for one in told.values())
        held = any(hold.covers(invoice.id) and hold.stands(today, CALENDAR) for hold in account.holds)
        if not invoice.overdue(today) or (invoice.balance or 0) <= 0 or held:
            continue
        unheard = not any(
            one.track == "customer" and one.level_days >= 0 and invoice.id in dict(one.listed)
            for one in account.contacts
        )
        if unheard:
            assert told["customer"].reason in WAITING, told["customer"]


@pytest.mark.parametrize("seed", range(3))
def test_a_simulated_year_never_chases_wrongly_twice_or_silently_not_at_all(seed: int) -> None:
    made = run(seed)
    kinds = Counter((contact.track, contact.level.name) for _, contact in made)
    assert kinds["customer", "friendly"] > 50
    assert kinds["customer", "final notice"] > 0
    assert kinds["internal", "call"] > 10
    days: dict[str, list[date]] = defaultdict(list)
    for today, contact in made:
        if contact.track == "customer" and contact.level.days >= 0:
            days[contact.customer_id].append(today)
    assert all(len(found) == len(set(found)) for found in days.values()), "two contacts on one day"
