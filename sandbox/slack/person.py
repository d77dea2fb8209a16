"""A person at Slack, for tests: they see, click, type and submit through the code behind the page."""

import re
from copy import deepcopy
from datetime import date

from sandbox.slack.blockkit.state import VALUES, interactive
from sandbox.slack.errors import Json
from sandbox.slack.files import File
from sandbox.slack.server import SlackSandbox
from sandbox.slack.shown import find, label_of, shown_text

Simple = str | int | float | date | bool | list[str] | Json | File | None


class Refused(AssertionError):
    """Slack told the person that it didn't work."""


class Person:
    """Plays `user_id`. A message or view is a plain dict, as it was when it was looked at.

    Messages carry their `channel`; a click on an old copy is a stale click, as on a slow page.
    """

    def __init__(self, sandbox: SlackSandbox, user_id: str, timeout: float = 5.0) -> None:
        self.sandbox = sandbox
        self.id = user_id
        self._timeout = timeout

    # What they see

    def messages(self, channel: str | None = None) -> list[Json]:
        """All that they see there (None: anywhere), oldest first, replies and ephemeral ones too."""
        store = self.sandbox.messages
        places = [c.id for c in self.sandbox.workspace.channels_of(self.id) if channel in (None, c.id)]
        seen = [{**message, "channel": place} for place in places for message in store.in_channel(place)]
        seen += [
            {**one.message, "channel": one.channel}
            for one in store.ephemeral(user=self.id)
            if one.channel in places
        ]
        return [deepcopy(message) for message in sorted(seen, key=lambda message: str(message["ts"]))]

    def views(self) -> list[Json]:
        """Their open modals, the visible one last."""
        return deepcopy(self.sandbox.modals.stack(self.id))

    @property
    def dm(self) -> str:
        """Their direct conversation with the bot."""
        return self.sandbox.workspace.dm(self.id).id

    async def sees(self, text: str, channel: str | None = None, after: str = "0") -> Json:
        """The newest message that contains `text` (and is younger than the ts `after`); waits for it."""

        def found() -> Json | None:
            fitting = (
                m for m in reversed(self.messages(channel)) if text in _all_text(m) and m["ts"] > after
            )
            return next(fitting, None)

        try:
            return await self.sandbox.wait_for(found, self._timeout) or {}
        except TimeoutError:
            seen = [_all_text(message) for message in self.messages(channel)]
            raise AssertionError(f"{self.id} never saw {text!r}, but {seen}; {self._problems()}") from None

    async def modal(self, text: str = "") -> Json:
        """Their visible modal, as soon as it contains `text`; waits for it."""
        try:
            return await self.sandbox.wait_for(
                lambda: next((v for v in self.views()[-1:] if text in shown_text(v)), {}), self._timeout
            )
        except TimeoutError:
            seen = [shown_text(view) for view in self.views()]
            raise AssertionError(
                f"{self.id} never saw a modal {text!r}, but {seen}; {self._problems()}"
            ) from None

    async def no_modal(self) -> None:
        """Wait until all their modals are closed."""
        await self.sandbox.wait_for(lambda: not self.views(), self._timeout)

    async def home(self, text: str = "") -> Json:
        """Open the bot's Home tab and wait until it contains `text`."""
        await self.sandbox.visits.open_home(self.id)

        def found() -> Json | None:
            view = self.sandbox.modals.home(self.id)
            return deepcopy(view) if view and text in shown_text(view) else None

        try:
            return await self.sandbox.wait_for(found, self._timeout) or {}
        except TimeoutError:
            seen = shown_text(self.sandbox.modals.home(self.id) or {})
            raise AssertionError(
                f"{self.id}'s Home never said {text!r}, but {seen!r}; {self._problems()}"
            ) from None

    def again(self, thing: Json) -> Json:
        """The same message or view as it is now."""
        if "channel" not in thing:
            return deepcopy(self.sandbox.modals.opened(thing["id"]).with_state())
        message, _ = self.sandbox.messages.seen_by(self.id, thing["channel"], thing["ts"])
        return {**deepcopy(message), "channel": thing["channel"]}

    # What they do

    async def say(self, channel: str, text: str) -> None:
        """Post a message."""
        self._must(await self.sandbox.visits.say(self.id, channel, text))

    async def command(self, channel: str, text: str) -> None:
        """Run a slash command, as `/invoice 1042`; returns when the bot has acknowledged it."""
        self._must(await self.sandbox.visits.say(self.id, channel, text))

    async def click(
        self, thing: Json, label: str | None = None, *, action_id: str | None = None, value: str | None = None
    ) -> None:
        """Click a button, found by its text, action_id or value."""
        block, element = find(thing, label, action_id, value)
        action = _named(block, element)
        if "value" in element:
            action["value"] = element["value"]
        self._must(await self.sandbox.visits.act(self.id, _container(thing), action))

    async def choose(
        self, thing: Json, label: str | None, choice: Simple, *, action_id: str | None = None
    ) -> None:
        """Choose in a menu, date picker, checkboxes…; `choice` as in `submit`."""
        block, element = find(thing, label, action_id)
        action = {**_named(block, element), **await self._value(thing, block, element, choice)}
        self._must(await self.sandbox.visits.act(self.id, _container(thing), action))

    async def options(
        self, thing: Json, label: str | None, query: str, *, action_id: str | None = None
    ) -> list[Json]:
        """The options that the bot offers for what is typed into an external select."""
        block, element = find(thing, label, action_id)
        found = self._must(
            await self.sandbox.visits.options(
                self.id, _container(thing), block["block_id"], element["action_id"], query
            )
        )
        groups = found.get("option_groups", [])
        return [*found.get("options", []), *(option for group in groups for option in group["options"])]

    async def submit(self, view: Json, values: dict[str, Simple] | None = None) -> dict[str, str]:
        """Fill in and submit; field errors by block_id come back, {} when there are none.

        `values` names fields by label, action_id or block_id, with plain values: text, a date, an
        option's text or value, a list of those, a file of `sandbox.files.add`; a select with options
        from the bot is searched.
        """
        typed: Json = {}
        for name, given in (values or {}).items():
            block, element = self._field(view, name)
            value = await self._value(view, block, element, given)
            typed.setdefault(block["block_id"], {})[element["action_id"]] = value
        answer = await self.sandbox.visits.submit(self.id, view["id"], {"values": typed})
        self._must(answer)
        return dict(answer.get("errors", {}))

    async def close(self, view: Json, clear: bool = False) -> None:
        """Press cancel, or (`clear`) the cross of the whole stack."""
        self._must(await self.sandbox.visits.close(self.id, view["id"], clear))

    async def shortcut(self, callback_id: str, message: Json | None = None) -> None:
        """Run a global shortcut, or one on a message."""
        channel, ts = (message["channel"], message["ts"]) if message else (None, None)
        self._must(await self.sandbox.visits.shortcut(self.id, callback_id, channel, ts))

    def _field(self, view: Json, name: str) -> tuple[Json, Json]:
        for block, element in interactive(view["blocks"]):
            if name in (block["block_id"], element["action_id"], label_of(block, element)):
                return block, element
        return find(view, name)

    async def _value(self, thing: Json, block: Json, element: Json, given: Simple) -> Json:
        kind = element["type"]
        if isinstance(given, dict) and "type" in given:
            return given
        if isinstance(given, File):
            return {"type": kind, "files": [self.sandbox.files.as_json(given)]}
        key = VALUES[kind][0] if kind != "overflow" else "selected_option"
        if given is None or not key.startswith("selected_option"):
            return {"type": kind, key: _plain(given)}
        wanted = given if isinstance(given, list) else [given]
        chosen = [await self._option(thing, block, element, each) for each in wanted]
        return {"type": kind, key: chosen if key == "selected_options" else chosen[0]}

    async def _option(self, thing: Json, block: Json, element: Json, wanted: object) -> Json:
        if isinstance(wanted, dict):
            return wanted
        sought = str(wanted)
        if element["type"] in ("external_select", "multi_external_select"):
            offered = await self.options(thing, None, sought, action_id=element["action_id"])
        else:
            groups = element.get("option_groups", [])
            offered = [*element.get("options", []), *(o for group in groups for o in group["options"])]
        for option in offered:
            if sought in (option["text"]["text"], option["value"]):
                return dict(option)
        for option in offered:
            if sought.lower() in option["text"]["text"].lower():
                return dict(option)
        there = [option["text"]["text"] for option in offered]
        raise AssertionError(f"{label_of(block, element)!r} doesn't offer {sought!r}, but {there}.")

    def _must(self, answer: Json) -> Json:
        if answer.get("ok") is False:
            raise Refused(f"{answer.get('error')}; {self._problems()}")
        return answer

    def _problems(self) -> str:
        return f"problems so far: {self.sandbox.problems}"


def _container(thing: Json) -> Json:
    if "channel" in thing:
        return {"type": "message", "channel": thing["channel"], "ts": thing["ts"]}
    if thing["type"] == "home":
        return {"type": "home"}
    return {"type": "view", "view_id": thing["id"]}


def _named(block: Json, element: Json) -> Json:
    return {"block_id": block["block_id"], "action_id": element["action_id"], "type": element["type"]}


def _plain(given: Simple) -> object:
    if isinstance(given, date):
        return given.isoformat()
    if isinstance(given, list) or given is None:
        return given
    return str(given)


def _all_text(message: Json) -> str:
    parts = [message.get("text", ""), shown_text(message)]
    files = [file["name"] for file in message.get("files", [])]
    return re.sub(r"\n+", "\n", "\n".join([*parts, *files]))
