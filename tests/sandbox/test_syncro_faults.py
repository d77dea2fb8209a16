"""Failures on order, the request log, the limit, and the control calls of other processes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from sandbox.company import SHOWPIECE, sample_company
from sandbox.syncro import SyncroSandbox

KEY = "sandbox-key"
PAY = "POST /invoices/{id}/payments"
LOST = (httpx.ReadError, httpx.RemoteProtocolError)


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 23, 14, tzinfo=UTC)


@pytest.fixture
async def syncro() -> AsyncIterator[SyncroSandbox]:
    sandbox = SyncroSandbox(sample_company(FixedClock()), FixedClock(), api_key=KEY)
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
def pay(syncro, http):
    async def send(**options):
        return await http.post(f"/invoices/{invoice_id(syncro)}/payments", json={"amount": 1.25}, **options)

    return send


def invoice_id(syncro) -> int:
    return syncro.company.invoice_by_number(SHOWPIECE).id


def booked(syncro) -> int:
    return len(syncro.company.payments_of(invoice_id(syncro)))


async def until_booked(syncro) -> None:
    async with asyncio.timeout(5):
        while booked(syncro) == 0:  # noqa: ASYNC110 - the books tell nobody when they change
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("status", [401, 404, 422, 429, 500, 502, 504])
async def test_a_status_changes_nothing_and_strikes_once(syncro, pay, status):
    fault = syncro.faults.add(PAY, "status", status=status)
    response = await pay()
    assert (response.status_code, booked(syncro), fault.hits) == (status, 0, 1)
    assert response.headers["Content-Type"].startswith("text/html" if status >= 500 else "application/json")
    assert (await pay()).is_success
    assert booked(syncro) == 1


async def test_429_tells_when_to_come_back_only_if_asked(syncro, pay):
    syncro.faults.add(PAY, "status", status=429, retry_after="7")
    syncro.faults.add(PAY, "status", status=429)
    assert (await pay()).headers["Retry-After"] == "7"
    assert "Retry-After" not in (await pay()).headers


async def test_a_message_can_be_told(syncro, http):
    text = "Not authorized. Please ask account admin"
    syncro.faults.add("GET /invoices", "status", status=401, message=text)
    assert (await http.get("/invoices")).json() == {"error": text}


async def test_only_the_named_call_is_struck_and_as_often_as_ordered(syncro, http, pay):
    syncro.faults.add(PAY, "status", status=500, times=2, skip=1)
    assert (await http.get("/invoices")).is_success
    assert [(await pay()).status_code for _ in range(4)] == [201, 500, 500, 201]
    assert syncro.faults.counts == {"status": 2}


async def test_a_star_strikes_everything_until_cleared(syncro, http):
    syncro.faults.add("*", "status", status=504, times=None)
    assert [(await http.get(path)).status_code for path in ("/me", "/invoices", "/users")] == [504, 504, 504]
    syncro.faults.clear()
    assert (await http.get("/me")).is_success


@pytest.mark.parametrize(("kind", "payments"), [("cut_before_commit", 0), ("cut_after_commit", 1)])
async def test_a_cut_connection_hides_whether_it_was_booked(syncro, pay, kind, payments):
    syncro.faults.add(PAY, kind)
    with pytest.raises(LOST):
        await pay()
    assert booked(syncro) == payments
    assert syncro.calls(PAY)[0].status == 499


@pytest.mark.parametrize(("kind", "payments"), [("garbage", 0), ("garbage_after_commit", 1)])
async def test_garbage_is_200_and_no_json(syncro, pay, kind, payments):
    syncro.faults.add(PAY, kind)
    response = await pay()
    assert response.status_code == 200
    assert response.text.startswith("<!doctype html>")
    assert booked(syncro) == payments


async def test_a_status_after_the_commit(syncro, pay):
    syncro.faults.add(PAY, "status_after_commit", status=504)
    assert ((await pay()).status_code, booked(syncro)) == (504, 1)


async def test_a_timeout_after_the_commit(syncro, pay):
    syncro.faults.add(PAY, "timeout_after_commit")
    with pytest.raises(httpx.ReadTimeout):
        await pay(timeout=0.1)
    assert booked(syncro) == 1


async def test_a_late_commit_lands_when_told(syncro, pay):
    syncro.faults.add(PAY, "late_commit")
    with pytest.raises(LOST):
        await pay()
    assert (booked(syncro), syncro.faults.pending_late) == (0, 1)
    await syncro.faults.land_late()
    assert (booked(syncro), syncro.faults.pending_late) == (1, 0)


async def test_a_late_commit_lands_by_itself(syncro, pay):
    syncro.faults.add(PAY, "late_commit", seconds=0.05)
    with pytest.raises(LOST):
        await pay()
    await until_booked(syncro)


async def test_a_late_commit_keeps_the_books_rules(syncro, pay):
    syncro.faults.add(PAY, "late_commit")
    with pytest.raises(LOST):
        await pay()
    syncro.company.void(invoice_id(syncro))
    await syncro.faults.land_late()
    assert booked(syncro) == 0


async def test_slow_answers_in_the_end_and_others_do_not_wait(syncro, http, pay):
    syncro.faults.add(PAY, "slow", seconds=0.2)
    slow = asyncio.create_task(pay())
    assert (await http.get("/me")).is_success
    assert not slow.done()
    assert (await slow).is_success


async def test_stopping_lets_a_hanging_call_go_and_drops_late_commits(syncro, pay):
    syncro.faults.add(PAY, "late_commit")
    with pytest.raises(LOST):
        await pay()
    syncro.faults.add(PAY, "timeout_after_commit")
    hanging = asyncio.create_task(pay(timeout=30))
    await until_booked(syncro)
    await syncro.stop()
    with pytest.raises(LOST):
        await hanging
    assert (booked(syncro), syncro.faults.pending_late) == (1, 0)


async def test_an_unknown_kind_is_refused(syncro):
    with pytest.raises(ValueError, match="no kind of fault"):
        syncro.faults.add(PAY, "explode")


async def test_the_log_holds_exact_bodies_and_no_keys(syncro, pay):
    await pay()
    (seen,) = syncro.calls(PAY)
    assert seen.path == f"/api/v1/invoices/{invoice_id(syncro)}/payments"
    assert seen.body == {"amount": Decimal("1.25")}
    assert (seen.status, seen.at) == (201, FixedClock().now())
    assert KEY not in repr(seen)


async def test_the_limit_slides_and_says_when_to_come_back(syncro, http):
    time = 1000.0
    syncro.limits.timer = lambda: time
    syncro.limits.enforce = True
    for _ in range(180):
        assert (await http.get("/users")).is_success
    time = 1045.5
    refused = await http.get("/users")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "15")
    assert refused.json() == {"error": "Rate limit exceeded"}
    time = 1060.5
    assert (await http.get("/users")).is_success


async def test_the_limit_is_off_unless_asked_for(syncro, http):
    syncro.limits.per_minute = 1
    assert [(await http.get("/users")).status_code for _ in range(3)] == [200] * 3


async def test_another_process_orders_faults_and_sees_what_arrived(syncro, pay):
    root = syncro.base.removesuffix("/api/v1")
    async with httpx.AsyncClient(base_url=root) as other:
        order = {"match": PAY, "kind": "status", "status": 502, "times": 1}
        assert (await other.post("/sandbox/faults", json=order)).status_code == 201
        late = {"match": PAY, "kind": "late_commit"}
        assert (await other.post("/sandbox/faults", json=late)).status_code == 201
        assert (await pay()).status_code == 502
        with pytest.raises(LOST):
            await pay()
        shown = (await other.get("/sandbox/faults")).json()
        assert (shown["counts"], shown["pending_late"]) == ({"status": 1, "late_commit": 1}, 1)
        assert (await other.post("/sandbox/late", json={})).json() == {"pending_late": 0}
        where = {"invoice_id": invoice_id(syncro)}
        (payment,) = (await other.get("/sandbox/payments", params=where)).json()["payments"]
        assert payment["amount"] == 1.25
        requests = (await other.get("/sandbox/requests")).json()["requests"]
        assert [(seen["call"], seen["body"]) for seen in requests] == [(PAY, {"amount": 1.25})] * 2
        syncro.company.email(invoice_id(syncro), to=["a@x.example"])
        assert (await other.get("/sandbox/emails")).json()["emails"][0]["to"] == ["a@x.example"]
        assert (await other.get("/sandbox/clock")).json()["today"] == "2026-11-23"
        await other.delete("/sandbox/faults")
        assert (await other.get("/sandbox/faults")).json()["faults"] == []


@pytest.mark.parametrize(
    "body", [{}, {"match": PAY, "kind": "explode"}, {"match": PAY, "kind": "slow", "x": 1}]
)
async def test_a_bad_order_is_refused(syncro, body):
    async with httpx.AsyncClient(base_url=syncro.base.removesuffix("/api/v1")) as other:
        assert (await other.post("/sandbox/faults", json=body)).status_code in (400, 422)
    assert syncro.faults.orders == []
