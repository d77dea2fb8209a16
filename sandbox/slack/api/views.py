"""views.*: modals and Home tabs."""

from typing import Any

from sandbox.slack.api.arguments import Args
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.inside import Slack


def _view(args: Args) -> Json:
    view: Any = args.parsed("view")
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", "[ERROR] missing required field: view")
    return view


def open_(slack: Slack, args: Args) -> Json:
    trigger = slack.triggers.spend(args.needed("trigger_id"))
    return {"view": slack.modals.open(trigger.user, _view(args), trigger.view_id)}


def push(slack: Slack, args: Args) -> Json:
    trigger = slack.triggers.spend(args.needed("trigger_id"))
    return {"view": slack.modals.push(trigger.user, _view(args))}


def update(slack: Slack, args: Args) -> Json:
    opened = slack.modals.find(args.text("view_id") or None, args.text("external_id") or None)
    return {"view": slack.modals.update(opened, _view(args), args.text("hash") or None)}


def publish(slack: Slack, args: Args) -> Json:
    user = slack.workspace.user(args.needed("user_id"))
    return {"view": slack.modals.publish_home(user.id, _view(args), args.text("hash") or None)}
