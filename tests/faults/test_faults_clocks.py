"""Syncro's clock may be another than ours, and an account may answer oddly: nothing is sent twice for that."""

from datetime import timedelta

import pytest
from fault_world import CLERK, FaultWorld, Process, effects, intent, settle_all, the_operation, told

from bot.domain.errors import Misconfigured

BEHIND = timedelta(minutes=-40)


@pytest.mark.parametrize("shape", ["guide", "openapi"])
@pytest.mark.parametrize("kind", ["create", "payment"])
async def test_a_clock_that_is_behind_hides_nothing_that_was_written(
    world: FaultWorld, shape: str, kind: str
) -> None:
    """What Syncro made just now bears a stamp from before it was entered, by our clock."""
    world.syncro.date_skew = BEHIND
    ahead = await world.process(now=lambda: world.clock.now() - BEHIND)
    invoice = world.invoice()
    wanted = await intent(world, ahead, kind, invoice)
    if kind == "payment":  # a reference that leaves no room for a mark
        wanted.request["reference"] = "wire 2026-03-10/A1"
    call = {"create": "POST /invoices"}.get(
        kind, "POST /payments" if shape == "openapi" else "POST /invoices/{id}/payments"
    )
    world.order(call, "cut_after_commit")
    await ahead.journal.perform(wanted)
    await settle_all(world, ahead)
    assert (await the_operation(ahead, wanted)).state == "confirmed"
    assert effects(world, kind, invoice) == 1


async def test_an_account_whose_shape_can_t_be_told_ends_in_a_question(
    world: FaultWorld, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost write isn't left open for ever because the account answers as nobody knows."""
    invoice = world.invoice()
    wanted = await intent(world, process, "payment", invoice)
    world.order("POST /invoices/{id}/payments", "cut_after_commit")
    await process.journal.perform(wanted)

    async def odd() -> None:
        raise Misconfigured("Syncro's invoices look like no shape that Duebot knows.")

    monkeypatch.setattr(process.context.gateway, "ready", odd)
    await settle_all(world, process, passes=40)
    lost = await the_operation(process, wanted)
    assert (lost.state, await told(process, lost)) == ("unknown", [CLERK.id])
