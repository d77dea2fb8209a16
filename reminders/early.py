"""What is done at each tick before digests and the sweep, so that these see what has become of holds.

The weekly message about the audit record goes with them: it tells of the time before this day's work.
"""

from collections.abc import Awaitable, Callable

from bot.use_cases.context import Context
from reminders.audit_head import AuditHead
from reminders.disputes import Disputes
from reminders.promises import Promises


def early_steps(context: Context, owner: str) -> dict[str, Callable[[], Awaitable[object]]]:
    """The steps by name, in their order. ``owner`` names this process in claims."""
    return {
        "promises": Promises(context).run,
        "disputes": Disputes(context, owner).run,
        "audit_head": AuditHead(context, owner).run,
    }
