"""What a person may do to invoices: forms as typed become journaled operations.

Each write's key is the root view's id with the kind and the invoice: a double click, a redelivery or a second
submission of the same form is the same operation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from bot.domain.addresses import split_addresses
from bot.domain.errors import BadInput
from bot.domain.facts import DraftLine, InvoiceDraft, InvoiceReview
from bot.domain.invoice import Invoice, LineItem, lines_subtotal
from bot.domain.money import Money
from bot.domain.parse_dates import parse_date
from bot.domain.parse_money import parse_amount, parse_price, parse_quantity
from bot.domain.roles import Action, Person
from bot.domain.version import Version
from bot.store.operations import Operation
from bot.use_cases.asking import Asking, Written
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.journal import Intent, Journal, write_key
from bot.use_cases.kinds_invoice import own_addresses
from bot.use_cases.lines import count_like, line_to_json
from bot.use_cases.lookup import Lookup

T = TypeVar("T")

#: Longest notes that are taken; Slack's inputs hold 3,000 characters, and the payment's mark must fit behind.
MOST_NOTES = 2000
MOST_TERMS = 200
MOST_NAME = 255
MOST_MESSAGE = 2900
MOST_LINES = 15
_MOST_YEARS_AHEAD = 5


@dataclass(frozen=True, slots=True)
class Submission:
    """Who submitted which form: ``root_view`` keys the write, ``seen`` is what the form showed of the invoice."""

    actor: Person
    root_view: str
    visit_id: str
    seen: Version | None = None
    anyway: bool = False
    reason: str = ""


class Problems:
    """Collects what is wrong with a form, so that every field's error is shown at once."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def take(self, field: str, read: Callable[[], T], default: T) -> T:
        """What ``read`` gives, or ``default`` with its error noted beside ``field``."""
        try:
            return read()
        except BadInput as error:
            self.found[field] = error.sentence
            return default

    def settle(self) -> None:
        """Raises ``BadInput`` with all that was noted."""
        if self.found:
            raise BadInput(next(iter(self.found.values())), fields=self.found)


