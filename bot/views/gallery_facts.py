"""Fictional facts for the gallery: nobody in them exists. One customer's name tries to be markup."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from bot.domain.allocation import OpenInvoice
from bot.domain.customer_facts import CustomerCard
from bot.domain.digest import Digest, PaymentLine, PromiseLine
from bot.domain.explanation import Explanation, Told, TrackReason
from bot.domain.facts import (
    Abilities,
    AgingTotals,
    Board,
    BucketTotal,
    Debtor,
    DraftLine,
    InvoiceCard,
    InvoiceDraft,
    InvoiceReview,
    OpenOperation,
    OperationOutcome,
    Reminder,
    ReminderItem,
    ReversedPayment,
    SearchPage,
    SpreadOffer,
    SpreadOutcome,
    SpreadShare,
)
from bot.domain.holds import Hold, HoldKind
from bot.domain.home import Home
from bot.domain.invoice import Contact, Customer, Invoice, LineItem, Payment, Status
from bot.domain.version import version_of

HOSTILE = "<!channel> & <https://x|y>"
TODAY = date(2026, 3, 12)
AS_OF = datetime(2026, 3, 12, 9, 12, tzinfo=timezone(timedelta(hours=-4)))
KEY = "V0EXAMPLE:payment:1042:0:1"
VISIT = "visit-example"
_EVERYTHING = Abilities()
LIMITS = "Somebody else must approve payments above $5,000.00 in seven days for one customer."
METHODS = ("Check", "Credit Card", "Offline CC", "ACH", "Cash")

_LINES = (
    LineItem("Managed workstation, March", Decimal(12), Decimal("45.00"), id="1", total=54000),
    LineItem("On-site work, switch replacement", Decimal("2.5"), Decimal("95.00"), id="2", total=23750),
    LineItem(f"Firewall licence {HOSTILE}", Decimal(1), Decimal("28.75"), False, id="3", total=2875),
)
_CHECK = Payment("71", "1042", 20000, "Check", "#1234", date(2026, 2, 27), "Duebot 7K2QXP, by Dana")
_CARD = Payment("72", "1042", 5000, "Credit Card", "", date(2026, 3, 2), successful=False)

ACME = Customer(
    id="501",
    name="Acme Rockets",
    email="billing@acme.example",
    cc=("boss@acme.example",),
    phone="555-0100",
    address="1 Canyon Road, Desertville",
    contacts=(Contact("Wiley Example", "wiley@acme.example", "555-0101"),),
)
ROGUE = Customer(
    id="502",
    name=HOSTILE,
    email="a&b@rogue.example",
    address=f"{HOSTILE}\nFloor 2",
    no_email=True,
    opt_out=True,
)


def invoice(
    status: Status, *, number: str = "INV-2026-1042", balance: int | None = 80625, customer: Customer = ACME
) -> Invoice:
    """A sample invoice in one state, with lines and payments."""
    paid = (_CHECK, _CARD) if status in (Status.PARTIAL, Status.PAID) else ()
    return Invoice(
        id="".join(filter(str.isdigit, number))[-4:],
        number=number,
        customer_id=customer.id,
        customer_name=customer.name,
        date=date(2026, 1, 21),
        due_date=date(2026, 2, 20),
        status=status,
        subtotal=80625,
        tax=0,
        total=80625,
        balance=balance,
        currency="USD",
        notes=f"Purchase order 7 {HOSTILE}" if customer is ROGUE else "Purchase order 7",
        terms="Net 30",
        lines=_LINES,
        payments=paid,
    )


def card(held: Invoice, operation: OpenOperation | None = None, *, live: bool = True) -> InvoiceCard:
    """A sample card of ``held``."""
    return InvoiceCard(
        invoice=held,
        today=TODAY,
        as_of=AS_OF,
        syncro_url=f"https://example.syncromsp.com/invoices/{held.id}",
        live=live,
        unread="" if live else "Syncro can't be reached just now.",
        operation=operation,
        last_contact="Last contact: firm reminder on Fri, Feb 27, 2026",
    )


def held_card() -> InvoiceCard:
    """A card with a hold of every kind; one of them tries to be markup."""
    until = date(2026, 3, 13)
    said = Hold(
        "V1:promise:1042:1", HoldKind.PROMISE, "501", ("1042",), until, "", "Dana", 50000, "Pat at Acme"
    )
    others = (
        Hold("V2:dispute:1042:1", HoldKind.DISPUTE, "501", ("1042",), None, HOSTILE, HOSTILE),
        Hold("V3:says_paid:1042:1", HoldKind.SAYS_PAID, "501", ("1042",), until, "Check #1234", "Dana"),
        Hold("V4:snooze:1042:1", HoldKind.SNOOZE, "501", ("1042",), until, "On holiday", "Dana"),
        Hold("V5:do_not_contact:501:1", HoldKind.DO_NOT_CONTACT, "501", (), None, "", "Dana"),
    )
    asked = tuple(f"Voiding {HOSTILE}, asked for by Dana, waits for approval." for _ in range(4))
    return replace(card(PARTIAL), holds=(said, *others), asked=asked)


def operation(state: str, kind: str = "payment", name: str = "Dana") -> OpenOperation:
    """A write that is not settled."""
    return OpenOperation(KEY, kind, state, "U0DANA", name, AS_OF, "Syncro did not answer in time.")


PARTIAL = invoice(Status.PARTIAL, balance=60625)
ROGUE_INVOICE = invoice(Status.SENT, number="INV-2026-1043", customer=ROGUE)
UNKNOWN = invoice(Status.SENT, number="INV-2026-1044", balance=None)
REVERSED = ReversedPayment(_CHECK, invoice(Status.SENT), TODAY, "https://example.syncromsp.com/invoices/1042")
REVERSED_HOSTILE = replace(
    REVERSED, invoice=ROGUE_INVOICE, payment=replace(_CHECK, reference=HOSTILE, method=HOSTILE, date=None)
)
FOUND = (PARTIAL, ROGUE_INVOICE, UNKNOWN, invoice(Status.PAID, number="INV-2026-1001", balance=0))

USD = AgingTotals(
    "USD",
    (
        BucketTotal("current", 12, 1845000),
        BucketTotal("1–30", 7, 912550),
        BucketTotal("31–60", 3, 310000),
        BucketTotal("61–90", 1, 42500),
        BucketTotal("90+", 2, 118075),
    ),
    unknown_count=1,
    credit=25000,
)
CAD = AgingTotals(
    "CAD", tuple(BucketTotal(held.name, 1 + at, 10000 * at) for at, held in enumerate(USD.buckets))
)
NOTHING_OPEN = AgingTotals("USD", tuple(BucketTotal(held.name, 0, 0) for held in USD.buckets))
DEBTORS = (
    Debtor("501", "Acme Rockets", "USD", 912550, 1200000, 4, 97, "U0DANA"),
    Debtor("502", HOSTILE, "USD", 310000, 310000, 2, 45, "S0FINANCE"),
    Debtor("503", "Bluebird Bakery", "CAD", 42500, 42500, 1, 8),
)
STALE = (
    "Syncro can't be read just now: these are the figures of 06:00. Duebot corrects this message when it can."
)


def search_page(found: tuple[Invoice, ...] = FOUND, page: int = 2, pages: int = 5) -> SearchPage:
    """A page of found invoices."""
    return SearchPage(f"{HOSTILE}, unpaid", found, page, pages, 43 if found else 0, "s81", TODAY, AS_OF)


def customer_facts(customer: Customer = ACME) -> CustomerCard:
    """A customer with open invoices."""
    return CustomerCard(
        customer=customer,
        currency="USD",
        today=TODAY,
        open_amount=141250,
        overdue_amount=141250,
        credit=25000,
        unknown_count=1,
        invoices=(PARTIAL, ROGUE_INVOICE, UNKNOWN),
        last_payment=_CHECK,
        usual_days_late=4,
        owner_id="U0DANA",
        as_of=AS_OF,
        syncro_url=f"https://example.syncromsp.com/customers/{customer.id}",
    )


QUIET_CUSTOMER = CustomerCard(ACME, "USD", TODAY, 0, 0, 0, 0, (), None, None, "", AS_OF)


def board_facts(
    totals: tuple[AgingTotals, ...] = (USD, CAD), debtors: tuple[Debtor, ...] = DEBTORS, page: int = 1
) -> Board:
    """One page of a worklist of three."""
    return Board("Overdue invoices", TODAY, totals, debtors, page, 3, 23, "s82", AS_OF)


QUIET_BOARD = Board("Overdue invoices", TODAY, (NOTHING_OPEN,), (), 1, 1, 0, "s83", AS_OF)


def digest_facts(*, stale: str = "", totals: tuple[AgingTotals, ...] = (USD,)) -> Digest:
    """A morning's digest."""
    return Digest(
        business="Northwind IT",
        today=TODAY,
        totals=totals,
        newly_overdue=(PARTIAL, ROGUE_INVOICE, UNKNOWN),
        debtors=DEBTORS,
        payments=(
            PaymentLine(_CHECK, "INV-2026-1042", "Acme Rockets", "USD"),
            PaymentLine(replace(_CARD, successful=True), "INV-2026-1043", HOSTILE, "CAD"),
        ),
        changes={"USD": 120000},
        as_of=AS_OF,
        stale=stale,
        failures=(f"The reminder for {HOSTILE} could not be posted.",),
        mentions=("U0DANA", "S0FINANCE"),
    )


