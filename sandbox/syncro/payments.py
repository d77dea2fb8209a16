"""Payments as Syncro's published OpenAPI (v1) describes them: they stand beside invoices, not under them."""

from typing import Any

from aiohttp import web

from sandbox.company import Company, NoSuch
from sandbox.company.records import Invoice, Payment
from sandbox.syncro.oddities import Oddities
from sandbox.syncro.params import Params
from sandbox.syncro.refusals import as_errors, as_failure, as_list
from sandbox.syncro.rows import Rows
from sandbox.syncro.wire import answer, paged, path_id, read_object, refused

PAGE_SIZE = 25
_LONGEST_REFERENCE = 21
_NOT_HERE = ("credit_card_number", "cvv", "date_month", "date_year", "apply_payments")


class Payments:
    """Handlers over the company's books."""

    def __init__(self, company: Company, oddities: Oddities) -> None:
        self._company = company
        self._oddities = oddities
        self._rows = Rows(company, oddities)

    def routes(self) -> list[web.RouteDef]:
        """The routes, relative to the API's base."""
        return [
            web.get("/payments", self.list_payments),
            web.post("/payments", self.create),
            web.get("/payments/{id}", self.show),
        ]

    async def list_payments(self, request: web.Request) -> web.Response:
        """Newest first, 25 a page, each with its customer; there is no filter by invoice."""
        query = request.query.get("query", "").casefold()
        oldest_first = self._oddities.payments_oldest_first

        def listed() -> list[Payment]:
            found = (payment for payment in self._company.payments.values() if self._fits(payment, query))
            return sorted(found, key=lambda payment: payment.id, reverse=not oldest_first)

        records = self._company.derived(("payments", query, oldest_first), listed)
        page, meta = paged(request, records, PAGE_SIZE)
        return answer({"payments": [self._rows.listed_payment(payment) for payment in page], "meta": meta})

    async def show(self, request: web.Request) -> web.Response:
        """One payment with its customer."""
        payment = self._company.payments.get(path_id(request))
        if payment is None:
            raise NoSuch("payment")
        return self._one(self._rows.listed_payment(payment))

    async def create(self, request: web.Request) -> web.Response:
        """Record a payment of today. Money for no invoice of the customer's becomes account credit in silence."""
        params = Params(await read_object(request))
        for name in _NOT_HERE:
            if name in params:
                raise refused(f"{name} is not for this stand-in: it charges no cards and splits no payments")
        cents = params.raw("amount_cents")
        if type(cents) is not int or cents <= 0:
            raise as_list("Amount cents must be an integer greater than 0")
        method = params.text("payment_method")
        if method not in self._company.payment_methods:
            raise as_list("Payment method is not included in the list")
        customer_id = params.whole("customer_id")
        if customer_id is None or customer_id not in self._company.customers:
            raise as_failure("Customer must exist")
        invoice = self._invoice(params, customer_id)
        payment = self._company.take_payment(
            customer_id,
            cents,
            {} if invoice is None else self._shares(invoice, cents),
            method=method,
            reference=self._reference(params.text("ref_num")),
        )
        return self._one(self._rows.payment(payment))

    def _shares(self, invoice: Invoice, cents: int) -> dict[int, int]:
        """What of the money is the invoice's. Raises ``ApiError`` 422 where more than is owed is refused."""
        balance = self._company.balance(invoice)
        if cents > balance and not self._oddities.overpayments_are_taken:
            raise as_failure("Payment exceeds balance")
        return {invoice.id: min(cents, balance)} if balance > 0 else {}

    def _reference(self, text: str) -> str:
        if len(text) > _LONGEST_REFERENCE and not self._oddities.references_are_cut:
            raise as_errors(f"is too long (maximum is {_LONGEST_REFERENCE} characters)", "ref_num")
        return text[:_LONGEST_REFERENCE]

    def _invoice(self, params: Params, customer_id: int) -> Invoice | None:
        """The invoice that the money is for: id and number, where given, and the customer must agree."""
        invoice_id, number = params.whole("invoice_id"), params.text("invoice_number")
        try:
            by_number = self._company.invoice_by_number(number) if number else None
            invoice = self._company.invoice(invoice_id) if invoice_id is not None else by_number
        except NoSuch:
            return None
        agree = not number or invoice is by_number
        mine = invoice is not None and invoice.customer_id == customer_id and not invoice.void
        return invoice if agree and mine else None

    def _fits(self, payment: Payment, query: str) -> bool:
        if not query:
            return True
        invoices = (self._company.invoices.get(invoice_id) for invoice_id in payment.shares)
        texts: list[Any] = [payment.reference, payment.method, *(i.number for i in invoices if i is not None)]
        texts.append(self._company.customer(payment.customer_id).called)
        return any(query in text.casefold() for text in texts)

    def _one(self, row: dict[str, Any]) -> web.Response:
        return answer(row if self._oddities.unwrapped(row["id"]) else {"payment": row})
