"""What a customer has paid without an invoice is theirs: nobody is chased for what it covers, and the card shows it."""

from datetime import timedelta

from reminders_world import Bot, World
from sending_world import customer_of, only, openapi_only, owing

from bot.use_cases.collections import decide_rows
from bot.use_cases.customers import Customers
from bot.use_cases.lookup import Lookup


@openapi_only
async def test_money_without_an_invoice_covers_what_is_past_due(world: World, bot: Bot) -> None:
    covered, short = owing(world, 20), owing(world, 20)
    only(world, covered, short)
    company = world.syncro.company
    company.take_payment(covered.customer_id, 50_000, {})
    company.take_payment(short.customer_id, 49_000, {})
    await bot.sync.run(full=True)
    _, rows = await decide_rows(bot.context, bot.context.today())
    reasons = {(row.invoice.id, row.track): row.reason for row in rows}
    assert reasons[str(covered.id), "customer"] == "credit_covers_it"
    assert reasons[str(covered.id), "internal"] == "credit_covers_it"
    assert reasons[str(short.id), "internal"] == "below_minimum"
    customers = Customers(bot.context, Lookup(bot.context, bot.sync))
    card = await customers.card_of(str(customer_of(world, covered).id))
    assert card.credit == 50_000
    _, rows = await decide_rows(bot.context, bot.context.today() - timedelta(days=1))
    reasons = {(row.invoice.id, row.track): row.reason for row in rows}
    assert reasons[str(covered.id), "internal"] == "listed", "the day before it had not been paid"
