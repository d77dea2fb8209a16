"""Customers, invoices and payments as rows of the mirror, and back."""

from bot.domain.invoice import Contact, Customer, Invoice, Payment, Status
from bot.domain.references import digits_of
from bot.store.lane import Row
from bot.store.rows import day, day_text, from_json, to_json


def customer_row(customer: Customer, read_at: str) -> dict[str, object]:
    """A customer as a row; copies, other addresses and contacts are JSON."""
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "cc": to_json(customer.cc),
        "other_emails": to_json(customer.other_emails),
        "phone": customer.phone,
        "address": customer.address,
        "contacts": to_json([[person.name, person.email, person.phone] for person in customer.contacts]),
        "no_email": int(customer.no_email),
        "opt_out": int(customer.opt_out),
        "disabled": int(customer.disabled),
        "read_at": read_at,
    }


def customer_from(row: Row) -> Customer:
    """The customer that ``customer_row`` wrote."""
    return Customer(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        cc=tuple(from_json(row["cc"])),
        other_emails=tuple(from_json(row["other_emails"])),
        phone=row["phone"],
        address=row["address"],
        contacts=tuple(Contact(*person) for person in from_json(row["contacts"])),
        no_email=row["no_email"] == 1,
        opt_out=row["opt_out"] == 1,
        disabled=row["disabled"] == 1,
    )


def invoice_row(invoice: Invoice, told: str, read_at: str) -> dict[str, object]:
    """An invoice's header as a row; lines are not kept. ``due_day`` counts days, so that SQL can reckon with it.

    ``told`` is not kept: it says how much the read has told.
    """
    on, due = invoice.date, invoice.due_date
    return {
        "id": invoice.id,
        "number": invoice.number,
        "digits": digits_of(invoice.number),
        "customer_id": invoice.customer_id,
        "customer_name": invoice.customer_name,
        "date": on and on.isoformat(),
        "due_date": due and due.isoformat(),
        "due_day": due and due.toordinal(),
        "status": invoice.status.value,
        "subtotal": invoice.subtotal,
        "tax": invoice.tax,
        "total": invoice.total,
        "balance": invoice.balance,
        "currency": invoice.currency,
        "notes": invoice.notes,
        "terms": invoice.terms,
        "created_at": invoice.created_at,
        "updated_at": invoice.updated_at,
        "told": told,
        "read_at": read_at,
    }


def invoice_from(row: Row) -> Invoice:
    """The header that ``invoice_row`` wrote; lines and payments are ``None``."""
    return Invoice(
        id=row["id"],
        number=row["number"],
        customer_id=row["customer_id"],
        customer_name=row["customer_name"],
        date=day(row["date"]),
        due_date=day(row["due_date"]),
        status=Status(row["status"]),
        subtotal=row["subtotal"],
        tax=row["tax"],
        total=row["total"],
        balance=row["balance"],
        currency=row["currency"],
        notes=row["notes"],
        terms=row["terms"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def payment_row(payment: Payment, invoice_id: str) -> dict[str, object]:
    """What a payment is to one invoice, as a row; ``invoice_id`` is empty for one that is unapplied."""
    return {
        "id": payment.id,
        "invoice_id": invoice_id,
        "customer_id": payment.customer_id,
        "spread_over": to_json(payment.spread_over),
        "amount": payment.amount,
        "method": payment.method,
        "reference": payment.reference,
        "mark": payment.mark,
        "date": day_text(payment.date),
        "notes": payment.notes,
        "created_at": payment.created_at,
        "successful": int(payment.successful),
    }


def payment_from(row: Row) -> Payment:
    """The payment that ``payment_row`` wrote."""
    spread_over = tuple(from_json(row["spread_over"]))
    return Payment(
        id=row["id"],
        invoice_id=None if spread_over else row["invoice_id"] or None,
        amount=row["amount"],
        method=row["method"],
        reference=row["reference"],
        date=day(row["date"]),
        notes=row["notes"],
        created_at=row["created_at"],
        successful=row["successful"] == 1,
        mark=row["mark"],
        customer_id=row["customer_id"],
        spread_over=spread_over,
    )
