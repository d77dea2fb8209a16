"""Invoices and payments in the shape of Syncro's published OpenAPI: which call does what.

Its lists have no filters but ``paid``, ``unpaid`` and ``since_updated_at``, and ignore others silently, so no other
is ever sent.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise

from bot.domain.errors import SyncroMissing
from bot.domain.invoice import Email, Invoice, InvoiceEdit, LineItem, NewInvoice, NewPayment, Payment
from bot.domain.stamps import stamp_of
from bot.syncro import openapi, shape, wire
from bot.syncro.calls import (
    InvoicePage,
    PaymentPage,
    complete,
    created,
    expected,
    invoice_path,
    one_page,
    pages,
    part,
)
from bot.syncro.shape import Shape
from bot.syncro.status import Task

_NUMBERED = replace(shape.CREATE, numbers=True)


class OpenapiInvoices(Shape):
    """The shape of the published OpenAPI."""

    abilities = openapi.ABILITIES

    async def invoice(self, invoice_id: str) -> Invoice:
        """Syncro takes an id or a number here, so the id that comes back is checked."""
        answer = await self.client.get(invoice_path(invoice_id), shape.READ)
        return complete(self._read(answer, invoice_id, shape.READ), shape.READ)

    async def numbered(self, number: str, since: str | None) -> Invoice | None:
        """By the number itself; where an id of the same digits may have answered instead, by the list."""
        if wire.is_id(number):
            try:
                answer = await self.client.get(invoice_path(number), shape.READ)
            except SyncroMissing:
                pass
            else:
                found = self._read(answer, "", shape.READ)
                if found.number == number:
                    return complete(found, shape.READ)
        if since is None:
            return None
        async for page in self.changed_invoices(since):
            for header in page.invoices:
                if header.number == number:
                    return await self.invoice(header.id)
            if page.unreadable:
                raise wire.garbled(shape.LIST, "some of its invoices are not readable")
        return None

    def changed_invoices(self, since: str) -> AsyncIterator[InvoicePage]:
        return self._listed({"since_updated_at": since})

    def unpaid_invoices(self) -> AsyncIterator[InvoicePage]:
        return self._listed({"unpaid": "true"})

    async def newest_payments(self) -> AsyncIterator[PaymentPage]:
        """Read from the end where the list turns out to begin with the oldest."""
        first = await self._payment_page(1)
        if _ascends(first.payments):
            for number in range(first.pages, 1, -1):
                yield await self._payment_page(number)
            yield first
            return
        yield first
        for number in range(2, first.pages + 1):
            yield await self._payment_page(number)

    async def create_invoice(self, new: NewInvoice) -> str:
        if new.terms:
            raise shape.unable("give an invoice terms of its own")
        answer = await self.client.post("/invoices", _NUMBERED, openapi.new_invoice_body(new))
        return created(self._read(answer, "", shape.CREATE), new, shape.CREATE)

    async def edit_invoice(self, invoice_id: str, edit: InvoiceEdit) -> None:
        if edit.terms is not None:
            raise shape.unable("give an invoice terms of its own")
        answer = await self.client.put(invoice_path(invoice_id), shape.EDIT, openapi.edit_body(edit))
        self._read(answer, invoice_id, shape.EDIT)

    async def add_line(self, invoice_id: str, line: LineItem) -> None:
        await self.client.post(
            f"{invoice_path(invoice_id)}/line_items", shape.ADD_LINE, openapi.line_body(line)
        )

    async def correct_line(self, invoice_id: str, line: LineItem) -> None:
        path = f"{invoice_path(invoice_id)}/line_items/{part(line.id, 'line')}"
        await self.client.put(path, shape.EDIT, openapi.correction_body(line))

    async def email_invoice(self, invoice_id: str, email: Email) -> None:
        """Recipients and text are Syncro's own; ``email`` can't be honoured."""
        await self.client.post(f"{invoice_path(invoice_id)}/email", shape.EMAIL)

    async def record_payment(self, invoice_id: str, payment: NewPayment) -> Payment:
        """What Syncro booked: without an ``invoice_id`` it has become account credit.

        An answer that doesn't say where it went is taken at our word; the invoice itself tells.
        """
        part(invoice_id, "invoice")
        part(payment.customer_id, "customer")
        if payment.notes:
            raise shape.unable("keep notes on a payment")
        answer = await self.client.post("/payments", shape.PAY, openapi.payment_body(invoice_id, payment))
        row = wire.parse(openapi.PaymentRow, openapi.bare_row(answer, "payment", shape.PAY), shape.PAY)
        return openapi.to_payment(row, invoice_id, payment.currency, shape.PAY)

    async def _listed(self, asked: dict[str, str]) -> AsyncIterator[InvoicePage]:
        async for answer, page, last in pages(self.client, "/invoices", asked, shape.LIST):
            rows = wire.rows_in(answer, "invoices", shape.LIST)
            found, unreadable = wire.readable(rows, lambda row: self._header(row, shape.LIST))
            yield InvoicePage(found, page, last, unreadable)

    async def _payment_page(self, page: int) -> PaymentPage:
        answer = await one_page(self.client, "/payments", {}, page, shape.LIST_PAYMENTS)
        rows = wire.rows_in(answer, "payments", shape.LIST_PAYMENTS)
        found, unreadable = wire.readable(rows, self._payment)
        return PaymentPage(found, page, wire.pages_in(answer, page, shape.LIST_PAYMENTS), unreadable)

    def _payment(self, row: object) -> Payment:
        read = wire.parse(openapi.PaymentRow, row, shape.LIST_PAYMENTS)
        return openapi.to_payment(read, "", self.currency_of(openapi.customer_of(read)), shape.LIST_PAYMENTS)

    def _read(self, answer: object, invoice_id: str, task: Task) -> Invoice:
        invoice = self._header(openapi.bare_row(answer, "invoice", task), task)
        return expected(invoice, invoice_id, task) if invoice_id else invoice

    def _header(self, row: object, task: Task) -> Invoice:
        read = wire.parse(openapi.InvoiceRow, row, task)
        return openapi.to_invoice(read, self.currency_of(openapi.customer_of(read)), task)


def _ascends(payments: tuple[Payment, ...]) -> bool:
    """Whether a page begins with the oldest, by Syncro's own stamps; a few may stand out of order."""
    stamps = [stamp for one in payments if (stamp := stamp_of(one.created_at)) is not None]
    steps = list(pairwise(stamps))
    return sum(one < other for one, other in steps) > sum(one > other for one, other in steps)
