"""Late fees: which past-due invoice gets which fee today, and why another gets none (docs/late-fees.md).

A pure function of facts. A fee follows its level's contact with the customer, is of what is open without the fees
before it, and is never proposed twice. Amounts are minor units of the invoice's currency; dates are the business's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.invoice import Invoice
from bot.domain.ladder_case import Case
from bot.domain.ladder_stops import policy_stop
from bot.domain.money import from_minor, round_minor, say_money
from bot.domain.policy import Level, Policy

#: The invoice's id, and the level's name.
FeeKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PastFee:
    """A fee of the ledger. ``amount`` is what of it stands on the invoice; ``settled``: nothing about it is open."""

    invoice_id: str
    level: str
    amount: int
    settled: bool


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee to propose: ``amount``, of ``base``. ``contacted_on`` is the day of the level's contact."""

    invoice: Invoice
    level: Level
    contacted_on: date
    base: int
    amount: int

    @property
    def key(self) -> FeeKey:
        """What it is proposed for, once and for ever."""
        return (self.invoice.id, self.level.name)


def fee_levels(policy: Policy) -> tuple[Level, ...]:
    """The levels that add a fee, by days; none unless Syncro is declared to add none itself."""
    if policy.syncro_late_fees is not False:
        return ()
    return tuple(
        sorted(
            (
                one
                for one in policy.ladder.levels
                if one.track == "customer" and one.days > 0 and _has_fee(one)
            ),
            key=lambda level: level.days,
        )
    )


def _has_fee(level: Level) -> bool:
    return level.late_fee_amount is not None or level.late_fee_percent is not None


def decide_fees(case: Case, past: Sequence[PastFee]) -> Mapping[FeeKey, Fee | str]:
    """For each invoice of ``case`` and each level whose contact told of it: the fee of today, or why there is none.

    ``past`` are the fees of the ledger that count (not those withdrawn or refused); what was proposed for them
    before has no entry. An invoice gets one fee at a time, the lowest level's first.
    """
    bases = _bases(case, past)
    done = {(one.invoice_id, one.level) for one in past}
    unsettled = {one.invoice_id for one in past if not one.settled}
    found: dict[FeeKey, Fee | str] = {}
    for invoice in case.invoices:
        busy = invoice.id in unsettled
        for level in fee_levels(case.policy):
            told = _told_on(case, invoice, level)
            if told is None or (invoice.id, level.name) in done:
                continue
            if busy:
                found[(invoice.id, level.name)] = "Another late fee of this invoice comes first."
                continue
            decided = _fee(case, invoice, level, told, bases.get(invoice.id, 0))
            found[(invoice.id, level.name)] = decided
            busy = isinstance(decided, Fee)
    return found


def _told_on(case: Case, invoice: Invoice, level: Level) -> date | None:
    """The first day on which the customer was sent this level with the invoice in it, old enough for it itself."""
    return min(
        (
            contact.on
            for contact in case.contacts
            if (contact.track, contact.stage, contact.level) == ("customer", "sent", level.name)
            for id, own_level in contact.listed
            if id == invoice.id and own_level >= level.days
        ),
        default=None,
    )


def _bases(case: Case, past: Sequence[PastFee]) -> dict[str, int]:
    """What a fee would be of: the balance less earlier fees, and less the customer's credit, oldest invoice first.

    A payment counts for the invoice before it counts for a fee.
    """
    left = case.credit
    found: dict[str, int] = {}
    for invoice in case.past_due:
        fees = sum(one.amount for one in past if one.invoice_id == invoice.id)
        own = max(0, (invoice.balance or 0) - fees)
        covered = min(left, own)
        left -= covered
        found[invoice.id] = own - covered
    return found


def _fee(case: Case, invoice: Invoice, level: Level, told: date, base: int) -> Fee | str:
    held = case.held.get(invoice.id) or policy_stop(case.customer.id, case.policy) or case.no_contact
    if held is not None:
        return held.sentence
    if not invoice.overdue(case.today):
        return "It is not past due."
    if base <= 0:
        return "Nothing is open on it but late fees, or credit covers it."
    minimum, business = case.policy.ladder.min_amount, case.policy.business.currency
    if from_minor(base, invoice.currency) < from_minor(minimum, business):
        return f"{say_money(base, invoice.currency)} is below the minimum of {say_money(minimum, business)}."
    amount = fee_amount(level, base, invoice.currency, business)
    return Fee(invoice, level, told, base, amount) if amount > 0 else "The fee would be nothing."


def fee_amount(level: Level, base: int, currency: str, business: str) -> int:
    """The level's fee of ``base``. Percents are rounded half up; an amount is taken unit for unit in any currency."""
    if level.late_fee_percent is not None:
        return round_minor(from_minor(base, currency) * level.late_fee_percent.scaleb(-2), currency)
    return round_minor(from_minor(level.late_fee_amount or 0, business), currency)
