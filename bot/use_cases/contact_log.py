"""The audit rows of contacts: what the engine and people do with them, in the transaction that does it."""

from collections.abc import Mapping

from bot.domain.roles import Person
from bot.store.contacts import Contact
from bot.store.lane import Tx
from bot.use_cases.audit_place import place_of
from bot.use_cases.context import Context

_NOTHING: Mapping[str, object] = {}


def log(
    tx: Tx,
    context: Context,
    contact: Contact,
    actor: Person,
    done: str,
    after: Mapping[str, object],
    before: Mapping[str, object] = _NOTHING,
    visit_id: str = "",
) -> None:
    """Audits what ``actor`` has ``done`` with a contact, such as "approved"; ``visit_id`` is where they stood."""
    context.audit.append(
        tx,
        at=context.now(),
        actor_id=actor.id,
        actor_name=actor.name,
        action=f"contact.{done}",
        subject=f"customer:{contact.customer_id}",
        before=before,
        after={"contact": contact.id, "level": contact.level, **after},
        policy_version=contact.policy_version,
        **place_of(tx, visit_id),
    )


def log_told(
    tx: Tx, context: Context, contact: Contact, actor: Person, done: str, visit_id: str = ""
) -> None:
    """The same with what it lists and to whom it goes."""
    log(
        tx,
        context,
        contact,
        actor,
        done,
        {
            "total": contact.total,
            "invoices": [item.number for item in contact.invoices],
            "to": [delivery.target for delivery in contact.deliveries],
        },
        visit_id=visit_id,
    )
