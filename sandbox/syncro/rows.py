"""Invoices, lines and payments as Syncro's published API writes them: money in strings, dates as midnight stamps."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sandbox.company import Company
from sandbox.company.records import Invoice, Line, Payment, to_dollars
from sandbox.syncro.directory import customer_row, stamp
from sandbox.syncro.oddities import Oddities


class Rows:
    """The rows of one company. A void invoice is none: the published API knows no voids, only deletions."""

    def __init__(self, company: Company, oddities: Oddities) -> None:
        self._company = company
        self._oddities = oddities

    def updated_at(self, invoice: Invoice) -> datetime:
        """When the invoice says it was last changed; whether payments count is an oddity."""
        if self._oddities.payments_touch_invoice and invoice.paid_at is not None:
            return max(invoice.updated_at, invoice.paid_at)
        return invoice.updated_at

    def invoice(self, invoice: Invoice) -> dict[str, Any]:
        """An invoice as lists show it: no balance, no lines, no payments."""
        paid = self._company.status(invoice) == "paid"
        return {
            "id": invoice.id,
            "customer_id": invoice.customer_id,
            "customer_business_then_name": self._company.customer(invoice.customer_id).called,
            "number": invoice.number,
            "date": midnight(invoice.date),
            "due_date": invoice.due_date and midnight(invoice.due_date),
            "subtotal": written(to_dollars(invoice.subtotal)),
            "total": written(to_dollars(invoice.total)),
            "tax": written(to_dollars(invoice.tax)),
            "is_paid": paid,
            "verified_paid": paid,
            "tech_marked_paid": False,
            "ticket_id": invoice.ticket_id,
            "pdf_url": None,
            "po_number": invoice.po_number or None,
            "contact_id": invoice.contact_id,
            "note": invoice.notes or None,
            "location_id": None,
            "user_id": next(iter(self._company.users), None),
            "created_at": stamp(invoice.created_at),
            "updated_at": stamp(self.updated_at(invoice)),
        }

    def full_invoice(self, invoice: Invoice) -> dict[str, Any]:
        """An invoice with customer, lines and payments, often with its balance."""
        company = self._company
        row = {
            **self.invoice(invoice),
            "customer": customer_row(company.customer(invoice.customer_id)),
            "line_items": [line_row(line, index) for index, line in enumerate(invoice.lines)],
            "payments": [self.payment(payment) for payment in company.payments_of(invoice.id)],
        }
        if not self._oddities.without_balance(invoice.id):
            row["balance_due"] = written(to_dollars(company.balance(invoice)))
        return row

    def payment(self, payment: Payment) -> dict[str, Any]:
        """A payment. Account credit, and money of an invoice that is gone, belongs to the invoice ``null``."""
        amount = to_dollars(payment.amount)
        invoice_ids = [invoice_id if self.shown(invoice_id) else None for invoice_id in payment.shares]
        return {
            "id": payment.id,
            "success": payment.success,
            "payment_amount": amount if self._oddities.numeric_amount(payment.id) else written(amount),
            "invoice_ids": invoice_ids or [None],
            "ref_num": payment.reference,
            "applied_at": midnight(payment.date),
            "payment_method": payment.method,
            "created_at": stamp(payment.created_at),
        }

    def listed_payment(self, payment: Payment) -> dict[str, Any]:
        """A payment as lists show it, with its customer."""
        return {
            **self.payment(payment),
            "customer": customer_row(self._company.customer(payment.customer_id)),
        }

    def shown(self, invoice_id: int) -> bool:
        """Whether the published API knows the invoice."""
        invoice = self._company.invoices.get(invoice_id)
        return invoice is not None and not invoice.void


def line_row(line: Line, position: int) -> dict[str, Any]:
    """A line: strings for numbers, and no total."""
    return {
        "id": line.id,
        "item": line.item or line.name,
        "name": line.name,
        "cost": written(line.cost),
        "price": written(line.price),
        "quantity": written(line.quantity),
        "product_id": line.product_id,
        "taxable": line.taxable,
        "discount_percent": written(line.discount_percent) if line.discount_percent else None,
        "discount_dollars": written(line.discount_dollars) if line.discount_dollars else None,
        "position": position,
    }


def midnight(day: date) -> str:
    """A date as the published API writes it, which is no moment: ``2026-03-10T00:00:00.000Z``."""
    return f"{day.isoformat()}T00:00:00.000Z"


def written(number: Decimal) -> str:
    """A number as a string without needless zeros, but never without a decimal: 750 is ``750.0``."""
    digits = f"{number:f}"
    whole, _, fraction = digits.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}"
