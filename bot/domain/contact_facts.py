"""A contact as people see it while it waits, when it is theirs to mail, and after it was made.

Amounts are minor units of the named currency; dates are the business's, times local.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class ListedLine:
    """An invoice in a contact. ``days`` past due on the contact's day (negative: before it is due)."""

    invoice_id: str
    number: str
    days: int
    balance: int


@dataclass(frozen=True, slots=True)
class ContactCard:
    """One contact. ``stage`` as in the ledger; ``needs`` says why a person must let it out, or is empty.

    ``to`` are addresses (Slack ids for our own people); ``left_out`` those whom Syncro takes no more. ``by_task``: a
    person mails it. ``reason`` says why it was left out, or what it waits for. ``edited`` means that a person has
    changed the text. ``asked_by`` is who reminds by hand. ``needed`` people must approve it, ``voted`` have, by name.
    """

    id: str
    customer_id: str
    customer_name: str
    currency: str
    track: str
    level: str
    stage: str
    needs: str
    total: int
    carrying_id: str
    invoices: tuple[ListedLine, ...]
    to: tuple[str, ...]
    left_out: tuple[str, ...]
    subject: str
    message: str
    reason: str
    by_task: bool
    edited: bool
    asked_by: str
    decision: str
    decided_by: str
    decided_at: datetime | None
    on: date
    needed: int = 1
    voted: tuple[str, ...] = ()

    @property
    def awaits(self) -> bool:
        """Whether a person must still decide."""
        return self.stage == "planned" and self.needs != ""

    @property
    def leads(self) -> str:
        """The number of the invoice that leads."""
        return next((one.number for one in self.invoices if one.invoice_id == self.carrying_id), "")

    @property
    def version(self) -> str:
        """A short hash of what an approval is about: text, total and list."""
        listed = [f"{one.invoice_id} {one.balance}" for one in self.invoices]
        seen = "\0".join([self.subject, self.message, str(self.total), *listed])
        return hashlib.sha256(seen.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Review:
    """Contacts to look through. ``id`` names the list, so that all of it can be approved; ``note`` comes first.

    ``others`` counts proposals that wait and are not in this list.
    """

    id: str
    day: date
    cards: tuple[ContactCard, ...]
    note: str = ""
    others: int = 0

    @property
    def waiting(self) -> tuple[ContactCard, ...]:
        """Those that a person must still decide on."""
        return tuple(card for card in self.cards if card.awaits)


@dataclass(frozen=True, slots=True)
class Mail:
    """A contact's mail for a person who sends it themselves."""

    card: ContactCard
    cc: tuple[str, ...] = ()
    mailto: str = ""
