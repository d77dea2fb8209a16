"""When, and to whom, people are told in the morning of what their customers' holds have come to."""

from bot.domain.policy import Policy
from bot.store.lane import Tx
from bot.use_cases.context import Context
from bot.use_cases.owners import owner_of


def is_morning(context: Context) -> bool:
    """Whether it is a business day, and at least the hour at which its reminders are built."""
    local = context.local(context.now())
    return context.calendar.is_business_day(local.date()) and local.time() >= context.policy.ladder.build_at


def who_looks_after(tx: Tx, policy: Policy, customer_id: str) -> str:
    """The customer's owner, else the manager, else the escalation channel; empty when the policy names none."""
    return owner_of(tx, policy, customer_id) or policy.people.manager or policy.channels.escalation
