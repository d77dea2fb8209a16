"""What every modal form does: open at once, fill, take a submission, and come back with what was typed.

A form opens as a loading view, because Syncro may be slow and a trigger lives three seconds; it is filled by
``views.update`` and only then offers submit.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import Changed, DuebotError, NotAllowed, SlackRefused
from bot.domain.invoice import Invoice
from bot.domain.roles import Person
from bot.domain.version import Version, version_of
from bot.store.approvals import Approval
from bot.store.visits import Visit
from bot.use_cases.asking import Written
from bot.use_cases.invoices import Submission
from bot.views.approvals import asked_view
from bot.views.blocks import View
from bot.views.modals_common import loading, message_view, outcome_view
from handlers.desk import Arrival, Desk, arrival_of_visit

#: A write in one of these states has ended, or waits for a person.
_SETTLED = ("confirmed", "refused", "unknown")
#: The view was closed, or somebody replaced it since.
_OVERTAKEN = frozenset({"not_found", "hash_conflict", "view_not_found"})


@dataclass(frozen=True, slots=True)
class Sent:
    """A view submission: who sent which view, as Slack's payload holds it."""

    person: Person
    visit: Visit
    view: Mapping[str, Any]

    @property
    def root(self) -> str:
        """The bottom view of the stack: what keys a write."""
        return str(self.view.get("root_view_id") or self.view.get("id", ""))

    def submission(self, anyway: bool = False, reason: str = "") -> Submission:
        """What the use cases need of it."""
        seen = self.visit.data.get("seen")
        return Submission(
            actor=self.person,
            root_view=self.root,
            visit_id=self.visit.id,
            seen=Version.from_json(str(seen)) if seen else None,
            anyway=anyway,
            reason=reason,
        )


@dataclass(frozen=True, slots=True)
class Pushed:
    """A view to put on top of the form, for a review step."""

    view: View


@dataclass(frozen=True, slots=True)
class Followed:
    """A view of what isn't settled yet. ``later`` gives the view of how it ended, and ``None`` until then."""

    view: View
    later: Callable[[], Awaitable[View | None]]


Shown = View | Pushed | Followed


class Form(ABC):
    """One modal form. ``title`` heads it while it loads; ``working`` is the sentence while its write runs."""

    title = "Duebot"
    working = "Working…"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @abstractmethod
    async def submit(self, sent: Sent) -> Shown:
        """Does what the form is for; the view that tells how it ended. Raises ``DuebotError``."""

    @abstractmethod
    async def again(self, sent: Sent, error: DuebotError) -> View:
        """The form again, with what was typed and what is wrong."""

    async def invoice_again(self, sent: Sent, error: DuebotError) -> Invoice:
        """The form's invoice for another try: read live, and seen anew, only when it had changed meanwhile."""
        invoice_id = str(sent.visit.data["invoice"])
        if not isinstance(error, Changed):
            return await self.desk.lookup.mirrored(invoice_id)
        invoice = await self.desk.lookup.invoice(invoice_id)
        await self.desk.remember(sent.visit, {**sent.visit.data, **seen(invoice)})
        return invoice


async def outcome(desk: Desk, sent: Sent, written: Written) -> Shown:
    """How a write ended, or that it was asked for; while its answer is being read back the open form follows it."""
    visit_id = sent.visit.id
    if isinstance(written, Approval):
        return asked_view(await desk.approvals.card(written.id), visit_id)
    operation = written
    view = outcome_view(await desk.outcomes.of(operation), visit_id)
    if operation.state in _SETTLED:
        return view

    async def later() -> View | None:
        now = await desk.journal.operation(operation.key)
        if now is not None:
            return outcome_view(await desk.outcomes.of(now), visit_id) if now.state in _SETTLED else None
        asked = await desk.approvals.of_form(operation.base_key)
        return asked_view(asked, visit_id) if asked else None

    return Followed(view, later)


def seen(invoice: Invoice) -> dict[str, Any]:
    """What a form keeps of the invoice that it shows; only a live read has everything."""
    return {
        "seen": version_of(invoice).to_json(),
        "due_date": invoice.due_date.isoformat() if invoice.due_date else "",
        "terms": invoice.terms,
        "notes": invoice.notes,
    }


async def open_form(
    desk: Desk,
    arrival: Arrival,
    title: str,
    data: dict[str, Any],
    fill: Callable[[Visit], Awaitable[View]],
) -> None:
    """Opens a loading view at once and fills it. What goes wrong is told in the modal."""
    visit = await desk.keep(desk.new_visit(arrival, "view", data))
    opened = await desk.slack.open_view(arrival.trigger_id, loading(title, visit.id))
    try:
        view = await fill(visit)
    except DuebotError as error:
        desk.count(error)
        link = error.link if isinstance(error, NotAllowed) else ""
        view = message_view(title, error.sentence, visit.id, detail_lines(error), link)
    try:
        await desk.slack.update_view(opened.id, view, opened.hash)
    except SlackRefused as error:
        if error.code not in _OVERTAKEN:
            raise


async def redraw(desk: Desk, view: Mapping[str, Any], shown: View) -> None:
    """Replaces a form that a person is filling in. Whoever typed on meanwhile brings a newer redraw."""
    try:
        await desk.slack.update_view(str(view["id"]), shown, str(view.get("hash", "")))
    except SlackRefused as error:
        if error.code not in _OVERTAKEN:
            raise


async def show_view(desk: Desk, view_id: str, visit: Visit, view: View, error: DuebotError | None) -> None:
    """Replaces a working view; if the person closed it, an error goes to where they started."""
    try:
        await desk.slack.update_view(view_id, view)
    except SlackRefused as refusal:
        if refusal.code not in {"not_found", "view_not_found"}:
            raise
        if error is not None:
            await desk.answer_error(arrival_of_visit(visit), error)


def detail_lines(error: DuebotError) -> tuple[str, ...]:
    """Lines that explain an error: candidates, differences or evidence."""
    candidates = getattr(error, "candidates", ())
    lines = getattr(error, "differences", ()) or getattr(error, "evidence", ())
    return tuple(candidate.label for candidate in candidates) or tuple(lines)
