"""Modals (a stack of up to three for each person) and Home tabs."""

import secrets
from copy import deepcopy
from dataclasses import dataclass, field

from sandbox.slack import limits
from sandbox.slack import workspace as ws
from sandbox.slack.blockkit.state import merged_state
from sandbox.slack.blockkit.validate import check_view, with_block_ids
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.feed import Feed
from sandbox.slack.messages import new_id


@dataclass
class Opened:
    """A view that a person has before them, and what they typed so far."""

    view: Json
    user: str
    typed: Json = field(default_factory=dict)

    def with_state(self) -> Json:
        """The view as Slack sends it to the bot: with its inputs' values."""
        return {**self.view, "state": {"values": merged_state(self.view["blocks"], self.typed)}}


class Modals:
    """Opens, changes and closes views, and tells the person's page."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._opened: dict[str, Opened] = {}
        self._stacks: dict[str, list[str]] = {}
        self._homes: dict[str, Opened] = {}

    def stack(self, user: str) -> list[Json]:
        """The person's open modals, the visible one last."""
        return [self._opened[view_id].with_state() for view_id in self._stacks.get(user, [])]

    def home(self, user: str) -> Json | None:
        opened = self._homes.get(user)
        return opened.with_state() if opened else None

    def opened(self, view_id: str) -> Opened:
        """An open modal or a Home tab; SlackError `not_found` when closed or never there."""
        found = self._opened.get(view_id) or next(
            (home for home in self._homes.values() if home.view["id"] == view_id), None
        )
        if found is None:
            raise SlackError("not_found")
        return found

    def find(self, view_id: str | None, external_id: str | None) -> Opened:
        """By either id, as `views.update` takes them; SlackError `not_found`."""
        if view_id:
            return self.opened(view_id)
        for opened in self._opened.values():
            if external_id and opened.view["external_id"] == external_id:
                return opened
        raise SlackError("not_found")

    def open(self, user: str, view: Json, above: str | None = None) -> Json:
        """Show a modal: on its own, or above the modal `above` that asked for it."""
        check_view(view, "modal")
        self._refuse_duplicate(view.get("external_id"))
        if above in self._stacks.get(user, []):
            return self.push(user, view)
        self._forget(user)
        opened = self._add(user, view, previous=None)
        return self._told(user, opened)

    def push(self, user: str, view: Json) -> Json:
        """Show a modal above the person's visible one; SlackError `push_limit_reached`, `not_found`."""
        check_view(view, "modal")
        stack = self._stacks.get(user, [])
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= limits.MODAL_STACK:
            raise SlackError("push_limit_reached")
        self._refuse_duplicate(view.get("external_id"))
        opened = self._add(user, view, previous=stack[-1])
        return self._told(user, opened)

    def update(self, opened: Opened, view: Json, expected_hash: str | None = None) -> Json:
        """Change a view in place; typed values stay where block_id and action_id stay."""
        if expected_hash and expected_hash != opened.view["hash"]:
            raise SlackError("hash_conflict")
        check_view(view, "home" if opened.view["type"] == "home" else "modal")
        external_id = view.get("external_id") or opened.view["external_id"]
        if external_id != opened.view["external_id"]:
            self._refuse_duplicate(external_id)
        kept = {name: opened.view[name] for name in ("id", "root_view_id", "previous_view_id")}
        opened.view = {**_as_kept(view), **kept, "external_id": external_id}
        return self._told(opened.user, opened)

    def publish_home(self, user: str, view: Json, expected_hash: str | None = None) -> Json:
        """Show a Home tab."""
        check_view(view, "home")
        before = self._homes.get(user)
        if before and expected_hash and expected_hash != before.view["hash"]:
            raise SlackError("hash_conflict")
        kept = _as_kept(view)
        kept["id"] = kept["root_view_id"] = before.view["id"] if before else new_id("V")
        self._homes[user] = Opened(kept, user)
        self._feed.publish({"type": "home", "view": kept}, [user])
        return kept

    def remember(self, opened: Opened, typed: Json) -> None:
        """Keep what the person typed, as their page reports it."""
        for block_id, actions in typed.items():
            opened.typed.setdefault(block_id, {}).update(deepcopy(actions))

    def close(self, opened: Opened) -> None:
        """Close one modal and those above it."""
        stack = self._stacks.get(opened.user, [])
        if opened.view["id"] not in stack:
            return
        while stack:
            view_id = stack.pop()
            del self._opened[view_id]
            if view_id == opened.view["id"]:
                break
        self._publish_stack(opened.user)

    def clear(self, user: str) -> list[Json]:
        """Close all of a person's modals; returns them, the visible one first."""
        closed = list(reversed(self.stack(user)))
        self._forget(user)
        self._publish_stack(user)
        return closed

    def _add(self, user: str, view: Json, previous: str | None) -> Opened:
        kept = _as_kept(view)
        kept["id"] = new_id("V")
        kept["previous_view_id"] = previous
        kept["root_view_id"] = self._opened[previous].view["root_view_id"] if previous else kept["id"]
        opened = Opened(kept, user)
        self._opened[kept["id"]] = opened
        self._stacks.setdefault(user, []).append(kept["id"])
        return opened

    def _told(self, user: str, opened: Opened) -> Json:
        if opened.view["type"] == "home":
            self._feed.publish({"type": "home", "view": opened.with_state()}, [user])
        else:
            self._publish_stack(user)
        return opened.with_state()

    def _publish_stack(self, user: str) -> None:
        self._feed.publish({"type": "modal", "views": self.stack(user)}, [user])

    def _forget(self, user: str) -> None:
        for view_id in self._stacks.pop(user, []):
            del self._opened[view_id]

    def _refuse_duplicate(self, external_id: str | None) -> None:
        if external_id and any(o.view["external_id"] == external_id for o in self._opened.values()):
            raise SlackError("duplicate_external_id")


def _as_kept(view: Json) -> Json:
    """The view with all that Slack adds, under a fresh hash; id and place are the caller's."""
    given = deepcopy(view)
    return {
        "id": "",
        "team_id": ws.TEAM_ID,
        "type": given["type"],
        "blocks": with_block_ids(given["blocks"]),
        "private_metadata": given.get("private_metadata", ""),
        "callback_id": given.get("callback_id", ""),
        "hash": f"{secrets.randbelow(10**9)}.{secrets.token_hex(4)}",
        "title": given.get("title"),
        "clear_on_close": bool(given.get("clear_on_close")),
        "notify_on_close": bool(given.get("notify_on_close")),
        "close": given.get("close"),
        "submit": given.get("submit"),
        "previous_view_id": None,
        "root_view_id": "",
        "app_id": ws.APP_ID,
        "external_id": given.get("external_id", ""),
        "app_installed_team_id": ws.TEAM_ID,
        "bot_id": ws.BOT_ID,
    }
