"""The published API's invoice calls over real HTTP, with the oddities of real accounts."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from sandbox.company import SHOWPIECE, sample_company
from sandbox.syncro import SyncroSandbox

KEY = "sandbox-key"


class MovingClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 14, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture
async def syncro() -> AsyncIterator[SyncroSandbox]:
    clock = MovingClock()
    sandbox = SyncroSandbox(sample_company(clock), clock, api_key=KEY, shape="openapi")
    sandbox.oddities.unwrapped_every = sandbox.oddities.no_balance_every = 0
    sandbox.oddities.numeric_amount_every = 0
    sandbox.base = await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def http(syncro) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {KEY}"}
    # Without TLS there is nothing to verify, and not loading certificates keeps the tests fast.
    async with httpx.AsyncClient(base_url=syncro.base, headers=headers, verify=False) as client:
        yield client


@pytest.fixture
def invoice(syncro):
    return syncro.company.invoice_by_number(SHOWPIECE)


async def test_the_thin_path(syncro, http, invoice):
    first = (await http.get("/invoices", params={"unpaid": "true"})).json()
    assert len(first["invoices"]) == 25
    shown = (await http.get(f"/invoices/{SHOWPIECE}")).json()["invoice"]
    assert (shown["id"], shown["total"], shown["balance_due"]) == (invoice.id, "806.25", "806.25")
    body = {"customer_id": 302, "number": "1621", "date": "2026-11-23", "note": "Hello"}
    made = (await http.post("/invoices", json=body)).json()["invoice"]
    line = {"item": "Work", "name": "Work on site", "quantity": "2", "price": "10.50", "taxable": False}
    added = await http.post(f"/invoices/{made['id']}/line_items", json=line)
    assert added.json()["line_item"]["price"] == "10.5"
    money = {"customer_id": 302, "invoice_id": made["id"], "amount_cents": 2000, "payment_method": "Check"}
    payment = (await http.post("/payments", json=money)).json()["payment"]
    assert (payment["payment_amount"], payment["invoice_ids"]) == ("20.0", [made["id"]])
    sent = await http.post(f"/invoices/{made['id']}/email")
    assert (sent.status_code, sent.content) == (200, b"")
    assert (await http.get("/invoices/1621")).json()["invoice"]["balance_due"] == "1.0"
