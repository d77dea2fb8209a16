"""Money moves once: paying, creating, sending, voiding, over real HTTP."""


async def test_a_part_payment_is_recorded_once_and_shared(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice pay 1042 500 check #1234")
    form = await clerk.modal("Balance")
    assert await clerk.submit(form) == {}
    done = await clerk.modal("$500.00 recorded as Check")
    assert "balance $306.25" in str(done)
    (payment,) = world.payments()
    assert (payment.amount, payment.method, payment.reference) == (50000, "Check", "1234")
    await world.person("U0BOSS").sees("$306.25", "C0BILLING")
    assert world.stage.slack.problems == []


async def test_more_than_the_balance_is_refused_at_the_field(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice pay 1042 500 check")
    form = await clerk.modal("Balance")
    errors = await clerk.submit(form, {"in.amount.v1": "900"})
    assert "more than the balance" in str(errors)
    assert world.payments() == []
    assert await clerk.submit(await clerk.modal("Balance"), {"in.amount.v1": "100"}) == {}
    await clerk.modal("$100.00 recorded")
    assert len(world.payments()) == 1
