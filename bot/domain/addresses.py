"""Which email addresses an invoice may go to.

An address is the customer's own if Syncro lists it for them, or if its domain is one of theirs: not a public mail
provider's, and used by no other customer. Any other address needs approval. At most five recipients.
"""

import re
from collections.abc import Iterable

from bot.domain.errors import BadInput
from bot.domain.invoice import Customer, Email

MOST_RECIPIENTS = 5
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
_LONGEST = 254
_PUBLIC = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com"),
        *(
            "ymail.com",
            "icloud.com",
            "me.com",
            "mac.com",
            "aol.com",
            "proton.me",
            "protonmail.com",
            "gmx.com",
        ),
        *("gmx.net", "gmx.de", "web.de", "mail.com", "zoho.com", "comcast.net", "verizon.net", "att.net"),
        *(
            "sbcglobal.net",
            "cox.net",
            "charter.net",
            "bellsouth.net",
            "earthlink.net",
            "fastmail.com",
            "hey.com",
        ),
        *("yandex.com", "qq.com", "163.com", "yahoo.co.uk", "btinternet.com", "t-online.de", "orange.fr"),
        *("free.fr", "libero.it", "hotmail.co.uk", "yahoo.ca", "sympatico.ca", "shaw.ca", "telus.net"),
    }
)


def split_addresses(text: str, field: str) -> tuple[str, ...]:
    """Addresses from "a@x.example, b@y.example". Raises ``BadInput`` naming the one that is none."""
    if "\n" in text.strip() or "\r" in text.strip():
        raise BadInput("Put the addresses on one line, separated by commas.", field)
    found: list[str] = []
    for part in re.split(r"[,;\s]+", text.strip()):
        if not part:
            continue
        _check_address(part, field)
        if part not in found:
            found.append(part)
    return tuple(found)


def _check_address(address: str, field: str) -> None:
    if len(address) > _LONGEST or not _ADDRESS.fullmatch(address):
        raise BadInput(f"“{address[:80]}” is not an email address.", field)


def check_recipients(email: Email) -> None:
    """Raises ``BadInput`` unless there are one to five addresses and a subject on one line."""
    if not email.to:
        raise BadInput("Enter at least one address to send to.", "to")
    if len(email.to) + len(email.cc) > MOST_RECIPIENTS:
        raise BadInput(f"At most {MOST_RECIPIENTS} recipients in all.", "cc")
    for address in email.to:
        _check_address(address, "to")
    for address in email.cc:
        _check_address(address, "cc")
    if not email.subject.strip():
        raise BadInput("Enter a subject.", "subject")
    if "\n" in email.subject or "\r" in email.subject:
        raise BadInput("The subject must be on one line.", "subject")


def own_addresses(customer: Customer) -> frozenset[str]:
    """Every address that Syncro lists for the customer, in lower case."""
    listed = [customer.email, *customer.cc, *customer.other_emails, *(one.email for one in customer.contacts)]
    return frozenset(address.strip().lower() for address in listed if address.strip())


def _domains(customer: Customer) -> frozenset[str]:
    return frozenset(address.rpartition("@")[2] for address in own_addresses(customer)) - _PUBLIC


def foreign_addresses(email: Email, customer: Customer, others: Iterable[Customer]) -> list[str]:
    """The recipients that are not the customer's own, in the order typed."""
    own = own_addresses(customer)
    domains = set(_domains(customer))
    for other in others:
        if other.id != customer.id:
            domains -= _domains(other)
    return [
        address
        for address in email.to + email.cc
        if address.lower() not in own and address.lower().rpartition("@")[2] not in domains
    ]
