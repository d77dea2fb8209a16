"""A company as small as the pitfall needs, behind the real stand-ins, and a morning as the bot lives it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from domain_samples import CUSTOMER
from reminders_world import POLICY, ZONE, Bot, World, words

from bot.domain.calendar import BusinessCalendar
from bot.domain.contacts import ContactNow, Decisions, PastContact
from bot.domain.invoice import Customer, Invoice
from bot.domain.ladder import decide_customer
from bot.domain.roles import Person
from bot.domain.sending import Sending
from bot.store import contacts, mirror
from bot.store.contacts import Contact
from bot.store.lane import Tx
from sandbox.company.book import Company
from sandbox.company.records import Customer as Known
from sandbox.company.records import Invoice as Billed
from sandbox.company.records import LineInput

#: A Tuesday, 6:00 in New York: nothing is due yet.
START = datetime(2026, 3, 10, 10, tzinfo=UTC)
CLERK, BOSS, BILLING, FAILURES = "D0CLERK", "D0BOSS", "C0BILLING", "C0APPROVE"

_CALENDAR = BusinessCalendar()
_AT = time(10, 5)


def company(clock: object) -> Company:
    """Two fictional customers without any invoice."""
    made = Company(clock)  # type: ignore[arg-type]  # the sandbox's clock
    made.enter([_known(1, "Fabrikam Dental", START), _known(2, "Tailspin Toys", START)])
    return made


def _known(id: int, name: str, since: datetime) -> Known:
    return Known(
        id,
        name,
        "Robin",
        "Okafor",
        f"office{id}@fictional.example",
        None,
        (),
        "",
        "",
        "",
        "",
        "",
        f"key{id}",
        since,
    )


@dataclass
class Peers(World):
    """What happens at the company, and what the bot has told whom."""

    def bill(self, late: int | None, dollars: int = 500, customer: int = 1) -> Billed:
        """A sent invoice that is so many days past due today; ``None``: no due date."""
        books = self.syncro.company
        due = None if late is None else books.today() - timedelta(days=late)
        made = books.create_invoice(
            customer,
            (due or books.today()) - timedelta(days=30),
            due_date=due,
            lines=[LineInput("Managed services", Decimal(1), Decimal(dollars), taxable=False)],
        )
        made.sent = True
        return made

    async def start_sending(self, bot: Bot) -> None:
        """An approver starts it; what is past due by then is the old book."""
        await bot.chasing.automatics.start(Person("U0BOSS", "Bo Castellanos"))

    def mailed(self) -> list[tuple[int, str]]:
        """The emails that Syncro has sent: about which invoice, and their subject and text."""
        return [(one.invoice_id, f"{one.subject}\n{one.message}") for one in self.syncro.company.emails]

    async def morning(self, bot: Bot, after: int = 1) -> None:
        """``after`` days later at 10:05, when digest and sweep are due; 0 is today."""
        for _ in range(after):
            self.clock.next_morning(ZONE, _AT)
        today = self.clock.now().astimezone(bot.context.zone)
        if today.time() < _AT:
            self.clock.advance(datetime.combine(today, _AT, bot.context.zone) - today)
        await bot.schedule.tick_now()

    def told(self, channel: str, word: str = "Reminder") -> list[str]:
        """The words of every message that was posted there."""
        return [words(one) for one in self.posted(channel, word)]


async def ledger(bot: Bot) -> list[Contact]:
    """Every contact in the ledger, oldest first."""

    def read(tx: Tx) -> list[Contact]:
        return [one for known in mirror.customers(tx) for one in contacts.of_customer(tx, known.id)]

    return sorted(await bot.context.lane.read(read), key=lambda one: one.created_at)


async def why(bot: Bot, billed: Billed, track: str = "internal") -> str:
    """The reason that a sweep would give now."""
    rows = (await bot.sweep.dry_run()).rows
    return next(row.reason for row in rows if row.invoice.id == str(billed.id) and row.track == track)


@dataclass
class Letters:
    """The customer track alone: what would be mailed, day by day, to one customer who owes ``invoices``."""

    invoices: list[Invoice]
    contacts: tuple[PastContact, ...] = ()
    customer: Customer = CUSTOMER
    last_payment: date | None = None
    old_book: frozenset[str] = frozenset()

    def decide(self, today: date) -> Decisions:
        return decide_customer(
            self.customer,
            self.invoices,
            self.contacts,
            POLICY,
            _CALENDAR,
            today,
            last_payment=self.last_payment,
            sending=Sending(automatic=True, old_book=self.old_book),
        )

    def send(self, today: date) -> list[ContactNow]:
        """What goes out on a day; it counts as heard from then on."""
        going = [one for one in self.decide(today).contacts if one.track == "customer"]
        self.contacts += tuple(one.as_past(today) for one in going)
        return going

    def days(self, first: date, count: int) -> list[tuple[date, str]]:
        """Every day and level of a mail in a stretch of days."""
        days = [first + timedelta(days=number) for number in range(count)]
        return [(day, one.level.name) for day in days for one in self.send(day)]
