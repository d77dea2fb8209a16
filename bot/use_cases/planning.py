"""A decided contact as it is written down before it is made."""

from bot.domain.contacts import ContactNow
from bot.domain.letter_text import fill
from bot.store.contacts import Contact
from bot.use_cases.contact_check import as_listed, by_task
from bot.use_cases.context import Context


def planned_contact(context: Context, one: ContactNow, id: str, needs: str) -> Contact:
    """A contact as it is planned: what it lists, and for a customer the text that they shall read.

    Where Syncro's own email is sent there is no text of ours.
    """
    subject, message = "", ""
    ours = context.gateway.abilities.email_text or by_task(context, one.level)
    if one.track == "customer" and ours:
        subject, message = fill(context.policy.letter_of(one.level), one, context.policy.business.name)
    return Contact(
        id=id,
        customer_id=one.customer_id,
        currency=one.currency,
        track=one.track,
        carrying_invoice_id=one.carrying.id,
        level=one.level.name,
        stage="planned",
        policy_version=context.policy.version,
        total=one.total,
        as_of=context.today().isoformat(),
        created_at=context.now(),
        subject=subject,
        message=message,
        needs=needs,
        invoices=as_listed(one),
    )
