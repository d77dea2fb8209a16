"""What belongs into the log of an invoice, and in which order."""

from datetime import timedelta
from typing import Any

import pytest
from holds_world import of
from reminders_world import Bot

from bot.store import contacts
from bot.store.contacts import Contact, ContactInvoice
from bot.store.lane import Tx
from bot.use_cases.invoice_log import InvoiceLogs
from bot.use_cases.lookup import Lookup


@pytest.fixture
def shape() -> str:
    """The record doesn't depend on the shape of Syncro's answers."""
    return "guide"


def act(bot: Bot, tx: Tx, action: str, subject: str, **given: Any) -> None:
    bot.context.audit.append(
        tx,
        at=bot.context.now(),
        actor_id=given.pop("actor_id", "U0CLERK"),
        actor_name=given.pop("actor_name", "Casey"),
        action=action,
        subject=subject,
        before={},
        after=given,
    )


def contact(bot: Bot, tx: Tx, id: str, customer_id: str, invoice_id: str) -> None:
    listed = ContactInvoice(invoice_id, "x", 20, 80625, "firm", 7)
    contacts.insert(
        tx,
        Contact(
            id=id,
            customer_id=customer_id,
            currency="USD",
            track="internal",
            carrying_invoice_id=invoice_id,
            level="firm",
            stage="sent",
            policy_version="test",
            total=80625,
            as_of="2026-03-10",
            created_at=bot.context.now(),
            invoices=(listed,),
        ),
    )


async def test_it_holds_what_names_the_invoice_and_the_reminders_that_list_it(bot: Bot) -> None:
    invoice = await of(bot)
    customer = f"customer:{invoice.customer_id}"

    def write(tx: Tx) -> None:
        contact(bot, tx, "listing", invoice.customer_id, invoice.id)
        contact(bot, tx, "other", invoice.customer_id, "999999")
        act(bot, tx, "payment.confirmed", f"invoice:{invoice.id}")
        act(bot, tx, "contact.mailed", customer, contact="other")
        act(bot, tx, "contact.claimed", customer, contact="listing")
        act(bot, tx, "call.logged", customer)
        act(bot, tx, "void.confirmed", "invoice:999999")
        act(bot, tx, "edit.confirmed", f"invoice:{invoice.id}")

    await bot.context.lane.write(write)
    held = await InvoiceLogs(bot.context, Lookup(bot.context, bot.sync)).of(invoice.id)
    assert [one.action for one in held.entries] == ["edit.confirmed", "contact.claimed", "payment.confirmed"]
    assert held.older == 0
    assert held.entries[0].at.utcoffset() == timedelta(hours=-4), "the business's time"


async def test_the_newest_forty_are_told_and_the_older_counted(bot: Bot) -> None:
    invoice = await of(bot)
    await bot.context.lane.write(
        lambda tx: [
            act(bot, tx, "edit.confirmed", f"invoice:{invoice.id}", reason=str(one)) for one in range(50)
        ]
    )
    held = await InvoiceLogs(bot.context, Lookup(bot.context, bot.sync)).of(invoice.id)
    assert [one.after["reason"] for one in held.entries] == [str(one) for one in range(49, 9, -1)]
    assert held.older == 10


@pytest.mark.parametrize(
    ("actor", "name", "by"),
    [
        ("U0CLERK", "Casey", ("U0CLERK", "Casey")),
        ("system", "Duebot", ("", "Duebot")),
        ("operator:ann", "ann", ("", "ann, at the terminal,")),
        ("<!channel>", "<!here>", ("", "<!here>")),
    ],
)
async def test_who_did_it_is_told_as_what_they_are(
    bot: Bot, actor: str, name: str, by: tuple[str, str]
) -> None:
    invoice = await of(bot)
    subject = f"invoice:{invoice.id}"
    await bot.context.lane.write(
        lambda tx: act(bot, tx, "edit.confirmed", subject, actor_id=actor, actor_name=name)
    )
    held = await InvoiceLogs(bot.context, Lookup(bot.context, bot.sync)).of(invoice.id)
    assert (held.entries[0].by_id, held.entries[0].by_name) == by
