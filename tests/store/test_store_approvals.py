"""The ledger of requests for approval: once per form, decided once, ended once, one yes per person and right."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.approval import OPEN, Rules, State, Vote
from bot.domain.asked import Asked, Change
from bot.domain.roles import Person
from bot.store import approvals
from bot.store.approvals import Approval, Step
from bot.store.lane import Lane

NOW = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ASKED = Asked(
    title="A payment of $60.00 on INV-7",
    customer="Acme <&> Söhne",
    why=("above the limit", "dated far back"),
    changes=(Change("INV-7, balance", "$90.00", "$30.00"),),
    evidence=(("Method", "ACH"), ("Notes", "two\nlines")),
    text="Dear all",
)
REQUEST = Approval(
    id="apr-1",
    key="view-1:payment",
    kind="payment",
    customer_id="3",
    currency="USD",
    amount=6000,
    requester_id="U0CLERK",
    requester_name="Casey",
    visit_id="visit-1",
    steps=(Step("payment", "7", {"amount": 6000, "form": "f"}, '{"total": 1}', 1),),
    plan={},
    request_hash="hash",
    asked=ASKED,
    rules=Rules(2, frozenset({"U0BOSS", "S0FINANCE"}), {"U0BOSS": "U0DANA"}),
    told=("U0BOSS", "U0CFO"),
    policy_version="v1",
    state=State.WAITING,
    created_at=NOW,
    expires_at=NOW + timedelta(days=1),
    remind_at=NOW + timedelta(hours=18),
)
DECIDED = [one for one in State if one is not State.WAITING]


async def put(lane: Lane, request: Approval = REQUEST) -> bool:
    return await lane.write(lambda tx: approvals.insert(tx, request))


async def got(lane: Lane, id: str = REQUEST.id) -> Approval:
    found = await lane.read(lambda tx: approvals.get(tx, id))
    assert found is not None
    return found


async def decide(lane: Lane, state: State, by: str = "U0BOSS", comment: str = "", sentence: str = "") -> bool:
    return await lane.write(
        lambda tx: approvals.decide(
            tx, "apr-1", state, by=by, name=by[2:].title(), now=LATER, comment=comment, sentence=sentence
        )
    )


async def vote(lane: Lane, user: str, principal: str = "", id: str = "apr-1", at: datetime = LATER) -> bool:
    given = Vote(user, user[2:].title(), principal or user, f"by {user}", at)
    return await lane.write(lambda tx: approvals.vote(tx, id, given))


async def end(lane: Lane, state: State = State.DONE, sentence: str = "Done.") -> bool:
    return await lane.write(lambda tx: approvals.end(tx, "apr-1", state, sentence, LATER))


async def hold_back(lane: Lane, sentence: str, at: datetime | None) -> bool:
    return await lane.write(lambda tx: approvals.hold_back(tx, "apr-1", sentence, at))


async def in_state(lane: Lane, state: State) -> None:
    """The request, brought there in the ways that there are."""
    await put(lane)
    if state in (State.DONE, State.FAILED):
        await decide(lane, State.APPROVED)
        await end(lane, state)
    elif state is not State.WAITING:
        await decide(lane, state)
    assert (await got(lane)).state is state


async def test_a_request_comes_back_as_it_went_in(lane: Lane) -> None:
    several = replace(
        REQUEST,
        steps=(*REQUEST.steps, Step("payment", "8", {"amount": 1}, "", 2)),
        plan={"shares": {"7": 5999, "8": 1}},
        remind_at=None,
    )
    assert await put(lane, several)
    assert await got(lane) == several
    assert await lane.read(lambda tx: approvals.by_key(tx, several.key)) == several
    assert several.invoice_ids == ("7", "8")
    assert several.requester == Person("U0CLERK", "Casey")


async def test_whatever_is_said_of_its_state_it_begins_waiting_and_undecided(lane: Lane) -> None:
    await put(lane, replace(REQUEST, state=State.DONE, decided_by="U0CLERK", sentence="Sure", ended_at=NOW))
    assert await got(lane) == REQUEST


@pytest.mark.parametrize("other", [{"id": "apr-2"}, {"key": "view-2:payment"}])
async def test_one_form_makes_one_request_and_an_id_is_never_used_again(
    lane: Lane, other: dict[str, str]
) -> None:
    await put(lane)
    assert not await put(lane, replace(REQUEST, amount=1, **other))  # type: ignore[arg-type]  # texts both
    assert await got(lane) == REQUEST
    assert await lane.read(lambda tx: approvals.get(tx, "apr-2")) is None
    assert await lane.read(lambda tx: approvals.open_on(tx, "7")) == [REQUEST]


async def test_what_is_not_there_is_none(lane: Lane) -> None:
    assert await lane.read(lambda tx: approvals.get(tx, "apr-1")) is None
    assert await lane.read(lambda tx: approvals.by_key(tx, REQUEST.key)) is None
    for changed in (
        vote(lane, "U0BOSS"),
        decide(lane, State.APPROVED),
        end(lane),
        hold_back(lane, "x", None),
        lane.write(lambda tx: approvals.reminded(tx, "apr-1")),
    ):
        assert not await changed


async def test_one_yes_per_person_and_per_right(lane: Lane) -> None:
    await put(lane)
    assert await vote(lane, "U0DANA", "U0BOSS")
    assert not await vote(lane, "U0DANA", "U0DANA"), "the same person in another right"
    assert not await vote(lane, "U0BOSS", "U0BOSS"), "another person in the same right"
    assert await vote(lane, "U0CFO", at=NOW)
    assert [(one.user_id, one.principal) for one in (await got(lane)).votes] == [
        ("U0CFO", "U0CFO"),
        ("U0DANA", "U0BOSS"),
    ]
    assert (await got(lane)).votes[1] == Vote("U0DANA", "Dana", "U0BOSS", "by U0DANA", LATER)


async def test_a_yes_is_to_one_request_only(lane: Lane) -> None:
    await put(lane)
    await put(lane, replace(REQUEST, id="apr-2", key="view-2"))
    assert await vote(lane, "U0BOSS")
    assert await vote(lane, "U0BOSS", id="apr-2")
    assert not await vote(lane, "U0BOSS", id="apr-3")
    assert len((await got(lane)).votes) == 1


@pytest.mark.parametrize("state", DECIDED)
async def test_only_what_waits_is_voted_on_decided_or_reminded_of(lane: Lane, state: State) -> None:
    await in_state(lane, state)
    before = await got(lane)
    assert not await vote(lane, "U0CFO")
    for other in DECIDED:
        assert not await decide(lane, other, by="U0CFO", comment="too late")
    assert not await lane.write(lambda tx: approvals.reminded(tx, "apr-1"))
    assert await got(lane) == before


@pytest.mark.parametrize("state", [one for one in State if one is not State.APPROVED])
async def test_only_what_is_approved_ends_or_is_put_off(lane: Lane, state: State) -> None:
    await in_state(lane, state)
    before = await got(lane)
    assert not await end(lane, State.FAILED)
    assert not await hold_back(lane, "later", LATER)
    assert await got(lane) == before


async def test_a_decision_is_kept_with_who_when_and_why(lane: Lane) -> None:
    await put(lane)
    assert await decide(lane, State.REJECTED, comment="No <!channel>", sentence="So.")
    assert await got(lane) == replace(
        REQUEST,
        state=State.REJECTED,
        decided_by="U0BOSS",
        decided_name="Boss",
        decided_at=LATER,
        comment="No <!channel>",
        sentence="So.",
        ended_at=LATER,
    )


async def test_approved_is_not_the_end_and_what_put_it_off_is_forgotten_when_it_ends(lane: Lane) -> None:
    await put(lane)
    await decide(lane, State.APPROVED, comment="Fine")
    assert (await got(lane)).ended_at is None
    assert await hold_back(lane, "Syncro is away.", LATER)
    held = await got(lane)
    assert (held.state, held.sentence, held.next_try_at) == (State.APPROVED, "Syncro is away.", LATER)
    assert await end(lane, State.DONE, "Recorded.")
    done = await got(lane)
    assert (done.state, done.sentence, done.ended_at) == (State.DONE, "Recorded.", LATER)
    assert (done.next_try_at, done.comment, done.decided_by) == (None, "Fine", "U0BOSS")
    assert not await end(lane, State.FAILED), "it ended before"


async def test_it_is_reminded_of_once(lane: Lane) -> None:
    await put(lane)
    remind = [await lane.write(lambda tx: approvals.reminded(tx, "apr-1")) for _ in range(3)]
    assert remind == [True, False, False]
    await put(lane, replace(REQUEST, id="apr-2", key="view-2", remind_at=None))
    assert not await lane.write(lambda tx: approvals.reminded(tx, "apr-2"))


@pytest.mark.parametrize("state", State)
async def test_open_is_what_something_can_still_come_of(lane: Lane, state: State) -> None:
    await in_state(lane, state)
    is_open = state in OPEN
    for found in (
        await lane.read(lambda tx: approvals.open_on(tx, "7")),
        await lane.read(lambda tx: approvals.open_of_customer(tx, "3")),
    ):
        assert [one.id for one in found] == (["apr-1"] if is_open else [])
    assert [one.id for one in await lane.read(lambda tx: approvals.of_state(tx, state))] == ["apr-1"]
    assert await lane.read(approvals.count_by_state) == {state.value: 1}


async def test_lists_are_of_the_right_invoice_and_customer_oldest_first(lane: Lane) -> None:
    twice = Step("line", "8", {}, "", 2)
    made = [
        replace(REQUEST, id="apr-3", key="k3", created_at=NOW),
        replace(REQUEST, id="apr-2", key="k2", created_at=LATER, steps=(*REQUEST.steps, twice, twice)),
        replace(REQUEST, id="apr-4", key="k4", created_at=NOW, customer_id="33", steps=(twice,)),
        replace(REQUEST, id="apr-5", key="k5", created_at=NOW, steps=(Step("create", "", {}, ""),)),
    ]
    for one in reversed(made):
        assert await put(lane, one)

    async def ids(kind: str, of: str) -> list[str]:
        find = approvals.open_on if kind == "invoice" else approvals.open_of_customer
        return [one.id for one in await lane.read(lambda tx: find(tx, of))]

    assert await ids("invoice", "7") == ["apr-3", "apr-2"]
    assert await ids("invoice", "8") == ["apr-4", "apr-2"]
    assert await ids("customer", "3") == ["apr-3", "apr-5", "apr-2"]
    assert await ids("customer", "33") == ["apr-4"]
    assert await ids("customer", "") == []
    waiting = await lane.read(lambda tx: approvals.of_state(tx, *OPEN))
    assert [one.id for one in waiting] == ["apr-3", "apr-4", "apr-5", "apr-2"]
