"""Pitfalls of other engines: what is owed changes between two runs, or is not what one number says."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from domain_samples import TODAY, invoice
from peers_world import BILLING, BOSS, CLERK, Letters, Peers, ledger, why
from reminders_world import Bot

from bot.domain.contacts import Reason
from bot.domain.invoice import Status
from bot.domain.policy import CustomerPolicy


async def test_paid_between_deciding_and_sending_is_not_chased(world: Peers, bot: Bot) -> None:
    """An engine that sends what a batch decided in the night chases who paid in the morning."""
    billed = world.bill(20)
    world.move(hours=5)
    await bot.sweep.run()
    world.pay(str(billed.id))
    await bot.outbox.deliver_due()
    assert world.told(CLERK) == []
    assert [(one.stage, one.reason) for one in await ledger(bot)] == [
        ("suppressed", f"{billed.number} has been paid.")
    ]


async def test_a_partial_payment_is_never_chased_with_the_old_amount(world: Peers, bot: Bot) -> None:
    billed = world.bill(20)
    world.move(hours=5)
    await bot.sweep.run()
    world.syncro.company.pay(billed.id, Decimal(200))
    await bot.outbox.deliver_due()
    assert world.told(CLERK) == []
    await world.morning(bot)
    (told,) = world.told(CLERK)
    assert "$300.00" in told
    assert "$500.00" not in told


def test_a_partial_payment_keeps_the_level_that_was_heard() -> None:
    """An engine that keeps its level beside the amount starts anew after a part payment."""
    one = invoice(8)
    letters = Letters([one])
    letters.send(TODAY - timedelta(days=6))
    letters.invoices = [replace(one, status=Status.PARTIAL, balance=20000)]
    (sent,) = letters.send(TODAY)
    assert (sent.level.name, sent.total) == ("firm", 20000)


async def test_a_credit_note_is_taken_off_and_one_that_covers_all_stops_the_chasing(
    world: Peers, bot: Bot
) -> None:
    """An engine that looks at single invoices chases a customer whom the company owes money."""
    world.bill(20, 500)
    world.bill(2, -200)
    covered = world.bill(20, 500, customer=2)
    world.bill(2, -500, customer=2)
    await world.morning(bot, after=0)
    (told,) = world.told(CLERK)
    assert "$300.00" in told
    assert covered.number not in told
    assert await why(bot, covered) == Reason.CREDIT_COVERS_IT
    assert [one.total for one in await ledger(bot)] == [30000]


def test_a_credit_note_is_taken_off_what_a_mail_asks_for() -> None:
    credit = invoice(2, balance=-20000, total=-20000)
    (sent,) = Letters([invoice(8), credit]).send(TODAY)
    assert sent.total == 30000
    assert [item.invoice.balance for item in sent.listed] == [50000]
    assert Letters([invoice(8), replace(credit, balance=-50000)]).send(TODAY) == []


async def test_when_the_oldest_is_paid_a_newer_one_carries_on(world: Peers, bot: Bot) -> None:
    """An engine that keeps the level at the customer falls silent, or goes on where the paid one stood."""
    oldest, newer = world.bill(31), world.bill(10)
    await world.morning(bot, after=0)
    world.pay(str(oldest.id))
    await world.morning(bot, after=6)
    carried = [(one.carrying_invoice_id, one.level) for one in await ledger(bot)]
    assert carried == [(str(oldest.id), "manager"), (str(newer.id), "call")]
    assert len(world.told(BOSS)) == 1, "the manager hears nothing of the newer one yet"


def test_when_the_oldest_is_paid_the_next_mail_is_the_newer_ones_own_level() -> None:
    oldest, newer = invoice(12), invoice(2)
    letters = Letters([oldest, newer])
    letters.send(TODAY)  # friendly, lists both
    letters.invoices = [newer]
    (sent,) = letters.send(TODAY + timedelta(days=6))
    assert (sent.carrying, sent.level.name) == (newer, "firm")


def test_who_always_pays_20_days_late_hears_of_every_invoice_anew() -> None:
    """An engine with one level per customer mails such a customer the final notice for ever, or never again."""
    first = TODAY - timedelta(days=200)
    letters, said = Letters([]), []
    for number in range(200):
        today = first + timedelta(days=number)
        if number % 30 == 0:
            letters.invoices.append(invoice(None, due_date=today))
        paid = [one for one in letters.invoices if one.due_date == today - timedelta(days=20)]
        if paid:
            letters.invoices.remove(paid[0])
            letters.last_payment = today
        said += [(number % 30, one.level.name) for one in letters.send(today)]
    assert {level for _, level in said} == {"friendly", "firm"}
    assert [level for _, level in said] == ["friendly", "firm"] * (len(said) // 2)
    assert len(said) >= 12
    assert {level: {day for day, at in said if at == level} for level in ("friendly", "firm")} == {
        "friendly": {1, 2, 3},  # a Saturday or Sunday waits for Monday,
        "firm": {7, 8, 9, 10},  # and the next one is at least five days after it
    }


async def test_an_old_book_that_is_imported_makes_one_message_and_no_hand_off(world: Peers, bot: Bot) -> None:
    """An engine that is switched on over old debts sends hundreds of final notices in its first night."""
    old = [world.bill(200 + number, customer=1 + number % 2) for number in range(30)]
    await world.morning(bot, after=0)
    assert [one.level for one in await ledger(bot)] == ["manager", "manager"]
    (told,) = world.told(BOSS)
    assert len(world.told(CLERK)) == 1
    assert all(billed.number in told for billed in old[-10:]), "the oldest of each customer are named"
    await world.morning(bot)
    assert len(await ledger(bot)) == 2


def test_an_old_book_is_mailed_by_nobody_but_a_person() -> None:
    old = [invoice(200 + number) for number in range(30)]
    letters = Letters(old, old_book=frozenset(one.id for one in old))
    assert letters.days(TODAY, 30) == []
    assert {stop.reason for one in old if (stop := letters.decide(TODAY).reasons(one.id)["customer"])} == {
        Reason.AWAITING_APPROVAL
    }


async def test_without_a_due_date_it_is_not_chased_and_says_so(world: Peers, bot: Bot) -> None:
    """An engine that takes a missing due date for zero days chases at once; one that compares with it crashes."""
    undated, dated = world.bill(None), world.bill(20)
    await world.morning(bot, after=0)
    (told,) = world.told(CLERK)
    assert dated.number in told
    assert undated.number not in told
    assert await why(bot, undated) == await why(bot, undated, "customer") == Reason.NO_DUE_DATE


async def test_two_currencies_are_never_summed(world: Peers) -> None:
    """An engine that sums whatever it finds asks for 1,000 of something."""
    bot = await world.bot(customers={"2": CustomerPolicy(currency="CAD")})
    world.bill(20)
    world.bill(20, customer=2)
    await world.morning(bot, after=0)
    assert {(one.customer_id, one.currency, one.total) for one in await ledger(bot)} == {
        ("1", "USD", 50000),
        ("2", "CAD", 50000),
    }
    told = world.told(CLERK)[0] + world.told(BILLING, "Northwind IT, ")[0]
    assert "$500.00" in told
    assert "CA$500.00" in told
    assert "1,000" not in told


def test_two_currencies_of_one_customer_are_two_mails_on_two_days() -> None:
    letters = Letters([invoice(8), invoice(9, currency="CAD")])
    sent = [one for number in range(6) for one in letters.send(TODAY + timedelta(days=number))]
    assert [(one.currency, one.total) for one in sent] == [("CAD", 50000), ("USD", 50000)]
    assert all(len({item.invoice.currency for item in one.listed}) == 1 for one in sent)
