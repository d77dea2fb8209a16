"""Who may act, asked at the moment of acting. A click carries no authority of its own."""

import structlog

from bot.domain.errors import NoRole, SlackRefused
from bot.domain.policy import RoleLists
from bot.domain.roles import Action, Person, Role, may, role_needed
from bot.slack.directory import Directory
from bot.store.operations import SYSTEM

log = structlog.get_logger()

#: A person at the terminal of the machine that runs the bot acts as its operator (system user name).
OPERATOR = "operator:"
#: Who acts when the clock does.
DUEBOT = Person(SYSTEM, "Duebot")
_NAMED = 5
_OUTSIDE = "Duebot only works for full members of its own workspace, not for guests or people of other ones."


class Authority:
    """Roles from the policy's lists of Slack users and user groups."""

    def __init__(self, directory: Directory, lists: RoleLists) -> None:
        self._directory = directory
        self._lists = lists

    async def role_of(self, user_id: str) -> Role:
        """The highest role that lists this person. Guests, deactivated users, bots and strangers have none."""
        if user_id.startswith(OPERATOR):
            return Role.ADMIN
        if not (await self._directory.member(user_id)).full:
            return Role.NONE
        for role, listed in self._rising():
            if await self._listed(user_id, listed):
                return role
        return Role.VIEWER if self._lists.everyone_views else Role.NONE

    async def person(self, user_id: str) -> Person:
        """The person with their name as Slack shows it now."""
        if user_id.startswith(OPERATOR):
            return Person(user_id, user_id.removeprefix(OPERATOR))
        return Person(user_id, (await self._directory.member(user_id)).name)

    async def require(self, user_id: str, action: Action) -> Role:
        """The person's role, if it permits ``action``. Raises ``NoRole``, naming the role and who has it.

        For all but looking, Slack is asked afresh whether the person still is a full member.
        """
        if action is not Action.LOOK_UP and not user_id.startswith(OPERATOR):
            await self._directory.member_now(user_id)
        role = await self.role_of(user_id)
        if may(role, action):
            return role
        if role is Role.NONE and not (await self._directory.member(user_id)).full:
            raise NoRole(_OUTSIDE)
        needed = role_needed(action)
        holders = await self._holders(needed)
        who = f" Ask {holders}." if holders else " Nobody has it in the policy yet."
        raise NoRole(
            f"To {action.value} you need the role {needed.label} or higher; you have {role.label}.{who}"
        )

    def _rising(self) -> list[tuple[Role, frozenset[str]]]:
        lists = self._lists
        return [
            (Role.ADMIN, lists.admins),
            (Role.APPROVER, lists.approvers),
            (Role.COLLECTOR, lists.collectors),
            (Role.TECHNICIAN, lists.technicians),
            (Role.VIEWER, lists.viewers),
        ]

    async def _listed(self, user_id: str, listed: frozenset[str]) -> bool:
        if user_id in listed:
            return True
        for group in listed:
            if group.startswith("S") and user_id in await self._group(group):
                return True
        return False

    async def _group(self, group_id: str) -> frozenset[str]:
        """A group's members; nobody while Slack refuses to tell, so that people listed by themselves still count."""
        try:
            return await self._directory.group_members(group_id)
        except SlackRefused as error:
            log.warning("group_not_read", group=group_id, code=error.code)
            return frozenset()

    async def _holders(self, needed: Role) -> str:
        """Names of some who have at least ``needed``, nearest role first."""
        ids: list[str] = []
        for role, listed in reversed(self._rising()):
            if role >= needed:
                for one in sorted(listed):
                    ids += sorted(await self._group(one)) if one.startswith("S") else [one]
        names: list[str] = []
        for one in dict.fromkeys(ids):
            member = await self._directory.member(one)
            names += [member.name] if member.full else []
            if len(names) == _NAMED:
                break
        return " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
