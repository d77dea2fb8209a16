"""What a person does in Slack, and what Slack makes of the bot's ack. The page and tests come in here."""

from dataclasses import dataclass

from sandbox.slack import workspace as ws
from sandbox.slack.blockkit.state import input_errors, interactive, merged_state
from sandbox.slack.blockkit.validate import check_message, check_options
from sandbox.slack.delivery import interaction, slash_command
from sandbox.slack.errors import Json, SlackError, Undelivered
from sandbox.slack.inside import Slack
from sandbox.slack.messages import Body
from sandbox.slack.modals import Opened

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass
class Place:
    """Where an interaction happened: the parts of its payload, and the blocks that stand there."""

    parts: Json
    blocks: list[Json]
    view: Opened | None = None

    @property
    def view_id(self) -> str | None:
        return self.view.view["id"] if self.view and self.view.view["type"] == "modal" else None


def _ok() -> Json:
    return {"ok": True}


def _failed(error: str) -> Json:
    return {"ok": False, "error": error}


class Visits:
    """A person's doings; each returns what their page is told."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def say(self, user_id: str, channel_id: str, text: str) -> Json:
        """Post a message, or run it as a slash command."""
        slack = self._slack
        channel = self._slack.own_channel(user_id, channel_id)
        if text.startswith("/"):
            command, _, rest = text.partition(" ")
            return await self._command(user_id, channel, command, rest.strip())
        message = slack.messages.post_by_person(channel, user_id, text)
        links = slack.catalog.links(text)
        if links and ws.BOT_USER in channel.members:
            await slack.tell(
                {
                    "type": "link_shared",
                    "user": user_id,
                    "channel": channel.id,
                    "message_ts": message["ts"],
                    "unfurl_id": f"C.{message['ts']}",
                    "source": "conversations_history",
                    "links": links,
                    "event_ts": slack.stamps.next(),
                }
            )
        return _ok()

    async def _command(self, user_id: str, channel: ws.Channel, command: str, text: str) -> Json:
        slack = self._slack
        if not slack.catalog.has_command(command):
            slack.notice(user_id, f"{command} is not a valid command.")
            return _failed("invalid_command")
        url = slack.response_url(slack.response_urls.issue(user_id, channel.id))
        sent = slack.catalog.as_sent(command, text)
        payload = slash_command(
            slack.workspace.user(user_id), channel, command, sent, slack.triggers.issue(user_id), url
        )
        try:
            ack = await slack.courier.deliver("slash_commands", payload)
        except Undelivered as problem:
            slack.notice(user_id, f"{command} failed with the error “{problem.code}”")
            slack.trouble(f"{command} {text}: {problem}")
            return _failed(problem.code)
        return self._answer_in_ack(user_id, channel, ack)

    def _answer_in_ack(self, user_id: str, channel: ws.Channel, ack: Json | str) -> Json:
        said: Json = {"text": ack} if isinstance(ack, str) else ack
        body = Body(said.get("text", ""), said.get("blocks"))
        if not body.text and not body.blocks:
            return _ok()
        try:
            check_message(body.blocks or [])
        except SlackError as problem:
            self._slack.trouble(f"ack of a command: {problem.code} {problem.messages}")
            return _failed(problem.code)
        if said.get("response_type") == "in_channel":
            self._slack.messages.post_by_bot(channel, body)
        else:
            self._slack.messages.show_only(channel.id, user_id, body)
        return _ok()

    async def act(self, user_id: str, container: Json, action: Json, state: Json | None = None) -> Json:
        """Click a button or choose from a menu; `action` names block_id, action_id and the value."""
        slack = self._slack
        user = slack.workspace.user(user_id)
        place = self._place(user_id, container, state)
        element = _element_at(place.blocks, action) or _still_shown(action)
        done: Json = {
            **_said_of(element),
            **action,
            "type": element["type"],
            "action_ts": slack.stamps.next(),
        }
        if place.view is not None and element["type"] != "button":
            slack.modals.remember(place.view, {action["block_id"]: {action["action_id"]: _held(done)}})
            place = self._place(user_id, container, None)
        if _keeps_to_itself(place.blocks, action["block_id"]):
            return _ok()
        trigger_id = slack.triggers.issue(user_id, place.view_id)
        payload = interaction("block_actions", user, trigger_id=trigger_id, **place.parts, actions=[done])
        return await self._handed_over(user_id, payload)

    async def options(
        self,
        user_id: str,
        container: Json,
        block_id: str,
        action_id: str,
        query: str,
        state: Json | None = None,
    ) -> Json:
        """Ask the bot for the options of an external select."""
        slack = self._slack
        place = self._place(user_id, container, state)
        try:
            element = _element_at(place.blocks, {"block_id": block_id, "action_id": action_id})
            if element is None:
                raise SlackError("action_not_found")
            if len(query) < element.get("min_query_length", 3):
                return {"options": []}
            if not slack.catalog.offers_options:
                raise SlackError("no_options_url")
            place.parts.pop("response_url", None)
            payload = interaction(
                "block_suggestion",
                slack.workspace.user(user_id),
                **place.parts,
                block_id=block_id,
                action_id=action_id,
                value=query,
            )
            found = await slack.courier.deliver("interactive", payload)
            check_options(found)
        except Undelivered as problem:
            slack.trouble(f"options of {action_id}: {problem}")
            return _failed(problem.code)
        except SlackError as problem:
            slack.trouble(f"options of {action_id}: {problem.code} {problem.messages}")
            return _failed(problem.code)
        return found if isinstance(found, dict) else _failed("invalid_options")

    async def submit(self, user_id: str, view_id: str, state: Json | None = None) -> Json:
        """Press a modal's submit button."""
        slack = self._slack
        try:
            opened = self._own_modal(user_id, view_id, state)
        except SlackError as problem:
            return _failed(problem.code)
        blocks = opened.view["blocks"]
        if opened.view["submit"] is None:
            return _failed("This view has nothing to submit.")
        if errors := input_errors(blocks, merged_state(blocks, opened.typed)):
            return {"ok": True, "errors": errors}
        payload = interaction(
            "view_submission",
            slack.workspace.user(user_id),
            trigger_id=slack.triggers.issue(user_id, view_id),
            view=opened.with_state(),
            response_urls=[],
        )
        try:
            ack = await slack.courier.deliver("interactive", payload)
            return self._submitted(opened, ack if isinstance(ack, dict) else {})
        except Undelivered as problem:
            slack.trouble(f"submission of {opened.view['callback_id']}: {problem}")
        except SlackError as problem:
            slack.trouble(f"ack of {opened.view['callback_id']}: {problem.code} {problem.messages}")
        slack.notice(user_id, TROUBLE)
        return _failed(TROUBLE)

    def _submitted(self, opened: Opened, ack: Json) -> Json:
        modals = self._slack.modals
        action = ack.get("response_action")
        if not ack:
            modals.close(opened)
        elif action == "clear":
            modals.clear(opened.user)
        elif action == "update":
            modals.update(opened, ack["view"])
        elif action == "push":
            modals.push(opened.user, ack["view"])
        elif action == "errors":
            return {"ok": True, "errors": _known_errors(opened.view["blocks"], ack.get("errors"))}
        else:
            raise SlackError("invalid_arguments", f"[ERROR] unknown response_action {action!r}")
        return _ok()

    async def close(self, user_id: str, view_id: str, clear: bool = False) -> Json:
        """Press a modal's cancel button, or (`clear`) its cross, which closes the whole stack."""
        modals = self._slack.modals
        try:
            opened = self._own_modal(user_id, view_id, None)
        except SlackError as problem:
            return _failed(problem.code)
        all_of_them = clear or opened.view["clear_on_close"]
        closed = [opened.with_state()]
        if all_of_them:
            closed = modals.clear(user_id)
        else:
            modals.close(opened)
        for view in closed:
            if view["notify_on_close"]:
                await self._tell_closed(user_id, view, all_of_them)
        return _ok()

    async def _tell_closed(self, user_id: str, view: Json, cleared: bool) -> None:
        user = self._slack.workspace.user(user_id)
        payload = interaction("view_closed", user, view=view, is_cleared=cleared)
        try:
            await self._slack.courier.deliver("interactive", payload)
        except Undelivered as problem:
            self._slack.trouble(f"closing of {view['callback_id']}: {problem}")

    async def shortcut(
        self, user_id: str, callback_id: str, channel_id: str | None = None, ts: str | None = None
    ) -> Json:
        """Run a global shortcut, or a message shortcut on the message `ts`."""
        slack = self._slack
        user = slack.workspace.user(user_id)
        common: Json = {
            "callback_id": callback_id,
            "trigger_id": slack.triggers.issue(user_id),
            "action_ts": slack.stamps.next(),
        }
        if channel_id is None or ts is None:
            return await self._handed_over(user_id, interaction("shortcut", user, **common))
        channel = self._slack.own_channel(user_id, channel_id)
        url = slack.response_url(slack.response_urls.issue(user_id, channel_id))
        payload = interaction(
            "message_action",
            user,
            **common,
            message_ts=ts,
            message=slack.messages.get(channel_id, ts),
            channel={"id": channel.id, "name": channel.name},
            response_url=url,
        )
        return await self._handed_over(user_id, payload)

    async def open_home(self, user_id: str) -> Json | None:
        """Look at the bot's Home tab: the bot hears of it; returns what stands there now."""
        slack = self._slack
        event: Json = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": slack.workspace.dm(user_id).id,
            "tab": "home",
            "event_ts": slack.stamps.next(),
        }
        home = slack.modals.home(user_id)
        if home is not None:
            event["view"] = home
        await slack.tell(event)
        return slack.modals.home(user_id)

    async def _handed_over(self, user_id: str, payload: Json) -> Json:
        if not self._slack.catalog.interactive:
            self._slack.trouble(f"{payload['type']}: the manifest doesn't turn interactivity on")
            return _failed("interactivity_off")
        try:
            await self._slack.courier.deliver("interactive", payload)
        except Undelivered as problem:
            self._slack.notice(user_id, f"That didn't work: {problem.code}")
            self._slack.trouble(f"{payload['type']}: {problem}")
            return _failed(problem.code)
        return _ok()

    def _own_modal(self, user_id: str, view_id: str, state: Json | None) -> Opened:
        opened = self._slack.modals.opened(view_id)
        if opened.user != user_id or opened.view["type"] != "modal":
            raise SlackError("not_found")
        self._remember(opened, state)
        return opened

    def _remember(self, opened: Opened, state: Json | None) -> None:
        typed = (state or {}).get("values") or {}
        self._slack.modals.remember(opened, self._slack.files.taken_in(typed))

    def _place(self, user_id: str, container: Json, state: Json | None) -> Place:
        """The message or view that the person acts in; SlackError when it isn't there (any more)."""
        if container["type"] == "message":
            return self._message_place(user_id, container, state)
        if container["type"] == "home":
            home = self._slack.modals.home(user_id)
            opened = self._slack.modals.opened(home["id"] if home else "")
            self._remember(opened, state)
        else:
            opened = self._slack.modals.opened(container["view_id"])
            if opened.user != user_id:
                raise SlackError("not_found")
            self._remember(opened, state)
        view = opened.with_state()
        return Place(
            {"container": {"type": "view", "view_id": view["id"]}, "view": view}, view["blocks"], opened
        )

    def _message_place(self, user_id: str, container: Json, state: Json | None) -> Place:
        slack = self._slack
        channel = self._slack.own_channel(user_id, container["channel"])
        message, is_ephemeral = slack.messages.seen_by(user_id, channel.id, container["ts"])
        shown = next((e for e in slack.messages.ephemeral(channel.id) if e.message is message), None)
        key = slack.response_urls.issue(user_id, channel.id, message["ts"], shown)
        blocks = message.get("blocks") or []
        place: Json = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel.id,
            "is_ephemeral": is_ephemeral,
        }
        if "thread_ts" in message:
            place["thread_ts"] = message["thread_ts"]
        parts: Json = {
            "container": place,
            "channel": {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name},
            "response_url": slack.response_url(key),
            "state": {"values": merged_state(blocks, (state or {}).get("values", {}))},
        }
        if not is_ephemeral:
            parts["message"] = message
        return Place(parts, blocks)


