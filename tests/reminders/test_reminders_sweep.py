"""Reminders to our own people: made once, read again when they are posted, and never on old figures."""

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from reminders_world import PLAN, POLICY, Bot, World, words

from bot.domain.errors import BadInput, SyncroError, SyncroLost
from bot.domain.policy import People
from bot.store import contacts, mirror, operations, outbox
from bot.store.contacts import Contact
from bot.store.operations import Operation
from bot.store.outbox import Item
from bot.use_cases.collections import decide_all, decide_rows
from reminders.sweep import SweepReport

CLERK, BOSS = "D0CLERK", "D0BOSS"


async def all_contacts(bot: Bot) -> list[Contact]:
    def read(tx: Any) -> list[Contact]:
        return [one for customer in mirror.customers(tx) for one in contacts.of_customer(tx, customer.id)]

    return await bot.context.lane.read(read)


async def item_of(bot: Bot, target: str, number: int = 1) -> Item:
    key = f"reminder:{target}:2026-03-10:{number}"
    item = await bot.context.lane.read(lambda tx: outbox.by_key(tx, key))
    assert item is not None
    return item


async def swept(bot: Bot) -> SweepReport:
    report = await bot.sweep.run()
    await bot.outbox.deliver_due()
    return report


async def test_a_sweep_reminds_each_person_once(world: World, bot: Bot) -> None:
    report = await swept(bot)
    assert report.made > 3
    assert report.messages == 2
    (to_owner,), (to_manager,) = world.posted(CLERK), world.posted(BOSS)
    assert "call" in words(to_owner)
    assert "manager" in words(to_manager)
    made = await all_contacts(bot)
    assert len(made) == report.made
    assert {contact.stage for contact in made} == {"sent"}
    assert {delivery.state for contact in made for delivery in contact.deliveries} == {"sent"}
    for contact in made:
        assert all(one.number in words(to_owner) + words(to_manager) for one in contact.invoices[:10])


async def test_swept_twice_reminds_once(world: World, bot: Bot) -> None:
    first = await swept(bot)
    second = await swept(bot)
    third = await bot.sweep.run(again=True)
    await bot.outbox.deliver_due()
    assert (first.ran, second.ran, third.ran) == (True, False, True)
    assert third.made == 0
    assert len(world.posted(CLERK)) == len(world.posted(BOSS)) == 1


async def test_two_processes_remind_once(world: World, bot: Bot) -> None:
    other = await world.bot()
    await asyncio.gather(*(each.sweep.run(again=True) for each in (bot, other)))
    await asyncio.gather(bot.outbox.deliver_due(), other.outbox.deliver_due())
    assert len(world.posted(CLERK)) == len(world.posted(BOSS)) == 1
    made = await all_contacts(bot)
    assert len({(one.customer_id, one.currency, one.level, one.carrying_invoice_id) for one in made}) == len(
        made
    )


async def test_every_open_invoice_has_a_reason_on_each_track(world: World, bot: Bot) -> None:
    report = await bot.sweep.dry_run()
    unpaid = await bot.context.lane.read(mirror.unpaid)
    seen = {(row.invoice.id, row.track) for row in report.rows}
    assert seen == {(one.id, track) for one in unpaid for track in ("customer", "internal")}
    assert all(row.reason and row.sentence for row in report.rows)
    assert report.reasons["listed"] == sum(
        row.reason == "listed" for row in report.rows if row.track == "internal"
    )
    assert await all_contacts(bot) == []
    assert await bot.outbox.deliver_due() == 0


