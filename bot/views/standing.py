"""How we stand with a customer, in words: for the worklist, and for the customer's card."""

from datetime import date

from bot.domain.calls import Call
from bot.domain.dates import WEEKDAYS, say_date, say_day
from bot.domain.worklist import Only, Standing
from bot.views.blocks import one_line, trim
from bot.views.wording import count

_CALL_LIMIT = 300
#: What the worklist's menu offers.
SHOWN = {
    Only.EVERYBODY: "Everybody",
    Only.CALL_TASKS: "Call tasks",
    Only.BROKEN_PROMISES: "Broken promises",
    Only.DISPUTED: "Disputed",
}


def standing_words(standing: Standing, today: date) -> str:
    """What is next with a customer, as literal text: "call task open · promise due Fri, Mar 13"."""
    said = (
        "do not contact" if standing.do_not_contact else "",
        _next_call(standing.next_call, today),
        "call task open" if standing.call_task else "",
        {0: "", 1: "broken promise"}.get(standing.broken, count(standing.broken, "broken promise")),
        _promised(standing.promised, today),
        "disputed" if standing.disputed else "",
        _contacted(standing.last_contact, today),
    )
    return " · ".join(filter(None, said)) or "not contacted yet"


def _next_call(day: date | None, today: date) -> str:
    if day is None:
        return ""
    if day == today:
        return "call today"
    return f"call on {_soon(day)}" if day > today else f"call was due {_soon(day)}"


def _promised(day: date | None, today: date) -> str:
    if day is None:
        return ""
    return f"promise due {_soon(day)}" if day >= today else f"promise was due {_soon(day)}"


def _soon(day: date) -> str:
    """A day near today, short enough for a cell."""
    return f"{WEEKDAYS[day.weekday()]}, {say_day(day)}"


def _contacted(day: date | None, today: date) -> str:
    if day is None:
        return ""
    days = (today - day).days
    return f"last contact {count(days, 'day')} ago" if days > 0 else "last contact today"


def call_words(call: Call) -> str:
    """A logged call on one line, as literal text."""
    by = f", by {call.by_name}" if call.by_name else ""
    note = f": {call.note}" if call.note else ""
    again = f" (call again {say_date(call.next_on)})" if call.next_on else ""
    return trim(one_line(f"{say_date(call.on)}{again} · {call.outcome.words}{by}{note}"), _CALL_LIMIT)
