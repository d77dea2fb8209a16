"""The fictional company's customers: what they order, pay, half pay, take back and change, day after day, by chance."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random

from sandbox.company import Company
from sandbox.company.records import Customer, Invoice, LineInput, Payment

#: Days after the due date by which a customer of each kind usually pays; ``None`` never does.
_HABITS = (-3, 0, 2, 10, 20, 20, 45, 90, None)
#: Terms in days; ``None`` leaves the due date out.
_TERMS = (0, 14, 30, 30, 30, None)
_AMOUNTS = (12, 80, 240, 600, 1500, 4800)
_BOUNCES = timedelta(days=10)  # so long after it was booked a payment may still fail


def settle(company: Company, customers: int) -> None:
    """Enters so many customers."""
    now = company.clock.now()
    company.enter(
        Customer(
            number,
            f"Fictional {number:03}",
            "Robin",
            f"Number{number}",
            f"office{number}@fictional.example",
            None,
            (),
            "",
            "",
            "",
            "",
            "",
            f"key{number}",
            now,
        )
        for number in range(1, customers + 1)
    )


@dataclass
class Town:
    """Lives a day at a time. ``happened`` counts what did."""

    company: Company
    random: Random
    happened: Counter[str] = field(default_factory=Counter)

    @property
    def owed(self) -> list[Invoice]:
        """The invoices that are unpaid, credits among them."""
        company = self.company
        return [
            one for one in company.invoices.values() if company.status(one) not in ("draft", "paid", "void")
        ]

    def open_book(self) -> None:
        """What was owed before it all began: up to a third of a year of unpaid invoices."""
        for customer in self.company.customers.values():
            for _ in range(self.random.randint(0, 2)):
                made = self._bill(customer.id)
                made.due_date = self.company.today() - timedelta(days=self.random.randint(-30, 120))

    def live(self) -> None:
        """One day."""
        for customer in self.company.customers.values():
            if self._chance(1 / 30):
                self._bill(customer.id)
            if self._chance(1 / 1500):
                self._change_mind(customer)
        for invoice in self.owed:
            self._may_pay(invoice)
            self._may_change(invoice)
        self._may_bounce()

    def meddle(self) -> int:
        """What happens between a decision and its message: somebody pays, in full or in part. How many did."""
        chosen = [one for one in self.owed if self.company.balance(one) > 200 and self._chance(1 / 20)]
        for invoice in chosen:
            self._pay(invoice)
        return len(chosen)

    def _bill(self, customer_id: int) -> Invoice:
        credit = self._chance(1 / 25)
        amount = Decimal(self.random.choice(_AMOUNTS)) * (-1 if credit else 1)
        terms = self.random.choice(_TERMS)
        today = self.company.today()
        made = self.company.create_invoice(
            customer_id,
            today,
            due_date=None if terms is None else today + timedelta(days=terms),
            lines=[LineInput("Managed services", Decimal(1), amount)],
        )
        made.sent = True
        self._note("credit notes" if credit else "invoices")
        return made

    def _may_pay(self, invoice: Invoice) -> None:
        balance = self.company.balance(invoice)
        if balance < 0:
            if self._chance(1 / 40):
                self._void(invoice)
            return
        habit = _HABITS[invoice.customer_id % len(_HABITS)]
        late = (self.company.today() - (invoice.due_date or invoice.date)).days
        rarely = 1 / 400 if habit is None else 1 / 200
        if self._chance(1 / 4 if habit is not None and late >= habit else rarely):
            self._pay(invoice)

    def _pay(self, invoice: Invoice) -> None:
        balance = self.company.balance(invoice)
        cents = balance // 2 if balance > 200 and self._chance(1 / 6) else balance
        shares = {invoice.id: cents}
        if self._chance(1 / 10):
            shares |= self._share_of_another(invoice)
        self.company.take_payment(invoice.customer_id, sum(shares.values()), shares)
        self._note(
            "spread payments" if len(shares) > 1 else "part payments" if cents < balance else "payments"
        )

    def _share_of_another(self, invoice: Invoice) -> dict[int, int]:
        """One payment for two invoices: half of what another one of the customer's still owes."""
        others = [one for one in self.owed if one.customer_id == invoice.customer_id and one is not invoice]
        halves = {one.id: self.company.balance(one) // 2 for one in others}
        open_ones = [id for id, half in halves.items() if half > 0]
        chosen = self.random.choice(open_ones) if open_ones else None
        return {} if chosen is None else {chosen: halves[chosen]}

    def _may_change(self, invoice: Invoice) -> None:
        if self.company.status(invoice) in ("paid", "void"):
            return
        if self._chance(1 / 2000):
            self._void(invoice)
        elif self._chance(1 / 1500):
            later = self.company.today() + timedelta(days=self.random.randint(-20, 20))
            self.company.edit_due_date(invoice.id, later if self._chance(3 / 4) else None)
            self._note("due dates changed")
        elif self._chance(1 / 6000) and not self.company.payments_of(invoice.id):
            self.company.delete_invoice(invoice.id)
            self._note("deleted")

    def _void(self, invoice: Invoice) -> None:
        self.company.void(invoice.id)
        self._note("voided")

    def _may_bounce(self) -> None:
        since = self.company.today() - _BOUNCES
        lately = [one for one in self._newest_payments() if one.date >= since and one.success]
        if lately and self._chance(1 / 10):
            self.company.fail_payment(self.random.choice(lately).id)
            self._note("bounced")

    def _newest_payments(self) -> list[Payment]:
        return list(self.company.payments.values())[-100:]

    def _change_mind(self, customer: Customer) -> None:
        flag = self.random.choice(("opt_out", "no_email", "disabled"))
        setattr(customer, flag, not getattr(customer, flag))
        self._note("flags changed")

    def _chance(self, likely: float) -> bool:
        return self.random.random() < likely

    def _note(self, what: str) -> None:
        self.happened[what] += 1