@pytest.mark.parametrize("shape", ["openapi"])
async def test_a_balance_that_nobody_knows_is_chased_by_nobody(world: World, bot: Bot) -> None:
    """The published API tells no balance when a payment was spread over invoices."""
    world.syncro.oddities.no_balance_every = 1
    company, first = world.syncro.company, (await bot.sweep.dry_run()).rows
    chased = [row.invoice for row in first if row.reason == "listed"]
    one = chased[0]
    other = next(held for held in chased if held.id != one.id and held.customer_id == one.customer_id)
    shares = {int(one.id): 100, int(other.id): 100}
    company.take_payment(int(one.customer_id), 200, shares)
    await swept(bot)
    rows = [row for row in (await bot.sweep.dry_run()).rows if row.invoice.id in (one.id, other.id)]
    assert {row.invoice.balance for row in rows} == {None}
    assert {row.reason for row in rows} == {"balance_unknown"}, {row.sentence for row in rows}
    told = "".join(words(message) for message in world.posted(CLERK) + world.posted(BOSS))
    assert not {number for number in (one.number, other.number) if number in told}
    await bot.digests.run(PLAN)
    await bot.outbox.deliver_due()
    assert "2 invoices in USD, balance unknown" in words(world.posted("C0BILLING")[-1])


async def test_another_day_can_only_be_looked_at(bot: Bot) -> None:
    with pytest.raises(BadInput, match="dry-run"):
        await bot.sweep.run(as_of=date(2026, 3, 1))
    assert (await bot.sweep.dry_run(date(2027, 3, 1))).made >= (await bot.sweep.dry_run()).made


