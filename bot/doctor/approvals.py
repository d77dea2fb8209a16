"""Whether every action that needs somebody else's word can find two people: who asks is never who approves."""

import contextlib
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from datetime import datetime

from bot.doctor.finding import Finding, fail, ok, warn
from bot.domain.approval import Vote, principal_of
from bot.domain.errors import NotAllowed
from bot.domain.late_fees import fee_levels
from bot.domain.money import say_money
from bot.domain.policy import Policy, Threshold
from bot.slack.directory import Directory, Member
from bot.slack.probe import UserGroup

_CHECK = "second person"
_CURE = "List one more person, or a user group, under roles.approvers in the policy."


async def look_at_approvals(
    policy: Policy, directory: Directory, groups: Mapping[str, UserGroup]
) -> Sequence[Finding]:
    """Looks up only as many people as it takes to know. Raises ``SlackError``."""
    return [await _judge(policy, directory, groups)]


async def _judge(policy: Policy, directory: Directory, groups: Mapping[str, UserGroup]) -> Finding:
    asked, proposed = list(_asked_by_people(policy)), list(_proposed(policy))
    actions = ", ".join([*asked, *proposed])
    needed, roles = policy.approvals.number, policy.roles
    approvers: dict[str, Member] = {}
    async for member in _members(roles.admins | roles.approvers, directory, groups):
        approvers[member.id] = member
        if len(approvers) > needed:
            return _enough(needed)
    rights: dict[str, set[str]] = {one: {one} for one in approvers}
    for away, deputy in sorted(policy.approvals.delegates.items()):
        if away in approvers and (member := await directory.member(deputy)).full:
            approvers[deputy] = member
            rights.setdefault(deputy, set()).add(away)
    if not approvers:
        return fail(_CHECK, f"nobody may approve: {actions}", _CURE)
    most = _may_decide(rights, "")
    if most < needed:
        return fail(
            _CHECK,
            f"{needed} people must approve, and only {most} may: {actions}",
            f"{_CURE} Or lower approvals.number.",
        )
    if all(_may_decide(rights, one) >= needed for one in approvers):
        return _enough(needed)
    names = " and ".join(sorted(member.name for member in approvers.values()))
    async for member in _members(roles.collectors, directory, groups):
        if member.id not in approvers:
            return warn(_CHECK, f"what {names} asks for nobody else can approve: {', '.join(asked)}", _CURE)
    return warn(_CHECK, f"{names} alone may ask and approve, which takes two: {', '.join(asked)}", _CURE)


def _enough(needed: int) -> Finding:
    return ok(_CHECK, f"whoever asks, {needed} other{'s' * (needed > 1)} can approve")


def _may_decide(rights: Mapping[str, set[str]], requester: str) -> int:
    """How many may decide what ``requester`` asks for, each in a right of their own."""
    votes: list[Vote] = []
    for user_id, principals in rights.items():
        with contextlib.suppress(NotAllowed):
            principal = principal_of(user_id, principals, {requester}, votes)
            votes.append(Vote(user_id, "", principal, "", datetime.min))
    return len(votes)


def _asked_by_people(policy: Policy) -> Iterator[str]:
    approvals = policy.approvals
    if approvals.void:
        yield "voiding an invoice"
    if approvals.payment is not None:
        yield f"payments{_above(approvals.payment)}"
    if approvals.send is not None:
        yield f"sending invoices{_above(approvals.send)}"
    if approvals.backdated_days is not None:
        yield f"payments dated more than {approvals.backdated_days} days back"
    yield "sending invoices to foreign addresses"


def _proposed(policy: Policy) -> Iterator[str]:
    for level in policy.ladder.levels:
        if level.approval:
            yield f"the level “{level.name}”"
    for level in fee_levels(policy):
        yield f"the late fee of the level “{level.name}”"


def _above(threshold: Threshold) -> str:
    limits = " or ".join(say_money(minor, currency) for currency, minor in threshold.above.items())
    return f" above {limits}" if limits else ""


async def _members(
    listed: Collection[str], directory: Directory, groups: Mapping[str, UserGroup]
) -> AsyncIterator[Member]:
    """The full members among ``listed`` people and groups, each once, looked up one after another."""
    seen: set[str] = set()
    for one in sorted(listed, reverse=True):  # people before groups: they cost one look each
        group = groups.get(one)
        for user_id in sorted(group.users) if group and not group.off else [one]:
            if user_id in seen or user_id.startswith("S"):
                continue
            seen.add(user_id)
            member = await directory.member(user_id)
            if member.full:
                yield member
