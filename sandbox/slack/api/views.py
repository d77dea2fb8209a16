"""views.*: modals and Home tabs."""

import json
from typing import Any

from sandbox.slack.api.arguments import Args
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.inside import Slack

_FILES = "files:read"


def _view(slack: Slack, args: Args) -> Json:
    """The view; SlackError when there is none, or `missing_scope` for a file input without the scope for files."""
    view: Any = args.parsed("view")
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", "[ERROR] missing required field: view")
    if '"file_input"' in json.dumps(view) and _FILES not in slack.catalog.scopes:
        raise SlackError("missing_scope", needed=_FILES, provided=",".join(slack.catalog.scopes))
    return view


def open_(slack: Slack, args: Args) -> Json:
    trigger = slack.triggers.spend(args.needed("trigger_id"))
    return {"view": slack.modals.open(trigger.user, _view(slack, args), trigger.view_id)}


def push(slack: Slack, args: Args) -> Json:
    trigger = slack.triggers.spend(args.needed("trigger_id"))
    return {"view": slack.modals.push(trigger.user, _view(slack, args))}


def update(slack: Slack, args: Args) -> Json:
    opened = slack.modals.find(args.text("view_id") or None, args.text("external_id") or None)
    return {"view": slack.modals.update(opened, _view(slack, args), args.text("hash") or None)}


def publish(slack: Slack, args: Args) -> Json:
    user = slack.workspace.user(args.needed("user_id"))
    return {"view": slack.modals.publish_home(user.id, _view(slack, args), args.text("hash") or None)}