async def test_a_sweep_reads_a_few_customers_at_a_time_and_all_of_them(
    world: World, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click must not wait for the whole book."""
    whole = await decide_rows(bot.context, bot.context.today())
    monkeypatch.setattr("bot.use_cases.collections.SLICE", 1)
    assert await decide_rows(bot.context, bot.context.today()) == whole
    assert len({row.invoice.customer_id for row in whole[1]}) > 10


async def test_paid_between_deciding_and_sending_is_not_chased(world: World, bot: Bot) -> None:
    await bot.sweep.run()
    paid = (await all_contacts(bot))[0]
    world.pay(paid.carrying_invoice_id)
    await bot.outbox.deliver_due()
    number = world.syncro.company.invoice(int(paid.carrying_invoice_id)).number
    assert all(number not in words(one) for one in world.posted(CLERK) + world.posted(BOSS))
    by_id = {contact.id: contact for contact in await all_contacts(bot)}
    assert by_id[paid.id].stage == "suppressed"
    assert by_id[paid.id].reason == f"{number} has been paid."
    assert {one.state for one in by_id[paid.id].deliveries} == {"suppressed"}
    assert {one.stage for one in by_id.values() if one.id != paid.id} == {"sent"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("void", "is void now"),
        ("paid in part", "The balance of"),
        ("due later", "The due date of"),
        ("deleted", "no longer in Syncro"),
    ],
)
async def test_what_changed_is_suppressed_with_the_reason(
    world: World, bot: Bot, change: str, said: str
) -> None:
    await bot.sweep.run()
    chosen = (await all_contacts(bot))[0]
    company, invoice_id = world.syncro.company, int(chosen.carrying_invoice_id)
    match change:
        case "void":
            company.void(invoice_id)
            if world.syncro.shape == "openapi":
                said = "no longer in Syncro"  # it knows no voids: such an invoice isn't there
        case "paid in part":
            company.pay(invoice_id, Decimal("1.00"))
        case "due later":
            company.edit_due_date(invoice_id, date(2026, 3, 20))
        case _:
            company.delete_invoice(invoice_id)
    await bot.outbox.deliver_due()
    after = next(one for one in await all_contacts(bot) if one.id == chosen.id)
    assert after.stage == "suppressed"
    assert said in after.reason


async def test_an_unsettled_write_holds_the_reminder(world: World, bot: Bot) -> None:
    await bot.sweep.run()
    chosen = (await all_contacts(bot))[0]
    await bot.context.lane.write(lambda tx: operations.insert(tx, payment_on(bot, chosen)))
    await bot.outbox.deliver_due()
    after = next(one for one in await all_contacts(bot) if one.id == chosen.id)
    assert (after.stage, "is not settled" in after.reason) == ("suppressed", True)


def payment_on(bot: Bot, contact: Contact) -> Operation:
    return Operation(
        key="k#1",
        base_key="k",
        kind="payment",
        invoice_id=contact.carrying_invoice_id,
        customer_id=contact.customer_id,
        actor_id="U0CLERK",
        actor_name="Casey Lindqvist",
        request={},
        request_hash="h",
        state="unknown",
        created_at=bot.context.now(),
    )


async def test_when_nothing_is_left_the_message_is_dropped(world: World, bot: Bot) -> None:
    await bot.sweep.run()
    for contact in await all_contacts(bot):
        world.pay(contact.carrying_invoice_id)
    await bot.outbox.deliver_due()
    assert world.posted(CLERK) == world.posted(BOSS) == []
    item = await item_of(bot, "U0CLERK")
    assert item.state == "dropped"
    assert "has been paid" in item.reason
    assert {contact.stage for contact in await all_contacts(bot)} == {"suppressed"}


async def test_a_freed_level_is_made_again_when_it_is_due_again(world: World, bot: Bot) -> None:
    await bot.sweep.run()
    chosen = (await all_contacts(bot))[0]
    world.syncro.company.pay(int(chosen.carrying_invoice_id), Decimal("1.00"))
    await bot.outbox.deliver_due()
    world.move(days=1)
    await swept(bot)
    made = [one for one in await all_contacts(bot) if one.customer_id == chosen.customer_id]
    assert [one.stage for one in made] == ["suppressed", "sent"]


async def test_syncro_down_never_chases_on_old_figures(world: World, bot: Bot) -> None:
    world.break_syncro()
    with pytest.raises(SyncroError):
        await bot.sweep.run()
    assert await all_contacts(bot) == []
    assert not (await bot.sweep.run()).ran, "the next try waits for the lease"
    world.syncro.faults.clear()
    world.move(minutes=6)
    assert (await swept(bot)).ran
    assert len(world.posted(CLERK)) == 1


async def test_syncro_down_at_the_moment_of_posting_waits(world: World, bot: Bot) -> None:
    await bot.sweep.run()
    world.break_syncro()
    await bot.outbox.deliver_due()
    assert world.posted(CLERK) == []
    assert (await item_of(bot, "U0CLERK")).state == "pending"
    world.syncro.faults.clear()
    world.move(minutes=6)
    await bot.outbox.deliver_due()
    assert len(world.posted(CLERK)) == 1
    assert world.slack.called("conversations.history") == [], "it surely was not posted"


async def test_one_invoice_that_cannot_be_read_holds_up_nobody_else(
    world: World, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.sweep.run()
    odd = next(one for one in await all_contacts(bot) if len(one.deliveries) == 1)
    real = bot.context.bulk.invoice

    async def read(invoice_id: str) -> Any:
        if invoice_id == odd.invoices[0].invoice_id:
            raise SyncroLost("Syncro had a problem of its own (500).")
        return await real(invoice_id)

    monkeypatch.setattr(bot.context.bulk, "invoice", read)
    await bot.outbox.deliver_due()
    after = {one.id: one for one in await all_contacts(bot)}
    assert after[odd.id].stage == "suppressed"
    assert "couldn't be read" in after[odd.id].reason
    assert {one.stage for one in after.values() if one.id != odd.id} == {"sent"}
    assert len(world.posted(CLERK)) == len(world.posted(BOSS)) == 1


async def test_a_day_later_it_is_dropped_and_the_level_is_free(world: World, bot: Bot) -> None:
    await bot.sweep.run()
    world.break_syncro()
    await bot.outbox.deliver_due()
    world.syncro.faults.clear()
    world.move(days=1)
    await bot.outbox.deliver_due()
    assert world.posted(CLERK) == []
    assert {contact.stage for contact in await all_contacts(bot)} == {"suppressed"}
    await swept(bot)
    assert len(world.posted(CLERK)) == 1


async def test_a_lost_answer_reminds_once(world: World, bot: Bot) -> None:
    await bot.sweep.run()
    world.slack.faults.add("chat.postMessage", "drop_after", times=2)
    await bot.outbox.deliver_due()
    assert {one.stage for one in await all_contacts(bot)} == {"claimed"}
    for _ in range(3):
        world.move(seconds=31)
        await bot.outbox.deliver_due()
    assert len(world.posted(CLERK)) == len(world.posted(BOSS)) == 1
    assert {one.stage for one in await all_contacts(bot)} == {"sent"}


async def test_an_owner_who_has_left_fails_visibly_and_frees_the_level(world: World) -> None:
    bot = await world.bot(people=People("U0BOSS", {"default": "U0GONE"}))
    await swept(bot)
    failed = [one for one in await all_contacts(bot) if one.stage == "failed"]
    assert failed
    assert "not an active, full member" in failed[0].reason
    (notice,) = world.posted("C0APPROVE")
    assert "not an active, full member" in words(notice)


async def test_a_contact_waits_for_its_other_message_when_one_fails(world: World) -> None:
    bot = await world.bot(people=People("U0BOSS", {"default": "U0GONE"}))
    await bot.sweep.run()
    world.slack.faults.add("chat.postMessage", "429", seconds=7)
    await bot.outbox.deliver_due()
    both = [one.id for one in await all_contacts(bot) if len(one.deliveries) == 2]
    assert both, "the manager's level is told to the owner too, whose level was skipped"
    assert {one.stage for one in await all_contacts(bot) if one.id in both} == {"claimed"}
    world.move(seconds=8)
    await bot.outbox.deliver_due()
    after = [one for one in await all_contacts(bot) if one.id in both]
    assert {one.stage for one in after} == {"sent"}
    assert {(one.target, one.state) for made in after for one in made.deliveries} == {
        ("U0GONE", "failed"),
        ("U0BOSS", "sent"),
    }


async def test_what_another_sweep_has_made_meanwhile_is_left_out(world: World, bot: Bot) -> None:
    other, today = await world.bot(), bot.context.today()
    day = await decide_all(bot.context, today)
    found = day.on("internal")
    first = await swept(other)
    late = await bot.context.lane.write(lambda tx: bot.sweep._apply(tx, "late", today, found))
    await bot.outbox.deliver_due()
    assert (first.made, late.made, late.messages) == (len(found), 0, 0)
    assert len(world.posted(CLERK)) == 1


async def test_an_audience_without_anybody_is_named(world: World) -> None:
    bot = await world.bot(people=People("", {"default": "U0CLERK"}))
    report = await swept(bot)
    assert report.unreachable
    assert all("“manager”" in sentence for sentence in report.unreachable)
    assert {one.target for made in await all_contacts(bot) for one in made.deliveries} == {"U0CLERK"}


async def test_on_a_weekend_nobody_is_reminded(world: World, bot: Bot) -> None:
    world.move(days=4)
    report = await swept(bot)
    assert (report.made, report.messages) == (0, 0)
    assert (await bot.sweep.dry_run()).reasons["not_business_day"] > 0


async def test_many_customers_are_told_in_several_messages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reminders.sweep._INVOICES_PER_MESSAGE", 5)
    bot = await world.bot()
    report = await swept(bot)
    told = world.posted(CLERK)
    assert len(told) > 1
    assert report.messages == len(told) + len(world.posted(BOSS))
    assert {contact.stage for contact in await all_contacts(bot)} == {"sent"}
    keys = [(await item_of(bot, "U0CLERK", number)).key for number in range(1, len(told) + 1)]
    assert len(set(keys)) == len(told)


async def test_contacts_are_audited(bot: Bot) -> None:
    report = await swept(bot)
    rows = await bot.context.lane.read(lambda tx: tx.all("SELECT action FROM audit"))
    assert [row["action"] for row in rows] == ["contact.claimed"] * report.made


async def test_a_policy_that_renames_a_level_does_not_chase_again(world: World, bot: Bot) -> None:
    await swept(bot)
    levels = tuple(
        replace(level, name=f"new {level.name}") if level.name in ("call", "manager") else level
        for level in POLICY.ladder.levels
    )
    renamed = await world.bot(ladder=replace(POLICY.ladder, levels=levels))
    assert (await renamed.sweep.run(again=True)).made == 0
