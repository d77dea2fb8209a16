"""One payment over several invoices as it was understood, and how far it is by the journal."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from bot.domain.allocation import OpenInvoice
from bot.domain.facts import SpreadOutcome, SpreadShare
from bot.domain.invoice import Customer
from bot.store import approvals, operations
from bot.store.lane import Lane, Tx
from bot.store.operations import Operation
from bot.use_cases.ending import is_amiss
from bot.use_cases.journal import write_key

#: The kind of the outbox item that tells how far such a payment came.
SPREAD = "payment.spread"
#: What a payment's request says besides invoice and amount.
DETAILS = ("method", "reference", "date", "notes")


@dataclass(frozen=True, slots=True)
class PlannedShare:
    """What one invoice gets, in minor units. ``place`` is where it stands in the form, from 1: the step in its key."""

    invoice_id: str
    number: str
    place: int
    amount: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A payment over several invoices. ``form`` is the root view of its form, or the request that was approved.

    ``details`` are those that ``DETAILS`` names, as a payment's request has them.
    """

    form: str
    actor_id: str
    customer_id: str
    customer_name: str
    currency: str
    details: dict[str, object]
    shares: tuple[PlannedShare, ...]

    @property
    def amount(self) -> int:
        """All of it."""
        return sum(share.amount for share in self.shares)

    def key(self, share: PlannedShare) -> str:
        """The key of a share's write."""
        return share_key(self.form, share.invoice_id, share.place)

    def pairs(self) -> list[list[object]]:
        """Which invoice gets how much: what each of its operations keeps of the whole."""
        return [[share.invoice_id, share.amount] for share in self.shares]

    def to_json(self) -> dict[str, Any]:
        """A value for the store."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The plan that ``to_json`` wrote."""
        return cls(**{**value, "shares": tuple(PlannedShare(**share) for share in value["shares"])})


def share_key(form: str, invoice_id: str, place: int) -> str:
    """The key of a share's write: of this invoice at this place of the form, whatever it gets."""
    return write_key(form, "payment", invoice_id, place)


def attempts(tx: Tx, form: str, invoices: Sequence[OpenInvoice]) -> tuple[Operation, ...]:
    """A form's last attempt at each invoice that it has tried. ``invoices`` are all that it offers, in its order."""
    last = (last_attempt(tx, share_key(form, one.id, place)) for place, one in enumerate(invoices, 1))
    return tuple(one for one in last if one is not None)


def last_attempt(tx: Tx, base_key: str) -> Operation | None:
    """The last attempt at a share."""
    return next(reversed(operations.attempts(tx, base_key)), None)


def plan_of(operation: Operation, customer: Customer, invoices: Sequence[OpenInvoice]) -> Plan:
    """The whole payment of which an operation is a share."""
    request = operation.request
    shares: Mapping[str, int] = dict(request["shares"])
    return Plan(
        form=request["form"],
        actor_id=operation.actor_id,
        customer_id=customer.id,
        customer_name=customer.name,
        currency=request["currency"],
        details={name: request[name] for name in DETAILS},
        shares=tuple(
            PlannedShare(one.id, one.number, place, shares[one.id])
            for place, one in enumerate(invoices, 1)
            if one.id in shares
        ),
    )


async def outcome_of(lane: Lane, plan: Plan) -> SpreadOutcome:
    """How far a payment is."""

    def read(tx: Tx) -> tuple[SpreadShare, ...]:
        return tuple(_share(share, last_attempt(tx, plan.key(share))) for share in plan.shares)

    return SpreadOutcome(
        customer_name=plan.customer_name,
        currency=plan.currency,
        amount=plan.amount,
        actor_id=plan.actor_id,
        shares=await lane.read(read),
        approved_by=await lane.read(lambda tx: approvals.approvers(tx, plan.form)),
    )


def _share(share: PlannedShare, operation: Operation | None) -> SpreadShare:
    state = operation.state if operation else ""
    return SpreadShare(
        invoice_id=share.invoice_id,
        number=share.number,
        amount=share.amount,
        state="sent" if state == "prepared" else state,
        sentence=operation.sentence if operation else "",
        amiss=operation is not None and is_amiss(operation),
    )
