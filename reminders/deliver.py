"""Everything that the outbox can deliver, by the kind that is stored with an item."""

from bot.use_cases.approval_log import ASK, NUDGE, TOLD
from bot.use_cases.assigning import ASSIGNED
from bot.use_cases.automatics import NOTICE
from bot.use_cases.context import Context
from bot.use_cases.customers import Customers
from bot.use_cases.hold_facts import broken_report, dispute_report
from bot.use_cases.hold_log import HOLD_SHARED
from bot.use_cases.lookup import Lookup
from bot.use_cases.overdue import Overdue
from bot.use_cases.redraw import FEES, REDRAW, REVIEW, TASKS
from bot.use_cases.reversals import REVERSED
from bot.use_cases.spread import SPREAD
from bot.use_cases.thanks import THANKS
from bot.views.held import disputes_open, promises_broken
from reminders.approvals import ApprovalNudge, ApprovalPost, ApprovalTold
from reminders.assigned import CustomerAssigned
from reminders.audit_head import AUDIT_HEAD, AuditHeadPost
from reminders.contact_posts import CopiesPost, Notice, Redrawn, ReviewPost, TasksPost
from reminders.digest import CORRECTION, DIGEST, DigestCorrection, DigestPost
from reminders.disputes import DISPUTED
from reminders.handing import COPIES
from reminders.holds import HoldsGathered, HoldShared
from reminders.kinds import FAILURE, FailureNotice, Kind, OperationShared, OperationTold, OutcomeItems
from reminders.late_fees import FeesPost
from reminders.promises import BROKEN
from reminders.recheck import ReminderPost
from reminders.reversals import PaymentReversed
from reminders.spread import SpreadShared
from reminders.sweep import REMINDER
from reminders.thanks import ThanksPost
from reminders.where import Where


def deliverable(context: Context, where: Where, lookup: Lookup, overdue: Overdue) -> dict[str, Kind]:
    """The rules of each kind."""
    outcomes = OutcomeItems(context, lookup)
    drawn_again = {
        REVIEW: ReviewPost(context, where),
        TASKS: TasksPost(context, where),
        FEES: FeesPost(context, where),
        ASK: ApprovalPost(context, where),
    }
    return {
        "operation.shared": OperationShared(context, where, outcomes),
        "operation.told": OperationTold(where, outcomes),
        DIGEST: DigestPost(context, overdue, where),
        CORRECTION: DigestCorrection(context, overdue, where),
        REMINDER: ReminderPost(context, where),
        REVERSED: PaymentReversed(context, where),
        THANKS: ThanksPost(context, where),
        SPREAD: SpreadShared(context, where),
        ASSIGNED: CustomerAssigned(context, where, Customers(context, lookup)),
        HOLD_SHARED: HoldShared(context, where),
        BROKEN: HoldsGathered(context, where, "broken promises", broken_report, promises_broken),
        DISPUTED: HoldsGathered(context, where, "open disputes", dispute_report, disputes_open),
        FAILURE: FailureNotice(),
        NOTICE: Notice(),
        AUDIT_HEAD: AuditHeadPost(),
        **drawn_again,
        COPIES: CopiesPost(context, where),
        TOLD: ApprovalTold(context, where),
        NUDGE: ApprovalNudge(context, where),
        REDRAW: Redrawn(context, where, drawn_again),
    }
