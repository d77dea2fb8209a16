"""What an account allows and tells about itself, in both shapes, and how another process changes it."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from sandbox.clock import Clock
from sandbox.company import sample_company
from sandbox.demo import Stage
from sandbox.syncro import Oddities, SyncroSandbox
from sandbox.syncro.permissions import NAMES

UNAUTHORIZED = {"error": "Unauthorized"}


@pytest.fixture
async def control(account):
    async with httpx.AsyncClient(base_url=account.base.removesuffix("/api/v1")) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("Invoices - List/Search", "GET", "/invoices"),
        ("Invoices - View Details", "GET", "/invoices/1042"),
        ("Invoices - Create", "POST", "/invoices"),
        ("Invoices - Edit", "PUT", "/invoices/1042"),
        ("Invoices - Edit", "POST", "/invoices/1042/line_items"),
        ("Invoices - View Details", "POST", "/invoices/1042/email"),
        ("Invoices - Delete", "DELETE", "/invoices/1042"),
        ("Payments - View List", "GET", "/payments"),
        ("Payments - Create", "POST", "/payments"),
        ("Customers - List/Search", "GET", "/customers"),
        ("Customers - View Detail", "GET", "/customers/302"),
        ("Tickets - List/Search", "GET", "/tickets"),
        ("Tickets - View Details", "GET", "/tickets/401"),
        ("Products - List/Search", "GET", "/products"),
        ("Recurring Invoices - List", "GET", "/schedules"),
    ],
)
async def test_a_missing_permission_is_401_in_other_words_than_a_bad_key(account, api, name, method, path):
    account.permissions.take(name)
    response = await api.request(method, path)
    assert response.status_code == 401
    assert response.json()["error"].startswith("Not authorized. Please ask account admin")
    assert name not in response.text
    bad = await api.request(method, path, headers={"Authorization": "Bearer other"})
    assert (bad.status_code, bad.json()) == (401, UNAUTHORIZED)
    account.permissions.give(name)
    assert (await api.request(method, path)).status_code != 401


async def test_me_shows_no_more_than_read_write_and_delete(account, api):
    before = (await api.get("/me")).json()["permissions"]
    assert before["Invoices"] == {"read": True, "write": True, "delete": True}
    assert before["Payments"] == {"read": True, "write": True, "delete": False}
    account.permissions.take("Payments – Create")
    account.permissions.take("Invoices - View Details")
    after = (await api.get("/me")).json()["permissions"]
    assert after["Payments"] == {"read": True, "write": False, "delete": False}
    assert after["Invoices"] == {"read": False, "write": True, "delete": True}
    with pytest.raises(ValueError, match="no permission"):
        account.permissions.take("Invoices - Void")


async def test_the_guides_calls_ask_for_the_same_permissions():
    clock = Clock()
    sandbox = SyncroSandbox(sample_company(clock, size=30), clock, api_key="k")
    base = await sandbox.start()
    sandbox.permissions.take("Payments - Create")
    async with httpx.AsyncClient(base_url=base, headers={"Authorization": "Bearer k"}) as guide:
        refused = await guide.post("/invoices/1042/payments", json={"amount": 1})
        assert "Not authorized" in refused.json()["error"]
        assert (await guide.get("/invoices")).is_success
    await sandbox.stop()


async def test_settings_say_nothing_about_reminders_or_fees(api):
    said = (await api.get("/settings")).text.lower()
    assert "time_zone" in said
    assert "remind" not in said
    assert "fee" not in said


async def test_recurring_invoices_are_listed(api):
    rows = (await api.get("/schedules")).json()["schedules"]
    assert [row["paused"] for row in rows] == [False, False, True]
    assert set(rows[0]) == {
        *("id", "customer_id", "name", "frequency", "next_run", "subtotal", "paused", "email_customer"),
        "lines",
    }
    assert rows[0]["subtotal"] == 705
    mine = (await api.get("/schedules", params={"customer_id": rows[1]["customer_id"]})).json()
    assert [row["id"] for row in mine["schedules"]] == [rows[1]["id"]]


async def test_customers_are_sorted_on_request(api):
    async def names(**query) -> list[str]:
        rows = (await api.get("/customers", params=query)).json()["customers"]
        return [row["business_name"].casefold() for row in rows]

    assert await names() == sorted(await names())
    assert await names(sort="business_name DESC") == sorted(await names(), reverse=True)
    rows = (await api.get("/customers", params={"sort": "email ASC"})).json()["customers"]
    emails = [row["email"] or "" for row in rows]
    assert emails == sorted(emails)


@pytest.mark.parametrize("skew", [timedelta(), timedelta(minutes=-10), timedelta(hours=3)])
async def test_the_date_header_tells_the_stand_ins_own_time_and_its_skew(account, api, skew):
    account.date_skew = skew
    told = parsedate_to_datetime((await api.get("/me")).headers["Date"])
    assert told == account.clock.now().replace(microsecond=0) + skew


async def test_another_process_sets_oddities(account, control):
    assert (await control.get("/sandbox/oddities")).json()["unwrapped_every"] == 0
    changed = await control.post("/sandbox/oddities", json={"lines_taken": 1, "deletes_work": False})
    assert (changed.json()["lines_taken"], changed.json()["deletes_work"]) == (1, False)
    assert account.oddities.lines_taken == 1
    assert (await control.post("/sandbox/oddities", json={"lines_taken": None})).is_success
    assert account.oddities.lines_taken is None


@pytest.mark.parametrize(
    "body", [{"unwrapped": 1}, {"deletes_work": 1}, {"unwrapped_every": True}, {"unwrapped_every": None}]
)
async def test_an_unknown_oddity_changes_nothing(account, control, body):
    before = Oddities(unwrapped_every=0, no_balance_every=0, numeric_amount_every=0)
    response = await control.post("/sandbox/oddities", json={"lines_taken": 1, **body})
    assert response.status_code == 400
    assert account.oddities == before


async def test_another_process_takes_permissions_and_gives_them_back(control, api):
    taken = await control.post("/sandbox/permissions", json={"take": ["Invoices - List/Search"]})
    assert taken.json() == {"taken": ["Invoices - List/Search"]}
    assert (await api.get("/invoices")).status_code == 401
    await control.post("/sandbox/permissions", json={"give": list(NAMES)})
    assert (await control.get("/sandbox/permissions")).json() == {"taken": []}
    assert (await api.get("/invoices")).is_success
    assert (await control.post("/sandbox/permissions", json={"take": ["x"]})).status_code == 400


async def test_another_process_works_in_syncros_screens(account, control, showpiece):
    payment = account.company.pay(showpiece.id, "806.25")
    credit = account.company.take_payment(302, 700, {})
    shown = (await control.get("/sandbox/payments")).json()["payments"]
    assert [row["invoice_id"] for row in shown if row["id"] in (payment.id, credit.id)] == [
        showpiece.id,
        None,
    ]
    assert (await control.post(f"/sandbox/payments/{payment.id}/fail", json={})).is_success
    assert account.company.balance(showpiece) == 80625
    assert (await control.delete(f"/sandbox/invoices/{showpiece.id}")).is_success
    assert showpiece.id not in account.company.invoices
    assert (await control.delete(f"/sandbox/invoices/{showpiece.id}")).status_code == 404
    assert (await control.post("/sandbox/payments/1/fail", json={})).status_code == 404


@pytest.mark.parametrize("shape", ["guide", "openapi"])
async def test_the_stage_tells_which_shape_it_speaks(shape):
    clock = Clock()
    async with Stage(clock, sample_company(clock, size=30), shape=shape) as stage:
        settings = stage.settings()
        headers = {"Authorization": f"Bearer {settings['SYNCRO_API_KEY']}"}
        async with httpx.AsyncClient(base_url=settings["SYNCRO_BASE_URL"], headers=headers) as client:
            row = (await client.get("/invoices")).json()["invoices"][0]
    assert settings["SYNCRO_API_SHAPE"] == shape
    assert ("is_paid" in row) is (shape == "openapi")
