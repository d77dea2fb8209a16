"""What both wire shapes share: how single values are read, envelopes and pages, and Syncro's directory rows.

Syncro mixes numbers and strings, and any field may be absent or null. Fields not named here are dropped at the
wire, among them ``online_profile_url`` (it holds a portal login key) and user tokens.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.domain.errors import SyncroLost
from bot.domain.invoice import Contact, Customer, Product, Ticket
from bot.domain.money import to_minor
from bot.syncro.exact import sane_number
from bot.syncro.status import Task, lost

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: More than any invoice; keeps amounts inside what databases hold exactly.
_LARGEST_MINOR = 10**15
_MOST_PAGES = 10_000
#: Stands for the id of a listed row that doesn't tell it.
NAMELESS = "?"


def is_id(text: str) -> bool:
    """Whether ``text`` can be one of Syncro's ids, and so part of a path."""
    return _ID.fullmatch(text) is not None


def _text(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, str):
        value.encode()  # half a surrogate pair can be neither stored nor sent
        return value.replace("\0", "")
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise ValueError("not a text")


def _id(value: object) -> object:
    if value is None or value == "":
        return None
    if isinstance(value, str | int) and not isinstance(value, bool) and is_id(str(value)):
        return str(value)
    raise ValueError("not an id")


def _number(value: object) -> object:
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if not _NUMBER.fullmatch(value):
            raise ValueError("not a number")
        value = Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if value is None or (isinstance(value, Decimal) and sane_number(value)):
        return value
    raise ValueError("not a number")


def _day(value: object) -> object:
    if value is None or value == "":
        return None
    if isinstance(value, str) and _DAY.fullmatch(value[:10]):
        return date.fromisoformat(value[:10])
    raise ValueError("not a date")


def _flag(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    said = str(value).lower() if isinstance(value, str | int) else ""
    if said in ("1", "true", "0", "false"):
        return said in ("1", "true")
    raise ValueError("not yes or no")


def _list(value: object) -> object:
    return [] if value is None else value


Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str | None, BeforeValidator(_id)]
Number = Annotated[Decimal | None, BeforeValidator(_number)]
#: The first ten characters of a stamp: Syncro's dates are midnight-Z, and no time zone is converted.
Day = Annotated[date | None, BeforeValidator(_day)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]

Model = TypeVar("Model", bound=BaseModel)
Read = TypeVar("Read")
#: What a request carries, before it is written as JSON.
Body = dict[str, object]


def object_or_none(value: object) -> object:
    """What should be an object but is not counts as absent."""
    return value if isinstance(value, dict) else None


def wire_id(text: str) -> int | str:
    """An id as Syncro writes it: a number where it is one."""
    plain = text.isascii() and text.isdigit() and (text == "0" or not text.startswith("0"))
    return int(text) if plain else text


class Row(BaseModel):
    """A row of Syncro's: only the fields that are named are kept."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def minor(amount: Decimal, currency: str) -> int:
    """``amount`` in minor units of ``currency``. Raises ``ValueError`` for more digits than it has."""
    return in_range(to_minor(amount, currency))


def in_range(units: int) -> int:
    """``units``, if an amount can be so large. Raises ``ValueError`` otherwise."""
    if abs(units) > _LARGEST_MINOR:
        raise ValueError("an amount is out of range")
    return units


def paid(payment_id: str | None, amount: Decimal | None, currency: str, task: Task) -> tuple[str, int]:
    """A listed payment's id, and its ``amount`` in minor units of ``currency``.

    Raises ``SyncroLost`` without id or amount, or for more digits than the currency has.
    """
    if payment_id is None or amount is None:
        raise garbled(task, "a payment has no id or no amount")
    try:
        return payment_id, minor(amount, currency)
    except ValueError:
        raise garbled(task, f"the amount of payment {payment_id} makes no sense in {currency}") from None


def garbled(task: Task, what: str) -> Exception:
    """The error for an answer that came but makes no sense. ``what`` is a clause about it."""
    return lost(task, f"Syncro's answer can't be relied on ({what})")


def parse(model: type[Model], row: object, task: Task) -> Model:
    """``row`` as ``model``. Raises ``SyncroLost`` naming the field, never its content."""
    try:
        return model.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise garbled(task, f"“{field}” is not readable") from None


def row_in(answer: object, name: str, task: Task) -> Mapping[str, object]:
    """The object under ``name``. Raises ``SyncroLost`` when there is none."""
    row = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(row, Mapping):
        raise garbled(task, f"it has no “{name}”")
    return row


def rows_in(answer: object, name: str, task: Task) -> list[object]:
    """The list under ``name``. Raises ``SyncroLost`` when there is none: an absent list is not an empty one."""
    rows = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(rows, list):
        raise garbled(task, f"it has no list “{name}”")
    return rows


def readable(rows: list[object], read: Callable[[object], Read]) -> tuple[tuple[Read, ...], tuple[str, ...]]:
    """What ``read`` makes of the rows, and the ids of those that make no sense: one bad row spoils no list.

    Raises the ``SyncroLost`` of the last one when of several none can be read, or of one not even its id: then it is
    the list that can't be relied on.
    """
    found: list[Read] = []
    unreadable: list[str] = []
    for row in rows:
        try:
            found.append(read(row))
        except SyncroLost:
            unreadable.append(_id_in(row))
            if len(unreadable) == len(rows) and (len(rows) > 1 or unreadable == [NAMELESS]):
                raise
    return tuple(found), tuple(unreadable)


def _id_in(row: object) -> str:
    try:
        given = _id(row.get("id")) if isinstance(row, Mapping) else None
    except ValueError:
        given = None
    return str(given or NAMELESS)


class _Meta(Row):
    total_pages: Number = None
    page: Number = None


def pages_in(answer: object, asked: int, task: Task) -> int:
    """How many pages there are; a missing ``meta`` means one page.

    Raises ``SyncroLost`` when the answer is for another page than ``asked`` (1-based), or when one after the first
    doesn't say whether more follow: a list that breaks off is not a complete one.
    """
    meta = parse(_Meta, (answer.get("meta") if isinstance(answer, Mapping) else None) or {}, task)
    if meta.page is not None and meta.page != asked:
        raise garbled(task, "it is another page than was asked for")
    if meta.total_pages is None and asked > 1:
        raise garbled(task, "it doesn't say how many pages there are")
    pages = 1 if meta.total_pages is None else meta.total_pages
    if pages != int(pages) or not 0 <= pages <= _MOST_PAGES:
        raise garbled(task, "its number of pages makes no sense")
    return max(1, int(pages))


class ContactRow(Row):
    """A contact inside a customer."""

    name: Text = ""
    email: Text = ""
    phone: Text = ""
    mobile: Text = ""

    def to_contact(self) -> Contact:
        """In our own words."""
        return Contact(self.name, self.email.strip(), self.phone or self.mobile)


def _addresses(value: object) -> object:
    """Addresses as a list, or as one text with commas or semicolons."""
    listed = re.split(r"[,;\s]+", value) if isinstance(value, str) else value
    if listed is None:
        return ()
    if isinstance(listed, list) and all(isinstance(address, str) for address in listed):
        return tuple(address.strip() for address in listed if address.strip())
    raise ValueError("not addresses")


class CustomerName(Row):
    """Who a customer is: all that is read of one inside an invoice or a payment."""

    id: Id = None
    business_then_name: Text = ""
    business_name: Text = ""
    fullname: Text = ""
    firstname: Text = ""
    lastname: Text = ""

    @property
    def name(self) -> str:
        """The business, else the person."""
        person = self.fullname or f"{self.firstname} {self.lastname}"
        return (self.business_then_name or self.business_name or person).strip()


class CustomerRow(CustomerName):
    """A customer. ``online_profile_url`` is left out on purpose: it logs in to the customer's portal."""

    email: Text = ""
    notification_email: Text = ""
    invoice_cc_emails: Annotated[tuple[Text, ...], BeforeValidator(_addresses)] = ()
    phone: Text = ""
    mobile: Text = ""
    address: Text = ""
    address_2: Text = ""
    city: Text = ""
    state: Text = ""
    zip: Text = ""
    contacts: Annotated[tuple[ContactRow, ...], BeforeValidator(_list)] = ()
    no_email: Flag = None
    opt_out: Flag = None
    disabled: Flag = None


