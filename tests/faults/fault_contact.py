"""A contact with a customer as a write: an invoice past due, planned this morning, with sending started."""

from datetime import timedelta
from typing import Any

from fault_world import FaultWorld, Process

from bot.store import automatic, contacts, mirror, waiting
from bot.store.automatic import Automatic
from bot.store.contacts import Contact, ContactInvoice
from bot.store.lane import Tx

LEVEL = "friendly"
#: The sample company's first customers have something odd about them; those from here on are plain.
_PLAIN_FROM = 309


def contact_id(invoice: Any) -> str:
    return f"contact-{invoice.id}"


def make_past_due(world: FaultWorld, invoice: Any) -> None:
    """The invoice becomes the only one of a customer of its own, five days late."""
    company = world.syncro.company
    used = {one.customer_id for one in company.invoices.values()}
    free = next(id for id in company.customers if id >= _PLAIN_FROM and id not in used)
    due = company.today() - timedelta(days=5)
    company.change_header(invoice.id, customer_id=free, due_date=due)


def contact_request(world: FaultWorld, seen: Any) -> dict[str, Any]:
    """What makes the contact today."""
    company = world.syncro.company
    customer = company.customer(company.invoice(int(seen.id)).customer_id)
    return {
        "contact": contact_id(seen),
        "as_of": company.today().isoformat(),
        "level": LEVEL,
        "to": [customer.notification_email or customer.email],
        "cc": list(customer.cc_emails),
        "subject": "Past due",
        "message": f"Please pay {seen.number}.",
        "overridden": [],
    }


async def plan(process: Process, seen: Any) -> None:
    """The contact as the build wrote it down."""
    context = process.context
    customer = await context.gateway.customer(seen.customer_id)
    contact = Contact(
        id=contact_id(seen),
        customer_id=seen.customer_id,
        currency=seen.currency,
        track="customer",
        carrying_invoice_id=seen.id,
        level=LEVEL,
        stage="planned",
        policy_version="test",
        total=seen.balance,
        as_of=context.today().isoformat(),
        created_at=context.now(),
        invoices=(ContactInvoice(seen.id, seen.number, 5, seen.balance, LEVEL, 1),),
    )

    def write(tx: Tx) -> None:
        automatic.save(tx, Automatic(on=True, at=context.now(), started=True))
        mirror.put_customers(tx, [customer], context.now())
        waiting.remove(tx, [contact.id])
        contacts.insert(tx, contact)

    await context.lane.write(write)


async def stage(process: Process, invoice: Any) -> str:
    """How the contact stands in its ledger."""
    found = await process.lane.read(lambda tx: contacts.get(tx, contact_id(invoice)))
    assert found is not None
    return found.stage
