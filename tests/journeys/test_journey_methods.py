"""The payment methods of the account, as the payment form offers them."""

from datetime import timedelta

import pytest

from bot.domain.errors import SyncroError
from bot.use_cases.catalogue import Catalogue


def asked(world):
    return len(world.stage.syncro.calls("GET /payment_methods"))


async def test_a_new_method_is_offered_the_next_day(world):
    catalogue = Catalogue(world.app.rooms.context)
    first = await catalogue.payment_methods()
    world.company.payment_methods = (*first, "Barter")
    world.clock.advance(timedelta(hours=2))
    assert await catalogue.payment_methods() == first
    assert asked(world) == 1, "once a day is enough"
    world.clock.advance(timedelta(days=1))
    assert await catalogue.payment_methods() == (*first, "Barter")
    assert asked(world) == 2


@pytest.mark.parametrize("fault", [{"kind": "status"}, {"kind": "slow", "seconds": 30}], ids=["down", "slow"])
async def test_yesterdays_methods_do_while_syncro_cannot_be_read(world, fault):
    catalogue = Catalogue(world.app.rooms.context)
    first = await catalogue.payment_methods()
    world.company.payment_methods = ("Barter",)
    world.clock.advance(timedelta(days=1))
    world.stage.syncro.faults.add("GET /payment_methods", times=None, **fault)
    assert await catalogue.payment_methods() == first
    world.stage.syncro.faults.clear()
    assert await catalogue.payment_methods() == ("Barter",)


async def test_without_any_kept_the_error_is_told(world):
    world.stage.syncro.faults.add("GET /payment_methods", "status", times=None)
    with pytest.raises(SyncroError):
        await Catalogue(world.app.rooms.context).payment_methods()
