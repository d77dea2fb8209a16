"""Invoices and payments in the guide's wire shape: which call does what."""

from collections.abc import AsyncIterator
from datetime import date

from bot.domain.facts import Abilities
from bot.domain.invoice import Email, Invoice, InvoiceEdit, LineItem, NewInvoice, NewPayment, Payment, Status
from bot.syncro import guide, shape, wire
from bot.syncro.calls import InvoicePage, complete, created, expected, invoice_path, pages
from bot.syncro.shape import Shape
from bot.syncro.status import Task


class GuideInvoices(Shape):
    """The shape of the invoice management guide."""

    abilities = Abilities()

    async def invoice(self, invoice_id: str) -> Invoice:
        answer = await self.client.get(invoice_path(invoice_id), shape.READ)
        return complete(self._read(answer, invoice_id, shape.READ), shape.READ)

    async def invoices(
        self, customer_id: str, status: Status | None, date_from: date | None, date_to: date | None
    ) -> AsyncIterator[InvoicePage]:
        filters = {
            "customer_id": customer_id,
            "status": "" if status is None else status.value,
            "date_from": "" if date_from is None else date_from.isoformat(),
            "date_to": "" if date_to is None else date_to.isoformat(),
        }
        async for answer, page, last in pages(self.client, "/invoices", filters, shape.LIST):
            rows = wire.rows_in(answer, "invoices", shape.LIST)
            found, unreadable = wire.readable(rows, lambda row: self._header(row, shape.LIST))
            yield InvoicePage(found, page, last, unreadable)

    async def create_invoice(self, new: NewInvoice) -> str:
        answer = await self.client.post("/invoices", shape.CREATE, guide.new_invoice_body(new))
        return created(self._read(answer, "", shape.CREATE), new, shape.CREATE)

    async def edit_invoice(self, invoice_id: str, edit: InvoiceEdit) -> None:
        await self._put(invoice_id, shape.EDIT, guide.edit_body(edit))

    async def void_invoice(self, invoice_id: str) -> None:
        await self._put(invoice_id, shape.VOID, {"status": Status.VOID.value})

    async def add_line(self, invoice_id: str, line: LineItem) -> None:
        await self.client.post(
            f"{invoice_path(invoice_id)}/line_items", shape.ADD_LINE, guide.line_body(line)
        )

    async def email_invoice(self, invoice_id: str, email: Email) -> None:
        await self.client.post(f"{invoice_path(invoice_id)}/email", shape.EMAIL, guide.email_body(email))

    async def record_payment(self, invoice_id: str, payment: NewPayment) -> Payment:
        path = f"{invoice_path(invoice_id)}/payments"
        answer = await self.client.post(path, shape.PAY, guide.payment_body(payment))
        row = wire.parse(guide.PaymentRow, wire.row_in(answer, "payment", shape.PAY), shape.PAY)
        recorded = guide.to_payment(row, invoice_id, payment.currency, shape.PAY)
        if recorded.invoice_id != invoice_id:
            raise wire.garbled(shape.PAY, "it is about another invoice")
        return recorded

    async def _put(self, invoice_id: str, task: Task, body: wire.Body) -> None:
        self._read(await self.client.put(invoice_path(invoice_id), task, body), invoice_id, task)

    def _read(self, answer: object, invoice_id: str, task: Task) -> Invoice:
        invoice = self._header(wire.row_in(answer, "invoice", task), task)
        return expected(invoice, invoice_id, task) if invoice_id else invoice

    def _header(self, row: object, task: Task) -> Invoice:
        read = wire.parse(guide.InvoiceRow, row, task)
        return guide.to_invoice(read, self.currency_of(guide.customer_of(read)), task)
