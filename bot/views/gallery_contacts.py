"""Examples of contacts with customers: proposals, mails to send, copies, reminding by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from bot.domain.contact_facts import ContactCard, ListedLine, Mail, Review
from bot.domain.fee_facts import FeeCard, FeeReview
from bot.domain.roles import Role
from bot.views.automatic import automatic_message
from bot.views.blocks import Message, View
from bot.views.gallery_facts import explanation
from bot.views.late_fees import fee_review
from bot.views.modal_remind import remind_done, remind_form
from bot.views.proposals import letter_form, proposal_done, review, skip_form
from bot.views.tasks import copies, mail_view, tasks
from bot.views.why import why

_TODAY = date(2026, 3, 10)
_AT = datetime(2026, 3, 10, 10, 31, tzinfo=UTC)
#: A proposal that waits.
FINAL = ContactCard(
    id="20260310-00001-0a1b2c3d",
    customer_id="1007",
    customer_name="Acme Widgets",
    currency="USD",
    track="customer",
    level="final notice",
    stage="planned",
    needs="level",
    total=130625,
    carrying_id="1",
    invoices=(ListedLine("1", "INV-2024-1042", 46, 80625), ListedLine("2", "INV-2024-1051", 16, 50000)),
    to=("billing@acme.example", "office@acme.example"),
    left_out=(),
    subject="Final notice: $1,306.25 is past due",
    message="Hello Acme Widgets,\n\ndespite our reminders the following is still unpaid:\n\nINV-2024-1042",
    reason="",
    by_task=False,
    edited=False,
    asked_by="",
    decision="",
    decided_by="",
    decided_at=None,
    on=_TODAY,
)
_OLD = replace(FINAL, id="20260310-00002-0a1b2c3d", level="friendly", needs="old_book", edited=True)
_HAND_OFF = replace(
    FINAL,
    id="20260310-00003-0a1b2c3d",
    customer_name="Globex & Sons <Dental>",
    track="internal",
    level="hand-off",
    to=("U0DANA", "C0BILLING"),
    asked_by="U0DANA",
)
_ENDS = (
    ("approved", "approved", ""),
    ("approved", "approved", "daily_cap"),
    ("claimed", "approved", ""),
    ("sent", "approved", ""),
    ("unknown", "approved", ""),
    ("failed", "approved", "Syncro refused it."),
    ("suppressed", "skipped", "They call tomorrow"),
    ("suppressed", "", "INV-2024-1042 has been paid."),
)
_TASK = replace(FINAL, stage="claimed", needs="", by_task=True, level="firm")


def _decided() -> tuple[ContactCard, ...]:
    return tuple(
        replace(
            FINAL,
            id=f"2026030{place}-00001-0a1b2c3d",
            stage=stage,
            decision=decision,
            decided_by="Bo Boss" if decision else "",
            decided_at=_AT if decision else None,
            reason=reason,
        )
        for place, (stage, decision, reason) in enumerate(_ENDS)
    )


_FEE = FeeCard(
    id="fee-20260310-0a1b2c3d4e5f",
    invoice_id="1",
    number="INV-2024-1042",
    customer_name="Globex & Sons <Dental>",
    currency="USD",
    level="firm",
    contacted_on=date(2026, 3, 9),
    base=80625,
    amount=1209,
    percent="1.5",
    state="planned",
    reason="",
    decided_by="",
    decided_at=None,
    proposed_on=_TODAY,
)
_FIXED = replace(_FEE, id="fee-20260310-0a1b2c3d4e60", percent="", amount=2500)
_FEE_ENDS = (
    ("approved", ""),
    ("approved", "Syncro can't be reached."),
    ("added", ""),
    ("unknown", "Nobody can tell."),
    ("skipped", "They are new"),
    ("failed", "Syncro refused it."),
    ("withdrawn", "The customer disputes it."),
)


def _fee_messages() -> Mapping[str, Message]:
    ended = tuple(
        replace(_FEE, id=f"fee-{place}", state=state, reason=why, decided_by="Bo Boss", decided_at=_AT)
        for place, (state, why) in enumerate(_FEE_ENDS)
    )
    return {
        "late_fees": fee_review(FeeReview("r3", _TODAY, (_FEE, _FIXED)), None),
        "late_fees_viewer": fee_review(FeeReview("r3", _TODAY, (_FEE, _FIXED)), Role.VIEWER),
        "why_late_fees": why(replace(explanation(), fees=ended)),
        "late_fees_decided": fee_review(FeeReview("r3", _TODAY, ended), None),
    }


def contact_messages() -> Mapping[str, Message]:
    """Messages about contacts."""
    waiting = Review("r1", _TODAY, (FINAL, _OLD, _HAND_OFF), "Automatic sending to customers is off.", 36)
    ended = (
        replace(_TASK, id="20260310-00005-0a1b2c3d", stage="sent", reason="Mailed by Clara Clerk."),
        replace(_TASK, id="20260310-00006-0a1b2c3d", stage="suppressed", reason="The customer disputes it."),
    )
    return {
        "proposals": review(waiting, None),
        "proposals_viewer": review(waiting, Role.VIEWER),
        "proposals_decided": review(replace(waiting, cards=_decided(), note=""), None),
        "proposals_none": review(Review("r2", _TODAY, ()), Role.APPROVER),
        **_fee_messages(),
        "tasks": tasks((_TASK, *ended), _TODAY),
        "copies": copies((replace(FINAL, stage="sent", level="firm"),), _TODAY),
        "automatic_on": automatic_message(True, "Bo Boss", _AT, "", False),
        "automatic_off": automatic_message(False, "Duebot", _AT, "No sweep has finished since Mon.", True),
    }


def contact_modals(visit_id: str) -> Mapping[str, View]:
    """Forms about contacts."""
    against = ("The customer was contacted on Mon, Mar 9, 2026.",)
    mail = Mail(_TASK, ("office@acme.example",), "mailto:billing@acme.example?subject=Reminder")
    return {
        "letter": letter_form(FINAL, visit_id, FINAL.subject, FINAL.message),
        "letter_internal": letter_form(_HAND_OFF, visit_id, "", ""),
        "letter_again": letter_form(FINAL, visit_id, "", FINAL.message, "Enter a subject."),
        "skip": skip_form(FINAL, visit_id, again_after=5),
        "proposal_done": proposal_done(FINAL, "It is skipped.", visit_id),
        "remind": remind_form(replace(FINAL, needs=""), visit_id, repeats=False, approval=False),
        "remind_stock_email": remind_form(
            replace(FINAL, needs="", subject="", message=""), visit_id, repeats=True, approval=False
        ),
        "remind_against": remind_form(
            FINAL, visit_id, repeats=True, approval=True, against=against, fresh="again"
        ),
        "remind_without": remind_form(
            replace(FINAL, needs=""), visit_id, repeats=False, approval=False, without="INV-2026-1043"
        ),
        "remind_done": remind_done(replace(FINAL, stage="sent"), "“firm” was sent.", visit_id),
        "mail": mail_view(mail, visit_id),
    }
