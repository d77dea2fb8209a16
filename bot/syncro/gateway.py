"""Syncro in our own words: what it can be asked for, whatever shape its invoices have on the wire."""

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from bot.domain.errors import Misconfigured, SyncroLost, SyncroMissing, SyncroNotSent
from bot.domain.facts import Abilities
from bot.domain.invoice import (
    Customer,
    Email,
    Invoice,
    InvoiceEdit,
    LineItem,
    NewInvoice,
    NewPayment,
    Payment,
    Product,
    Status,
    Ticket,
)
from bot.syncro import openapi, wire
from bot.syncro.calls import CustomerPage, InvoicePage, PaymentPage, expected, pages, part, quoted
from bot.syncro.client import Client
from bot.syncro.guide_invoices import GuideInvoices
from bot.syncro.openapi_invoices import OpenapiInvoices
from bot.syncro.shape import Shape, ShapeName, shape_of
from bot.syncro.status import Task

_SHAPES: dict[ShapeName, type[Shape]] = {"guide": GuideInvoices, "openapi": OpenapiInvoices}
#: While the shape isn't known nothing is offered that only one of them can do.
_CAUTIOUS = replace(openapi.ABILITIES, payment_list=False)

Tell = Callable[[ShapeName], Awaitable[None]]


async def _tell_nobody(_name: ShapeName) -> None:
    """Nobody keeps what was found out."""


@dataclass(slots=True)
class _Knowledge:
    """Which shape the account speaks: said by a setting, remembered, or found out; empty while nobody knows.

    ``tell`` is told what was found out.
    """

    name: ShapeName | Literal[""]
    tell: Tell


