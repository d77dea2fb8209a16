"""A fictional workspace: its people, groups and conversations."""

from dataclasses import dataclass, field

from sandbox.slack.errors import Json, SlackError

TEAM_ID = "T0NORTH"
TEAM_NAME = "Northwind IT"
TEAM_DOMAIN = "northwind-it"
APP_ID = "A0DUEBOT"
BOT_ID = "B0DUEBOT"
BOT_USER = "U0DUEBOT"
BOT_NAME = "duebot"


@dataclass
class User:
    """A person or bot as `users.info` shows it."""

    id: str
    name: str
    real_name: str
    title: str = ""
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False
    is_bot: bool = False
    team_id: str = TEAM_ID
    tz: str = "America/New_York"

    @property
    def plays(self) -> bool:
        """Whether the page may act as this person."""
        return not (self.deleted or self.is_bot)

    def as_json(self) -> Json:
        stranger = self.team_id != TEAM_ID
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "is_stranger": stranger,
            "is_app_user": False,
            "tz": self.tz,
            "tz_offset": -18000,
            "updated": 1700000000,
            "profile": {
                "real_name": self.real_name,
                "display_name": self.name,
                "title": self.title,
                "email": f"{self.name}@northwind.example",
                "team": self.team_id,
            },
        }


@dataclass
class Group:
    """A user group."""

    id: str
    handle: str
    name: str
    users: list[str]
    disabled: bool = False

    def as_json(self, with_users: bool) -> Json:
        body: Json = {
            "id": self.id,
            "team_id": TEAM_ID,
            "is_usergroup": True,
            "handle": self.handle,
            "name": self.name,
            "date_delete": 1700000000 if self.disabled else 0,
            "user_count": len(self.users),
        }
        return {**body, "users": list(self.users)} if with_users else body


@dataclass
class Channel:
    """A channel or a direct conversation."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)
    is_private: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    is_archived: bool = False
    is_im: bool = False

    def as_json(self, viewer: str = BOT_USER) -> Json:
        shared = self.is_ext_shared
        body: Json = {
            "id": self.id,
            "is_im": self.is_im,
            "is_mpim": False,
            "is_channel": not self.is_im and not self.is_private,
            "is_group": self.is_private and not self.is_im,
            "is_private": self.is_private,
            "is_archived": self.is_archived,
            "is_general": self.id == "C0GENERAL",
            "is_ext_shared": shared,
            "is_pending_ext_shared": self.is_pending_ext_shared,
            "is_shared": shared,
            "is_org_shared": False,
            "is_member": viewer in self.members,
            "created": 1700000000,
            "num_members": len(self.members),
        }
        if self.is_im:
            other = next((member for member in self.members if member != viewer), viewer)
            return {**body, "user": other}
        return {**body, "name": self.name, "name_normalized": self.name, "creator": "U0ADMIN"}


class Workspace:
    """People, groups and conversations, looked up the way a bot may see them."""

    def __init__(self, users: list[User], groups: list[Group], channels: list[Channel]) -> None:
        self.users = {user.id: user for user in users}
        self.groups = {group.id: group for group in groups}
        self.channels = {channel.id: channel for channel in channels}

    def user(self, user_id: str) -> User:
        """A person of the workspace; SlackError `user_not_found`."""
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def dm(self, user_id: str) -> Channel:
        """The bot's direct conversation with this person, opened when there is none yet."""
        user = self.user(user_id)
        if user.is_bot:
            raise SlackError("cannot_dm_bot")
        if user.deleted:
            raise SlackError("user_disabled")
        channel_id = "D" + user_id[1:]
        return self.channels.setdefault(
            channel_id, Channel(channel_id, user.name, [user_id, BOT_USER], is_private=True, is_im=True)
        )

    def visible_to_bot(self, channel_id: str) -> Channel:
        """A conversation that the bot may know of; SlackError `channel_not_found` for any other."""
        channel = self.channels.get(channel_id)
        if channel is None or (channel.is_private and BOT_USER not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def for_posting(self, channel_id: str) -> Channel:
        """Where the bot may post: a user id means the DM; SlackError as Slack's."""
        if channel_id in self.users:
            return self.dm(channel_id)
        channel = self.visible_to_bot(channel_id)
        if channel.is_archived:
            raise SlackError("is_archived")
        if BOT_USER not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def channels_of(self, user_id: str) -> list[Channel]:
        return [
            channel
            for channel in self.channels.values()
            if user_id in channel.members and not channel.is_archived
        ]


def sample() -> Workspace:
    """The workspace of a fictional managed service provider."""
    users = [
        User("U0CLERK", "casey", "Casey Lindqvist", "Billing clerk"),
        User("U0BOSS", "morgan", "Morgan Reyes", "Finance manager"),
        User("U0DANA", "dana", "Dana Okafor", "Collector"),
        User("U0CFO", "priya", "Priya Castellan", "Controller"),
        User("U0TECH", "theo", "Theo Brandt", "Technician"),
        User("U0VIEW", "vera", "Vera Antunes", "Account manager, looks things up"),
        User("U0ADMIN", "ada", "Ada Ferreira", "Workspace admin", is_admin=True),
        User("U0NOROLE", "nico", "Nico Salas", "Marketing, no billing role"),
        User("U0GUEST", "gus", "Gus Hale", "Guest, outside contractor", is_restricted=True),
        User("U0GONE", "gale", "Gale Winter", "Left the company", deleted=True),
        User("U0OTHER", "olive", "Olive Tran", "Customer's bookkeeper", team_id="T0OTHER"),
        User("U0ROBOT", "buildbot", "Build Bot", is_bot=True),
        User("U0GUIDE", "guide", "Sandbox guide", is_bot=True),
        User(BOT_USER, BOT_NAME, "Duebot", is_bot=True),
    ]
    groups = [
        Group("S0FINANCE", "finance", "Finance", ["U0BOSS", "U0CFO"]),
        Group("S0TECHS", "techs", "Technicians", ["U0TECH"]),
    ]
    staff = [user.id for user in users if user.plays and user.team_id == TEAM_ID and not user.is_restricted]
    finance = ["U0CLERK", "U0BOSS", "U0DANA", "U0CFO", "U0TECH", "U0VIEW", "U0ADMIN"]
    channels = [
        Channel("C0BILLING", "billing", [*finance, BOT_USER]),
        Channel(
            "C0APPROVE", "approvals", ["U0BOSS", "U0CFO", "U0CLERK", "U0ADMIN", BOT_USER], is_private=True
        ),
        Channel("C0GENERAL", "general", [*staff, BOT_USER]),
        Channel("C0SHARED", "acme-and-us", ["U0CLERK", "U0DANA", "U0OTHER", BOT_USER], is_ext_shared=True),
        Channel("C0GUESTS", "project-harbor", ["U0CLERK", "U0TECH", "U0GUEST", BOT_USER]),
        Channel("C0RANDOM", "random", staff),
        Channel("C0PRIVATE", "leadership", ["U0BOSS", "U0CFO", "U0ADMIN"], is_private=True),
        Channel("C0OLD", "old-billing", ["U0CLERK", BOT_USER], is_archived=True),
        Channel("D0PEOPLE", "morgan", ["U0BOSS", "U0CLERK"], is_private=True, is_im=True),
    ]
    return Workspace(users, groups, channels)
