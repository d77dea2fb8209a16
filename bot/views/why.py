"""Why an invoice is, or is not, chased: today's decision on each track, then what was said before and what held it."""

from bot.domain.dates import say_date
from bot.domain.explanation import Explanation, Told, TrackReason
from bot.domain.fee_facts import FeeCard
from bot.domain.hold_facts import HoldPast
from bot.domain.money import say_money
from bot.views import ids
from bot.views.blocks import (
    Block,
    Message,
    actions,
    bold,
    bullets,
    button,
    context,
    escape,
    header,
    line,
    message,
    one_line,
    person,
    plain_section,
    rich,
    section,
    some,
    trim,
    words,
)
from bot.views.late_fees import fee_state
from bot.views.wording import as_of_words, count, hold_words, invoice_words

_SHOWN = 20
_TRACKS = {"customer": "Emails to the customer", "internal": "Reminders to your own people"}
_REASONS = {"daily_cap": "the daily cap is reached", "automatic_off": "automatic sending is off"}
#: To whom these go is found out when they do.
_NOT_YET = frozenset({"planned", "awaiting", "approved"})
_STAGES = {
    "planned": "planned for today",
    "awaiting": "waits for approval",
    "approved": "approved, not sent yet",
    "claimed": "being sent",
    "task": "for its owner to mail",
    "sent": "sent",
    "failed": "failed",
    "unknown": "nobody knows whether it went out",
    "suppressed": "left out",
}


def why(held: Explanation) -> Message:
    """The explanation for a person in Slack; long histories are cut with "and n more"."""
    return _drawn(held, _SHOWN)


def why_whole(held: Explanation) -> Message:
    """The explanation with the whole history, for a terminal."""
    return _drawn(held, max(1, len(held.told), len(held.fees), len(held.held)))


def _drawn(held: Explanation, shown: int) -> Message:
    number = one_line(held.invoice.number)
    blocks = [
        header(f"Why {trim(number, 60)}? · {say_date(held.on)}"),
        plain_section(invoice_words(held.invoice, held.on)),
        *[rich(_reason(track)) for track in held.tracks],
        *_history(held, shown),
        *_fees(held, shown),
        *_holds(held, shown),
        *([context(escape(held.note))] if held.note else []),
        *actions([button("Open the invoice", ids.CARD, held.invoice.id)]),
        context(as_of_words(held.as_of, held.on)),
    ]
    said = "; ".join(f"{track.track}: {track.sentence}" for track in held.tracks)
    return message(f"Why {escape(number)}? {escape(said)}", blocks)


def _reason(track: TrackReason) -> Block:
    name = _TRACKS.get(track.track, track.track)
    return line(bold(f"{name}: {track.reason.replace('_', ' ')}"), words(f". {one_line(track.sentence)}"))


def _history(held: Explanation, shown: int) -> list[Block]:
    if not held.told:
        return [section("No contact has listed it so far.")]
    lines = [_contact(told, held.invoice.currency) for told in held.told]
    heading = line(bold(f"{count(len(lines), 'contact')} so far, the newest first"))
    return [rich(heading, bullets(some(lines, shown, "contacts")))]


def _contact(told: Told, currency: str) -> Block:
    stage = _STAGES.get(told.stage, told.stage)
    because = f": {trim(one_line(_REASONS.get(told.reason, told.reason)), 200)}" if told.reason else ""
    to = [words(" · to "), *_people(told.to)] if told.to or told.stage not in _NOT_YET else []
    late = f"{count(told.days_past_due, 'day')} past due" if told.days_past_due > 0 else "before its due date"
    return line(
        words(f"{say_date(told.on)} · "),
        bold(trim(one_line(told.level), 60)),
        words(f" · {stage}{because} · {late}, {say_money(told.balance, currency)}"),
        *to,
        *([words(" · by hand, by "), *_people((told.by,))] if told.by else []),
        *([words(f" · {one_line(told.decided)}")] if told.decided else []),
        words(f" · policy {told.policy_version}"),
    )


def _fees(held: Explanation, shown: int) -> list[Block]:
    if not held.fees:
        return []
    lines = [_fee(fee) for fee in held.fees]
    heading = line(bold(f"{count(len(lines), 'late fee')} so far, the newest first"))
    return [rich(heading, bullets(some(lines, shown, "late fees")))]


def _fee(fee: FeeCard) -> Block:
    sums = f"{say_money(fee.amount, fee.currency)} of {say_money(fee.base, fee.currency)}"
    by = f" by {one_line(fee.decided_by)}" if fee.decided_by else ""
    because = f": {trim(one_line(fee.reason), 200)}" if fee.reason else ""
    level = bold(trim(one_line(fee.level), 60))
    return line(
        words(f"{say_date(fee.proposed_on)} · {sums} · "), level, words(f" · {fee_state(fee)}{by}{because}")
    )


def _holds(held: Explanation, shown: int) -> list[Block]:
    if not held.held:
        return []
    lines = [_hold(past) for past in held.held]
    heading = line(bold(f"{count(len(lines), 'hold')} so far, the newest first"))
    return [rich(heading, bullets(some(lines, shown, "holds")))]


def _hold(past: HoldPast) -> Block:
    noted = words(f"{say_date(past.noted_on)} · {hold_words(past.hold, past.currency)} · ")
    if past.ended_on is None:
        return line(noted, words("open"))
    outcome = f"{past.outcome}, ended" if past.outcome else "ended"
    # Of one that was moved the reason says no more than the outcome does.
    told = past.reason and past.reason != past.outcome
    because = [words(f": {trim(one_line(past.reason), 200)}")] if told else []
    by = [words("Duebot")] if past.ended_by == "system" else _people((past.ended_by,))
    return line(noted, bold(outcome), words(f" on {say_date(past.ended_on)} by "), *by, *because)


def _people(to: tuple[str, ...]) -> list[Block]:
    found: list[Block] = []
    for number, one in enumerate(to):
        found += [words(", ")] if number else []
        found.append(person(one) if one[:1] in ("U", "W") else words(trim(one_line(one), 80)))
    return found or [words("nobody")]
