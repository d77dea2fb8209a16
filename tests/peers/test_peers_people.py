"""Pitfalls of other engines: who may be written to, and what one track takes for the other's word."""

from dataclasses import replace
from datetime import timedelta

from domain_samples import CUSTOMER, TODAY, invoice
from peers_world import BOSS, CLERK, Letters, Peers, ledger, why
from reminders_world import Bot

from bot.domain.contacts import PastContact, Reason


async def test_a_bounced_cheque_after_a_suppressed_reminder_is_chased_again(world: Peers, bot: Bot) -> None:
    """An engine that takes a decided reminder for a sent one never comes back to a payment that failed."""
    billed = world.bill(20)
    world.move(hours=5)
    await bot.sweep.run()
    books = world.syncro.company
    cheque = books.take_payment(1, books.balance(billed), {billed.id: books.balance(billed)})
    await bot.outbox.deliver_due()
    await world.morning(bot)
    assert world.told(CLERK) == []
    books.fail_payment(cheque.id)
    await world.morning(bot)
    await world.morning(bot)
    assert len(world.told(CLERK)) == 1
    assert [(one.level, one.stage) for one in await ledger(bot)] == [("call", "suppressed"), ("call", "sent")]


def test_a_bounced_cheque_after_a_suppressed_mail_gets_the_same_level() -> None:
    one = invoice(8)
    suppressed = PastContact(
        "customer", 1, "friendly", one.id, ((one.id, 1),), TODAY - timedelta(days=1), "suppressed"
    )
    (sent,) = Letters([one], (suppressed,)).send(TODAY)
    assert sent.level.name == "friendly"


async def test_who_has_opted_out_is_not_mailed_but_not_forgotten(world: Peers, bot: Bot) -> None:
    """An engine that skips such a customer lets the debt grow in silence."""
    world.syncro.company.customers[1].opt_out = True
    billed = world.bill(20)
    await world.morning(bot, after=0)
    assert len(world.told(CLERK)) == 1
    assert await why(bot, billed, "customer") == Reason.OPTED_OUT
    assert await why(bot, billed) != Reason.OPTED_OUT


def test_who_has_opted_out_is_handed_off_without_waiting_for_a_mail_that_never_comes() -> None:
    one = invoice(70)
    silent = Letters([one], customer=replace(CUSTOMER, opt_out=True))
    assert silent.days(TODAY, 10) == []
    assert "hand-off" in [step.level.name for step in silent.decide(TODAY).proposals]
    written = Letters([one])
    assert "hand-off" not in [step.level.name for step in written.decide(TODAY).proposals]


async def test_an_owners_task_comes_although_no_mail_was_ever_sent(world: Peers, bot: Bot) -> None:
    """An engine with one ladder for all takes the owner's task for the customer's second reminder."""
    billed = world.bill(15)
    await world.morning(bot, after=0)
    assert [(one.track, one.level) for one in await ledger(bot)] == [("internal", "call")]
    assert await why(bot, billed, "customer") == Reason.AUTOMATIC_OFF
    await world.morning(bot, after=15)
    assert [one.level for one in await ledger(bot)] == ["call", "manager"]
    assert len(world.told(BOSS)) == 1


def test_an_owners_task_is_no_mail_that_was_heard() -> None:
    one = invoice(20)
    task = PastContact("internal", 15, "call", one.id, ((one.id, 15),), TODAY, "sent")
    letters = Letters([one], (task,))
    assert [step.level.name for step in letters.send(TODAY)] == ["friendly"], (
        "nor does it make a mail too soon"
    )
