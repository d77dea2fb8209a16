"""What a digest compares with the last one."""

from datetime import date

from bot.domain.digest import Digest, Figures, HoldNews, Jump, PromiseLine, bucket_changes, jumped
from bot.domain.facts import AgingTotals, BucketTotal, Debtor

DAY = date(2026, 3, 4)


def debtor(id: str, overdue: int, currency: str = "USD") -> Debtor:
    return Debtor(id, f"Example {id}", currency, overdue, overdue, 1, 9)


def totals(currency: str, *amounts: int) -> AgingTotals:
    return AgingTotals(currency, tuple(BucketTotal(str(at), 1, amount) for at, amount in enumerate(amounts)))


def told(**changes: object) -> Digest:
    usual: dict[str, object] = {
        "business": "Northwind IT",
        "today": DAY,
        "totals": (totals("USD", 500, 70), totals("CAD", 3)),
        "newly_overdue": (),
        "debtors": (debtor("7", 70),),
        "payments": (),
        "changes": None,
        "as_of": None,
        "book": {"USD": 90},
        "holds": HoldNews(broken=(PromiseLine("h1", "1", "Example", (), None, "USD", DAY),)),
    }
    return Digest(**{**usual, **changes})  # type: ignore[arg-type]  # test data, checked where it is used


def test_figures_come_back_as_they_were_kept() -> None:
    figures = Figures.of(told())
    assert figures == Figures(
        DAY,
        {"USD": 70, "CAD": 0},
        (),
        {"USD": (500, 70), "CAD": (3,)},
        {"USD": {"7": 70}, "CAD": {}},
        {"USD": 90},
        ("h1",),
    )
    assert Figures.from_json(figures.to_json()) == figures


def test_figures_of_an_earlier_version_are_understood() -> None:
    old = Figures.from_json({"on": "2026-03-03", "overdue": {"USD": 5}, "payments": ["p1"]})
    assert old == Figures(date(2026, 3, 3), {"USD": 5}, ("p1",))
    assert jumped([debtor("7", 900)], old) == ()
    assert bucket_changes([totals("USD", 1)], old.buckets) == {}


def test_what_was_listed_on_the_same_day_stays_listed() -> None:
    assert Figures.of(told(holds=HoldNews()), Figures(DAY, broken=("h0",))).broken == ("h0",)
    assert Figures.of(told(), Figures(date(2026, 3, 3), broken=("h0",))).broken == ("h1",)


def test_buckets_change_by_currency() -> None:
    now = (totals("USD", 500, 70), totals("CAD", 3))
    assert bucket_changes(now, {"USD": (600, 20), "EUR": (1, 1)}) == {"USD": (-100, 50)}


def test_a_jump_is_a_quarter_more_and_a_hundredth_of_all() -> None:
    before = Figures(DAY, debtors={"USD": {"1": 4000, "2": 4000, "3": 2000}, "CAD": {}})
    found = jumped(
        [
            debtor("1", 5000),
            debtor("2", 4999),
            debtor("3", 1999),
            debtor("4", 100),
            debtor("5", 99),
            debtor("6", 7, "CAD"),
            debtor("7", 999, "EUR"),
        ],
        before,
    )
    assert found == (
        Jump("6", "Example 6", "CAD", 0, 7),
        Jump("1", "Example 1", "USD", 4000, 5000),
        Jump("4", "Example 4", "USD", 0, 100),
    )
    assert jumped([debtor("3", 2000)], before) == ()
