"""Looking invoices and customers up: what a person typed becomes one invoice, or candidates to choose from."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from bot.domain import commands
from bot.domain.dates import say_date
from bot.domain.errors import (
    Ambiguous,
    BadInput,
    Candidate,
    NotAllowed,
    NotFound,
    SyncroError,
    SyncroLost,
    SyncroMissing,
)
from bot.domain.facts import InvoiceCard, SearchPage
from bot.domain.holds import Hold
from bot.domain.invoice import UNPAID, Customer, Invoice, Status
from bot.domain.money import say_money
from bot.domain.parse_dates import parse_date
from bot.domain.references import (
    InvoiceRef,
    Match,
    digits_of,
    reference_matches,
)
from bot.store import approvals, contacts, holds, mirror, operations
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.use_cases.card_facts import asked_words, contact_words, open_operation, warnings_of
from bot.use_cases.context import Context
from bot.use_cases.matching import match_customers
from bot.use_cases.mirror import MirrorSync, synced_at
from bot.use_cases.mirror_customers import find_customers

PAGE_SIZE = 15
_OFFERED = 10
_OPTIONS = 50
#: So much of what was typed is said back.
_TYPED = 100
#: States that not every shape tells apart.
_TOLD_BY_STATES = ("draft", "sent", "viewed", "void")
#: So long somebody waits for a sync; a first one takes minutes.
_PATIENCE_SECONDS = 10.0
#: Stages of contacts that were made, or must be counted as made.
_MADE = ("claimed", "sent", "unknown")


class Lookup:
    """Reads for people. Roles are asked by the caller, the invoice that is shown is read live."""

    def __init__(self, context: Context, sync: MirrorSync) -> None:
        self._context = context
        self._sync = sync

    async def invoice(self, invoice_id: str) -> Invoice:
        """One invoice, read live and remembered. Raises ``SyncroError``."""
        asked = self._context.now()
        invoice = await self._context.gateway.invoice(invoice_id)
        await self._context.lane.write(lambda tx: mirror.put_invoices(tx, [invoice], asked))
        return invoice

    async def find_id(self, ref: InvoiceRef) -> str:
        """The id of the invoice meant. A number is never an id; exact first, then trailing digits.

        For a number that the mirror lacks Syncro is looked through before ``NotFound``. Raises ``Ambiguous``.
        """
        if ref.id:
            return ref.id
        found = await self._by_number(ref.number)
        if not found:
            await self._sync.look_for_new()
            found = await self._by_number(ref.number) or await self._asked_by_number(ref.number)
        if not found:
            complete = await self._sync.within(_PATIENCE_SECONDS)
            found = await self._by_number(ref.number)
            if not found and not complete:
                raise NotFound(
                    f"I don't know an invoice {ref.number} yet, and reading all of Syncro takes some minutes now. "
                    "Try again then, or paste the invoice's link from Syncro."
                )
        if not found:
            raise NotFound(
                f"There is no invoice {ref.number} in Syncro. Check the number, or search by customer: "
                "`/invoice find NAME`."
            )
        if len(found) > 1:
            raise Ambiguous(
                f"Several invoices end in {ref.number}. Which one?", [_candidate(one) for one in found]
            )
        return found[0].id

    async def _asked_by_number(self, number: str) -> list[Invoice]:
        """The invoice of exactly this number, where Syncro can be asked for it; nobody waits for a whole sync then."""
        gateway = self._context.gateway
        await gateway.ready()
        if gateway.abilities.numbers:
            return []
        asked = self._context.now()
        found = await gateway.numbered(number)
        if found is None:
            return []
        await self._context.lane.write(lambda tx: mirror.put_invoices(tx, [found], asked))
        return [found]

    async def card_of(self, invoice_id: str) -> InvoiceCard:
        """The card of an invoice, read live; as the mirror last had it while Syncro can't be read.

        Raises ``SyncroError`` when the mirror doesn't have it either, when Syncro no longer does, or when another
        number comes back than the one that was found.
        """
        known = await self.known_by_id(invoice_id)
        try:
            invoice = await self.invoice(invoice_id)
        except SyncroError as error:
            if isinstance(error, SyncroMissing) and error.certain:
                raise
            kept = await self.kept_card(invoice_id)
            if kept is None:
                raise
            return replace(kept, unread=error.sentence)
        if known is not None and invoice.number != known.number:
            raise SyncroLost(
                f"I asked Syncro for {known.number} and got {invoice.number}. Nothing is shown; try again."
            )
        return await self.card(invoice)

    async def kept_card(self, invoice_id: str) -> InvoiceCard | None:
        """The card of an invoice as the mirror has it, and as of when; ``None`` if it doesn't."""
        known = await self.known_by_id(invoice_id)
        if known is None:
            return None
        read_at = await self._context.lane.read(lambda tx: mirror.read_at(tx, invoice_id))
        stamps = [at for at in (read_at, await synced_at(self._context)) if at is not None]
        return replace(await self.card(known, live=False), as_of=self._context.local(max(stamps)))

    async def _by_number(self, number: str) -> list[Invoice]:
        exact = await self._context.lane.read(lambda tx: mirror.invoices_by_number(tx, number))
        if exact:
            return exact
        ends_alike = await self._context.lane.read(
            lambda tx: mirror.invoices_by_digits(tx, digits_of(number))
        )
        fits = [(reference_matches(number, one.number), one) for one in ends_alike]
        return [one for match, one in fits if match is Match.EXACT] or [one for match, one in fits if match]

    async def known(self, ref: InvoiceRef) -> Invoice | None:
        """The invoice as the mirror has it, at once and without asking Syncro; ``None`` if that isn't clear."""
        if ref.id:
            return await self._context.lane.read(lambda tx: mirror.invoice(tx, ref.id))
        found = await self._by_number(ref.number)
        return found[0] if len(found) == 1 else None

    async def known_by_id(self, invoice_id: str) -> Invoice | None:
        """The invoice as the mirror has it, without asking Syncro."""
        return await self._context.lane.read(lambda tx: mirror.invoice(tx, invoice_id))

    async def mirrored(self, invoice_id: str) -> Invoice:
        """The invoice as the mirror has it, else read live."""
        return await self.known_by_id(invoice_id) or await self.invoice(invoice_id)

    async def card(self, invoice: Invoice, live: bool = True) -> InvoiceCard:
        """The facts of an invoice card."""

        def read(tx: Tx) -> tuple[Operation | None, str, Operation | None, tuple[Hold, ...], tuple[str, ...]]:
            made = [
                contact
                for contact in contacts.of_customer(tx, invoice.customer_id)
                if contact.stage in _MADE and invoice.id in {listed.invoice_id for listed in contact.invoices}
            ]
            created = operations.creation_of(tx, invoice.id)
            held = tuple(one for one in holds.open_of(tx, invoice.customer_id) if one.covers(invoice.id))
            asked = tuple(asked_words(one) for one in approvals.open_on(tx, invoice.id))
            return operations.open_on(tx, invoice.id), contact_words(made), created, held, asked

        operation, last_contact, created, held, asked = await self._context.lane.read(read)
        return InvoiceCard(
            invoice=invoice,
            today=self._context.today(),
            as_of=self._context.local(self._context.now()),
            syncro_url=self._context.gateway.invoice_url(invoice.id),
            abilities=self._context.gateway.abilities,
            live=live,
            operation=open_operation(operation) if operation else None,
            last_contact=last_contact,
            warnings=warnings_of(created, invoice),
            holds=held,
            lapsed=self._lapsed(held),
            asked=asked,
        )

    def _lapsed(self, held: Iterable[Hold]) -> frozenset[str]:
        today, calendar = self._context.today(), self._context.calendar
        return frozenset(one.id for one in held if not one.stands(today, calendar))

    async def customer(self, words: str) -> Customer:
        """The one customer that is meant. For one whom the mirror lacks Syncro is asked.

        Raises ``Ambiguous`` with candidates, ``NotFound``, and ``SyncroError`` when there is nobody to offer.
        """
        names = await self._context.lane.read(mirror.customer_names)
        matches = match_customers(words, names)
        if not matches.holding:
            try:
                await find_customers(self._context, words)
            except SyncroError:
                if not matches.ids:
                    raise
            names = await self._context.lane.read(mirror.customer_names)
            matches = match_customers(words, names)
        if not matches.ids:
            raise NotFound(
                f"No customer is called anything like “{_shown(words)}”. Check the name in Syncro."
            )
        if not matches.certain:
            by_id = dict(names)
            labels = [Candidate("customer", one, by_id[one]) for one in matches.ids[:_OFFERED]]
            raise Ambiguous(f"Which customer is “{_shown(words)}”?", labels)
        return await self.customer_by_id(matches.ids[0])

    async def customer_by_id(self, customer_id: str) -> Customer:
        """A customer of the mirror. Raises ``NotFound``."""
        found = await self._context.lane.read(lambda tx: mirror.customer(tx, customer_id))
        return found or await self._context.gateway.customer(customer_id)

    async def customer_now(self, customer_id: str) -> Customer:
        """A customer, read live and remembered: whether they may be mailed can have changed. Raises ``SyncroError``."""
        asked = self._context.now()
        customer = await self._context.gateway.customer(customer_id)
        await self._context.lane.write(lambda tx: mirror.put_customers(tx, [customer], asked))
        return customer

    async def customer_options(self, typed: str) -> list[tuple[str, str]]:
        """(id, name) of customers for a select, best first; never asks Syncro."""
        names = await self._context.lane.read(mirror.customer_names)
        by_id = dict(names)
        if typed.strip():
            return [(one, by_id[one]) for one in match_customers(typed, names).ids[:_OPTIONS]]
        return sorted(names, key=lambda pair: pair[1].lower())[:_OPTIONS]

    async def search(self, find: commands.Find, page: int, search_id: str) -> SearchPage:
        """One page of invoices from the mirror.

        Raises ``Ambiguous``, ``NotFound``, ``BadInput`` (dates), and ``NotAllowed`` for a state that the account's API
        doesn't tell.
        """
        today = self._context.today()
        date_from = parse_date(find.date_from_text, today, "past") if find.date_from_text else None
        date_to = parse_date(find.date_to_text, today, "past") if find.date_to_text else None
        if date_from and date_to and date_from > date_to:
            raise BadInput(
                f"{say_date(date_from)} is after {say_date(date_to)}. Write the earlier date after “from”."
            )
        customer = await self._sought(find)
        statuses, overdue_on = _filter(find.status, today)

        def read(tx: Tx) -> tuple[list[Invoice], int]:
            return mirror.find_invoices(
                tx,
                customer_id=customer.id if customer else "",
                statuses=statuses,
                date_from=date_from,
                date_to=date_to,
                overdue_on=overdue_on,
                limit=PAGE_SIZE,
                offset=(max(page, 1) - 1) * PAGE_SIZE,
            )

        if await synced_at(self._context) is None:
            await self._sync.within(_PATIENCE_SECONDS)
        if find.status in _TOLD_BY_STATES and not self._context.gateway.abilities.states:
            raise NotAllowed(
                "This Syncro account's API doesn't tell draft, sent, viewed and void apart. "
                "Use one of: overdue, unpaid, partial, paid; or search in Syncro.",
                self._context.gateway.invoices_url,
            )
        as_of = await synced_at(self._context)
        found, total = await self._context.lane.read(read)
        return SearchPage(
            query=_said(customer, find.status, date_from, date_to),
            invoices=tuple(found),
            page=max(page, 1),
            pages=max(1, -(-total // PAGE_SIZE)),
            total=total,
            search_id=search_id,
            today=today,
            as_of=self._context.local(as_of) if as_of else None,
        )

    async def _sought(self, find: commands.Find) -> Customer | None:
        if find.customer_id:
            return await self.customer_by_id(find.customer_id)
        return await self.customer(find.words) if find.words else None

    async def owing(self, customer: Customer) -> list[Invoice]:
        """The customer's unpaid invoices on which money is open, or may be, as the mirror has them.

        Raises ``NotFound`` when there are none.
        """
        unpaid = await self._context.lane.read(lambda tx: mirror.unpaid(tx, customer.id))
        found = [one for one in unpaid if one.balance is None or one.balance > 0]
        if not found:
            raise NotFound(f"{customer.name} has no unpaid invoices.")
        return found


def _shown(words: str) -> str:
    """What somebody typed, as a sentence can hold it."""
    return words if len(words) <= _TYPED else f"{words[: _TYPED - 1]}…"


def _candidate(invoice: Invoice) -> Candidate:
    amount = invoice.balance if invoice.unpaid else invoice.total
    parts = (invoice.number, invoice.customer_name, say_money(amount, invoice.currency), invoice.status.value)
    return Candidate("invoice", invoice.id, " · ".join(parts))


def _filter(status: str | None, today: date) -> tuple[tuple[Status, ...], date | None]:
    if status == "overdue":
        return tuple(UNPAID), today
    if status == "unpaid":
        return tuple(UNPAID), None
    return ((Status(status),) if status else ()), None


def _said(customer: Customer | None, status: str | None, date_from: date | None, date_to: date | None) -> str:
    """What was understood, in words."""
    parts = [
        customer.name if customer else "all customers",
        status or "",
        f"from {say_date(date_from)}" if date_from else "",
        f"to {say_date(date_to)}" if date_to else "",
    ]
    return " · ".join(part for part in parts if part)
