"""Who is asked to decide a request, and whether there are enough of them."""

from itertools import permutations

import pytest

from bot.domain.approval import Rules
from bot.domain.errors import NoRole
from bot.domain.policy import Business, Policy, RoleLists
from bot.slack.directory import Member
from bot.use_cases.authority import OPERATOR, Authority

CLERK = {"U0CLERK"}


class People:
    """A directory whose finance group has two people; some of the workspace's are gone, or guests."""

    async def member(self, user_id: str) -> Member:
        outside = user_id in ("U0GUEST", "U0GONE")
        return Member(user_id, user_id[2:].lower(), full=not outside, outsider=user_id == "U0GUEST")

    member_now = member

    async def group_members(self, group_id: str) -> frozenset[str]:
        return frozenset({"U0CFO", "U0HEAD"}) if group_id == "S0FINANCE" else frozenset()


def authority() -> Authority:
    policy = Policy(Business("Northwind IT", "America/New_York", "USD"), "p1", roles=RoleLists())
    return Authority(People(), policy)  # type: ignore[arg-type]  # a directory as far as roles ask


def rules(*deciders: str, number: int = 1, **delegates: str) -> Rules:
    return Rules(number, frozenset(deciders), {f"U0{away}": deputy for away, deputy in delegates.items()})


async def asked(of: Rules, concerned: set[str] = CLERK) -> tuple[list[str], int]:
    members, count = await authority().deciders(of, concerned)
    return [one.id for one in members], count


async def test_people_and_groups_each_once() -> None:
    assert await asked(rules("U0BOSS", "S0FINANCE", "U0CFO")) == (["U0CFO", "U0HEAD", "U0BOSS"], 3)


async def test_who_has_left_and_guests_decide_nothing_nor_do_their_deputies() -> None:
    assert await asked(rules("U0GONE", "U0GUEST", "U0BOSS", GONE="U0DANA")) == (["U0BOSS"], 1)
    assert await asked(rules("U0BOSS", BOSS="U0GUEST")) == (["U0BOSS"], 1)


@pytest.mark.parametrize("deputy", ["U0ANNA", "U0ZOE"])
async def test_a_principal_and_their_deputy_are_both_asked_and_count_once(deputy: str) -> None:
    assert await asked(rules("U0BOSS", BOSS=deputy)) == (sorted(["U0BOSS", deputy]), 1)
    assert await asked(rules("U0BOSS", "U0CFO", BOSS=deputy)) == (sorted(["U0BOSS", "U0CFO", deputy]), 2)


async def test_who_asked_is_not_asked_nor_who_stands_in_only_for_them() -> None:
    assert await asked(rules("U0BOSS", "U0CFO", BOSS="U0DANA"), {"U0BOSS"}) == (["U0CFO"], 1)
    assert await asked(rules("U0BOSS", BOSS="U0DANA"), {"U0BOSS"}) == ([], 0)
    assert await asked(rules("U0BOSS", BOSS="U0DANA"), {"U0DANA"}) == (["U0BOSS"], 1)


async def test_an_approver_who_stands_in_for_another_is_one_person() -> None:
    assert await asked(rules("U0BOSS", "U0CFO", CFO="U0BOSS")) == (["U0BOSS", "U0CFO"], 2)


async def test_the_count_does_not_depend_on_who_is_called_what() -> None:
    for one, two, deputy in permutations(("U0ANNA", "U0BOSS", "U0ZOE")):
        given = Rules(2, frozenset({one, two}), {one: deputy})
        assert await asked(given) == (sorted([one, two, deputy]), 2)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("U0BOSS", {"U0BOSS"}),
        ("U0HEAD", {"U0HEAD", "U0BOSS"}),
        ("U0DANA", {"U0CFO"}),
        (f"{OPERATOR}root", {f"{OPERATOR}root"}),
    ],
)
async def test_in_whose_right_each_may_decide(user: str, expected: set[str]) -> None:
    given = rules("U0BOSS", "S0FINANCE", BOSS="U0HEAD", CFO="U0DANA")
    assert await authority().require_decider(user, given) == expected


@pytest.mark.parametrize("user", ["U0CLERK", "U0GUEST", "U0GONE", "U0ELSE"])
async def test_all_others_are_refused(user: str) -> None:
    given = rules("U0BOSS", "U0GUEST", "U0GONE", GONE="U0CLERK", BOSS="U0GUEST")
    with pytest.raises(NoRole):
        await authority().require_decider(user, given)
