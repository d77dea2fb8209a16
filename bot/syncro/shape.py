"""What both wire shapes can be asked about invoices and payments; each does it in its own way."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date
from typing import Literal

from bot.domain.errors import SyncroRefused
from bot.domain.facts import Abilities
from bot.domain.invoice import Email, Invoice, InvoiceEdit, LineItem, NewInvoice, NewPayment, Payment, Status
from bot.syncro.calls import InvoicePage, PaymentPage
from bot.syncro.client import Client
from bot.syncro.status import Task

ShapeName = Literal["guide", "openapi"]

READ = Task("read the invoice", "Invoices – View Details")
LIST = Task("list the invoices", "Invoices – List/Search")
LIST_PAYMENTS = Task("list the payments", "Payments – View List")
CREATE = Task("create the invoice", "Invoices – Create", writes=True)
EDIT = Task("change the invoice", "Invoices – Edit", writes=True)
VOID = Task("void the invoice", "Invoices – Edit", writes=True)
ADD_LINE = Task("add a line to the invoice", "Invoices – Edit", writes=True)
EMAIL = Task("email the invoice", "Invoices – Edit", writes=True)
PAY = Task("record the payment on the invoice", "Payments – Create", writes=True)


class Shape(ABC):
    """One wire shape. Methods raise the ``SyncroError`` family; see ``Gateway`` for what each is for.

    What a shape doesn't have raises ``SyncroRefused``: ``abilities`` says so beforehand.
    """

    abilities: Abilities

    def __init__(self, client: Client, currency_of: Callable[[str], str]) -> None:
        self.client = client
        self.currency_of = currency_of

    @abstractmethod
    async def invoice(self, invoice_id: str) -> Invoice:
        """One invoice with lines and payments."""

    async def numbered(self, number: str, since: str | None) -> Invoice | None:
        """The invoice of exactly this number; with ``since`` looked for among all that was made since, too."""
        raise unable("look an invoice up by the number that was given to it")

    def invoices(
        self, customer_id: str, status: Status | None, date_from: date | None, date_to: date | None
    ) -> AsyncIterator[InvoicePage]:
        """Pages of headers that match."""
        raise unable("list invoices by customer, state or date")

    def changed_invoices(self, since: str) -> AsyncIterator[InvoicePage]:
        """Pages of headers that changed at ``since`` or later; all for an empty ``since``."""
        raise unable("list what has changed")

    def unpaid_invoices(self) -> AsyncIterator[InvoicePage]:
        """Pages of headers of what isn't paid."""
        raise unable("list what isn't paid in one go")

    def newest_payments(self) -> AsyncIterator[PaymentPage]:
        """Pages of payments, from the newest on."""
        raise unable("list the payments of all invoices")

    @abstractmethod
    async def create_invoice(self, new: NewInvoice) -> str:
        """Creates an invoice; its id."""

    @abstractmethod
    async def edit_invoice(self, invoice_id: str, edit: InvoiceEdit) -> None:
        """Changes the fields that ``edit`` names."""

    async def void_invoice(self, invoice_id: str) -> None:
        """Voids an invoice."""
        raise unable("void invoices")

    @abstractmethod
    async def add_line(self, invoice_id: str, line: LineItem) -> None:
        """Adds one line."""

    async def correct_line(self, invoice_id: str, line: LineItem) -> None:
        """Sets a line's name, quantity, price and tax; ``line.id`` says which."""
        raise unable("change a line")

    @abstractmethod
    async def email_invoice(self, invoice_id: str, email: Email) -> None:
        """Has Syncro email the invoice."""

    @abstractmethod
    async def record_payment(self, invoice_id: str, payment: NewPayment) -> Payment:
        """Records a payment on an invoice."""


def shape_of(invoice: object) -> ShapeName | Literal[""]:
    """The shape of a row of the list of invoices; empty text for one that Duebot doesn't know."""
    if not isinstance(invoice, Mapping):
        return ""
    if "is_paid" in invoice:
        return "openapi"
    return "guide" if isinstance(invoice.get("status"), str) and "balance" in invoice else ""


def unable(what: str) -> SyncroRefused:
    """The error for what a shape has no way to do: ``what`` follows "to"."""
    return SyncroRefused(
        f"This Syncro account's API has no way to {what}. Nothing was written; do it in Syncro."
    )
