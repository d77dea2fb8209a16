"""Who may do what, and where customers' debts may be shown."""

import pytest

from bot.domain.errors import NoRole, NotAllowed, SlackRefused
from bot.domain.policy import Business, Policy, RoleLists
from bot.domain.roles import Action, Role
from bot.slack.directory import Channel, Member
from bot.use_cases.authority import OPERATOR, Authority
from bot.use_cases.places import Places

LISTS = RoleLists(
    admins=frozenset({"U0ADMIN"}),
    approvers=frozenset({"S0FINANCE"}),
    collectors=frozenset({"U0CLERK", "U0GUEST", "U0BOTH"}),
    technicians=frozenset({"S0TECHS", "U0BOTH"}),
    viewers=frozenset({"U0VIEW"}),
)


class People:
    """A directory with a few people, groups and channels."""

    groups = {"S0FINANCE": {"U0BOSS", "U0CLERK2"}, "S0TECHS": {"U0TECH"}}

    def __init__(self, **channels: Channel) -> None:
        self.channels = channels

    async def member(self, user_id: str) -> Member:
        outside = user_id in {"U0GUEST", "U0OTHER"}
        return Member(
            user_id, user_id[2:].lower(), full=not outside and user_id != "U0GONE", outsider=outside
        )

    member_now = member

    async def group_members(self, group_id: str) -> frozenset[str]:
        return frozenset(self.groups.get(group_id, ()))

    async def channel(self, channel_id: str) -> Channel:
        return self.channels[channel_id]

    channel_lately = channel


def policy(lists: RoleLists) -> Policy:
    return Policy(Business("Northwind IT", "America/New_York", "USD"), "p1", roles=lists)


def authority(lists: RoleLists = LISTS) -> Authority:
    return Authority(People(), policy(lists))  # type: ignore[arg-type]  # a directory as far as roles ask


@pytest.mark.parametrize(
    ("user", "role"),
    [
        ("U0ADMIN", Role.ADMIN),
        ("U0BOSS", Role.APPROVER),
        ("U0CLERK", Role.COLLECTOR),
        ("U0BOTH", Role.COLLECTOR),
        ("U0TECH", Role.TECHNICIAN),
        ("U0VIEW", Role.VIEWER),
        ("U0ELSE", Role.NONE),
        ("U0GUEST", Role.NONE),
        (f"{OPERATOR}root", Role.ADMIN),
    ],
)
async def test_a_person_has_the_highest_role_that_lists_them(user: str, role: Role) -> None:
    assert await authority().role_of(user) is role


async def test_groups_that_slack_will_not_tell_leave_the_others_their_roles() -> None:
    class Secretive(People):
        async def group_members(self, group_id: str) -> frozenset[str]:
            raise SlackRefused("Slack won't say.", "missing_scope")

    asked = Authority(Secretive(), policy(LISTS))  # type: ignore[arg-type]  # a directory as far as roles ask
    assert await asked.role_of("U0CLERK") is Role.COLLECTOR
    assert await asked.role_of("U0BOSS") is Role.NONE
    with pytest.raises(SlackRefused, match="can't tell whether you may do this"):
        await asked.require("U0BOSS", Action.PAY)
    assert await asked.require("U0CLERK", Action.PAY) is Role.COLLECTOR


async def test_viewers_all_takes_in_full_members_only() -> None:
    everyone = authority(RoleLists(everyone_views=True))
    assert await everyone.role_of("U0ELSE") is Role.VIEWER
    for outside in ("U0GUEST", "U0OTHER", "U0GONE"):
        assert await everyone.role_of(outside) is Role.NONE


async def test_a_refusal_names_the_role_and_who_has_it() -> None:
    with pytest.raises(NoRole) as refused:
        await authority().require("U0VIEW", Action.PAY)
    assert str(refused.value) == (
        "To record payments you need the role collector or higher; you have viewer. "
        "Ask both, clerk, boss, clerk2 or admin."
    )


async def test_an_outsider_is_told_no_names() -> None:
    with pytest.raises(NoRole) as refused:
        await authority().require("U0OTHER", Action.LOOK_UP)
    assert "clerk" not in str(refused.value)
    assert "full members" in str(refused.value)


async def test_a_role_that_nobody_has_is_said_to_be_so() -> None:
    with pytest.raises(NoRole, match="Nobody has it in the policy yet"):
        await authority(RoleLists()).require("U0VIEW", Action.PAY)


def channel(**what: bool) -> Channel:
    given = {"known": True, "direct": False, "member": True, "shared": False} | what
    return Channel("C1", "billing", **given)


@pytest.mark.parametrize(
    ("what", "allowed", "refused"),
    [
        ({}, frozenset(), ""),
        ({"shared": True}, frozenset(), "shared with another organisation or has guests"),
        ({"shared": True}, frozenset({"C1"}), ""),
        ({"shared": True}, frozenset({"C2"}), "shared with another organisation or has guests"),
        ({"known": False}, frozenset(), "I can't see who is in that conversation"),
    ],
)
async def test_a_shared_channel_is_refused_unless_the_policy_lists_it(
    what: dict[str, bool], allowed: frozenset[str], refused: str
) -> None:
    places = Places(People(C1=channel(**what)), allowed)  # type: ignore[arg-type]  # as above
    if refused:
        with pytest.raises(NotAllowed, match=refused):
            await places.require_shareable("C1")
    else:
        assert (await places.require_shareable("C1")).name == "billing"


async def test_a_private_answer_may_stand_where_the_bot_cannot_look() -> None:
    places = Places(People(C1=channel(known=False)), frozenset())  # type: ignore[arg-type]  # as above
    assert await places.barred("C1") == ""
    assert await places.barred("") == ""
    shared = Places(People(C1=channel(shared=True)), frozenset())  # type: ignore[arg-type]  # as above
    assert "(billing)" in await shared.barred("C1")