QUIET_DIGEST = Digest("Northwind IT", TODAY, (NOTHING_OPEN,), (), (), (), None, AS_OF)

_LATE = ((PARTIAL, 20), (ROGUE_INVOICE, 20))
ITEMS = (
    ReminderItem("c1", "501", "Acme Rockets", "USD", "call", 60625, _LATE[:1], "U0DANA"),
    ReminderItem("c2", "502", HOSTILE, "USD", "manager", 141250, _LATE),
)


def reminder_facts(items: tuple[ReminderItem, ...] = ITEMS, audience: str = "owner") -> Reminder:
    """Internal contacts for one recipient."""
    return Reminder(audience, TODAY, items, AS_OF)


def explanation(*, told: bool = True) -> Explanation:
    """Why a hostile customer's invoice is chased, with what was said; or that nothing was."""
    sent = Told(date(2026, 3, 4), "call", "internal", "sent", ("U0DANA",), 80625, 12, "9f2c11aa")
    out = replace(
        sent, level=f"firm {HOSTILE}", stage="suppressed", reason=f"{HOSTILE} has been paid.", to=()
    )
    reasons = (
        TrackReason(
            "customer", "automatic_off", "Automatic sending to customers is off, so no email goes out."
        ),
        TrackReason("internal", "level_already_heard", f"The level “{HOSTILE}” has been used for it."),
    )
    by_hand = replace(sent, track="customer", by="U0CLERK", decided=f"approved by {HOSTILE}")
    history = (sent, by_hand, *[out] * 30) if told else ()
    return Explanation(
        ROGUE_INVOICE, TODAY, reasons, history, AS_OF, "" if told else "Balances are as of now."
    )


