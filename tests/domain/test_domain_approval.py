"""In whose right somebody decides a request: nobody decides their own, and no right counts twice."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.approval import OPEN, OWN_REQUEST, Rules, State, Vote, principal_of, rules_of
from bot.domain.errors import NotAllowed
from bot.domain.policy import ApprovalPolicy, Business, Policy, RoleLists

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ME, BOSS, CFO, CLERK = "U0ME", "U0BOSS", "U0CFO", "U0CLERK"


def voted(user: str, principal: str = "") -> Vote:
    return Vote(user, user[2:].title(), principal or user, "", NOON)


def some_of(*people: str) -> Iterator[frozenset[str]]:
    """Every choice of them, nobody too."""
    return map(
        frozenset, chain.from_iterable(combinations(people, count) for count in range(len(people) + 1))
    )


#: Who may have said yes before, each in a right that they could have had.
VOTES = [(user, principal) for user in (ME, BOSS, CFO) for principal in (ME, BOSS, CFO)]


def expected(
    principals: frozenset[str], concerned: frozenset[str], votes: tuple[tuple[str, str], ...]
) -> str | None:
    """The rule, told once more: my own right first, then the first that nobody used and nobody is concerned by."""
    spent = {one for pair in votes for one in pair}
    if ME in concerned or ME in spent:
        return None
    left = sorted(principals - concerned - spent)
    return ME if ME in left else next(iter(left), None)


def test_every_case_of_rights_concerned_and_earlier_votes() -> None:
    seen = {True: 0, False: 0}
    earlier = chain.from_iterable(combinations(VOTES, count) for count in range(3))
    for votes in earlier:
        given_before = [voted(*one) for one in votes]
        for principals in some_of(ME, BOSS, CFO):
            for concerned in some_of(ME, BOSS, CLERK):
                wanted = expected(principals, concerned, votes)
                try:
                    found = principal_of(ME, principals, concerned, given_before)
                except NotAllowed:
                    found = None
                assert found == wanted, (principals, concerned, votes)
                seen[found is not None] += 1
    assert min(seen.values()) > 100, "both ends were reached"


def test_who_asked_may_not_in_whatever_right() -> None:
    for principals in some_of(ME, BOSS, CFO):
        with pytest.raises(NotAllowed, match=OWN_REQUEST):
            principal_of(ME, principals, {ME})


def test_ones_own_right_comes_first() -> None:
    assert principal_of(ME, {BOSS, ME, CFO}, {CLERK}) == ME
    assert principal_of("U1ME", {"U0BOSS", "U1ME"}, {CLERK}) == "U1ME"
    assert principal_of(ME, {CFO, BOSS}, {CLERK}) == BOSS


def test_a_deputy_of_whoever_asked_has_their_other_rights() -> None:
    with pytest.raises(NotAllowed, match="You stand in only for whoever asked"):
        principal_of(ME, {BOSS}, {BOSS})
    assert principal_of(ME, {BOSS, CFO}, {BOSS}) == CFO


def test_a_principal_and_their_deputy_are_one() -> None:
    with pytest.raises(NotAllowed, match="Boss has approved this in the same right"):
        principal_of(ME, {BOSS}, {CLERK}, [voted(BOSS)])
    with pytest.raises(NotAllowed, match="Boss has approved this in the same right"):
        principal_of(CFO, {CFO}, {CLERK}, [voted(BOSS, CFO)])
    assert principal_of(ME, {BOSS, CFO}, {CLERK}, [voted(BOSS)]) == CFO


def test_who_was_stood_in_for_does_not_come_in_anothers_right() -> None:
    with pytest.raises(NotAllowed, match="Clerk has approved this in the same right"):
        principal_of(ME, {ME, BOSS}, {CFO}, [voted(CLERK, ME)])


def test_twice_is_once() -> None:
    with pytest.raises(NotAllowed, match="You have approved this already"):
        principal_of(ME, {ME, BOSS}, {CLERK}, [voted(ME)])


def test_a_vote_for_another_still_spends_no_right_of_a_third() -> None:
    assert principal_of(CFO, {CFO}, {CLERK}, [voted(ME, BOSS)]) == CFO


PEOPLE = st.sampled_from([f"U0{letter}" for letter in "ABCDEF"])


@given(st.lists(st.tuples(PEOPLE, st.frozensets(PEOPLE)), max_size=20), st.frozensets(PEOPLE, max_size=2))
def test_however_they_come_no_person_and_no_right_is_counted_twice(
    clicks: list[tuple[str, frozenset[str]]], concerned: frozenset[str]
) -> None:
    votes: list[Vote] = []
    for user, principals in clicks:
        try:
            votes.append(voted(user, principal_of(user, principals, concerned, votes)))
        except NotAllowed:
            continue
    assert len({one.user_id for one in votes}) == len(votes)
    assert len({one.principal for one in votes}) == len(votes)
    assert not concerned & {one for vote in votes for one in (vote.user_id, vote.principal)}
    assert not any(one.principal == other.user_id for one in votes for other in votes if one is not other), (
        "who stands in for somebody does not count beside them"
    )


def test_rules_are_those_of_the_policy_and_come_back_from_the_store() -> None:
    policy = Policy(
        business=Business("Northwind IT", "America/New_York", "USD"),
        version="v1",
        roles=RoleLists(
            admins=frozenset({"U0ADMIN"}),
            approvers=frozenset({BOSS, "S0FINANCE"}),
            collectors=frozenset({CLERK}),
        ),
        approvals=ApprovalPolicy(number=2, delegates={BOSS: CLERK}),
    )
    rules = rules_of(policy)
    assert rules == Rules(2, frozenset({"U0ADMIN", BOSS, "S0FINANCE"}), {BOSS: CLERK})
    assert Rules.from_json(json.loads(json.dumps(rules.to_json()))) == rules


def test_something_can_come_only_of_what_waits_or_is_approved() -> None:
    assert set(OPEN) == {State.WAITING, State.APPROVED}
