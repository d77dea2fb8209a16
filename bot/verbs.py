"""What the verbs of the command line that concern customers do; they return what is printed.

Who works at a terminal acts as the operator (``operator:`` and the system user's name), and is audited so.
"""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bot.app import Rooms
from bot.domain.contact_facts import ContactCard
from bot.domain.dates import say_date
from bot.domain.errors import BadInput, Misconfigured
from bot.domain.fee_facts import FeeCard
from bot.domain.money import say_money
from bot.domain.references import Match, parse_reference, reference_matches
from bot.domain.roles import Person
from bot.store import contacts, outbox
from bot.store.audit import Audit
from bot.store.automatic import Automatic
from bot.store.lane import Lane
from bot.use_cases.authority import OPERATOR
from bot.use_cases.explain import Explain
from bot.use_cases.mirror_reading import SyncReport
from bot.use_cases.proposals import Proposals
from bot.views.columns import columns
from bot.views.late_fees import fee_state
from bot.views.terminal import as_text
from bot.views.why import why_whole
from bot.views.wording import count
from reminders.chasing_text import chased
from reminders.sweep_text import swept, would

OTHER_KEY = (
    "The audit record doesn't end with what DUEBOT_AUDIT_KEY seals, so nothing can be entered in it. "
    "Set the same key as the running bot's, or see what is wrong with the record: duebot audit verify"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is printed, and whether everything went as it should."""

    text: str
    fine: bool = True


def operator() -> Person:
    """Who works at this terminal."""
    name = getpass.getuser()
    return Person(f"{OPERATOR}{name}", name)


def synced(report: SyncReport) -> str:
    """What a sync read, in a sentence, and another for each thing that somebody should look at."""
    what = "Everything was read" if report.full else "What changed was read"
    sentences = [
        f"{what}: {count(report.customers, 'customer')}, {count(report.invoices, 'invoice')} "
        f"({report.details:,} of them in detail) and {count(report.payments, 'payment')}, "
        f"in {count(report.requests, 'request')} ({count(report.pages, 'page')})."
    ]
    if report.gone:
        sentences.append(f"No longer in Syncro: {count(report.gone, 'invoice')}.")
    if report.reversals:
        sentences.append(
            f"No longer on their invoices: {count(report.reversals, 'payment')}. Those concerned are told in Slack."
        )
    if report.unreadable:
        left_out = _left_out(report.unreadable, "invoice")
        sentences.append(f"Could not be read, and are tried again by the next sync: {left_out}.")
    rows = ((report.unreadable_customers, "customer"), (report.unreadable_payments, "payment"))
    sentences += [f"Could not be read: {_left_out(ids, what)}." for ids, what in rows if ids]
    return "\n".join(sentences)


def _left_out(ids: Sequence[str], what: str) -> str:
    """How many, and which: "2 invoices (17, 19)"."""
    return f"{count(len(ids), what)} ({', '.join(ids)})"


NOT_POSTED = "was not posted"


async def posted(rooms: Rooms, outbox_id: str) -> str:
    """What became of a message: the end of a sentence."""
    if not outbox_id:
        return "was made before; use --again for another"
    item = await rooms.context.lane.read(lambda tx: outbox.get(tx, outbox_id))
    match item.state if item else "":
        case "sent":
            return "is posted"
        case "failed" | "dropped":
            return f"{NOT_POSTED}: {item.reason if item else ''}".rstrip(".")
        case _:
            return "is not posted yet; the running bot goes on trying"


async def require_key(lane: Lane, audit: Audit) -> None:
    """Before anything is entered in the audit record: an entry sealed with another key would spoil it for good.

    Raises ``Misconfigured``.
    """
    if not await lane.read(audit.fits):
        raise Misconfigured(OTHER_KEY)


async def sweep_now(rooms: Rooms, again: bool) -> Shown:
    """Builds, sweeps, sends and posts, now."""
    await require_key(rooms.context.lane, rooms.context.audit)
    built = await rooms.chasing.build.run(again=again)
    report = await rooms.sweep.run(again=again)
    made = await rooms.chasing.execution.run()
    await rooms.outbox.deliver_due()
    left_out = await rooms.context.lane.read(lambda tx: contacts.left_out_on(tx, report.day))
    waiting = await rooms.context.lane.read(lambda tx: contacts.waiting_on(tx, report.day))
    told = swept(report, left_out if report.ran else (), waiting)
    fine = not (waiting or made.unread or made.count("unknown"))
    return Shown("\n".join([told, *chased(built, made)]), fine)


async def sweep_dry(rooms: Rooms, day: date | None) -> str:
    """What a sweep would decide on ``day``, or today."""
    return would(await rooms.sweep.dry_run(day))


async def explained(rooms: Rooms, number: str, day: date | None) -> str:
    """Why an invoice is or isn't chased today, or on ``day``."""
    host = urlsplit(rooms.settings.require_syncro().base_url).netloc
    invoice_id = await rooms.lookup.find_id(parse_reference(number, host))
    told = await Explain(rooms.context, rooms.lookup).invoice(invoice_id, day)
    return as_text(why_whole(told))


# ---- automatic sending --------------------------------------------------------------------------------------


async def automatic(rooms: Rooms, wanted: str, dry_run: bool) -> str:
    """Says whether automatic sending is on, or starts or stops it."""
    automatics = rooms.chasing.automatics
    state = await automatics.state()
    if wanted and dry_run:
        same = "It is already so" if state.on == (wanted == "on") else "It would be changed"
        return f"{_state(rooms, state)} {same}; nothing was changed."
    if wanted:
        await require_key(rooms.context.lane, rooms.context.audit)
    if wanted == "on":
        state = await automatics.start(operator())
    elif wanted == "off":
        state = await automatics.stop(operator())
    await rooms.outbox.deliver_due()
    return _state(rooms, state)


def _state(rooms: Rooms, state: Automatic) -> str:
    local = rooms.context.local(state.at) if state.at else None
    since = f" since {say_date(local.date())}, {local:%H:%M}, by {state.by_name}" if local else ""
    why = f" {state.reason}" if state.reason and not state.on else ""
    return f"Automatic sending to customers is {'on' if state.on else 'off'}{since}.{why}"


# ---- proposals ----------------------------------------------------------------------------------------------


async def list_proposals(rooms: Rooms) -> str:
    """Every contact and late fee that waits for a person."""
    _, cards = await Proposals(rooms.context, rooms.authority).waiting("")
    _, fees = await rooms.chasing.fees.waiting("")
    if not cards and not fees:
        return "Nothing waits for a decision."
    head = ("Id", "Customer", "Level", "Leads", "Invoices", "Total", "To")
    table = [columns([head, *(_row(card) for card in cards)], frozenset({4, 5})), ""] if cards else []
    return "\n".join([*table, *(_fee_table(fees) if fees else []), _how()])


def _fee_table(fees: Sequence[FeeCard]) -> list[str]:
    head = ("Late fee", "Customer", "Level", "Invoice", "Fee", "Of")
    rows = [(one.id, one.customer_name, one.level, one.number, *_sums(one)) for one in fees]
    return [columns([head, *rows], frozenset({4, 5})), ""]


def _sums(fee: FeeCard) -> tuple[str, str]:
    return say_money(fee.amount, fee.currency), say_money(fee.base, fee.currency)


def _row(card: ContactCard) -> tuple[str, ...]:
    total = say_money(card.total, card.currency)
    return (
        card.id,
        card.customer_name,
        card.level,
        card.leads,
        str(len(card.invoices)),
        total,
        ", ".join(card.to),
    )


def _how() -> str:
    return "Approve with: duebot proposals approve ID (or all). Skip with: duebot proposals skip ID --reason TEXT"


async def approve_proposals(rooms: Rooms, ids: Sequence[str], dry_run: bool) -> Shown:
    """Lets contacts out, by id, by the number of the invoice that leads, or ``all``; late fees by id only."""
    await require_key(rooms.context.lane, rooms.context.audit)
    _, fees = await rooms.chasing.fees.waiting("")
    chosen_fees = [one.id for one in fees if one.id in ids]
    if chosen_fees:
        if len(chosen_fees) < len(set(ids)):
            raise BadInput("Approve late fees by themselves: name only ids of late fees.")
        return await _approve_fees(rooms, chosen_fees, dry_run)
    proposals = Proposals(rooms.context, rooms.authority)
    _, cards = await proposals.waiting("")
    chosen = list(cards) if list(ids) == ["all"] else [_chosen(cards, one) for one in ids]
    if dry_run:
        return Shown(f"{count(len(chosen), 'contact')} would be approved; nothing was changed.")
    if list(ids) == ["all"]:
        decided = await proposals.approve_all(operator(), [card.id for card in chosen])
        await rooms.outbox.deliver_due()
        text = "\n".join([f"Approved: {count(len(decided.approved), 'contact')}.", *decided.refused])
        return Shown(text, not decided.refused)
    approved = [await proposals.approve(operator(), card.id) for card in chosen]
    await rooms.outbox.deliver_due()
    return Shown("\n".join(map(_approved_said, approved)))


def _approved_said(card: ContactCard) -> str:
    left = card.needed - len(card.voted)
    said = f"Noted, it needs {left} more" if card.awaits else "Approved"
    return f"{said}: {card.customer_name}, “{card.level}”."


async def _approve_fees(rooms: Rooms, ids: Sequence[str], dry_run: bool) -> Shown:
    if dry_run:
        return Shown(f"{count(len(ids), 'late fee')} would be approved and added; nothing was changed.")
    cards = await rooms.chasing.fees.approve_all(operator(), ids)
    await rooms.outbox.deliver_due()
    return Shown("\n".join(_fee_said(card) for card in cards), all(card.state == "added" for card in cards))


def _fee_said(card: FeeCard) -> str:
    """What became of a late fee, in a sentence."""
    why = f" ({card.reason.rstrip('.')})" if card.reason else ""
    return f"{card.customer_name}, {card.number}, late fee of {_sums(card)[0]}, “{card.level}”: {fee_state(card)}{why}."


async def skip_proposal(rooms: Rooms, id: str, reason: str, dry_run: bool) -> str:
    """Leaves a contact out for this time, or a late fee for ever."""
    await require_key(rooms.context.lane, rooms.context.audit)
    _, fees = await rooms.chasing.fees.waiting("")
    fee = next((one for one in fees if one.id == id), None)
    if fee is not None:
        if not dry_run:
            fee = await rooms.chasing.fees.skip(operator(), id, reason)
            await rooms.outbox.deliver_due()
        return f"It would be skipped: {_fee_said(fee)}" if dry_run else _fee_said(fee)
    proposals = Proposals(rooms.context, rooms.authority)
    _, cards = await proposals.waiting("")
    card = _chosen(cards, id)
    if dry_run:
        return f"It would be skipped: {card.customer_name}, “{card.level}”; nothing was changed."
    skipped = await proposals.skip(operator(), card.id, reason)
    await rooms.outbox.deliver_due()
    return f"Skipped: {skipped.customer_name}, “{skipped.level}”."


def _chosen(cards: Sequence[ContactCard], typed: str) -> ContactCard:
    """The one that an id, or the number of the invoice that leads, whole or its end, names. Raises ``BadInput``."""
    exactly = [
        card for card in cards if typed == card.id or reference_matches(typed, card.leads) is Match.EXACT
    ]
    found = exactly or [card for card in cards if reference_matches(typed, card.leads)]
    if len(found) == 1:
        return found[0]
    what = "fits several proposals" if found else "is no proposal that waits"
    raise BadInput(f"“{typed}” {what}. See: duebot proposals list")