def _element_at(blocks: list[Json], wanted: Json) -> Json | None:
    for block, element in interactive(blocks):
        if block["block_id"] == wanted.get("block_id") and element["action_id"] == wanted.get("action_id"):
            return element
    return None


def _keeps_to_itself(blocks: list[Json], block_id: str) -> bool:
    """An input block tells the bot of a change only when it has `dispatch_action`."""
    block = next((block for block in blocks if block["block_id"] == block_id), {})
    return block.get("type") == "input" and not block.get("dispatch_action")


def _still_shown(action: Json) -> Json:
    """A person may click what the bot has just taken away: their screen is behind. Slack delivers it."""
    if not all(action.get(name) for name in ("block_id", "action_id", "type")):
        raise SlackError("action_not_found")
    return action


def _said_of(element: Json) -> Json:
    """What Slack repeats of the element itself in an action."""
    said: Json = {}
    if element["type"] == "button":
        said = {name: element[name] for name in ("text", "value", "style") if name in element}
    return said


def _held(action: Json) -> Json:
    """An action's value as the view's state holds it."""
    outside = ("block_id", "action_id", "action_ts", "text")
    return {name: value for name, value in action.items() if name not in outside}


def _known_errors(blocks: list[Json], errors: object) -> dict[str, str]:
    """Field errors stand at input blocks of the view; Slack refuses any others."""
    inputs = {block["block_id"] for block in blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_arguments", "[ERROR] errors must name at least one input block")
    strangers = sorted(set(errors) - inputs)
    if strangers:
        raise SlackError("invalid_arguments", f"[ERROR] no input block is called {', '.join(strangers)}")
    return {str(block): str(text) for block, text in errors.items()}
