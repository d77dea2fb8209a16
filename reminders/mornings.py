"""When people are told in the morning of what their customers' holds have come to."""

from bot.use_cases.context import Context


def is_morning(context: Context) -> bool:
    """Whether it is a business day, and at least the hour at which its reminders are built."""
    local = context.local(context.now())
    return context.calendar.is_business_day(local.date()) and local.time() >= context.policy.ladder.build_at