class Gateway:
    """What Duebot asks of Syncro. ``currency_of`` tells a customer's currency by id.

    ``shape`` is that of the setting or of an earlier run; empty text lets the first call look at the first page of
    invoices, and ``tell`` keep what it finds. Reads and writes raise the ``SyncroError`` family (see
    ``bot.domain.errors``), and ``Misconfigured`` where the shape can't be told. A write that raises ``SyncroLost``
    may have happened; after every other error nothing was written.
    """

    def __init__(
        self,
        client: Client,
        shape: ShapeName | Literal[""],
        currency_of: Callable[[str], str],
        tell: Tell = _tell_nobody,
    ) -> None:
        self._client = client
        self._currency_of = currency_of
        self._known = _Knowledge(shape, tell)

    def in_background(self) -> "Gateway":
        """The same, asking behind people's requests: for everything that nobody waits for."""
        other = copy.copy(self)
        other._client = self._client.in_background()
        return other

    @property
    def shape(self) -> ShapeName | Literal[""]:
        """The wire shape, once it is known."""
        return self._known.name

    @property
    def skew(self) -> timedelta:
        """Syncro's clock minus ours, by its last answer; nothing before the first."""
        return self._client.skew or timedelta()

    @property
    def abilities(self) -> Abilities:
        """What the account's shape can do; the least of both while it isn't known."""
        return _SHAPES[self.shape].abilities if self.shape else _CAUTIOUS

    async def ready(self) -> None:
        """Know the wire shape. Raises ``Misconfigured`` for one that can't be told, ``SyncroError`` like a read."""
        await self._name()

    def invoice_url(self, invoice_id: str) -> str:
        """The invoice in Syncro's own screens."""
        return f"{self._screens}/invoices/{invoice_id}"

    @property
    def invoices_url(self) -> str:
        """The list of invoices in Syncro's own screens, which can be searched by state."""
        return f"{self._screens}/invoices"

    def customer_url(self, customer_id: str) -> str:
        """The customer in Syncro's own screens."""
        return f"{self._screens}/customers/{customer_id}"

    # ---- invoices and payments: what both shapes have in common ---------------------------------------------

    async def invoice(self, invoice_id: str) -> Invoice:
        """One invoice, live, with lines and payments.

        Raises ``SyncroLost`` when another invoice comes back, or lines or payments are left out though the amounts
        say that there are some: an unknown list must not be taken for an empty one.
        """
        return await (await self._speak()).invoice(invoice_id)

    async def numbered(self, number: str, since: str | None = None) -> Invoice | None:
        """The invoice with exactly this number, or ``None`` when Syncro doesn't tell one at once.

        With ``since`` (an ISO stamp) the look is complete for what was made then or later. Only without
        ``abilities.numbers``.
        """
        return await (await self._speak()).numbered(number, since)

    async def invoices(
        self,
        *,
        customer_id: str = "",
        status: Status | None = None,
        date_from: date | None = None,
        date_to: date | None = None,
    ) -> AsyncIterator[InvoicePage]:
        """All pages of invoice headers that match; dates are invoice dates, both ends included.

        Only with ``abilities.filters``.
        """
        spoken = await self._speak()
        async for page in spoken.invoices(customer_id, status, date_from, date_to):
            yield page

    async def changed_invoices(self, since: str) -> AsyncIterator[InvoicePage]:
        """Pages of headers that changed at ``since`` (Syncro's own stamp) or later; all for empty text.

        Only without ``abilities.filters``, like ``unpaid_invoices`` and ``newest_payments``.
        """
        async for page in (await self._speak()).changed_invoices(since):
            yield page

    async def unpaid_invoices(self) -> AsyncIterator[InvoicePage]:
        """Pages of headers of everything that isn't paid."""
        async for page in (await self._speak()).unpaid_invoices():
            yield page

    async def newest_payments(self) -> AsyncIterator[PaymentPage]:
        """Pages of payments, from the newest on: stop asking when what comes is known."""
        async for page in (await self._speak()).newest_payments():
            yield page

    async def create_invoice(self, new: NewInvoice) -> str:
        """Create an invoice with its lines; its id. Not every shape takes all lines: read it again."""
        return await (await self._write()).create_invoice(new)

    async def edit_invoice(self, invoice_id: str, edit: InvoiceEdit) -> None:
        """Change only the fields that ``edit`` names."""
        await (await self._write()).edit_invoice(invoice_id, edit)

    async def void_invoice(self, invoice_id: str) -> None:
        """Void an invoice. Syncro refunds nothing by it."""
        await (await self._write()).void_invoice(invoice_id)

    async def add_line(self, invoice_id: str, line: LineItem) -> None:
        """Add one line. Values of the catalogue may win over ours for a product: read it again."""
        await (await self._write()).add_line(invoice_id, line)

    async def correct_line(self, invoice_id: str, line: LineItem) -> None:
        """Set what the line ``line.id`` says, quantity, price and tax to those of ``line``."""
        await (await self._write()).correct_line(invoice_id, line)

    async def email_invoice(self, invoice_id: str, email: Email) -> None:
        """Have Syncro email the invoice; without ``abilities.email_text`` to whom and with what it chooses."""
        await (await self._write()).email_invoice(invoice_id, email)

    async def record_payment(self, invoice_id: str, payment: NewPayment) -> Payment:
        """Record a payment on an invoice; what Syncro booked."""
        return await (await self._write()).record_payment(invoice_id, payment)

    # ---- the directory: the same rows in both shapes ----------------------------------------------------------

    async def customer(self, customer_id: str) -> Customer:
        """One customer, live. Where their own page is missing, the list is asked for that id alone."""
        task = Task(f"read customer {quoted(customer_id)}", "Customers – View Detail")
        path = f"/customers/{part(customer_id, 'customer')}"
        try:
            answer = await self._read(path, task)
        except SyncroMissing:
            found = await self._listed_customer(customer_id)
            if found is None:
                raise
            return found
        return expected(_customer(wire.row_in(answer, "customer", task), task), customer_id, task)

    async def _listed_customer(self, customer_id: str) -> Customer | None:
        task = Task("list the customers", "Customers – List/Search")
        filters = {"id[]": customer_id, "include_disabled": "true"}
        listed, unreadable = _customers(await self._read("/customers", task, filters), task)
        found = next((one for one in listed if one.id == customer_id), None)
        if found is None and unreadable:
            raise wire.garbled(task, "some of its customers are not readable")
        return found

    async def customers(self, query: str = "") -> AsyncIterator[CustomerPage]:
        """All pages of customers, disabled ones too; those that match ``query``, if it is given."""
        task = Task("list the customers", "Customers – List/Search")
        filters = {"query": query, "include_disabled": "true"}
        async for answer, page, last in pages(self._client, "/customers", filters, task):
            found, unreadable = _customers(answer, task)
            yield CustomerPage(found, page, last, unreadable)

    async def find_customers(self, query: str) -> tuple[Customer, ...]:
        """The first page of customers that match ``query``, without disabled ones."""
        page = await anext(self.customers(query))
        return tuple(customer for customer in page.customers if not customer.disabled)

    async def ticket(self, ticket_id: str) -> Ticket:
        """One ticket's header."""
        task = Task(f"read ticket {quoted(ticket_id)}", "Tickets – View Details")
        answer = await self._read(f"/tickets/{part(ticket_id, 'ticket')}", task)
        row = wire.parse(wire.TicketRow, wire.row_in(answer, "ticket", task), task)
        return expected(wire.to_ticket(row, task), ticket_id, task)

    async def find_products(self, query: str) -> tuple[Product, ...]:
        """The first page of products that match ``query`` and can be put on an invoice."""
        task = Task("search the products", "Products – List/Search")
        answer = await self._read("/products", task, {"query": query} if query else {})
        rows, _ = wire.readable(
            wire.rows_in(answer, "products", task), lambda row: wire.parse(wire.ProductRow, row, task)
        )
        return tuple(product for row in rows if (product := wire.to_product(row)) is not None)

    async def payment_methods(self) -> tuple[str, ...]:
        """The account's payment methods by name."""
        task = Task("list the payment methods", "Payments – View List")
        return wire.to_methods(
            wire.rows_in(await self._read("/payment_methods", task), "payment_methods", task), task
        )

    async def users(self) -> Mapping[str, str]:
        """Names of Syncro's users by id."""
        task = Task("list the users", "Users – List")
        return wire.to_users(wire.rows_in(await self._read("/users", task), "users", task), task)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    @property
    def _screens(self) -> str:
        return self._client.base_url.removesuffix("/api/v1")

    async def _detect(self) -> ShapeName:
        task = Task("look at the first page of invoices", "Invoices – List/Search")
        rows = wire.rows_in(await self._client.get("/invoices", task, {"page": "1"}), "invoices", task)
        if not rows:
            raise Misconfigured(
                "Syncro has no invoices yet, so Duebot can't tell its API shape. "
                "Set SYNCRO_API_SHAPE to guide or openapi."
            )
        if name := shape_of(rows[0]):
            return name
        raise Misconfigured(
            "Syncro's invoices look like no shape that Duebot knows. Set SYNCRO_API_SHAPE to guide or openapi."
        )

    async def _name(self) -> ShapeName:
        if self._known.name:
            return self._known.name
        self._known.name = name = await self._detect()
        await self._known.tell(name)
        return name

    async def _speak(self) -> Shape:
        return _SHAPES[await self._name()](self._client, self._currency_of)

    async def _write(self) -> Shape:
        """As ``_speak``, but a lost look at the shape is not a lost write."""
        try:
            return await self._speak()
        except SyncroLost as error:
            raise SyncroNotSent(error.sentence) from error

    async def _read(self, path: str, task: Task, params: Mapping[str, str] | None = None) -> object:
        return await self._client.get(path, task, params)


def _customer(row: object, task: Task) -> Customer:
    return wire.to_customer(wire.parse(wire.CustomerRow, row, task), task)


def _customers(answer: object, task: Task) -> tuple[tuple[Customer, ...], tuple[str, ...]]:
    """The customers of a list, and the ids of those that make no sense."""
    return wire.readable(wire.rows_in(answer, "customers", task), lambda row: _customer(row, task))