def outcome(
    state: str, sentence: str, *, kind: str = "payment", with_card: bool = True, amiss: bool = False
) -> OperationOutcome:
    """How a write ended."""
    shown = card(PARTIAL) if with_card else None
    url = "https://northwind.example/invoices/1042"
    return OperationOutcome(KEY, kind, state, sentence, "1042", "U0DANA", amiss, shown, url)


def spread_offer(invoices: int = 3, customer: Customer = ACME, can: Abilities = _EVERYTHING) -> SpreadOffer:
    """What one payment can be spread over; twenty fill the form."""
    held = (
        OpenInvoice(
            str(1040 + at), f"INV-2026-{1040 + at}", version_of(invoice(Status.SENT, balance=50000 + at))
        )
        for at in range(invoices)
    )
    left_out = ("INV-2026-1070 (a draft)", f"INV-2026-1071 ({HOSTILE}'s change isn't finished)")
    return SpreadOffer(customer, "USD", TODAY, can, tuple(held), left_out, 5 if invoices == 20 else 0)


_SPREAD_SENTENCES = {
    "confirmed": "$500.00 recorded as Check on INV-2026-1040; balance $0.00.",
    "sent": "",
    "unknown": f"I can't tell whether this went through. {HOSTILE}",
    "refused": f"Syncro refused it: {HOSTILE}",
    "": "",
}


def spread_outcome(*states: str, customer: Customer = ACME) -> SpreadOutcome:
    """How far a payment over as many invoices is."""
    shares = tuple(
        SpreadShare(str(1040 + at), f"INV-2026-{1040 + at}", 50000, state, _SPREAD_SENTENCES[state])
        for at, state in enumerate(states)
    )
    return SpreadOutcome(customer.name, "USD", 50000 * len(shares), "U0DANA", shares)


def home_facts(role: str = "collector") -> Home:
    """Home of a person."""
    return Home(
        today=TODAY,
        role=role,
        totals=(USD, CAD),
        mine=DEBTORS,
        unsettled=(operation("unknown"), operation("sent", "email", HOSTILE)),
        failures=("The digest in #billing was not posted: Duebot isn't in that channel.",),
        proposals=3,
        mails=2,
        promises=(PromiseLine("h1", "501", "Acme Rockets", ("INV-2026-1042",), 60625, "USD", TODAY),),
        digests=(("C0BILLING", "09:00"),),
        settings={"Business": "Northwind IT", "Time zone": "America/New_York", "Digest": f"09:00 {HOSTILE}"},
        as_of=AS_OF,
    )


DRAFT = InvoiceDraft(
    customer_id="502",
    customer_name=HOSTILE,
    date="2026-03-12",
    due_date="2026-04-11",
    terms="Net 30",
    notes="Thank you",
    lines=(
        DraftLine("1", "Managed workstation", "12", "45.00", True, "9"),
        DraftLine("2", HOSTILE, "2.5", "95", False),
    ),
)
FULL_DRAFT = InvoiceDraft(lines=tuple(DraftLine(str(at), f"Item {at}", "1", "10") for at in range(20)))
REVIEW = InvoiceReview(
    draft_id="d1",
    customer=ROGUE,
    currency="USD",
    date=TODAY,
    due_date=date(2026, 4, 11),
    terms="Net 30",
    notes=f"Thank you {HOSTILE}",
    lines=_LINES,
    subtotal=80625,
    warnings=("INV-2026-1043 of Mar 3 has the same customer, total and lines.",),
)