class Invoices:
    """Writes to invoices. Every method checks the role, then the journal checks everything again in its claim.

    What policy wants somebody else's word for becomes a request: then that is what is returned.
    """

    def __init__(
        self, context: Context, authority: Authority, journal: Journal, asking: Asking, lookup: Lookup
    ) -> None:
        self._context = context
        self._authority = authority
        self._journal = journal
        self._asking = asking
        self._lookup = lookup

    async def pay(
        self,
        submission: Submission,
        invoice_id: str,
        amount: str,
        method: str,
        reference: str,
        on: str,
        notes: str,
    ) -> Written:
        """Records one payment. Texts are as typed; ``on`` is the payment date. Raises ``DuebotError``."""
        await self._authority.require(submission.actor.id, Action.PAY)
        known = await self._known(invoice_id)
        problems = Problems()
        minor = problems.take("amount", lambda: parse_amount(amount, known.currency), 0)
        details = payment_details(self._context, problems, method, reference, on, notes)
        problems.settle()
        balance = submission.seen.balance if submission.seen else None
        request = details | payment_request(submission, known.number, known.currency, minor, balance)
        return await self._asking.perform(self._intent(submission, "payment", known, request))

    async def void(self, submission: Submission, invoice_id: str) -> Written:
        """Voids an invoice with ``submission.reason``, or asks for it. Raises ``DuebotError``."""
        await self._authority.require(submission.actor.id, Action.REQUEST_VOID)
        reason = submission.reason.strip()
        if not reason:
            raise BadInput("Say why this invoice is voided.", "reason")
        known = await self._known(invoice_id)
        return await self._asking.perform(
            self._intent(submission, "void", known, {"reason": _short(reason, 500, "reason")})
        )

    async def edit(
        self,
        submission: Submission,
        invoice_id: str,
        shown: Invoice,
        due: str | None,
        terms: str | None,
        notes: str | None,
    ) -> Operation:
        """Sends the fields that differ from what the form showed. Raises ``DuebotError``."""
        await self._authority.require(submission.actor.id, Action.EDIT)
        today = self._context.today()
        problems = Problems()
        request: dict[str, object] = {}
        if due is not None:
            day = problems.take("due_date", lambda: _any_date(due, today), None)
            if day is None and shown.due_date is not None and not problems.found:
                problems.found["due_date"] = "A due date can be moved, but Syncro doesn't take it away."
            if day is not None and day != shown.due_date:
                request["due_date"] = day.isoformat()
                if shown.date is not None and day < shown.date:
                    problems.found["due_date"] = "The due date is before the invoice date."
        if terms is not None and _differs(terms, shown.terms):
            request["terms"] = problems.take("terms", lambda: _short(terms.strip(), MOST_TERMS, "terms"), "")
        if notes is not None and _differs(notes, shown.notes):
            request["notes"] = problems.take("notes", lambda: _short(notes.strip(), MOST_NOTES, "notes"), "")
        problems.settle()
        if not request:
            raise BadInput("Nothing was changed.", "notes")
        return await self._journal.perform(self._intent(submission, "edit", shown, request))

    async def add_line(self, submission: Submission, invoice_id: str, line: DraftLine) -> Operation:
        """Adds one line item. Raises ``DuebotError``."""
        await self._authority.require(submission.actor.id, Action.EDIT)
        invoice = await self._lookup.invoice(invoice_id)
        item = self._lines([line], invoice.currency)[0]
        request = {
            "line": line_to_json(item),
            "alike_before": count_like(invoice, item),
            "ids_before": [one.id for one in invoice.lines or ()],
        }
        return await self._journal.perform(self._intent(submission, "line", invoice, request))

    async def send(
        self, submission: Submission, invoice_id: str, to: str, cc: str, subject: str, message: str
    ) -> Written:
        """Has Syncro email the invoice. ``to`` and ``cc`` hold addresses with commas. Raises ``DuebotError``."""
        await self._authority.require(submission.actor.id, Action.SEND)
        known = await self._known(invoice_id)
        if not self._context.gateway.abilities.email_text:
            return await self._send_stock(submission, known)
        problems = Problems()
        nobody: tuple[str, ...] = ()
        receivers = problems.take("to", lambda: split_addresses(to, "to"), nobody)
        copies = problems.take("cc", lambda: split_addresses(cc, "cc"), nobody)
        problems.take("message", lambda: _short(message, MOST_MESSAGE, "message"), "")
        problems.take("subject", lambda: _short(subject, 200, "subject"), "")
        problems.settle()
        request: dict[str, object] = {
            "to": list(receivers),
            "cc": list(copies),
            "subject": subject.strip(),
            "message": message.strip(),
        }
        return await self._asking.perform(self._intent(submission, "email", known, request))

    async def _send_stock(self, submission: Submission, known: Invoice) -> Written:
        """Where Syncro chooses addresses and text: what is kept is to whom it goes, as the form showed it."""
        to, cc = own_addresses(await self._lookup.customer_by_id(known.customer_id))
        request: dict[str, object] = {
            "to": list(to),
            "cc": list(cc),
            "subject": "",
            "message": "",
        }
        return await self._asking.perform(self._intent(submission, "email", known, request))

    async def review(self, draft: InvoiceDraft, draft_id: str) -> InvoiceReview:
        """The draft understood, with its total before tax. Raises ``BadInput`` with every field's error."""
        today = self._context.today()
        problems = Problems()
        if not draft.customer_id:
            problems.found["customer"] = "Choose a customer."
        day = problems.take("date", lambda: _any_date(draft.date, today) or today, today)
        due = problems.take("due_date", lambda: _any_date(draft.due_date, today), None)
        if due is not None and due < day:
            problems.found["due_date"] = "The due date is before the invoice date."
        currency = self._context.policy.currency_of(draft.customer_id)
        try:
            lines = self._lines(draft.lines, currency)
        except BadInput as error:
            problems.found.update(error.fields)
            lines = ()
        problems.take("notes", lambda: _short(draft.notes, MOST_NOTES, "notes"), "")
        problems.take("terms", lambda: _short(draft.terms, MOST_TERMS, "terms"), "")
        problems.settle()
        customer = await self._lookup.customer_by_id(draft.customer_id)
        return InvoiceReview(
            draft_id=draft_id,
            customer=customer,
            currency=currency,
            date=day,
            due_date=due,
            terms=draft.terms.strip(),
            notes=draft.notes.strip(),
            lines=lines,
            subtotal=lines_subtotal(lines, currency),
        )

    async def create(self, submission: Submission, draft: InvoiceDraft) -> Operation:
        """Creates the invoice that was reviewed. Raises ``DuebotError``."""
        await self._authority.require(submission.actor.id, Action.DRAFT)
        review = await self.review(draft, "")
        request = {
            "customer_id": review.customer.id,
            "currency": review.currency,
            "date": review.date.isoformat(),
            "due_date": review.due_date.isoformat() if review.due_date else None,
            "terms": review.terms,
            "notes": review.notes,
            "lines": [line_to_json(line) for line in review.lines],
            "anyway": submission.anyway,
        }
        return await self._journal.perform(
            Intent(
                base_key=f"{submission.root_view}:create:1",
                kind="create",
                invoice_id=None,
                customer_id=review.customer.id,
                actor=submission.actor,
                request=request,
                visit_id=submission.visit_id,
            )
        )

    def running_total(self, draft: InvoiceDraft) -> str:
        """The total before tax of the lines that can be read so far, as it stands on screen."""
        currency = self._context.policy.currency_of(draft.customer_id)
        lines = [item for line in draft.lines for item in _line(line, currency, Problems())]
        return str(Money(lines_subtotal(lines, currency), currency))

    def _lines(self, drafts: Sequence[DraftLine], currency: str) -> tuple[LineItem, ...]:
        problems = Problems()
        lines: list[LineItem] = []
        if not drafts:
            problems.found["lines"] = "An invoice needs at least one line item."
        if len(drafts) > MOST_LINES:
            problems.found["lines"] = (
                f"At most {MOST_LINES} lines here; add more afterwards with `/invoice add`."
            )
        for draft in drafts:
            lines += _line(draft, currency, problems)
        problems.settle()
        return tuple(lines)

    async def _known(self, invoice_id: str) -> Invoice:
        """The invoice as the mirror has it (its live state is read inside the claim)."""
        return await self._lookup.mirrored(invoice_id)

    def _intent(
        self, submission: Submission, kind: str, invoice: Invoice, request: dict[str, object]
    ) -> Intent:
        return Intent(
            base_key=write_key(submission.root_view, kind, invoice.id),
            kind=kind,
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            actor=submission.actor,
            request=request,
            seen=submission.seen,
            visit_id=submission.visit_id,
        )


