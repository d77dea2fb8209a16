"""The doorkeeper: every Slack request comes in here, and no exception leaves.

Three verbs. *Ack then work*: commands, buttons, shortcuts, events are acknowledged at once and the work runs as a
task of our own. *Answer in the ack*: typeahead options. *Ack by deadline*: a view submission waits up to two seconds
for its use case and answers with errors or the final view; past that it answers "working…" and the outcome comes by
``views.update``. Expected errors are sentences; unexpected ones get a short reference that is also in the log.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.errors import BadInput, Busy, DuebotError, NotAllowed, Tampered
from bot.domain.refusals import Refusal
from bot.views.blocks import View
from bot.views.errors import unexpected
from bot.views.forms import field_errors
from bot.views.modals_common import message_view, working
from bot.views.values import action_of
from handlers.desk import Arrival, Desk, arrival_of, loggable
from handlers.forms import Followed, Form, Pushed, Sent, Shown, show_view
from handlers.payload import well_formed

log = structlog.get_logger()

#: Slack wants an answer within 3 seconds; a submission gets this long to finish before it is told "working…".
SUBMIT_SECONDS = 2.0
_IN_A_FORM = {
    Refusal.UNKNOWN: "This form is from another version of Duebot. Nothing was written. "
    "Close it and open it again.",
    Refusal.BUSY: "I'm busy with a lot of requests just now. Nothing was sent; please try again in a moment.",
}
_SAID: Mapping[Refusal, DuebotError] = {
    Refusal.TAMPERED: Tampered("I can't read this form. Nothing was written. Close it and open it again."),
    Refusal.CROSS_WORKSPACE: NotAllowed("Duebot only answers people of its own workspace."),
    Refusal.UNKNOWN: BadInput(
        "I don't know that button any more. Ask for the card again, for example `/invoice 1042`."
    ),
    Refusal.BUSY: Busy(
        "I'm busy with a lot of requests just now. Nothing was done; please try again in a moment."
    ),
}
_MOST_TASKS = 200
_SETTLE_SECONDS = 0.5
#: How often, and how many times, an open form looks whether a checked write has ended: five minutes in all.
_FOLLOW_SECONDS = 1.0
_FOLLOWED = 300

CommandHandler = Callable[[Arrival, str, str], Awaitable[None]]
ActionHandler = Callable[[Arrival, dict[str, Any], dict[str, Any]], Awaitable[None]]
OptionsHandler = Callable[[Arrival, str], Awaitable[list[dict[str, Any]]]]
ShortcutHandler = Callable[[Arrival, dict[str, Any]], Awaitable[None]]
EventHandler = Callable[[dict[str, Any]], Awaitable[None]]


class Door:
    """Verifies who comes from where, finds the handler by its exact id, and answers for whatever goes wrong."""

    def __init__(
        self,
        desk: Desk,
        team_id: str,
        *,
        commands: Mapping[str, CommandHandler],
        actions: Mapping[str, ActionHandler],
        forms: Mapping[str, Form],
        options: Mapping[str, OptionsHandler],
        shortcuts: Mapping[str, ShortcutHandler],
        events: Mapping[str, EventHandler],
    ) -> None:
        self._desk = desk
        self._team_id = team_id
        self._commands = commands
        self._actions = actions
        self._forms = forms
        self._options = options
        self._shortcuts = shortcuts
        self._events = events
        self._tasks: set[asyncio.Task[Any]] = set()
        self._following: dict[str, asyncio.Task[None]] = {}
        self._draining = False

    # ---- ack then work -------------------------------------------------------------------------------------

    async def command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A slash command."""
        name = str(body.get("command", ""))
        handler = self._commands.get(name)
        reason = self._refusal(body, handler)
        if reason is Refusal.BUSY:
            self._desk.refusals.count(reason)
            await ack(text="I'm busy with a lot of requests just now. Please try again in a moment.")
            return
        await ack()
        if handler is None or reason:
            self._refuse(body, reason or Refusal.UNKNOWN)
        else:
            arrival = arrival_of(body)
            self._start(arrival, handler(arrival, name, str(body.get("text", ""))))

    async def action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A button, menu or dispatching input."""
        await ack()
        action = _first_action(body)
        handler = self._actions.get(action_of(str(action.get("action_id", "")))[0])
        reason = self._refusal(body, handler)
        if handler is None or reason:
            self._refuse(body, reason or Refusal.UNKNOWN)
        else:
            arrival = arrival_of(body)
            self._start(arrival, handler(arrival, action, body))

    async def shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A shortcut, global or on a message."""
        await ack()
        handler = self._shortcuts.get(str(body.get("callback_id", "")))
        reason = self._refusal(body, handler)
        if handler is None or reason:
            self._refuse(body, reason or Refusal.UNKNOWN)
        else:
            arrival = arrival_of(body)
            self._start(arrival, handler(arrival, body))

    async def event(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """An event of the Events API. Nobody waits for an answer to one that is refused."""
        await ack()
        event: dict[str, Any] = body.get("event") or {}
        known = well_formed(body) and self._events.get(str(event.get("type", "")))
        handler = known or None
        arrival = Arrival(user_id="", user_name="", team_id=str(body.get("team_id", "")))
        if reason := self._refusal(body, handler, arrival):
            self._desk.refusals.count(reason)
        elif handler is not None and event.get("user"):
            self._start(replace(arrival, user_id=str(event["user"])), handler(event))

    async def view_closed(self, ack: AsyncAck) -> None:
        """A closed view: nothing waits for it; a running write goes on and tells in Slack."""
        await ack()

    # ---- answer in the ack ---------------------------------------------------------------------------------

    async def options(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Typeahead of an external select. An error gives no options, never no answer."""
        handler = self._options.get(action_of(str(body.get("action_id", "")))[0])
        reason = self._refusal(body, handler)
        found: list[dict[str, Any]] = []
        if handler is None or reason:
            self._desk.refusals.count(reason or Refusal.UNKNOWN)
        else:
            found = await self._found(handler(arrival_of(body), str(body.get("value", ""))))
        await ack(options=found)

    async def _found(self, look: Awaitable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        try:
            return await asyncio.wait_for(look, SUBMIT_SECONDS)
        except TimeoutError as error:
            log.info("no_options", **loggable(error))
        except DuebotError as error:
            self._desk.count(error)
            log.info("no_options", **loggable(error))
        except Exception:
            log.exception("unexpected", what="options")
        return []

    # ---- ack by deadline -----------------------------------------------------------------------------------

    async def view(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A submitted form."""
        view = _submitted(body)
        form = self._forms.get(str(view.get("callback_id", "")))
        reason = self._refusal(body, form)
        if form is None or reason:
            await self._refuse_form(ack, form, view, reason or Refusal.UNKNOWN)
            return
        arrival, visit_id = arrival_of(body), str(view.get("private_metadata", ""))
        self._stop_following(str(view.get("id", "")))
        task = self._spawn(self._submit(form, arrival, visit_id, view))
        done, _ = await asyncio.wait({task}, timeout=SUBMIT_SECONDS)
        if not done:
            await ack(response_action="update", view=working(form.title, form.working, visit_id))
            self._spawn(self._show_later(task, str(view.get("id", "")), arrival))
            return
        answer = task.result()
        if answer.errors:
            await ack(response_action="errors", errors=answer.errors)
        elif isinstance(answer.shown, Pushed):
            await ack(response_action="push", view=answer.view)
        else:
            await ack(response_action="update", view=answer.view)
            self._follow(answer, str(view.get("id", "")))

    async def _refuse_form(
        self, ack: AsyncAck, form: Form | None, view: dict[str, Any], reason: Refusal
    ) -> None:
        """Says so in the form. A busy bot lets it keep what was typed, where it has a place for errors."""
        self._desk.refusals.count(reason)
        log.warning("refused", reason=reason.value, named=str(view.get("callback_id"))[:80])
        said = _IN_A_FORM.get(reason) or _SAID[reason].sentence
        if reason is Refusal.BUSY and (errors := field_errors(view, {"": said})):
            await ack(response_action="errors", errors=errors)
            return
        visit_id = view.get("private_metadata") if reason is not Refusal.TAMPERED else ""
        shown = message_view(form.title if form else "Form", said, str(visit_id or ""))
        await ack(response_action="update", view=shown)

    async def _submit(self, form: Form, arrival: Arrival, visit_id: str, view: dict[str, Any]) -> "_Answer":
        answer = await self._answer(form, arrival, visit_id, view)
        if answer.error is not None:
            self._desk.count(answer.error)
        return answer

    async def _answer(self, form: Form, arrival: Arrival, visit_id: str, view: dict[str, Any]) -> "_Answer":
        """Runs the form's use case; whatever happens becomes an answer."""
        try:
            visit = await self._desk.visit(visit_id, arrival.user_id)
            sent = Sent(await self._desk.authority.person(arrival.user_id), visit, view)
            try:
                return _Answer(await form.submit(sent))
            except DuebotError as error:
                again = await form.again(sent, error)
                errors = (
                    field_errors(view, error.fields) if isinstance(error, BadInput) and error.fields else {}
                )
                return _Answer(again, errors, error)
        except DuebotError as error:
            return _Answer(message_view(form.title, error.sentence, visit_id), {}, error)
        except Exception:  # noqa: BLE001 - the door is where exceptions end
            sentence = _reference(arrival, "view")
            return _Answer(message_view(form.title, sentence, visit_id), {}, DuebotError(sentence))

    async def _show_later(self, task: "asyncio.Task[_Answer]", view_id: str, arrival: Arrival) -> None:
        await asyncio.sleep(
            _SETTLE_SECONDS
        )  # Slack needs a moment between the ack and the first views.update
        answer = await task
        try:
            visit = await self._desk.visit(str(answer.view.get("private_metadata", "")), arrival.user_id)
            await show_view(self._desk, view_id, visit, answer.view, answer.error)
        except DuebotError as error:
            log.warning("outcome_not_shown", **loggable(error))
        else:
            self._follow(answer, view_id)

    def _follow(self, answer: "_Answer", view_id: str) -> None:
        """An open form follows what is being checked. Nothing depends on it: the end is told in Slack as well."""
        if isinstance(answer.shown, Followed) and not self._draining:
            self._stop_following(view_id)
            self._following[view_id] = asyncio.create_task(self._show_end(answer.shown, view_id))

    def _stop_following(self, view_id: str) -> None:
        """The view shows something newer from here on."""
        task = self._following.pop(view_id, None)
        if task is not None:
            task.cancel()

    async def _show_end(self, followed: Followed, view_id: str) -> None:
        try:
            for _ in range(_FOLLOWED):
                await asyncio.sleep(_FOLLOW_SECONDS)
                if (view := await followed.later()) is not None:
                    await self._desk.slack.update_view(view_id, view)
                    break
        except DuebotError as error:
            log.info("end_not_shown", **loggable(error))
        except Exception:  # the boundary of a task that nobody waits for
            log.exception("unexpected", what="follow")
        self._following.pop(view_id, None)

    # ---- tasks ---------------------------------------------------------------------------------------------

    def _full(self) -> bool:
        return len(self._tasks) >= _MOST_TASKS

    def _ours(self, arrival: Arrival) -> bool:
        return not self._team_id or arrival.team_id == self._team_id

    def _start(self, arrival: Arrival, work: Coroutine[Any, Any, None] | Awaitable[None]) -> None:
        self._spawn(self._guard(arrival, work))

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guard(self, arrival: Arrival, work: Awaitable[None]) -> None:
        """Runs a handler; errors become sentences where the person stands."""
        try:
            await work
        except DuebotError as error:
            self._desk.count(error)
            await self._desk.answer_error(arrival, error)
        except Exception:  # noqa: BLE001 - the door is where exceptions end
            await self._desk.answer_error(arrival, DuebotError(_reference(arrival, "handler")))

    # ---- what is not let in --------------------------------------------------------------------------------

    def _refusal(
        self, body: dict[str, Any], handler: object | None, arrival: Arrival | None = None
    ) -> Refusal | None:
        """Why nothing is done about a request; each has one reason."""
        if not well_formed(body):
            return Refusal.TAMPERED
        if not self._ours(arrival or arrival_of(body)):
            return Refusal.CROSS_WORKSPACE
        if handler is None:
            return Refusal.UNKNOWN
        return Refusal.BUSY if self._full() else None

    def _refuse(self, body: dict[str, Any], reason: Refusal) -> None:
        """Counts it, and says so where the person stands, if the payload can be read at all."""
        self._desk.refusals.count(reason)
        named = _first_action(body).get("action_id") or body.get("callback_id") or body.get("command")
        log.warning("refused", reason=reason.value, named=str(named)[:80])
        if reason is not Refusal.TAMPERED:
            self._spawn(self._desk.answer_error(arrival_of(body), _SAID[reason]))

    @property
    def running(self) -> int:
        """How many requests are being worked on."""
        return len(self._tasks)

    async def drain(self) -> None:
        """Waits for everything that was acknowledged to finish."""
        self._draining = True
        try:
            while self._tasks:
                await asyncio.wait(set(self._tasks))
            for view_id in list(self._following):
                self._stop_following(view_id)
        finally:
            self._draining = False


def _first_action(body: dict[str, Any]) -> dict[str, Any]:
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    return first if isinstance(first, dict) else {}


def _submitted(body: dict[str, Any]) -> dict[str, Any]:
    view = body.get("view")
    return view if isinstance(view, dict) else {}


class _Answer:
    """What a submission is answered with: the next view, field errors if any, and the error behind them."""

    def __init__(
        self,
        shown: Shown,
        errors: Mapping[str, str] | None = None,
        error: DuebotError | None = None,
    ) -> None:
        self.shown = shown
        self.view: View = shown.view if isinstance(shown, Pushed | Followed) else shown
        self.errors = dict(errors or {})
        self.error = error


def _reference(arrival: Arrival, what: str) -> str:
    """Logs the exception being handled under a short reference; the sentence that names it."""
    reference = secrets.token_hex(3).upper()
    log.exception("unexpected", what=what, reference=reference, user=arrival.user_id)
    return unexpected(reference).text
