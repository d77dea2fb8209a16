"""The invoice calls as Syncro's published OpenAPI (v1) describes them, oddities included."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from sandbox.company import Company, LineInput, NoSuch
from sandbox.company.records import Customer, Invoice
from sandbox.syncro.directory import moment, ticket_row
from sandbox.syncro.oddities import Oddities
from sandbox.syncro.params import Params, unprocessable
from sandbox.syncro.rows import Rows, line_row
from sandbox.syncro.wire import ApiError, answer, counted, path_id, query_whole, read_object

PAGE_SIZE = 25


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

        touched = self._oddities.payments_touch_invoice
        key = ("openapi", paid, unpaid, ticket_id, since, touched)
        page, meta = counted(request, self._company.newest_invoices(key, fits), PAGE_SIZE)
        return answer({"invoices": [self._rows.invoice(invoice) for invoice in page], "meta": meta})

    async def show(self, request: web.Request) -> web.Response:
        """One invoice by its id, or by its number where no id fits."""
        return self._shown(self._found(request))

    async def create(self, request: web.Request) -> web.Response:
        """A new invoice with the number that was given."""
        params = Params(await read_object(request))
        wanted = ("customer_id", "number", "date")
        missing = [f"{_said(name)} can't be blank" for name in wanted if not params.text(name).strip()]
        if missing:
            raise unprocessable(*missing)
        customer_id, on = params.whole("customer_id"), params.day("date")
        assert on is not None  # noqa: S101 - narrows what has just been checked
        if customer_id is None or customer_id not in self._company.customers:
            raise unprocessable("Customer must exist")
        lines = params.raw("line_items") or []
        if not isinstance(lines, list) or not all(isinstance(line, Mapping) for line in lines):
            raise unprocessable("Line items is invalid")
        invoice = self._company.create_invoice(
            customer_id,
            on,
            number=params.text("number"),
            due_date=params.day("due_date") or on,
            notes=params.text("note"),
            po_number=params.text("po_number"),
            contact_id=params.whole("contact_id"),
            ticket_id=params.whole("ticket_id"),
            lines=[self._line(Params(line)) for line in lines[: self._oddities.lines_taken]],
        )
        return self._shown(invoice)

    async def update(self, request: web.Request) -> web.Response:
        """Change the header. There is no status and no void: what isn't known is ignored with 200.

        A paid invoice is locked only in its lines: its note, dates and numbers do change in Syncro.
        """
        invoice = self._found(request)
        params = Params(await read_object(request))
        changes: dict[str, Any] = {
            ours: params.text(name)
            for name, ours in (("note", "notes"), ("po_number", "po_number"))
            if name in params
        }
        changes |= {name: params.whole(name) for name in ("contact_id", "ticket_id") if name in params}
        if "due_date" in params:
            changes["due_date"] = params.day("due_date")
        for name, read in (("date", params.day), ("number", params.text)):
            if name in params:
                if not params.text(name).strip():
                    raise unprocessable(f"{_said(name)} can't be blank")
                changes[name] = read(name)
        return self._shown(self._company.change_header(invoice.id, **changes) if changes else invoice)

    async def delete(self, request: web.Request) -> web.Response:
        """Answers 200 whether or not it deleted; an invoice with payments is never deleted."""
        invoice = self._found(request)
        if self._oddities.deletes_work and not self._company.payments_of(invoice.id):
            self._company.delete_invoice(invoice.id)
        return answer({"message": f"{invoice.id}: We deleted # {invoice.number}."})

    async def add_line(self, request: web.Request) -> web.Response:
        """One more line. With a product the catalogue's words and price win over those sent."""
        invoice = self._open(request)
        line = self._company.add_line(invoice.id, self._line(Params(await read_object(request))))
        return self._one("line_item", line_row(line, len(invoice.lines) - 1))

    async def change_line(self, request: web.Request) -> web.Response:
        """Change a line, also one that came from the catalogue."""
        invoice, line_id = self._open(request), path_id(request, "line_id")
        params = Params(await read_object(request))
        changes: dict[str, Any] = {name: params.text(name) for name in ("item", "name") if name in params}
        for name, ours in _LINE_NUMBERS.items():
            if name in params:
                changes[ours] = params.number(name)
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
            raise ApiError(422, "no address", body={"message": "Customer doesn't have an email address"})
        if not (customer.no_email or customer.opt_out or customer.disabled):
            self._company.email(invoice.id, to=[to], cc=customer.cc_emails, **_stock(invoice, customer))
        return web.Response()

    async def print_out(self, request: web.Request) -> web.Response:
        """A print job, which goes to nobody here."""
        self._found(request)
        return answer({"success": True})

    async def ticket(self, request: web.Request) -> web.Response:
        """The ticket that the invoice was made from."""
        ticket_id = self._found(request).ticket_id
        if ticket_id is None:
            raise NoSuch("ticket")
        return answer({"ticket": ticket_row(self._company.ticket(ticket_id))})

    def _found(self, request: web.Request) -> Invoice:
        """The invoice of the path: an id first, then a number. Raises ``NoSuch``."""
        text = request.match_info["id"]
        by_id = self._company.invoices.get(int(text)) if text.isascii() and text.isdecimal() else None
        invoice = by_id or self._company.invoice_by_number(text)
        if invoice.void:
            raise NoSuch(text)
        return invoice

    def _open(self, request: web.Request) -> Invoice:
        """The invoice of the path, if its lines may still change."""
        invoice = self._found(request)
        if self._is_paid(invoice):
            raise ApiError(422, "paid", body={"errors": {"base": ["Cannot modify paid invoice"]}})
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
            for name in ("item", "name"):
                if not params.text(name).strip():
                    raise _line_error(name, "can't be blank")
            return sent
        product = self._company.products.get(product_id)
        if product is None:
            raise _line_error("product", "must exist")
        return replace(
            sent,
            item=product.name,
            name=product.description,
            price=product.price,
            cost=product.cost,
            taxable=product.taxable,
            product_id=product.id,
        )

    def _shown(self, invoice: Invoice) -> web.Response:
        return self._one("invoice", self._rows.full_invoice(invoice))

    def _one(self, name: str, row: dict[str, Any]) -> web.Response:
        return answer(row if self._oddities.unwrapped(row["id"]) else {name: row})


#: Names of a line's numbers in bodies, and ours.
_LINE_NUMBERS = {
    "quantity": "quantity",
    "price": "price",
    "cost": "cost",
    "line_discount_percent": "discount_percent",
    "discount_dollars": "discount_dollars",
}


def _stock(invoice: Invoice, customer: Customer) -> dict[str, str]:
    """What Syncro writes by itself."""
    return {
        "subject": f"Invoice {invoice.number} from Northwind IT",
        "message": f"Hello {customer.full_name},\nhere is your invoice {invoice.number}. Thank you!",
    }


def _line_error(name: str, what: str) -> ApiError:
    return ApiError(422, what, body={"errors": {name: [what]}})


def _said(name: str) -> str:
    return name.removesuffix("_id").capitalize()
