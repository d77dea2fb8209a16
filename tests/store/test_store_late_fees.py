"""The ledger of late fees: one for each invoice and level, for ever, but for what surely wrote nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.store import late_fees
from bot.store.lane import Conflict, Lane
from bot.store.late_fees import LateFee

NOW = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
FEE = LateFee(
    id="fee-1",
    invoice_id="7",
    level="firm",
    customer_id="3",
    number="INV-7",
    currency="USD",
    contacted_on=date(2026, 3, 9),
    base=80625,
    amount=1209,
    balance=80625,
    percent="1.5",
    state="planned",
    policy_version="v1",
    created_at=NOW,
)


async def put(lane: Lane, fee: LateFee) -> bool:
    return await lane.write(lambda tx: late_fees.insert(tx, fee))


async def decide(lane: Lane, state: str) -> bool:
    given = {"by": "U0BOSS", "name": "Bo", "now": NOW, "reason": "", "line": "Late fee"}
    return await lane.write(lambda tx: late_fees.decide(tx, "fee-1", state, **given))  # type: ignore[arg-type]


async def test_a_fee_comes_back_as_it_went_in(lane: Lane) -> None:
    whole = replace(FEE, state="added", gone=True, decided_by="U0BOSS", decided_name="Bo", decided_at=NOW)
    assert await put(lane, whole)
    assert await lane.read(lambda tx: late_fees.get(tx, "fee-1")) == whole
    assert await lane.read(lambda tx: late_fees.of_invoice(tx, "7")) == [whole]


@pytest.mark.parametrize("state", ["planned", "approved", "claimed", "added", "unknown", "skipped"])
async def test_there_is_one_for_each_invoice_and_level(lane: Lane, state: str) -> None:
    assert await put(lane, replace(FEE, state=state))
    assert not await put(lane, replace(FEE, id="fee-2"))
    assert await put(lane, replace(FEE, id="fee-3", level="final"))
    assert await put(lane, replace(FEE, id="fee-4", invoice_id="8"))


@pytest.mark.parametrize("state", ["failed", "withdrawn"])
async def test_what_wrote_nothing_may_be_proposed_anew(lane: Lane, state: str) -> None:
    assert await put(lane, replace(FEE, state=state))
    assert await put(lane, replace(FEE, id="fee-2"))
    with pytest.raises(Conflict):
        await lane.write(lambda tx: late_fees.revive(tx, "fee-1", "again"))


async def test_it_is_decided_once_and_claimed_once(lane: Lane) -> None:
    await put(lane, FEE)
    assert await decide(lane, "approved")
    assert not await decide(lane, "approved")
    assert not await decide(lane, "skipped")
    await lane.write(lambda tx: late_fees.claim(tx, "fee-1"))
    with pytest.raises(Conflict):
        await lane.write(lambda tx: late_fees.claim(tx, "fee-1"))
    assert await lane.write(lambda tx: late_fees.end(tx, "fee-1", "added"))
    assert not await lane.write(lambda tx: late_fees.withdraw(tx, "fee-1", "too late"))
    assert not await lane.write(lambda tx: late_fees.revive(tx, "fee-1", "too late"))


async def test_what_stands_on_the_invoice_is_what_was_added_and_not_taken_off(lane: Lane) -> None:
    await put(lane, replace(FEE, state="added"))
    (fee,) = await lane.read(late_fees.decided)
    assert (fee.standing, fee.settled) == (1209, True)
    await lane.write(lambda tx: late_fees.mark_gone(tx, ["fee-1"]))
    (fee,) = await lane.read(lambda tx: late_fees.decided(tx, "3"))
    assert (fee.standing, fee.settled) == (0, True)
    assert await lane.read(lambda tx: late_fees.decided(tx, "4")) == []
