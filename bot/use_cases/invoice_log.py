"""What was done to one invoice, from the audit."""

import re

from bot.domain.audit_facts import InvoiceLog, LogEntry
from bot.store import contacts
from bot.store.audit import Entry
from bot.store.lane import Tx
from bot.store.operations import SYSTEM
from bot.use_cases.authority import DUEBOT, OPERATOR
from bot.use_cases.context import Context
from bot.use_cases.lookup import Lookup

#: Entries in one message.
_SHOWN = 40
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{1,24}")


class InvoiceLogs:
    """Answers "who did what to it?". Changes nothing, and needs no answer from Syncro for an invoice that is known."""

    def __init__(self, context: Context, lookup: Lookup) -> None:
        self._context = context
        self._lookup = lookup

    async def of(self, invoice_id: str) -> InvoiceLog:
        """The acts on an invoice, the newest first. Raises ``SyncroError`` for one that only Syncro could know."""
        invoice = await self._lookup.mirrored(invoice_id)
        found = await self._context.lane.read(lambda tx: self._entries(tx, invoice.id, invoice.customer_id))
        newest = found[::-1][:_SHOWN]
        return InvoiceLog(
            invoice=invoice,
            today=self._context.today(),
            entries=tuple(self._shown(entry) for entry in newest),
            older=len(found) - len(newest),
        )

    def _entries(self, tx: Tx, invoice_id: str, customer_id: str) -> list[Entry]:
        """What names the invoice, and what was done with the customer's contacts that list it; in order."""
        audit = self._context.audit
        listing = contacts.listing(tx, invoice_id)
        of_contacts = [
            entry
            for entry in audit.of_subject(tx, f"customer:{customer_id}")
            if entry.after.get("contact") in listing
        ]
        return sorted([*audit.of_subject(tx, f"invoice:{invoice_id}"), *of_contacts], key=lambda one: one.seq)

    def _shown(self, entry: Entry) -> LogEntry:
        return LogEntry(
            at=self._context.local(entry.at),
            by_id=entry.actor_id if _SLACK_ID.fullmatch(entry.actor_id) else "",
            by_name=_name(entry),
            action=entry.action,
            before=entry.before,
            after=entry.after,
        )


def _name(entry: Entry) -> str:
    if entry.actor_id == SYSTEM:
        return DUEBOT.name
    return (
        f"{entry.actor_name}, at the terminal," if entry.actor_id.startswith(OPERATOR) else entry.actor_name
    )
