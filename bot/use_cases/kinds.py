"""What each kind of write checks, sends, and how it is found again when its answer was lost.

A kind never decides whether to send: the journal does. Each of its checks runs inside the claim, again before a
resend, and raises an expected error when the write must not go out.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from bot.domain.approval import State
from bot.domain.asked import Asked
from bot.domain.errors import NeedsApproval
from bot.domain.invoice import Invoice
from bot.domain.roles import Action
from bot.domain.version import MATTERS_FOR_MONEY
from bot.store import approvals
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context


@dataclass(frozen=True, slots=True)
class Found:
    """The write took effect; ``result`` is what its answer would have told."""

    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Absent:
    """A complete read shows no trace of the write."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """It can't be told; ``sentence`` says why."""

    sentence: str


Finding = Found | Absent | Unclear


@dataclass(frozen=True, slots=True)
class Told:
    """What was done, in a sentence. ``amiss``: something about it isn't as it should be, and a person must look."""

    sentence: str
    amiss: bool = False


class Kind(ABC):
    """One kind of write."""

    can_read_back = True

    def __init__(self, context: Context, authority: Authority) -> None:
        self.context = context
        self.authority = authority

    def matters(self, operation: Operation) -> tuple[str, ...]:
        """The aspects of the invoice that must still be as the person saw them."""
        return MATTERS_FOR_MONEY

    @abstractmethod
    def action(self) -> Action:
        """What a person must be allowed to do for this write, and to say how a lost one ended."""

    @abstractmethod
    async def check(self, operation: Operation, live: Invoice | None) -> None:
        """Raises an expected error when this must not be sent."""

    async def require_approved(self, operation: Operation, asked: Asked) -> None:
        """The last of the checks, where policy wants somebody else's word: that they gave it for this very write.

        Raises ``NeedsApproval`` with what they are to be asked.
        """
        if not await self.context.lane.read(lambda tx: is_approved(tx, operation)):
            raise NeedsApproval(asked)

    def claimed(self, tx: Tx, operation: Operation) -> None:  # noqa: B027 - most kinds keep nothing else
        """It was just claimed: what other ledgers keep of that, in the same transaction. Raises ``Conflict``."""

    def settled(  # noqa: B027 - most kinds keep nothing else
        self, tx: Tx, operation: Operation, before: str, because: Exception | None
    ) -> None:
        """It has just ended: what other ledgers keep, in the same transaction.

        ``before`` is its state until then; ``because`` is what refused it, if an error did.
        """

    def allocate(self, tx: Tx, operation: Operation) -> dict[str, Any]:
        """What must be written down before the first request leaves, such as a number that we give."""
        return operation.progress

    @abstractmethod
    async def send(self, operation: Operation) -> dict[str, Any]:
        """Sends the request whose turn it is (``operation.progress``) once. Raises ``SyncroError``."""

    @abstractmethod
    async def find(self, operation: Operation) -> Finding:
        """Looks for the effect of the request that was sent last.

        Raises ``SyncroError`` when Syncro can't be read completely.
        """

    def one_request(self, operation: Operation) -> bool:
        """Whether one request is all of it, so that nothing has to be seen before it is done."""
        return True

    def next_step(self, operation: Operation, live: Invoice, done: dict[str, Any]) -> dict[str, Any] | None:
        """The progress with which another request must leave to finish the write; ``None`` when it is done.

        ``done`` is what the requests so far have told.
        """
        return None

    def step_sentence(self, operation: Operation, live: Invoice) -> str:
        """How far a write of several requests is, for whoever looks meanwhile."""
        return ""

    def final(self, operation: Operation, after: Invoice, result: dict[str, Any]) -> dict[str, Any]:
        """What is kept of how it ended, from the invoice read afterwards."""
        return result

    @abstractmethod
    def done(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> Told:
        """What was done, and anything about the invoice afterwards that is not as it should be."""

    def unknown_sentence(self, operation: Operation) -> str:
        """What to tell when it can't be known whether the write happened."""
        return (
            "I can't tell whether this went through. Look at the invoice in Syncro, then choose “It went through” "
            "or “It did not”. Until then no payment, void or reminder goes to this invoice."
        )


#: Under this name the request of an approved write names its approval. No form can put anything there.
APPROVAL = "approval"


def is_approved(tx: Tx, operation: Operation) -> bool:
    """Whether somebody else has approved exactly this write, and nothing has come of it yet."""
    held = approvals.get(tx, str(operation.request.get(APPROVAL, "")))
    if held is None or held.state is not State.APPROVED or held.requester_id != operation.actor_id:
        return False
    wanted = (operation.kind, operation.invoice_id, operation.request)
    return any(
        (step.kind, step.invoice_id, {**step.request, APPROVAL: held.id}) == wanted for step in held.steps
    )
