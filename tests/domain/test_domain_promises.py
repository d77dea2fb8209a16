"""When a promise is kept, broken, or asks for nothing any more; and how payment plans are typed."""

from dataclasses import replace
from datetime import UTC, date, timedelta, timezone

import pytest

from bot.domain.calendar import BusinessCalendar
from bot.domain.errors import BadInput
from bot.domain.holds import Hold, HoldKind, Instalment, hold_stop
from bot.domain.invoice import Invoice, Payment, Status
from bot.domain.parse_plan import MOST_INSTALMENTS, parse_plan
from bot.domain.promises import Promise, Verdict, judge

#: A Tuesday, and a Friday whose next business day is Monday the 16th.
GIVEN, FRIDAY, MONDAY = date(2026, 3, 10), date(2026, 3, 13), date(2026, 3, 16)
TUESDAY = date(2026, 3, 17)
CALENDAR = BusinessCalendar()
HOLD = Hold("h", HoldKind.PROMISE, "c", ("1",), FRIDAY, amount=50000)
PLAN = replace(
    HOLD,
    until=date(2026, 3, 27),
    amount=80000,
    instalments=(Instalment(FRIDAY, 50000), Instalment(date(2026, 3, 27), 30000)),
)


def invoice(id: str = "1", status: Status = Status.SENT, balance: int | None = 80000) -> Invoice:
    return Invoice(
        id, f"INV-{id}", "c", "Acme", GIVEN, GIVEN, status, 80000, 0, 80000, balance, "USD", created_at=""
    )


def paid(amount: int, on: date | None = FRIDAY, id: str = "p1", invoice_id: str | None = "1") -> Payment:
    return Payment(id, invoice_id, amount, "Check", "", on)


def stands(
    *payments: Payment,
    hold: Hold = HOLD,
    invoices: tuple[Invoice, ...] = (invoice(),),
    today: date = TUESDAY,
    seen: tuple[str, ...] = (),
) -> Verdict:
    promise = Promise(hold, "USD", GIVEN, frozenset(seen), invoices, payments)
    return judge(promise, today, CALENDAR, UTC).verdict


@pytest.mark.parametrize("today", [GIVEN, FRIDAY, date(2026, 3, 14), MONDAY])
def test_it_holds_until_the_business_day_after_its_date_is_over(today: date) -> None:
    assert stands(today=today) is Verdict.WAITS
    assert stands(paid(49999), today=today) is Verdict.WAITS
    assert stands(paid(50000), today=today) is Verdict.KEPT


def test_then_it_is_broken_with_what_came_in_words() -> None:
    promise = Promise(HOLD, "USD", GIVEN, frozenset(), (invoice(),), (paid(20000),))
    broken = judge(promise, TUESDAY, CALENDAR, UTC)
    assert broken.verdict is Verdict.BROKEN
    assert broken.reason == ("$500.00 was promised for Fri, Mar 13, 2026; $200.00 came by Mon, Mar 16, 2026.")


@pytest.mark.parametrize(
    ("payment", "verdict"),
    [
        (paid(50000, GIVEN), Verdict.KEPT),
        (paid(50000, MONDAY), Verdict.KEPT),
        (paid(50000, GIVEN - timedelta(days=1)), Verdict.BROKEN),
        (paid(50000, TUESDAY), Verdict.BROKEN),
        (replace(paid(50000), successful=False), Verdict.BROKEN),
        (paid(50000, id="old"), Verdict.BROKEN),
        # Without a date the stamp of its entry counts, and without a stamp it has come since.
        (replace(paid(50000, None), created_at="2026-03-16T23:30:00+00:00"), Verdict.KEPT),
        (replace(paid(50000, None), created_at="2026-03-17T00:30:00+00:00"), Verdict.BROKEN),
        (replace(paid(50000, None), created_at="2026-03-09T12:00:00+00:00"), Verdict.BROKEN),
        (paid(50000, None), Verdict.KEPT),
    ],
)
def test_which_payments_count(payment: Payment, verdict: Verdict) -> None:
    assert stands(payment, seen=("old",)) is verdict


