"""auth, team, users, user groups, bots."""

from sandbox.slack import limits
from sandbox.slack import workspace as ws
from sandbox.slack.api.arguments import Args, page_of
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.inside import Slack


def auth_test(_slack: Slack, _args: Args) -> Json:
    return {
        "url": f"https://{ws.TEAM_DOMAIN}.slack.example/",
        "team": ws.TEAM_NAME,
        "user": ws.BOT_NAME,
        "team_id": ws.TEAM_ID,
        "user_id": ws.BOT_USER,
        "bot_id": ws.BOT_ID,
        "app_id": ws.APP_ID,
        "is_enterprise_install": False,
    }


def team_info(_slack: Slack, _args: Args) -> Json:
    return {
        "team": {
            "id": ws.TEAM_ID,
            "name": ws.TEAM_NAME,
            "domain": ws.TEAM_DOMAIN,
            "url": f"https://{ws.TEAM_DOMAIN}.slack.example/",
        }
    }


def bots_info(_slack: Slack, args: Args) -> Json:
    if args.text("bot", ws.BOT_ID) != ws.BOT_ID:
        raise SlackError("bot_not_found")
    bot = {
        "id": ws.BOT_ID,
        "deleted": False,
        "name": ws.BOT_NAME,
        "app_id": ws.APP_ID,
        "user_id": ws.BOT_USER,
    }
    return {"bot": bot}


def users_info(slack: Slack, args: Args) -> Json:
    return {"user": slack.workspace.user(args.needed("user")).as_json()}


def users_list(slack: Slack, args: Args) -> Json:
    page, metadata = page_of(list(slack.workspace.users.values()), args, 200, limits.LIST_PAGE)
    return {"members": [user.as_json() for user in page], "response_metadata": metadata}


def users_conversations(slack: Slack, args: Args) -> Json:
    user = args.text("user", ws.BOT_USER)
    channels = slack.workspace.channels_of(slack.workspace.user(user).id)
    if user != ws.BOT_USER:
        channels = [c for c in channels if not c.is_private or ws.BOT_USER in c.members]
    wanted = [c for c in channels if kind_of(c) in args.text("types", "public_channel").split(",")]
    page, metadata = page_of(wanted, args, 100, limits.LIST_PAGE)
    return {"channels": [c.as_json() for c in page], "response_metadata": metadata}


def kind_of(channel: ws.Channel) -> str:
    """The channel's word in a `types` argument."""
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def groups_list(slack: Slack, args: Args) -> Json:
    with_users, with_disabled = args.flag("include_users"), args.flag("include_disabled")
    shown = (group for group in slack.workspace.groups.values() if with_disabled or not group.disabled)
    return {"usergroups": [group.as_json(with_users) for group in shown]}


def groups_users_list(slack: Slack, args: Args) -> Json:
    group = slack.workspace.groups.get(args.needed("usergroup"))
    if group is None or (group.disabled and not args.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}