def payment_details(
    context: Context, problems: Problems, method: str, reference: str, on: str, notes: str
) -> dict[str, object]:
    """What a payment's request says besides invoice and amount, from texts as typed; errors go to ``problems``."""
    today = context.today()
    longest = context.gateway.abilities.reference_length
    day = problems.take("date", lambda: _past_date(on, today), today)
    problems.take("notes", lambda: _short(notes, MOST_NOTES, "notes"), "")
    problems.take("reference", lambda: _short(reference.strip(), longest, "reference"), "")
    if not method:
        problems.found["method"] = "Choose how it was paid."
    return {
        "method": method,
        "reference": reference.strip(),
        "date": day.isoformat(),
        "notes": notes.strip(),
    }


def payment_request(
    submission: Submission, number: str, currency: str, amount: int, balance: int | None
) -> dict[str, object]:
    """The rest of a payment's request. ``number`` and ``balance`` are the invoice's, as the form showed them."""
    return {
        "amount": amount,
        "currency": currency,
        "number": number,
        "balance": balance,
        "anyway": submission.anyway,
        "form": submission.root_view,
    }


def _line(draft: DraftLine, currency: str, problems: Problems) -> list[LineItem]:
    """The line that was typed, or nothing with what is wrong noted beside its inputs."""
    name = problems.take(f"name:{draft.id}", lambda: _needed(draft.name), "")
    quantity = problems.take(f"quantity:{draft.id}", lambda: parse_quantity(draft.quantity), None)
    price = problems.take(f"price:{draft.id}", lambda: parse_price(draft.price, currency), None)
    if quantity is None or price is None:
        return []
    return [LineItem(name, quantity, price, draft.taxable, product_id=draft.product_id or None)]


def _differs(typed: str, shown: str) -> bool:
    """Whether a person changed a text. Syncro's web form ends lines with CR and LF, Slack's input with LF."""
    return typed.replace("\r\n", "\n").strip() != shown.replace("\r\n", "\n").strip()


def _short(text: str, limit: int, field: str) -> str:
    if len(text) > limit:
        raise BadInput(f"That is {len(text):,} characters; at most {limit:,} fit here.", field)
    return text


def _needed(text: str) -> str:
    if not text.strip():
        raise BadInput("Say what this line is for.", "name")
    return _short(text.strip(), MOST_NAME, "name")


def _past_date(text: str, today: date) -> date:
    day = parse_date(text, today, "past") if text.strip() else today
    if day > today:
        raise BadInput("A payment can't be dated in the future.", "date")
    return day


def _any_date(text: str, today: date) -> date | None:
    if not text.strip():
        return None
    day = parse_date(text, today)
    if day.year > today.year + _MOST_YEARS_AHEAD:
        raise BadInput("That date is too far ahead. Check the year.", "date")
    return day
