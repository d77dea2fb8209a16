"""The sample book: the same every time, of every kind, and consistent in itself."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.company import SHOWPIECE, Company, LineInput, NoSuch, Refused, sample_company
from sandbox.company import names as n
from sandbox.company.people import EXAMPLE_TICKET


class FixedClock:
    def __init__(self, now: datetime = datetime(2026, 11, 23, 14, tzinfo=UTC)) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def company() -> Company:
    return sample_company(FixedClock())


def test_the_same_seed_and_day_give_the_same_book():
    first, second = sample_company(FixedClock()), sample_company(FixedClock())
    assert first.invoices == second.invoices
    assert first.payments == second.payments
    assert first.customers == second.customers
    assert first.tickets == second.tickets
    assert sample_company(FixedClock(), seed=5).payments != first.payments


def test_today_is_the_business_date_not_the_utc_date():
    assert Company(FixedClock(datetime(2026, 11, 23, 3, tzinfo=UTC))).today() == date(2026, 11, 22)


def test_the_book_holds_every_state_and_every_age(company):
    assert len(company.customers) == 60
    assert len(company.invoices) == 600
    states = Counter(company.status(invoice) for invoice in company.invoices.values())
    assert all(states[state] >= 10 for state in ("draft", "sent", "viewed", "partial", "paid", "void"))
    unpaid = [i for i in company.invoices.values() if company.status(i) in ("sent", "viewed", "partial")]
    assert sum(invoice.due_date is None for invoice in unpaid) >= 3
    late = [(company.today() - invoice.due_date).days for invoice in unpaid if invoice.due_date]
    for least, most in ((-60, 0), (1, 30), (31, 60), (61, 90), (91, 999)):
        assert sum(least <= days <= most for days in late) >= 10
    assert any(company.balance(invoice) < 0 for invoice in unpaid)
    assert max(len(invoice.notes) for invoice in unpaid) > 3000
    assert max(len(invoice.lines) for invoice in unpaid) == 40


def test_numbers_are_unique_and_run_with_the_dates(company):
    invoices = list(company.invoices.values())
    assert len({invoice.number for invoice in invoices}) == len(invoices)
    series = [invoice for invoice in invoices if invoice.number.startswith("INV-2024-")]
    assert [i.number for i in series] == sorted(i.number for i in series)
    assert [i.date for i in series] == sorted(i.date for i in series)


def test_the_showpiece_is_sent_unpaid_and_twenty_days_overdue(company):
    invoice = company.invoice_by_number(SHOWPIECE)
    assert SHOWPIECE == "INV-2024-1042"
    assert company.status(invoice) == "sent"
    assert company.customer(invoice.customer_id).business_name == "Acme Widgets"
    assert len(invoice.lines) == 2
    assert (invoice.subtotal, invoice.tax, invoice.total) == (75000, 5625, 80625)
    assert company.balance(invoice) == 80625
    assert (company.today() - invoice.due_date).days == 20


def test_an_id_that_reads_like_a_number_belongs_to_another_invoice(company):
    assert company.invoice(1042).number != SHOWPIECE


def test_one_tail_belongs_to_two_numbers(company):
    assert company.invoice_by_number("INV-2023-1001").id != company.invoice_by_number("INV-2024-1001").id


def test_awkward_customers_are_there_and_owe_something(company):
    unpaid = {
        i.customer_id for i in company.invoices.values() if company.status(i) in ("sent", "viewed", "partial")
    }
    for name in n.SPECIAL:
        assert company.customer_by_name(name).id in unpaid
    assert company.customer_by_name("<!channel> & <https://x|y>")
    assert company.customer_by_name(n.NO_ADDRESS).email is None
    assert company.customer_by_name(n.OPTED_OUT).opt_out
    assert company.customer_by_name(n.NO_EMAIL).no_email
    assert company.customer_by_name(n.DISABLED).disabled
    drafts = [i for i in company.invoices.values() if company.status(i) == "draft" and i.lines]
    assert company.customer_by_name(n.ACME_WIDGETS).id in {draft.customer_id for draft in drafts}


def test_every_address_is_at_an_example_domain(company):
    for customer in company.customers.values():
        contacts = [contact.email for contact in customer.contacts]
        for address in (customer.email, customer.notification_email, *customer.cc_emails, *contacts):
            assert address is None or address.endswith((".example", ".test"))


def test_payments_agree_with_balances_and_with_time(company):
    for payment in company.payments.values():
        assert payment.amount == sum(payment.shares.values()) > 0
        assert payment.date <= company.today()
        assert payment.created_at <= company.clock.now()
        for invoice_id in payment.shares:
            invoice = company.invoice(invoice_id)
            assert invoice.date <= payment.date
            assert invoice.customer_id == payment.customer_id
    for invoice in company.invoices.values():
        assert invoice.created_at <= company.clock.now()
        paid = sum(payment.amount for payment in company.payments_of(invoice.id))
        assert company.balance(invoice) == (0 if invoice.void else invoice.total - paid)
        assert (company.status(invoice) == "paid") == (paid > 0 and paid == invoice.total)


def test_the_example_ticket_has_time_left_to_bill(company):
    ticket = next(ticket for ticket in company.tickets.values() if ticket.number == EXAMPLE_TICKET)
    assert company.customer(ticket.customer_id).business_name == "Acme Widgets"
    assert sum(timer.minutes for timer in ticket.timers if timer.billable and not timer.recorded) == 120
    assert any(timer.recorded for timer in ticket.timers)
    assert ticket.lines


@pytest.mark.parametrize(
    ("quantity", "price", "taxable", "total"),
    [
        ("1", "0.60", True, 65),  # tax 4.5 cents rounds up
        ("0.5", "0.01", False, 1),  # a line of half a cent rounds up
        ("333", "0.015", False, 500),  # 499.5 cents
        ("1", "100.00", False, 10000),
        ("1", "-558.00", True, -59985),
    ],
)
def test_lines_and_tax_round_half_up(company, quantity, price, taxable, total):
    line = LineInput("Thing", Decimal(quantity), Decimal(price), taxable)
    assert company.create_invoice(301, company.today(), lines=[line]).total == total


def test_a_book_of_another_size_keeps_the_showpiece():
    company = sample_company(FixedClock(), size=3000)
    assert len(company.invoices) == 3000
    assert company.balance(company.invoice_by_number(SHOWPIECE)) == 80625


def test_syncros_own_screens_pay_reopen_and_fail(company):
    invoice = company.invoice_by_number(SHOWPIECE)
    first = company.pay(invoice.id, "300.25")
    assert (company.status(invoice), company.balance(invoice)) == ("partial", 50600)
    second = company.pay(invoice.id, Decimal("506.00"))
    assert company.status(invoice) == "paid"
    with pytest.raises(Refused, match="Cannot modify paid invoice"):
        company.pay(invoice.id, 1)
    company.remove_payment(second.id)
    assert company.balance(invoice) == 50600
    company.fail_payment(first.id)
    assert (company.status(invoice), company.balance(invoice)) == ("sent", 80625)
    with pytest.raises(NoSuch):
        company.remove_payment(second.id)


def test_syncros_own_screens_change_dates_lines_and_views(company):
    invoice = company.invoice_by_number(SHOWPIECE)
    company.edit_due_date(invoice.id, None)
    assert invoice.due_date is None
    company.edit(invoice.id, notes="Call first")
    assert (invoice.due_date, invoice.notes, invoice.terms) == (None, "Call first", "Net 30")
    company.change_line(invoice.id, invoice.lines[0].id, quantity=Decimal(2), price=Decimal("500.00"))
    assert invoice.subtotal == 125000
    company.view(invoice.id)
    assert company.status(invoice) == "viewed"
    company.void(invoice.id)
    assert (company.status(invoice), company.balance(invoice)) == ("void", 0)
    with pytest.raises(Refused, match="void"):
        company.void(invoice.id)


def test_one_payment_over_two_invoices_and_none(company):
    one, two = company.create_invoice(301, company.today()), company.create_invoice(301, company.today())
    for invoice in (one, two):
        company.add_line(invoice.id, LineInput("Thing", Decimal(1), Decimal(10), False))
    company.take_payment(301, 1500, {one.id: 1000, two.id: 400})
    company.take_payment(301, 700, {})
    assert (company.status(one), company.balance(two)) == ("paid", 600)


def test_a_deleted_invoice_leaves_its_money_as_credit(company):
    one, two = company.create_invoice(301, company.today()), company.create_invoice(301, company.today())
    payment = company.take_payment(301, 1500, {one.id: 1000, two.id: 500})
    company.delete_invoice(one.id)
    assert payment.shares == {two.id: 500}
    assert company.paid(two.id) == 500
    company.remove_payment(payment.id)
    with pytest.raises(NoSuch):
        company.delete_invoice(one.id)
    assert company.create_invoice(301, company.today(), number=one.number).number == one.number


def test_lines_of_another_invoice_can_be_copied(company):
    old = company.invoice_by_number(SHOWPIECE)
    new = company.create_invoice(302, company.today(), lines=old.lines)
    assert new.total == old.total
    assert not {line.id for line in new.lines} & {line.id for line in old.lines}


def test_a_new_price_is_for_new_lines_only(company):
    product = next(iter(company.products.values()))
    sold = [line for i in company.invoices.values() for line in i.lines if line.product_id == product.id]
    company.change_price(product.id, Decimal("1.00"))
    assert company.products[product.id].price == 1
    assert {line.price for line in sold} == {product.price}


def test_ids_of_sample_payments_run_with_time(company):
    created = [payment.created_at for payment in company.payments.values()]
    assert created == sorted(created)
    assert list(company.payments) == sorted(company.payments)


def test_time_moves_what_is_overdue_but_not_the_book():
    clock = FixedClock()
    company = sample_company(clock)
    due = company.invoice_by_number(SHOWPIECE).due_date
    clock.time += timedelta(days=10)
    assert company.invoice_by_number(SHOWPIECE).due_date == due
    assert (company.today() - due).days == 30