def test_a_stamp_tells_the_day_of_the_business() -> None:
    payment = replace(paid(50000, None), created_at="2026-03-17T03:30:00+00:00")
    promise = Promise(HOLD, "USD", GIVEN, frozenset(), (invoice(),), (payment,))
    assert judge(promise, TUESDAY, CALENDAR, timezone(timedelta(hours=-4))).verdict is Verdict.KEPT


def test_payments_add_up_and_each_counts_once() -> None:
    assert stands(paid(30000), paid(20000, id="p2")) is Verdict.KEPT
    assert stands(paid(30000), paid(30000)) is Verdict.BROKEN
    # Shares of one payment are different money.
    both = (invoice("1"), invoice("2"))
    hold = replace(HOLD, invoice_ids=("1", "2"))
    assert stands(paid(30000), paid(20000, invoice_id="2"), hold=hold, invoices=both) is Verdict.KEPT


def spread(amount: int, *over: str, id: str = "s") -> Payment:
    return replace(paid(amount, id=id, invoice_id=None), spread_over=over)


def test_a_payment_over_several_counts_once_and_by_no_more_than_it_can_be() -> None:
    both = (invoice("1", Status.PARTIAL, 55000), invoice("2", Status.PARTIAL, 55000))
    hold = replace(HOLD, invoice_ids=("1", "2"))
    one = spread(50000, "1", "2")
    assert stands(one, one, hold=hold, invoices=both) is Verdict.KEPT
    half = replace(one, amount=25000)
    assert stands(half, half, hold=hold, invoices=both) is Verdict.BROKEN
    # Of $900.00 over this and an invoice that was not promised, only what this one has got can count.
    much = spread(90000, "1", "9")
    assert stands(much, invoices=(invoice("1", Status.PARTIAL, 30001),)) is Verdict.BROKEN
    assert stands(much, invoices=(invoice("1", Status.PARTIAL, 30000),)) is Verdict.KEPT
    assert stands(much, paid(1), invoices=(invoice("1", Status.PARTIAL, 30000),)) is Verdict.KEPT
    # Where the balance is unknown, nobody is accused.
    assert stands(much, invoices=(invoice("1", balance=None),)) is Verdict.KEPT


def test_what_old_payments_paid_is_no_room_for_a_new_one_that_is_spread() -> None:
    old = paid(30000, GIVEN, id="old")
    left = (invoice("1", Status.PARTIAL, 30000),)
    assert stands(old, spread(90000, "1", "9"), invoices=left, seen=("old",)) is Verdict.BROKEN


@pytest.mark.parametrize(
    ("status", "balance", "verdict"),
    [
        (Status.PAID, 0, Verdict.KEPT),
        (Status.PAID, None, Verdict.KEPT),
        (Status.OPEN, 0, Verdict.KEPT),
        (Status.VOID, 0, Verdict.WITHDRAWN),
        (Status.DRAFT, 80000, Verdict.WITHDRAWN),
        (Status.OPEN, None, Verdict.BROKEN),
    ],
)
@pytest.mark.parametrize("amount", [50000, None])
def test_what_is_settled_without_payments_is_kept_and_what_is_void_is_neither(
    status: Status, balance: int | None, verdict: Verdict, amount: int | None
) -> None:
    hold = replace(HOLD, amount=amount)
    assert stands(hold=hold, invoices=(invoice("1", status, balance),)) is verdict


def test_an_invoice_that_is_gone_withdraws_it() -> None:
    assert stands(invoices=(), today=GIVEN) is Verdict.WITHDRAWN


def test_one_of_two_invoices_that_is_void_leaves_the_promise_to_the_other() -> None:
    hold = replace(HOLD, invoice_ids=("1", "2"))
    void = invoice("2", Status.VOID, 0)
    assert stands(hold=hold, invoices=(invoice(), void), today=GIVEN) is Verdict.WAITS
    assert stands(hold=hold, invoices=(invoice("1", Status.PAID, 0), void), today=GIVEN) is Verdict.KEPT


