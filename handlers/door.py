"""The doorkeeper: every Slack request comes in here, and no exception leaves.

Three verbs. *Ack then work*: commands, buttons, shortcuts, events are acknowledged at once and the work runs as a
task of our own. *Answer in the ack*: typeahead options. *Ack by deadline*: a view submission waits up to two seconds
for its use case and answers with errors or the final view; past that it answers "working…" and the outcome comes by
``views.update``. Expected errors are sentences; unexpected ones get a short reference that is also in the log.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.errors import BadInput, Busy, DuebotError, NotAllowed
from bot.views.blocks import View
from bot.views.errors import unexpected
from bot.views.forms import field_errors
from bot.views.modals_common import message_view, working
from bot.views.values import action_of
from handlers.desk import Arrival, Desk, arrival_of, loggable
from handlers.forms import Followed, Form, Pushed, Sent, Shown, show_view

log = structlog.get_logger()

#: Slack wants an answer within 3 seconds; a submission gets this long to finish before it is told "working…".
SUBMIT_SECONDS = 2.0
_GONE = "This form is from another version of Duebot. Nothing was written. Close it and open it again."
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
        if self._full():
            await ack(text="I'm busy with a lot of requests just now. Please try again in a moment.")
            return
        await ack()
        arrival, name = arrival_of(body), str(body.get("command", ""))
        handler = self._commands.get(name)
        if handler is not None:
            self._start(arrival, handler(arrival, name, str(body.get("text", ""))))

    async def action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A button, menu or dispatching input."""
        await ack()
        arrival = arrival_of(body)
        actions = body.get("actions") or [{}]
        action: dict[str, Any] = actions[0] if isinstance(actions[0], dict) else {}
        handler = self._actions.get(action_of(str(action.get("action_id", "")))[0])
        if handler is None:
            log.warning("unknown_action", action_id=str(action.get("action_id", ""))[:80])
            self._start(arrival, self._unknown(arrival))
        elif self._full():
            self._start(arrival, self._too_busy(arrival))
        else:
            self._start(arrival, handler(arrival, action, body))

    async def shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A shortcut, global or on a message."""
        await ack()
        arrival = arrival_of(body)
        handler = self._shortcuts.get(str(body.get("callback_id", "")))
        if handler is None:
            self._start(arrival, self._unknown(arrival))
        elif self._full():
            self._start(arrival, self._too_busy(arrival))
        else:
            self._start(arrival, handler(arrival, body))

    async def event(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """An event of the Events API."""
        await ack()
        event: dict[str, Any] = body.get("event") or {}
        handler = self._events.get(str(event.get("type", "")))
        if handler is not None and not self._full():
            arrival = Arrival(
                user_id=str(event.get("user", "")), user_name="", team_id=str(body.get("team_id", ""))
            )
            if arrival.user_id and self._ours(arrival):
                self._start(arrival, handler(event))

    async def view_closed(self, ack: AsyncAck) -> None:
        """A closed view: nothing waits for it; a running write goes on and tells in Slack."""
        await ack()

    # ---- answer in the ack ---------------------------------------------------------------------------------

    async def options(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Typeahead of an external select. An error gives no options, never no answer."""
        arrival = arrival_of(body)
        handler = self._options.get(action_of(str(body.get("action_id", "")))[0])
        found: list[dict[str, Any]] = []
        if handler is not None and self._ours(arrival):
            try:
                found = await asyncio.wait_for(handler(arrival, str(body.get("value", ""))), SUBMIT_SECONDS)
            except (DuebotError, TimeoutError) as error:
                log.info("no_options", **loggable(error))
            except Exception:
                log.exception("unexpected", what="options")
        await ack(options=found)

    # ---- ack by deadline -----------------------------------------------------------------------------------

    async def view(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A submitted form."""
        arrival = arrival_of(body)
        view: dict[str, Any] = body.get("view") or {}
        form = self._forms.get(str(view.get("callback_id", "")))
        self._stop_following(str(view.get("id", "")))
        if form is None:
            gone = message_view("Form", _GONE, str(view.get("private_metadata", "")))
            await ack(response_action="update", view=gone)
            return
        visit_id = str(view.get("private_metadata", ""))
        if self._full():
            await self._refuse_busy(ack, form, view)
            return
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

    async def _refuse_busy(self, ack: AsyncAck, form: Form, view: dict[str, Any]) -> None:
        """Says so in the form, which keeps what was typed; a view without inputs has no place for errors."""
        busy = "I'm busy with a lot of requests just now. Nothing was sent; please try again in a moment."
        if errors := field_errors(view, {"": busy}):
            await ack(response_action="errors", errors=errors)
        else:
            shown = message_view(form.title, busy, str(view.get("private_metadata", "")))
            await ack(response_action="update", view=shown)

    async def _submit(self, form: Form, arrival: Arrival, visit_id: str, view: dict[str, Any]) -> "_Answer":
        """Runs the form's use case; whatever happens becomes an answer."""
        try:
            if not self._ours(arrival):
                raise NotAllowed("Duebot only answers people of its own workspace.")
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
            if not self._ours(arrival):
                _drop(work)
                raise NotAllowed("Duebot only answers people of its own workspace.")
            await work
        except DuebotError as error:
            await self._desk.answer_error(arrival, error)
        except Exception:  # noqa: BLE001 - the door is where exceptions end
            await self._desk.answer_error(arrival, DuebotError(_reference(arrival, "handler")))

    async def _unknown(self, arrival: Arrival) -> None:
        raise BadInput(
            "I don't know that button any more. Ask for the card again, for example `/invoice 1042`."
        )

    async def _too_busy(self, arrival: Arrival) -> None:
        raise Busy(
            "I'm busy with a lot of requests just now. Nothing was done; please try again in a moment."
        )

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


def _drop(work: Awaitable[None]) -> None:
    if asyncio.iscoroutine(work):
        work.close()


def _reference(arrival: Arrival, what: str) -> str:
    """Logs the exception being handled under a short reference; the sentence that names it."""
    reference = secrets.token_hex(3).upper()
    log.exception("unexpected", what=what, reference=reference, user=arrival.user_id)
    return unexpected(reference).text