def to_customer(row: CustomerRow, task: Task) -> Customer:
    """In our own words. Raises ``SyncroLost`` without an id."""
    if row.id is None:
        raise garbled(task, "a customer has no id")
    email = row.notification_email.strip() or row.email.strip()
    contacts = tuple(contact.to_contact() for contact in row.contacts)
    others = dict.fromkeys([row.email.strip(), *(contact.email for contact in contacts)])
    town = " ".join(part for part in (row.state, row.zip) if part)
    return Customer(
        id=row.id,
        name=row.name,
        email=email,
        cc=row.invoice_cc_emails,
        other_emails=tuple(address for address in others if address and address != email),
        phone=row.phone or row.mobile,
        address=", ".join(part for part in (row.address, row.address_2, row.city, town) if part),
        contacts=contacts,
        no_email=bool(row.no_email),
        opt_out=bool(row.opt_out),
        disabled=bool(row.disabled),
    )


class TicketRow(Row):
    """A ticket's header."""

    id: Id = None
    number: Text = ""
    subject: Text = ""
    customer_id: Id = None
    status: Text = ""


def to_ticket(row: TicketRow, task: Task) -> Ticket:
    """In our own words. Raises ``SyncroLost`` without an id."""
    if row.id is None:
        raise garbled(task, "a ticket has no id")
    return Ticket(row.id, row.number, row.subject, row.customer_id or "", row.status)


class ProductRow(Row):
    """A catalogue product."""

    id: Id = None
    name: Text = ""
    description: Text = ""
    price_retail: Number = None
    taxable: Flag = None
    disabled: Flag = None


def to_product(row: ProductRow) -> Product | None:
    """In our own words; ``None`` for what can't be put on an invoice: disabled, nameless or without a price."""
    if row.id is None or not row.name or row.price_retail is None or row.disabled:
        return None
    return Product(row.id, row.name, row.price_retail, row.taxable is not False, row.description)


class MethodRow(Row):
    """A payment method of the account."""

    name: Text = ""


class UserRow(Row):
    """A user of the account; Syncro writes pairs of id and name, sometimes objects."""

    id: Id = None
    name: Text = Field(default="", validation_alias=AliasChoices("name", "full_name"))


def to_users(rows: list[object], task: Task) -> dict[str, str]:
    """Names by id. Raises ``SyncroLost`` for rows of another form."""
    pairs = [
        {"id": row[0], "name": row[1]} if isinstance(row, list) and len(row) == 2 else row for row in rows
    ]
    users = [parse(UserRow, pair, task) for pair in pairs]
    return {user.id: user.name for user in users if user.id is not None}


def to_methods(rows: list[object], task: Task) -> tuple[str, ...]:
    """Names of payment methods, in Syncro's order, each once."""
    named = [{"name": row} if isinstance(row, str) else row for row in rows]
    return tuple(dict.fromkeys(name for row in named if (name := parse(MethodRow, row, task).name.strip())))
