"""The people and user groups that the policy names: whether Slack has them, and whether they may have a role."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from bot.doctor.finding import Finding, fail, ok, warn
from bot.domain.policy import Policy
from bot.slack.directory import Bar, Directory, Member
from bot.slack.probe import UserGroup

_AT_ONCE = 8
_ROLES = "roles."
_WHAT: Mapping[Bar, str] = {
    "unknown": "is nobody in this workspace",
    "elsewhere": "belongs to another workspace",
    "guest": "is a guest",
    "deactivated": "is deactivated",
    "bot": "is a bot",
}


def places(policy: Policy) -> dict[str, list[str]]:
    """Every Slack user and user group of the policy, with the keys under which they stand."""
    found: dict[str, list[str]] = {}
    roles, people = policy.roles, policy.people
    for role in ("admins", "approvers", "collectors", "technicians", "viewers"):
        for one in sorted(getattr(roles, role)):
            found.setdefault(one, []).append(_ROLES + role)
    if people.manager:
        found.setdefault(people.manager, []).append("people.manager")
    for whose, owner in sorted(people.owners.items()):
        # Anything but an id may be a customer's name.
        shown = f".{whose}" if whose == "default" or whose.isdecimal() else ""
        found.setdefault(owner, []).append(f"people.owners{shown}")
    for away, deputy in sorted(policy.approvals.delegates.items()):
        found.setdefault(away, []).append("approvals.delegates")
        found.setdefault(deputy, []).append("approvals.delegates")
    return found


async def look_at_people(policy: Policy, directory: Directory) -> Sequence[Finding]:
    """One finding for everybody, or one for each who can't be what the policy wants. Raises ``SlackError``."""
    where = {one: keys for one, keys in places(policy).items() if not _is_group(one)}
    turn = asyncio.Semaphore(_AT_ONCE)

    async def look_up(user_id: str) -> Member:
        async with turn:
            return await directory.member(user_id)

    members = await asyncio.gather(*map(look_up, where))
    wrong = [_wrong(member, where[member.id]) for member in members if not member.full]
    if wrong:
        return wrong
    if not members:
        return [
            warn(
                "people",
                "the policy names nobody, so nobody may do anything",
                "List people or user groups under roles.",
            )
        ]
    return [ok("people", f"{len(members)} in the policy, all of them active members")]


def _wrong(member: Member, keys: Sequence[str]) -> Finding:
    """Nobody has a role whom Slack calls a guest, and nothing can be sent to somebody who isn't there."""
    # The name of somebody from outside may be a customer's.
    name = f" ({member.name})" if member.barred in ("deactivated", "bot") else ""
    says = f"{member.id}{name} in {_listed(keys)} {_WHAT[member.barred]}"
    cure = f"Put an active member of the workspace there instead of {member.id}, or take it out."
    if member.barred == "unknown":
        cure = f"Copy the right id from the person's profile in Slack, or take {member.id} out."
    harmless = member.barred != "unknown" and all(key.startswith(_ROLES) for key in keys)
    if harmless:
        return warn("people", f"{says}, and so has no role", cure)
    return fail("people", says, cure)


def look_at_groups(policy: Policy, groups: Mapping[str, UserGroup]) -> Sequence[Finding]:
    """The user groups that have a role: they exist, are switched on, and somebody is in them."""
    where = {one: keys for one, keys in places(policy).items() if _is_group(one)}
    wrong = [found for one, keys in where.items() if (found := _of_group(one, keys, groups.get(one)))]
    if wrong:
        return wrong
    return [
        ok(
            "user groups",
            f"{len(where)} in the policy, none of them empty" if where else "none in the policy",
        )
    ]


def _of_group(group_id: str, keys: Sequence[str], group: UserGroup | None) -> Finding | None:
    if group is None:
        return fail(
            "user groups",
            f"{group_id} in {_listed(keys)} doesn't exist",
            f"Copy the right id from the user group's details in Slack, or take {group_id} out.",
        )
    says = f"{group_id} (@{group.handle}) in {_listed(keys)}"
    if group.off:
        return fail(
            "user groups",
            f"{says} is disabled",
            f"Enable @{group.handle} in Slack again, or list another group.",
        )
    if not group.users:
        return warn(
            "user groups",
            f"{says} has nobody in it",
            f"Add people to @{group.handle} in Slack, or take {group_id} out.",
        )
    return None


def has_groups(policy: Policy) -> bool:
    """Whether a user group stands anywhere in the policy."""
    return any(map(_is_group, places(policy)))


def _is_group(slack_id: str) -> bool:
    return slack_id.startswith("S")


def _listed(keys: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(keys))
