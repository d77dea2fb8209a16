"""A payment that disappears in Syncro is told to whoever owns the customer, while it is still so."""

from reminders_world import Bot, World

from bot.use_cases.mirror_reading import refresh

NUMBER = "INV-2024-1042"


async def lose_a_payment(world: World, bot: Bot) -> str:
    """The example is paid in part, and the payment is deleted again, which is noticed by the next day; its id."""
    company = world.syncro.company
    invoice = world.invoice(NUMBER)
    payment = company.pay(invoice.id, 200, reference="4711")
    await bot.sync.run()
    company.remove_payment(payment.id)
    if world.syncro.shape == "openapi":
        world.move(days=1)  # nothing tells of a deletion there, so payments of late are compared once a day
    await bot.sync.run()
    return str(invoice.id)


async def test_the_owner_gets_one_message_with_the_way_to_the_invoice(world: World, bot: Bot) -> None:
    await lose_a_payment(world, bot)
    await bot.outbox.deliver_due()
    await bot.sync.run()
    await bot.outbox.deliver_due()
    (told,) = world.posted("D0CLERK", f"A payment on {NUMBER} is gone")
    assert "4711" in str(told)
    assert "$200.00" in str(told)
    assert "$806.25 open" in str(told)


async def test_it_is_not_told_once_the_invoice_is_paid_again(world: World, bot: Bot) -> None:
    invoice_id = await lose_a_payment(world, bot)
    world.pay(invoice_id)
    await refresh(bot.context, invoice_id)
    await bot.outbox.deliver_due()
    assert world.posted("D0CLERK", "is gone") == []
