"""Examples of requests for approval: waiting, and in every way that one can end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from bot.domain.approval import State, Vote
from bot.domain.approval_card import ApprovalCard
from bot.domain.asked import Asked, Change
from bot.views.approvals import (
    approval_elsewhere,
    approval_message,
    approval_nudge,
    approval_told,
    asked_view,
    comment_form,
    decided_answer,
    decided_view,
    own_request,
    reject_form,
)
from bot.views.blocks import Message, View
from bot.views.gallery_facts import HOSTILE

_TODAY = date(2026, 3, 10)
_AT = datetime(2026, 3, 10, 10, 20, tzinfo=UTC)
_DECIDED = datetime(2026, 3, 10, 10, 31, tzinfo=UTC)
_PAYMENT = Asked(
    title="A payment of $6,200.00 on INV-2026-1042",
    customer="Acme Rockets",
    why=(
        "with this one, $6,200.00 of this customer's payments were entered by Casey Clerk within seven days, which is "
        "above the policy's limit of $5,000.00",
    ),
    changes=(Change("INV-2026-1042, balance", "$6,806.25", "$606.25"),),
    evidence=(
        ("Method", "Check"),
        ("Reference", "#1234"),
        ("Payment date", "Tue, Mar 10, 2026"),
        ("Due", "Wed, Feb 18, 2026"),
    ),
)
#: A request that waits.
WAITING = ApprovalCard(
    id="apr-0a1b2c3d4e5f6071",
    kind="payment",
    asked=_PAYMENT,
    state=State.WAITING,
    requester="U0CLERK",
    told=("U0BOSS", "U0CFO"),
    number=1,
    votes=(),
    today=_TODAY,
    created_at=_AT,
    expires_at=datetime(2026, 3, 11, 10, 20, tzinfo=UTC),
    invoice_id="1042",
    syncro_url="https://northwind.syncro.invalid/invoices/1042",
)
MANY_WAITING = tuple(replace(WAITING, id=f"apr-{at}") for at in range(12))
_VOID = Asked(
    title="Voiding INV-2026-1042 ($806.25)",
    customer=HOSTILE,
    why=("policy wants somebody else's word for every void",),
    changes=(
        Change("INV-2026-1042, state", "partial", "void"),
        Change(f"{HOSTILE}, balance", "$606.25", "nothing is owed"),
    ),
    evidence=(("Reason", f"Billed twice {HOSTILE}"), ("Payments on it", "$200.00 Check, Mon, Mar 2")),
)
_EMAIL = Asked(
    title="Sending INV-2026-1043 ($12,400.00)",
    customer="Acme Rockets",
    why=("it goes to pat@elsewhere.example, not the customer's own", HOSTILE),
    evidence=(("To", "pat@elsewhere.example"), ("Subject", HOSTILE)),
    text="Hello,\n\nhere is your invoice. " + HOSTILE,
)
_MANY = replace(
    _PAYMENT,
    title="A payment of $9,000.00 over 25 invoices",
    changes=tuple(Change(f"INV-2026-{1000 + at}, balance", "$360.00", "$0.00") for at in range(25)),
)
_YES = Vote("U0BOSS", "Morgan Boss", "U0BOSS", "Seen the check", _DECIDED)
_ENDED = replace(
    WAITING,
    decided_by="U0BOSS",
    decided_name="Morgan Boss",
    decided_at=_DECIDED,
    votes=(_YES,),
    comment="Fine",
)
_ENDS = {
    State.APPROVED: "",
    State.DONE: "$6,200.00 recorded as Check on INV-2026-1042; balance $606.25.",
    State.FAILED: f"Syncro refused it: {HOSTILE}",
    State.REJECTED: "",
    State.WITHDRAWN: "",
    State.EXPIRED: "Nobody decided it until 10:20 on Wed, Mar 11.",
    State.STALE: f"Invoice INV-2026-1042 has changed. The balance was $6,806.25 and is {HOSTILE}.",
}


def approval_messages() -> Mapping[str, Message]:
    """Every message about a request."""
    hostile = replace(WAITING, asked=_VOID, requester=HOSTILE)
    ended = {
        f"approval_{state.value}": approval_message(replace(_ENDED, state=state, sentence=sentence))
        for state, sentence in _ENDS.items()
    }
    return ended | {
        "approval": approval_message(WAITING),
        "approval_void_hostile": approval_message(hostile),
        "approval_email": approval_message(replace(WAITING, asked=_EMAIL, kind="email")),
        "approval_many": approval_message(replace(WAITING, asked=_MANY, invoice_id="")),
        "approval_two_needed": approval_message(
            replace(
                WAITING,
                number=2,
                told=tuple(f"U0A{at}" for at in range(12)),
                votes=(replace(_YES, user_id="U0DANA", comment=HOSTILE),),
            )
        ),
        "approval_delayed": approval_message(
            replace(
                _ENDED, state=State.APPROVED, sentence="Syncro can't be reached just now.", comment=HOSTILE
            )
        ),
        "approval_own": own_request(WAITING),
        "approval_elsewhere": approval_elsewhere(),
        "approval_own_hostile": own_request(
            replace(_ENDED, asked=_VOID, state=State.FAILED, sentence=HOSTILE)
        ),
        "approval_told_done": approval_told(replace(_ENDED, state=State.DONE, sentence=_ENDS[State.DONE])),
        "approval_told_rejected": approval_told(
            replace(_ENDED, asked=_VOID, state=State.REJECTED, comment=HOSTILE)
        ),
        "approval_nudge": approval_nudge(hostile, ("U0BOSS", "U0CFO")),
        "approval_answer": decided_answer(replace(_ENDED, state=State.DONE, sentence=_ENDS[State.DONE])),
        "approval_answer_first": decided_answer(replace(WAITING, number=2, votes=(_YES,), asked=_VOID)),
    }


def approval_modals(visit_id: str) -> Mapping[str, View]:
    """Every form about a request, and what stands in place of one."""
    hostile = replace(WAITING, asked=_VOID)
    return {
        "approval_asked": asked_view(WAITING, visit_id),
        "approval_asked_two": asked_view(replace(hostile, number=2), visit_id),
        "approval_asked_ended": asked_view(
            replace(_ENDED, state=State.STALE, sentence=_ENDS[State.STALE]), visit_id
        ),
        "approval_comment": comment_form(hostile, visit_id),
        "approval_reject": reject_form(hostile, visit_id, HOSTILE, f"Say why. {HOSTILE}"),
        "approval_decided": decided_view(replace(_ENDED, state=State.REJECTED, comment=HOSTILE), visit_id),
    }
