"""What was paid by the customer, and what was only written off."""

from datetime import date

import pytest
from domain_samples import invoice

from bot.domain.invoice import Payment, Status
from bot.domain.thanks import paid_by_customer

INVOICE = invoice(9, id="1", status=Status.PAID, balance=0)


def payment(amount: int, method: str = "Check", **changes: object) -> Payment:
    usual: dict[str, object] = {"reference": "77", "date": date(2026, 3, 2)}
    return Payment("p1", "1", amount, method, **{**usual, **changes})  # type: ignore[arg-type]  # test data


@pytest.mark.parametrize(
    ("payments", "thanked"),
    [
        ([], False),
        ([payment(50000)], True),
        ([payment(30000), payment(20000)], True),
        ([payment(30000)], False),
        ([payment(30000), payment(20000, successful=False)], False),
        ([payment(50000, successful=False)], False),
        ([payment(1, spread_over=("1", "2"))], True),
        ([payment(30000), payment(20000, "Write-off")], False),
        ([payment(50000, "Other", reference="written off")], False),
        ([payment(50000, "Other", notes="Bad debt, see Dana")], False),
        ([payment(50000), payment(1, "Write off", successful=False)], True),
    ],
)
def test_payments_must_cover_it_and_none_may_be_a_write_off(payments: list[Payment], thanked: bool) -> None:
    assert paid_by_customer(INVOICE, payments) is thanked
