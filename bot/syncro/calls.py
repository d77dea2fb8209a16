"""What every call to Syncro needs: ids in paths, pages, and whether the thing that came back is the one asked for."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.domain.errors import SyncroMissing
from bot.domain.invoice import Customer, Invoice, NewInvoice, Payment, Ticket
from bot.syncro import wire
from bot.syncro.client import Client
from bot.syncro.status import Task

Found = TypeVar("Found", Invoice, Customer, Ticket)


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One page of invoice headers; ``page`` counts from 1. ``unreadable`` are the ids of rows that make no sense."""

    invoices: tuple[Invoice, ...]
    page: int
    pages: int
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """One page of payments; ``page`` counts from 1. ``unreadable`` are the ids of rows that make no sense."""

    payments: tuple[Payment, ...]
    page: int
    pages: int
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """One page of customers; ``page`` counts from 1. ``unreadable`` are the ids of rows that make no sense."""

    customers: tuple[Customer, ...]
    page: int
    pages: int
    unreadable: tuple[str, ...] = ()


async def pages(
    client: Client, path: str, filters: Mapping[str, str], task: Task
) -> AsyncIterator[tuple[object, int, int]]:
    """Each page's answer, its number and how many there are, until the last. Empty filters are left out."""
    page, last = 1, 1
    while page <= last:
        answer = await one_page(client, path, filters, page, task)
        last = wire.pages_in(answer, page, task)
        yield answer, page, last
        page += 1


async def one_page(client: Client, path: str, filters: Mapping[str, str], page: int, task: Task) -> object:
    """One page's answer. Empty filters are left out."""
    asked = {name: value for name, value in filters.items() if value}
    return await client.get(path, task, {**asked, "page": str(page)})


def part(given: str, kind: str) -> str:
    """An id as part of a path. Raises ``SyncroMissing`` for what can't be one; nothing is sent."""
    if not wire.is_id(given):
        raise SyncroMissing(
            f"That is not the id of a Syncro {kind}. Search for the {kind} by its name or number."
        )
    return given


def invoice_path(invoice_id: str) -> str:
    """The path of one invoice. Raises ``SyncroMissing`` for what can't be an id."""
    return f"/invoices/{part(invoice_id, 'invoice')}"


def expected(found: Found, asked: str, task: Task) -> Found:
    """``found``, if it is the one that was ``asked`` for by id. Raises ``SyncroLost`` when another one came."""
    if found.id != asked:
        raise wire.garbled(task, "Syncro answered with another one")
    return found


def created(invoice: Invoice, new: NewInvoice, task: Task) -> str:
    """The id of an ``invoice`` that was just made. Raises ``SyncroLost`` when it is some other customer's."""
    if invoice.customer_id not in ("", new.customer_id):
        raise wire.garbled(task, "it is about another customer")
    return invoice.id


def complete(invoice: Invoice, task: Task) -> Invoice:
    """``invoice`` with its lists, which Syncro may leave out when they are empty: only if the amounts prove it.

    Raises ``SyncroLost`` otherwise: an unknown list must not be taken for an empty one.
    """
    lines, payments = invoice.lines, invoice.payments
    if lines is None and invoice.total == 0:
        lines = ()
    if payments is None and invoice.balance == invoice.total:
        payments = ()
    if lines is None or payments is None:
        raise wire.garbled(task, "lines or payments are missing")
    return replace(invoice, lines=lines, payments=payments)


def quoted(given: str) -> str:
    """An id as it stands in a sentence."""
    return given if wire.is_id(given) else "?"
