"""The invoice calls as the invoice management guide describes them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from aiohttp import web

from sandbox.company import Company, LineInput
from sandbox.company.book import KEEP, STATUSES
from sandbox.company.records import Customer, Invoice, Line, Payment, to_dollars
from sandbox.syncro.wire import (
    ApiError,
    Fields,
    answer,
    invalid,
    paged,
    path_id,
    query_day,
    query_whole,
    read_object,
    refused,
)

PAGE_SIZE = 25
_LINE_FIELDS = ("name", "quantity", "price", "taxable", "product_id")


class Guide:
    """Handlers over the company's books."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def routes(self) -> list[web.RouteDef]:
        """The routes, relative to the API's base."""
        return [
            web.get("/invoices", self.list_invoices),
            web.post("/invoices", self.create),
            web.get("/invoices/{id}", self.show),
            web.put("/invoices/{id}", self.update),
            web.post("/invoices/{id}/line_items", self.add_line),
            web.post("/invoices/{id}/email", self.email),
            web.post("/invoices/{id}/payments", self.pay),
        ]

    async def list_invoices(self, request: web.Request) -> web.Response:
        """Headers, newest id first, 25 a page."""
        customer_id = query_whole(request, "customer_id")
        status = request.query.get("status")
        since, until = query_day(request, "date_from"), query_day(request, "date_to")
        if status is not None and status not in STATUSES:
            raise invalid(f"status must be one of {', '.join(STATUSES)}")

        def fits(invoice: Invoice) -> bool:
            return (
                (customer_id is None or invoice.customer_id == customer_id)
                and (since is None or invoice.date >= since)
                and (until is None or invoice.date <= until)
                and (status is None or self._company.status(invoice) == status)
            )

        found = self._company.newest_invoices(("guide", customer_id, status, since, until), fits)
        page, meta = paged(request, found, PAGE_SIZE)
        return answer({"invoices": [self._header(invoice) for invoice in page], "meta": meta})

    async def show(self, request: web.Request) -> web.Response:
        """One invoice with lines, payments and customer."""
        return answer({"invoice": self._full(self._company.invoice(path_id(request)))})

    async def create(self, request: web.Request) -> web.Response:
        """A new draft."""
        allowed = ("customer_id", "date", "due_date", "notes", "terms", "line_items")
        fields = Fields(await read_object(request), allowed)
        fields.require("customer_id")
        fields.require("date")
        customer_id, on = fields.whole("customer_id"), fields.day("date")
        assert customer_id is not None  # noqa: S101 - narrows what require() has just checked
        assert on is not None  # noqa: S101 - narrows what require() has just checked
        if customer_id not in self._company.customers:
            raise refused("customer_id is unknown")
        lines = [_line(item, f"line_items[{index}]") for index, item in enumerate(fields.items("line_items"))]
        invoice = self._company.create_invoice(
            customer_id,
            on,
            due_date=fields.day("due_date"),
            notes=fields.text("notes"),
            terms=fields.text("terms"),
            lines=lines,
        )
        return answer({"invoice": self._full(invoice)}, 201)

    async def update(self, request: web.Request) -> web.Response:
        """Notes, due date and terms; or ``{"status": "void"}`` alone."""
        invoice_id = path_id(request)
        self._company.invoice(invoice_id)
        fields = Fields(await read_object(request), ("notes", "due_date", "terms", "status"))
        if "status" in fields:
            if fields.text("status") != "void" or any(
                name in fields for name in ("notes", "due_date", "terms")
            ):
                raise refused("status can only be set to void, and alone")
            return answer({"invoice": self._full(self._company.void(invoice_id))})
        invoice = self._company.edit(
            invoice_id,
            due_date=fields.day("due_date") if "due_date" in fields else KEEP,
            notes=fields.text("notes") if "notes" in fields else KEEP,
            terms=fields.text("terms") if "terms" in fields else KEEP,
        )
        return answer({"invoice": self._full(invoice)})

    async def add_line(self, request: web.Request) -> web.Response:
        """One more line."""
        invoice_id = path_id(request)
        self._company.invoice(invoice_id)
        line = self._company.add_line(invoice_id, _line(await read_object(request), ""))
        return answer({"line_item": _line_row(line)}, 201)

    async def email(self, request: web.Request) -> web.Response:
        """Send it; without ``to`` it goes to the customer's own address."""
        invoice = self._company.invoice(path_id(request))
        fields = Fields(await read_object(request), ("to", "cc", "subject", "message"))
        customer = self._company.customer(invoice.customer_id)
        to = _addresses(fields, "to") or _own_address(customer)
        if not to:
            raise refused("to is required")
        subject = fields.text("subject")
        if "\n" in subject or "\r" in subject:
            raise refused("subject is invalid")
        self._company.email(
            invoice.id, to=to, cc=_addresses(fields, "cc"), subject=subject, message=fields.text("message")
        )
        return answer({"success": True, "message": "Email sent"})

    async def pay(self, request: web.Request) -> web.Response:
        """Record a payment of at most the balance."""
        invoice_id = path_id(request)
        self._company.invoice(invoice_id)
        fields = Fields(
            await read_object(request), ("amount", "payment_method", "reference", "date", "notes")
        )
        fields.require("amount")
        amount = fields.number("amount")
        if amount is None or amount <= 0:
            raise refused("amount must be greater than 0")
        if amount != round(amount, 2):
            raise refused("amount must have at most two decimals")
        method = fields.text("payment_method", "Other")
        if method not in self._company.payment_methods:
            raise refused(f"payment_method must be one of {', '.join(self._company.payment_methods)}")
        payment = self._company.pay(
            invoice_id,
            amount,
            method=method,
            reference=fields.text("reference"),
            on=fields.day("date"),
            notes=fields.text("notes"),
        )
        return answer({"payment": payment_row(payment, invoice_id)}, 201)

    def _header(self, invoice: Invoice) -> dict[str, Any]:
        company = self._company
        return {
            "id": invoice.id,
            "number": invoice.number,
            "customer_id": invoice.customer_id,
            "date": invoice.date.isoformat(),
            "due_date": invoice.due_date and invoice.due_date.isoformat(),
            "status": company.status(invoice),
            "subtotal": to_dollars(invoice.subtotal),
            "tax": to_dollars(invoice.tax),
            "total": to_dollars(invoice.total),
            "balance": to_dollars(company.balance(invoice)),
            "notes": invoice.notes,
            "terms": invoice.terms,
            "created_at": invoice.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _full(self, invoice: Invoice) -> dict[str, Any]:
        customer = self._company.customer(invoice.customer_id)
        payments = self._company.payments_of(invoice.id)
        return {
            **self._header(invoice),
            "line_items": [_line_row(line) for line in invoice.lines],
            "payments": [payment_row(payment, invoice.id) for payment in payments if payment.success],
            "customer": {
                "id": customer.id,
                "business_name": customer.business_name,
                "email": customer.email,
                "phone": customer.phone,
            },
        }


def payment_row(payment: Payment, invoice_id: int | None) -> dict[str, Any]:
    """A payment as the guide writes it: the share that went to the invoice, or all of it as credit."""
    return {
        "id": payment.id,
        "invoice_id": invoice_id,
        "amount": to_dollars(payment.amount if invoice_id is None else payment.shares[invoice_id]),
        "payment_method": payment.method,
        "reference": payment.reference,
        "date": payment.date.isoformat(),
        "notes": payment.notes,
        "created_at": payment.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _line_row(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "name": line.name,
        "quantity": line.quantity,
        "price": line.price,
        "taxable": line.taxable,
        "total": to_dollars(line.total),
        "product_id": line.product_id,
    }


def _line(item: Mapping[str, Any], where: str) -> LineInput:
    fields = Fields(item, _LINE_FIELDS, where)
    for name in ("name", "quantity", "price"):
        fields.require(name)
    return LineInput(
        fields.text("name"),
        fields.number("quantity") or Decimal(0),
        fields.number("price") or Decimal(0),
        fields.flag("taxable", True),
        fields.whole("product_id"),
    )


def _own_address(customer: Customer) -> list[str]:
    address = customer.notification_email or customer.email
    return [address] if address else []


def _addresses(fields: Fields, name: str) -> list[str]:
    """Addresses given as a list or as one string with commas."""
    given = fields.raw(name)
    if given is None:
        return []
    listed = given.split(",") if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(address, str) for address in listed):
        raise invalid(f"{name} must be a string or a list of strings")
    addresses = [address.strip(" ") for address in listed if address.strip(" ")]
    for address in addresses:
        local, at, domain = address.partition("@")
        if not (local and at and "." in domain) or any(sign.isspace() for sign in address):
            raise ApiError(422, f"{name} is invalid")
    return addresses
