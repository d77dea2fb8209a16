"""Whether customers are sent reminders automatically."""

from datetime import datetime

from bot.domain.dates import say_date
from bot.views.blocks import Message, context, escape, message, section


def automatic_message(on: bool, by: str, at: datetime | None, reason: str, own_reminders: bool) -> Message:
    """On or off, since when and by whom; ``own_reminders``: the policy says that Syncro reminds by itself."""
    since = f" since {say_date(at.date())}, {at:%H:%M}, by {escape(by)}" if at else ""
    if on:
        said = f":large_green_circle: *Automatic sending to customers is on*{since}."
        more = (
            "What was past due at its start is proposed first: `/overdue proposals`. "
            "Stop it with `/overdue automatic off`."
        )
    else:
        why = f" {escape(reason)}" if reason else ""
        said = f":white_circle: *Automatic sending to customers is off*{since}.{why}"
        more = "Nothing goes to customers by itself. An approver starts it with `/overdue automatic on`."
    if own_reminders:
        more = "The policy says that Syncro sends its own reminders, so Duebot sends none by itself."
    return message(said, [section(said), context(more)])
