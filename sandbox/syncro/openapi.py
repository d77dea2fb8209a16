"""The invoice calls as Syncro's published OpenAPI (v1) describes them, oddities included."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from sandbox.company import Company, LineInput, NoSuch, Refused
from sandbox.company.records import Customer, Invoice
from sandbox.syncro.directory import moment, ticket_row
from sandbox.syncro.oddities import Oddities
from sandbox.syncro.params import Params
from sandbox.syncro.refusals import as_errors, as_failure, as_list, as_message
from sandbox.syncro.rows import Rows, line_row
from sandbox.syncro.wire import answer, paged, path_id, query_whole, read_object, refused

PAGE_SIZE = 25
_BLANK = "can't be blank"
#: Names of a line's numbers in bodies, and ours.
_LINE_NUMBERS = {
    "quantity": "quantity",
    "price": "price",
    "cost": "cost",
    "line_discount_percent": "discount_percent",
    "discount_dollars": "discount_dollars",
}


class OpenApi:
    """Handlers over the company's books."""

    def __init__(self, company: Company, oddities: Oddities) -> None:
        self._company = company
        self._oddities = oddities
        self._rows = Rows(company, oddities)

    def routes(self) -> list[web.RouteDef]:
        """The routes, relative to the API's base."""
        return [
            web.get("/invoices", self.list_invoices),
            web.post("/invoices", self.create),
            web.get("/invoices/{id}", self.show),
            web.put("/invoices/{id}", self.update),
            web.delete("/invoices/{id}", self.delete),
            web.post("/invoices/{id}/line_items", self.add_line),
            web.put("/invoices/{id}/line_items/{line_id}", self.change_line),
            web.post("/invoices/{id}/email", self.email),
            web.post("/invoices/{id}/print", self.print_out),
            web.get("/invoices/{id}/ticket", self.ticket),
        ]

    async def list_invoices(self, request: web.Request) -> web.Response:
        """Newest first, 25 a page. Any other filter than these four is ignored without a word."""
        paid, unpaid = request.query.get("paid") == "true", request.query.get("unpaid") == "true"
        ticket_id = query_whole(request, "ticket_id")
        since = moment(request, "since_updated_at")

        def fits(invoice: Invoice) -> bool:
            return (
                not invoice.void
                and (ticket_id is None or invoice.ticket_id == ticket_id)
                and (since is None or self._rows.updated_at(invoice) >= since)
                and not (paid and not self._is_paid(invoice))
                and not (unpaid and self._is_paid(invoice))
            )

        key = ("openapi", paid, unpaid, ticket_id, since, self._oddities.payments_touch_invoice)
        page, meta = paged(request, self._company.newest_invoices(key, fits), PAGE_SIZE)
        return answer({"invoices": [self._rows.invoice(invoice) for invoice in page], "meta": meta})

    async def show(self, request: web.Request) -> web.Response:
        """One invoice in full, by its id, or by its number where no id fits."""
        try:
            invoice = self._found(request)
        except NoSuch:
            invoice = self._company.invoice_by_number(request.match_info["id"])
            if invoice.void:
                raise
        return self._one("invoice", self._rows.full_invoice(invoice))

    async def create(self, request: web.Request) -> web.Response:
        """A new invoice with the number that was given. The answer is its header: no lines, no balance."""
        params = Params(await read_object(request))
        blank = [name for name in ("customer_id", "number", "date") if params.is_blank(name)]
        if blank:
            raise as_errors(_BLANK, *blank)
        customer_id, on = params.whole("customer_id"), params.day("date")
        assert on is not None  # noqa: S101 - narrows what has just been checked
        if customer_id is None or customer_id not in self._company.customers:
            raise as_failure("Customer must exist")
        lines = params.raw("line_items") or []
        if not isinstance(lines, list) or not all(isinstance(line, Mapping) for line in lines):
            raise as_list("Line items is invalid")
        taken = [self._line(Params(line)) for line in lines][: self._oddities.lines_taken]
        return self._changed(
            lambda: self._company.create_invoice(
                customer_id,
                on,
                number=params.text("number"),
                due_date=params.day("due_date") or on,
                notes=params.text("note"),
                po_number=params.text("po_number"),
                contact_id=params.whole("contact_id"),
                ticket_id=params.whole("ticket_id"),
                lines=taken,
            )
        )

    async def update(self, request: web.Request) -> web.Response:
        """Change the header. There is no status and no void: what isn't known is ignored with 200.

        What Syncro does with a paid invoice is not published. Its screens lock the lines of one and leave note, dates
        and numbers open, so that is what happens here.
        """
        invoice = self._found(request)
        params = Params(await read_object(request))
        blank = [name for name in ("date", "number") if name in params and params.is_blank(name)]
        if blank:
            raise as_errors(_BLANK, *blank)
        readers: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
            ("note", "notes", params.text),
            ("date", "date", params.day),
            ("due_date", "due_date", params.day),
            ("number", "number", params.text),
            ("po_number", "po_number", params.text),
            ("contact_id", "contact_id", params.whole),
            ("ticket_id", "ticket_id", params.whole),
        )
        changes = {ours: read(name) for name, ours, read in readers if name in params}
        return self._changed(
            lambda: self._company.change_header(invoice.id, **changes) if changes else invoice
        )

    async def delete(self, request: web.Request) -> web.Response:
        """Answers 200 whether or not it deleted; an invoice with payments is never deleted."""
        invoice = self._found(request)
        if self._oddities.deletes_work and not self._company.payments_of(invoice.id):
            self._company.delete_invoice(invoice.id)
        return answer({"message": f"{invoice.id}: We deleted # {invoice.number}"})

    async def add_line(self, request: web.Request) -> web.Response:
        """One more line."""
        invoice = self._unlocked(request)
        line = self._company.add_line(invoice.id, self._line(Params(await read_object(request))))
        return self._one("line_item", line_row(line, len(invoice.lines) - 1))

    async def change_line(self, request: web.Request) -> web.Response:
        """Change a line, also one that came from the catalogue."""
        invoice, line_id = self._unlocked(request), path_id(request, "line_id")
        params = Params(await read_object(request))
        blank = [name for name in ("item", "name") if name in params and params.is_blank(name)]
        if blank:
            raise as_errors(_BLANK, *blank)
        changes: dict[str, Any] = {name: params.text(name) for name in ("item", "name") if name in params}
        changes |= {ours: params.number(name) for name, ours in _LINE_NUMBERS.items() if name in params}
        if "taxable" in params:
            changes["taxable"] = params.flag("taxable", True)
        line = self._company.change_line(invoice.id, line_id, **changes)
        return self._one("line_item", line_row(line, invoice.lines.index(line)))

    async def email(self, request: web.Request) -> web.Response:
        """Send the stock email to the customer's own addresses, whatever the body says; the answer is empty.

        A customer who gets no email gets none, and the answer is the same.
        """
        invoice = self._found(request)
        customer = self._company.customer(invoice.customer_id)
        to = customer.notification_email or customer.email
        if not to:
            raise as_message("Customer doesn't have an email address")
        if not (customer.no_email or customer.opt_out or customer.disabled):
            self._company.email(invoice.id, to=[to], cc=customer.cc_emails, **_stock(invoice, customer))
        return web.Response()

    async def print_out(self, request: web.Request) -> web.Response:
        """A print job, which nobody prints."""
        self._found(request)
        return answer({"message": "Invoice print job queued"})

    async def ticket(self, request: web.Request) -> web.Response:
        """The ticket that the invoice was made from."""
        ticket_id = self._found(request).ticket_id
        if ticket_id is None:
            raise NoSuch("ticket")
        return answer({"ticket": ticket_row(self._company.ticket(ticket_id))})

    def _found(self, request: web.Request) -> Invoice:
        """The invoice whose id is in the path. Raises ``NoSuch``."""
        text = request.match_info["id"]
        invoice = self._company.invoices.get(int(text)) if text.isascii() and text.isdecimal() else None
        if invoice is None or invoice.void:
            raise NoSuch(text)
        return invoice

    def _unlocked(self, request: web.Request) -> Invoice:
        """The invoice whose id is in the path, if its lines may still change."""
        invoice = self._found(request)
        if self._is_paid(invoice):
            raise refused("Cannot modify paid invoice")
        return invoice

    def _is_paid(self, invoice: Invoice) -> bool:
        return self._company.status(invoice) == "paid"

    def _line(self, params: Params) -> LineInput:
        """A line as it is taken: with a product, the catalogue's words, price and tax win over those sent."""
        sent = LineInput(
            params.text("name"),
            params.number("quantity", 1),
            params.number("price"),
            params.flag("taxable", True),
            item=params.text("item"),
            cost=params.number("cost"),
            discount_percent=params.number("line_discount_percent"),
            discount_dollars=params.number("discount_dollars"),
        )
        product_id = params.whole("product_id")
        if product_id is None:
            blank = [name for name in ("item", "name") if params.is_blank(name)]
            if blank:
                raise as_errors(_BLANK, *blank)
            return sent
        product = self._company.products.get(product_id)
        if product is None:
            raise as_errors("must exist", "product")
        return replace(
            sent,
            item=product.name,
            name=product.description,
            price=product.price,
            cost=product.cost,
            taxable=product.taxable,
            product_id=product.id,
        )

    def _changed(self, change: Callable[[], Invoice]) -> web.Response:
        try:
            invoice = change()
        except Refused as refusal:
            raise as_failure(str(refusal)) from None
        return self._one("invoice", self._rows.invoice(invoice))

    def _one(self, name: str, row: dict[str, Any]) -> web.Response:
        return answer(row if self._oddities.unwrapped(row["id"]) else {name: row})


def _stock(invoice: Invoice, customer: Customer) -> dict[str, str]:
    """What Syncro writes by itself."""
    return {
        "subject": f"Invoice {invoice.number} from Northwind IT",
        "message": f"Hello {customer.full_name},\nhere is your invoice {invoice.number}. Thank you!",
    }