def test_what_is_paid_after_its_time_was_broken() -> None:
    settled = (invoice("1", Status.PAID, 0),)
    assert stands(paid(80000, TUESDAY), invoices=settled) is Verdict.BROKEN
    assert stands(paid(10000, TUESDAY), invoices=settled) is Verdict.KEPT  # the rest was a credit
    # What is settled in time is kept, whatever date the payment was given.
    assert stands(paid(80000, TUESDAY), invoices=settled, today=FRIDAY) is Verdict.KEPT
    void = (invoice("1", Status.VOID, 0),)
    assert stands(paid(80000, TUESDAY), invoices=void) is Verdict.WITHDRAWN


@pytest.mark.parametrize(
    ("payments", "today", "verdict"),
    [
        ((), MONDAY, Verdict.WAITS),
        ((), TUESDAY, Verdict.BROKEN),
        ((paid(49999),), TUESDAY, Verdict.BROKEN),
        ((paid(50000),), TUESDAY, Verdict.WAITS),
        ((paid(50000), paid(29999, TUESDAY, "p2")), date(2026, 3, 30), Verdict.WAITS),
        ((paid(50000), paid(29999, TUESDAY, "p2")), date(2026, 3, 31), Verdict.BROKEN),
        # Early money counts for what comes later, and late money makes no earlier instalment whole.
        ((paid(80000),), TUESDAY, Verdict.KEPT),
        ((paid(40000), paid(30000, TUESDAY, "p2")), date(2026, 3, 18), Verdict.BROKEN),
    ],
)
def test_a_plan_is_judged_cumulatively(payments: tuple[Payment, ...], today: date, verdict: Verdict) -> None:
    assert stands(*payments, hold=PLAN, today=today) is verdict


def test_a_plan_holds_its_invoice_to_the_end_and_says_so() -> None:
    stop = hold_stop([PLAN], "1", date(2026, 3, 30), CALENDAR)
    assert stop is not None
    assert stop.sentence == "It is promised in 2 instalments, the last on Fri, Mar 27, 2026."
    assert hold_stop([PLAN], "1", date(2026, 3, 31), CALENDAR) is None


def test_a_broken_plan_names_the_instalment() -> None:
    promise = Promise(PLAN, "USD", GIVEN, frozenset(), (invoice(),), (paid(50000),))
    assert judge(promise, date(2026, 3, 31), CALENDAR, UTC).reason == (
        "Instalment 2 of 2: $800.00 in all was promised for Fri, Mar 27, 2026; "
        "$500.00 came by Mon, Mar 30, 2026."
    )


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("Mar 13 500", [(FRIDAY, 50000)]),
        ("2026-03-13: $1,234.50", [(FRIDAY, 123450)]),
        ("friday - 500 usd", [(FRIDAY, 50000)]),
        ("Mar 13 2026 1 500", [(FRIDAY, 150000)]),
        ("$500 on friday", [(FRIDAY, 50000)]),
        ("\nMar 16 300\n\n  today 500 \n", [(GIVEN, 50000), (MONDAY, 30000)]),
    ],
)
def test_a_plan_as_people_type_it(typed: str, understood: list[tuple[date, int]]) -> None:
    assert [(part.due, part.amount) for part in parse_plan(typed, GIVEN, "USD")] == understood


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("friday 500\nfoo", "Line 2: “foo” has no date and amount"),
        ("soonish 500", "Line 1: “soonish” is not a date"),
        ("friday lots", "Line 1: “lots” is not an amount"),
        ("3/4 500", "could be Mar 4 or Apr 3"),
        ("2026-03-09 500", "is past"),
        ("2027-03-11 500", "more than a year ahead"),
        ("friday 500\n2026-03-13 200", "Line 2: there is an instalment on Fri, Mar 13, 2026 already"),
        ("\n".join(f"in {days} days 5" for days in range(1, MOST_INSTALMENTS + 2)), "at most 24 fit"),
    ],
)
def test_what_is_no_plan_names_its_line(typed: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        parse_plan(typed, GIVEN, "USD")
    assert list(caught.value.fields) == ["instalments"]
