"""Syncro in our own words: what it can be asked for, whatever shape its invoices have on the wire."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeVar

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
from bot.syncro import guide, wire
from bot.syncro.client import Client
from bot.syncro.status import Task

Shape = Literal["guide", "openapi", "auto"]


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One page of invoice headers; ``page`` counts from 1."""

    invoices: tuple[Invoice, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """One page of customers; ``page`` counts from 1."""

    customers: tuple[Customer, ...]
    page: int
    pages: int


class Gateway:
    """What Duebot asks of Syncro. ``currency_of`` tells a customer's currency by id.

    Reads and writes raise the ``SyncroError`` family (see ``bot.domain.errors``). A write that raises
    ``SyncroLost`` may have happened; after every other error nothing was written.
    """

    abilities = Abilities()

    def __init__(self, client: Client, shape: Shape, currency_of: Callable[[str], str]) -> None:
        self._client = client
        self._shape = shape
        self._currency_of = currency_of

    async def ready(self) -> None:
        """Know the wire shape; ``auto`` looks at the first page of invoices once.

        Raises ``Misconfigured`` for a shape that Duebot does not speak or can't tell.
        """
        if self._shape == "auto":
            self._shape = await self._detect()
        if self._shape == "openapi":
            raise Misconfigured(
                "This Syncro account speaks the “openapi” shape, which this version of Duebot can't use yet."
            )

    def invoice_url(self, invoice_id: str) -> str:
        """The invoice in Syncro's own screens."""
        return f"{self._screens}/invoices/{invoice_id}"

    def customer_url(self, customer_id: str) -> str:
        """The customer in Syncro's own screens."""
        return f"{self._screens}/customers/{customer_id}"

    async def invoice(self, invoice_id: str) -> Invoice:
        """One invoice, live, with lines and payments.

        Raises ``SyncroLost`` when another invoice comes back, or lines or payments are left out though the amounts
        say that there are some: an unknown list must not be taken for an empty one.
        """
        task = Task("read the invoice", "Invoices – View Details")
        answer = await self._read(f"/invoices/{_part(invoice_id, 'invoice')}", task)
        return _complete(self._invoice_in(answer, invoice_id, task), task)

    async def invoices(
        self,
        *,
        customer_id: str = "",
        status: Status | None = None,
        date_from: date | None = None,
        date_to: date | None = None,
    ) -> AsyncIterator[InvoicePage]:
        """All pages of invoice headers that match; dates are invoice dates, both ends included."""
        task = Task("list the invoices", "Invoices – List/Search")
        filters = {
            "customer_id": customer_id,
            "status": "" if status is None else status.value,
            "date_from": "" if date_from is None else date_from.isoformat(),
            "date_to": "" if date_to is None else date_to.isoformat(),
        }
        async for answer, page, pages in self._pages("/invoices", filters, task):
            rows = [wire.parse(guide.InvoiceRow, row, task) for row in wire.rows_in(answer, "invoices", task)]
            yield InvoicePage(tuple(self._to_invoice(row, task) for row in rows), page, pages)

    async def create_invoice(self, new: NewInvoice) -> Invoice:
        """Create an invoice with its lines, and return what Syncro made of it."""
        task = Task("create the invoice", "Invoices – Create", writes=True)
        answer = await self._post("/invoices", task, guide.new_invoice_body(new))
        return self._invoice_in(answer, "", task)

    async def edit_invoice(self, invoice_id: str, edit: InvoiceEdit) -> Invoice:
        """Change only the fields that ``edit`` names."""
        task = Task("change the invoice", "Invoices – Edit", writes=True)
        return await self._put_invoice(invoice_id, task, guide.edit_body(edit))

    async def void_invoice(self, invoice_id: str) -> Invoice:
        """Void an invoice. Syncro refunds nothing by it."""
        task = Task("void the invoice", "Invoices – Edit", writes=True)
        return await self._put_invoice(invoice_id, task, {"status": "void"})

    async def add_line(self, invoice_id: str, line: LineItem) -> None:
        """Add one line."""
        task = Task("add a line to the invoice", "Invoices – Edit", writes=True)
        await self._post(f"/invoices/{_part(invoice_id, 'invoice')}/line_items", task, guide.line_body(line))

    async def email_invoice(self, invoice_id: str, email: Email) -> None:
        """Have Syncro email the invoice."""
        task = Task("email the invoice", "Invoices – Edit", writes=True)
        await self._post(f"/invoices/{_part(invoice_id, 'invoice')}/email", task, guide.email_body(email))

    async def record_payment(self, invoice_id: str, payment: NewPayment) -> Payment:
        """Record a payment on an invoice. Raises ``SyncroLost`` when the answer is about another invoice."""
        task = Task("record the payment on the invoice", "Payments – Create", writes=True)
        path = f"/invoices/{_part(invoice_id, 'invoice')}/payments"
        answer = await self._post(path, task, guide.payment_body(payment))
        row = wire.parse(guide.PaymentRow, wire.row_in(answer, "payment", task), task)
        recorded = guide.to_payment(row, invoice_id, payment.currency, task)
        if recorded.invoice_id != invoice_id:
            raise wire.garbled(task, "it is about another invoice")
        return recorded

    async def customer(self, customer_id: str) -> Customer:
        """One customer, live. Where their own page is missing, the list is asked for that id alone."""
        task = Task(f"read customer {_quoted(customer_id)}", "Customers – View Detail")
        path = f"/customers/{_part(customer_id, 'customer')}"
        try:
            answer = await self._read(path, task)
        except SyncroMissing:
            found = await self._listed_customer(customer_id)
            if found is None:
                raise
            return found
        row = wire.parse(wire.CustomerRow, wire.row_in(answer, "customer", task), task)
        return _expected(wire.to_customer(row, task), customer_id, task)

    async def _listed_customer(self, customer_id: str) -> Customer | None:
        task = Task("list the customers", "Customers – List/Search")
        filters = {"id[]": customer_id, "include_disabled": "true"}
        answer = await self._read("/customers", task, filters)
        rows = wire.rows_in(answer, "customers", task)
        customers = (wire.to_customer(wire.parse(wire.CustomerRow, row, task), task) for row in rows)
        return next((one for one in customers if one.id == customer_id), None)

    async def customers(self, query: str = "") -> AsyncIterator[CustomerPage]:
        """All pages of customers, disabled ones too; those that match ``query``, if it is given."""
        task = Task("list the customers", "Customers – List/Search")
        filters = {"query": query, "include_disabled": "true"}
        async for answer, page, pages in self._pages("/customers", filters, task):
            rows = [
                wire.parse(wire.CustomerRow, row, task) for row in wire.rows_in(answer, "customers", task)
            ]
            yield CustomerPage(tuple(wire.to_customer(row, task) for row in rows), page, pages)

    async def find_customers(self, query: str) -> tuple[Customer, ...]:
        """The first page of customers that match ``query``, without disabled ones."""
        page = await anext(self.customers(query))
        return tuple(customer for customer in page.customers if not customer.disabled)

    async def ticket(self, ticket_id: str) -> Ticket:
        """One ticket's header."""
        task = Task(f"read ticket {_quoted(ticket_id)}", "Tickets – View Details")
        answer = await self._read(f"/tickets/{_part(ticket_id, 'ticket')}", task)
        row = wire.parse(wire.TicketRow, wire.row_in(answer, "ticket", task), task)
        return _expected(wire.to_ticket(row, task), ticket_id, task)

    async def find_products(self, query: str) -> tuple[Product, ...]:
        """The first page of products that match ``query`` and can be put on an invoice."""
        task = Task("search the products", "Products – List/Search")
        answer = await self._read("/products", task, {"query": query} if query else {})
        rows = [wire.parse(wire.ProductRow, row, task) for row in wire.rows_in(answer, "products", task)]
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

    async def leave_room(self) -> None:
        """Before one of many reads: waits until people's requests have room beside it. Pages do so by themselves."""
        await self._client.leave_room()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    @property
    def _screens(self) -> str:
        return self._client.base_url.removesuffix("/api/v1")

    async def _detect(self) -> Shape:
        task = Task("look at the first page of invoices", "Invoices – List/Search")
        rows = wire.rows_in(await self._client.get("/invoices", task, {"page": "1"}), "invoices", task)
        if not rows:
            raise Misconfigured(
                "Syncro has no invoices yet, so Duebot can't tell its API shape. "
                "Set SYNCRO_API_SHAPE to guide or openapi."
            )
        first = rows[0] if isinstance(rows[0], Mapping) else {}
        if "is_paid" in first:
            return "openapi"
        if isinstance(first.get("status"), str) and "balance" in first:
            return "guide"
        raise Misconfigured(
            "Syncro's invoices look like no shape that Duebot knows. Set SYNCRO_API_SHAPE to guide or openapi."
        )

    async def _read(self, path: str, task: Task, params: Mapping[str, str] | None = None) -> object:
        await self.ready()
        return await self._client.get(path, task, params)

    async def _post(self, path: str, task: Task, body: guide.Body) -> object:
        await self._ready_to_write()
        return await self._client.post(path, task, body)

    async def _put_invoice(self, invoice_id: str, task: Task, body: guide.Body) -> Invoice:
        path = f"/invoices/{_part(invoice_id, 'invoice')}"
        await self._ready_to_write()
        return self._invoice_in(await self._client.put(path, task, body), invoice_id, task)

    async def _ready_to_write(self) -> None:
        """As ``ready``, but a lost look at the shape is not a lost write."""
        try:
            await self.ready()
        except SyncroLost as error:
            raise SyncroNotSent(error.sentence) from error

    async def _pages(
        self, path: str, filters: Mapping[str, str], task: Task
    ) -> AsyncIterator[tuple[object, int, int]]:
        """Each page's answer, its number and how many there are, until the last."""
        asked = {name: value for name, value in filters.items() if value}
        page, pages = 1, 1
        while page <= pages:
            await self.leave_room()
            answer = await self._read(path, task, {**asked, "page": str(page)})
            pages = wire.pages_in(answer, page, task)
            yield answer, page, pages
            page += 1

    def _invoice_in(self, answer: object, invoice_id: str, task: Task) -> Invoice:
        row = wire.parse(guide.InvoiceRow, wire.row_in(answer, "invoice", task), task)
        invoice = self._to_invoice(row, task)
        return _expected(invoice, invoice_id, task) if invoice_id else invoice

    def _to_invoice(self, row: guide.InvoiceRow, task: Task) -> Invoice:
        return guide.to_invoice(row, self._currency_of(guide.customer_of(row)), task)


Found = TypeVar("Found", Invoice, Customer, Ticket)


def _expected(found: Found, asked: str, task: Task) -> Found:
    if found.id != asked:
        raise wire.garbled(task, "Syncro answered with another one")
    return found


def _complete(invoice: Invoice, task: Task) -> Invoice:
    """Lists that Syncro left out are empty only if the amounts prove it."""
    lines, payments = invoice.lines, invoice.payments
    if lines is None and invoice.total == 0:
        lines = ()
    if payments is None and invoice.balance == invoice.total:
        payments = ()
    if lines is None or payments is None:
        raise wire.garbled(task, "lines or payments are missing")
    return replace(invoice, lines=lines, payments=payments)


def _part(given: str, kind: str) -> str:
    """An id as part of a path. Raises ``SyncroMissing`` for what can't be one; nothing is sent."""
    if not wire.is_id(given):
        raise SyncroMissing(
            f"That is not the id of a Syncro {kind}. Search for the {kind} by its name or number."
        )
    return given


def _quoted(given: str) -> str:
    """An id as it stands in a sentence."""
    return given if wire.is_id(given) else "?"
