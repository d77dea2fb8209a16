"""Who may act, asked at the moment of acting. A click carries no authority of its own."""

import contextlib
from collections.abc import Collection, Sequence
from datetime import datetime

import structlog

from bot.domain.approval import Rules, Vote, principal_of, rules_of
from bot.domain.errors import NoRole, NotAllowed, SlackRefused
from bot.domain.policy import Policy
from bot.domain.roles import Action, Person, Role, may, role_needed
from bot.slack.directory import Directory, Member
from bot.store.operations import SYSTEM

log = structlog.get_logger()

#: A person at the terminal of the machine that runs the bot acts as its operator (system user name).
OPERATOR = "operator:"
#: Who acts when the clock does.
DUEBOT = Person(SYSTEM, "Duebot")
_NAMED = 5
#: More people than this are not asked about one request: looking each of them up costs Slack a call.
_ASKED = 20
_UNTOLD = (
    "Slack doesn't tell who is in a user group of the policy, so I can't tell whether you may do this. "
    "Whoever runs Duebot sees with `duebot doctor` what is missing."
)
_OUTSIDE = "Duebot only works for full members of its own workspace, not for guests or people of other ones."


class Authority:
    """Roles from the policy's lists of Slack users and user groups, and who decides what others ask."""

    def __init__(self, directory: Directory, policy: Policy) -> None:
        self._directory = directory
        self._lists = policy.roles
        self._rules = rules_of(policy)
        self._untold: dict[str, str] = {}

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
        """The person's role, if it permits ``action``.

        Raises ``NoRole``, naming the role and who has it, and ``SlackRefused`` while it can't be known.

        For all but looking, Slack is asked afresh whether the person still is a full member.
        """
        if action is not Action.LOOK_UP and not user_id.startswith(OPERATOR):
            await self._directory.member_now(user_id)
        role = await self.role_of(user_id)
        if may(role, action):
            return role
        if role is Role.NONE and not (await self._directory.member(user_id)).full:
            raise NoRole(_OUTSIDE)
        self._require_told()
        needed = role_needed(action)
        holders = await self._holders(needed)
        who = f" Ask {holders}." if holders else " Nobody has it in the policy yet."
        raise NoRole(
            f"To {action.value} you need the role {needed.label} or higher; you have {role.label}.{who}"
        )

    # ---- deciding what others ask --------------------------------------------------------------------------

    async def require_decider(self, user_id: str, rules: Rules) -> frozenset[str]:
        """In whose right this person may decide: their own, and that of those for whom they stand in.

        Slack is asked afresh whether they still are a full member. Raises ``NoRole``, naming who may.
        """
        if user_id.startswith(OPERATOR):
            return frozenset({user_id})
        member = await self._directory.member_now(user_id)
        if not member.full:
            raise NoRole(_OUTSIDE)
        found = await self._principals(user_id, rules)
        if not found:
            self._require_told()
            role = await self.role_of(user_id)
            names = _either([one.name for one in await self._some(rules.deciders)])
            raise NoRole(
                f"To decide this you need the role {Role.APPROVER.label} or higher; you have {role.label}."
                f"{f' Ask {names}.' if names else ' Nobody has it in the policy yet.'}"
            )
        return found

    async def deciders(self, rules: Rules, concerned: Collection[str]) -> tuple[tuple[Member, ...], int]:
        """Who may decide what ``concerned`` ask for, deputies too, of the first twenty; and how many of them count.

        Somebody and who stands in for them are both asked, but only the first of the two is one yes.
        """
        listed = rules.deciders | frozenset(rules.delegates.values())
        found: list[Member] = []
        votes: list[Vote] = []
        for member in await self._members(listed, _ASKED + len(concerned)):
            principals = await self._principals(member.id, rules)
            with contextlib.suppress(NotAllowed):
                principal_of(member.id, principals, concerned)
                found.append(member)
                principal = principal_of(member.id, principals, concerned, votes)
                votes.append(Vote(member.id, member.name, principal, "", datetime.min))
        return tuple(found), len(votes)

    async def shown_role(self, user_id: str) -> Role:
        """The role whose buttons this person is shown: who stands in for an approver decides like one."""
        role = await self.role_of(user_id)
        stands_in = role is not Role.NONE and await self._principals(user_id, self._rules)
        return max(role, Role.APPROVER) if stands_in else role

    async def _principals(self, user_id: str, rules: Rules) -> frozenset[str]:
        found = {user_id} if await self._listed(user_id, rules.deciders) else set()
        for away, deputy in rules.delegates.items():
            if deputy == user_id and await self._listed(away, rules.deciders):
                # Who has left the workspace leaves no right behind.
                found |= {away} if (await self._directory.member(away)).full else set()
        return frozenset(found)

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
            found = await self._directory.group_members(group_id)
        except SlackRefused as error:
            log.warning("group_not_read", group=group_id, code=error.code)
            self._untold[group_id] = error.code
            return frozenset()
        self._untold.pop(group_id, None)
        return found

    def _require_told(self) -> None:
        """Nobody is said to lack a role while it isn't known who is in a group. Raises ``SlackRefused``."""
        if self._untold:
            raise SlackRefused(_UNTOLD, next(iter(self._untold.values())))

    async def _holders(self, needed: Role) -> str:
        """Names of some who have at least ``needed``, nearest role first."""
        found: dict[str, str] = {}
        for role, listed in reversed(self._rising()):
            if role >= needed and len(found) < _NAMED:
                found |= {one.id: one.name for one in await self._some(listed)}
        return _either(list(found.values())[:_NAMED])

    async def _some(self, listed: Collection[str]) -> list[Member]:
        return (await self._members(listed, _NAMED))[:_NAMED]

    async def _members(self, listed: Collection[str], most: int | None = None) -> list[Member]:
        """The full members among people and groups, each once; with ``most`` it stops looking when it has so many."""
        ids: list[str] = []
        for one in sorted(listed):
            ids += sorted(await self._group(one)) if one.startswith("S") else [one]
        found: list[Member] = []
        for one in dict.fromkeys(ids):
            member = await self._directory.member(one)
            found += [member] if member.full else []
            if most is not None and len(found) >= most:
                break
        return found


def _either(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
