"""Half-made installations, servers that answer rubbish or not at all, and what must not be said in between."""

import ssl
import time
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web

from bot.doctor import address, asking, clock, network
from bot.doctor.finding import State
from bot.domain.errors import SlackRefused, SyncroMissing, SyncroRefused, SyncroUnauthorized
from bot.store import inspection, migrations
from bot.store.open import open_store
from sandbox.slack.server import SlackSandbox

NEEDED = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SYNCRO_BASE_URL", "SYNCRO_API_KEY")


def said(found, check):
    (one,) = [each for each in found if each["check"] == check]
    return one


def wrong(found):
    return [one["check"] for one in found if one["state"] in ("warn", "fail")]


# ---- what is missing ----------------------------------------------------------------------------------------


async def test_with_nothing_at_all_every_missing_thing_is_named(benches):
    async with benches() as bench:
        bench.env = dict.fromkeys(bench.env)
        (bench.folder / "policy.yml").unlink()
        status, found = await bench.findings()
        assert status == 1
        assert wrong(found) == [
            "settings",
            *sorted(NEEDED, reverse=True)[:2],
            *NEEDED[:2],
            "policy",
            "audit key",
        ]
        assert "there is no .env in" in said(found, "settings")["says"]
        assert "docs/getting-started.md" in said(found, "settings")["cure"]
        assert bench.stage.slack.calls == []
        assert list(bench.stage.syncro.requests) == []


@pytest.mark.parametrize("missing", NEEDED)
async def test_what_one_setting_lacks_hides_nothing_else(benches, missing):
    async with benches() as bench:
        whole = {one["check"] for one in (await bench.findings())[1]}
        bench.env[missing] = None
        _, found = await bench.findings()
        assert wrong(found) == [missing]
        others = "Syncro key" if missing.startswith("SLACK") else "Slack"
        kept = {check for check in whole if check.startswith("read" if others == "Syncro key" else "Slack")}
        assert kept <= {one["check"] for one in found if one["state"] == "ok"}


async def test_a_person_in_a_terminal_sees_the_same(benches):
    async with benches() as bench:
        bench.env["SYNCRO_API_KEY"] = "canary-key"
        shown = await bench.run()
        assert shown.exit_code == 1
        assert "✗  Syncro " in shown.stdout
        assert "\n                        → Make a token in Syncro" in shown.stdout
        assert shown.stdout.splitlines()[-1].endswith("Mend first: Syncro.")


async def test_each_mistake_of_the_policy_is_a_finding_on_its_line(benches):
    async with benches() as bench:
        bench.policy("expires_hours: 24", "expires_hours: soon")
        bench.policy("min_amount: 25", "min_amuont: 25")
        _, found = await bench.findings()
        lines = [one["says"].partition(":")[0] for one in found if one["check"] == "policy"]
        assert lines == ["line 9", "line 12"]


# ---- who answers oddly, or not at all -----------------------------------------------------------------------

RUBBISH = {
    "a list": ("[1, 2]", "application/json"),
    "a number": ("12", "application/json"),
    "nothing": ("", "application/json"),
    "half an object": ('{"ok": true, "invoices": [', "application/json"),
    "yes and no more": ('{"ok": true}', "application/json"),
    "a web page": ("<html>canary</html>", "text/html"),
    "odd fields": (
        '{"ok": true, "team_id": [], "team": {"a": 1}, "user": 3, "bot_id": 7, "invoices": [[3], null, {"id": {}}],'
        ' "permissions": {"Invoices": "canary", "Payments": {"write": "canary"}}, "users": 5, "members": {},'
        ' "channel": [], "usergroups": [null], "customers": 1}',
        "application/json",
    ),
}


@asynccontextmanager
async def everything_answers(body: str, kind: str, status: int = 200):
    async def answer(_):
        return web.Response(text=body, content_type=kind, status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize("status", [200, 404, 500])
async def test_rubbish_is_told_as_such(benches, rubbish, status):
    async with benches() as bench, everything_answers(*RUBBISH[rubbish], status) as base:
        bench.env |= {"SLACK_API_URL": f"{base}/api/", "SYNCRO_BASE_URL": f"{base}/api/v1"}
        exit_status, found = await bench.findings()
        assert exit_status == 1
        assert {one["state"] for one in found if one["check"].startswith(("Slack", "Syncro"))} > {"fail"}
        assert all(one["cure"] for one in found if one["state"] in ("warn", "fail"))


async def test_whoever_hangs_is_told_and_holds_nobody_up(benches, monkeypatch):
    monkeypatch.setattr("bot.doctor.asking.DEADLINE", 1.0)
    monkeypatch.setattr("bot.doctor.slack.DEADLINE", 1.0)
    monkeypatch.setattr("bot.doctor.syncro.DEADLINE", 1.0)
    hangs = 60.0
    async with benches() as bench:
        bench.stage.slack.faults.add("*", "slow", times=99, seconds=hangs)
        bench.stage.syncro.faults.add("*", "slow", times=None, seconds=hangs)
        begun = time.monotonic()
        _, found = await bench.findings()
        assert time.monotonic() - begun < hangs / 4
        assert wrong(found) == ["Slack token", "Syncro"]
        assert "doesn't answer within" in said(found, "Slack token")["says"]
        assert "doesn't answer within" in said(found, "Syncro")["says"]


@pytest.mark.parametrize("method", ["users.info", "conversations.info", "bots.info"])
async def test_one_slow_answer_of_slack_costs_its_own_check_alone(benches, monkeypatch, method):
    monkeypatch.setattr("bot.doctor.asking.DEADLINE", 1.0)
    monkeypatch.setattr("bot.doctor.slack.DEADLINE", 1.0)
    async with benches() as bench:
        bench.stage.slack.faults.add(method, "slow", times=99, seconds=60)
        _, found = await bench.findings()
        checks = {"users.info": "people", "conversations.info": "channels"}
        slow = [checks[method]] if method in checks else []
        assert [check for check in wrong(found) if check != "second person"] == slow
        assert said(found, "read customers")["state"] == "ok"


async def test_a_limit_of_slack_is_no_misconfiguration(benches):
    async with benches() as bench:
        bench.stage.slack.faults.add("conversations.info", "429", times=9, seconds=30)
        status, found = await bench.findings()
        assert (status, wrong(found)) == (0, ["channels"])
        assert "asks for a pause" in said(found, "channels")["says"]


# ---- what must not be said ----------------------------------------------------------------------------------


async def test_a_server_that_repeats_the_secrets_teaches_nobody(benches):
    async with benches() as bench:
        told = ", ".join(str(bench.env[name]) for name in ("SLACK_BOT_TOKEN", "SYNCRO_API_KEY"))
        body = f'{{"ok": true, "team": "{told}", "team_id": "T1", "bot_id": "B1", "error": "{told}"}}'
        async with everything_answers(body, "application/json") as base:
            bench.env |= {"SLACK_API_URL": f"{base}/api/", "SYNCRO_BASE_URL": f"{base}/api/v1"}
            _, found = await bench.findings()
        assert "[hidden]" in said(found, "Slack token")["says"]


async def test_a_channel_shared_with_a_customer_is_not_called_by_its_name(benches):
    async with benches() as bench:
        customer = next(iter(bench.stage.syncro.company.customers.values())).business_name
        bench.stage.slack.workspace.channels["C0SHARED"].name = customer
        bench.policy("channel: C0BILLING", "channel: C0SHARED")
        status, found = await bench.findings()
        assert (status, wrong(found)) == (1, ["channel C0SHARED"])
        bench.policy("allow_shared: []", "allow_shared: [C0SHARED]")
        status, found = await bench.findings()
        assert (status, wrong(found)) == (0, [])
        assert "channels.allow_shared permits" in said(found, "channel C0SHARED")["says"]


async def test_a_customers_name_for_a_key_is_not_repeated(benches):
    async with benches() as bench:
        customer = next(iter(bench.stage.syncro.company.customers.values())).business_name
        bench.policy("owners: {default: U0CLERK}", f'owners: {{default: U0CLERK, "{customer}": U0GONE}}')
        _, found = await bench.findings()
        assert "U0GONE (Gale Winter) in people.owners is deactivated" in said(found, "people")["says"]
        bench.policy(
            "expires_hours: 24}", f'expires_hours: 24}}\ncustomers: {{"{customer}": {{laddder: none}}}}'
        )
        _, found = await bench.findings()
        assert 'unknown key "customers.….laddder"' in said(found, "policy")["says"]


# ---- single checks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("app", "state"), [("A0OTHER", "fail"), ("A0DUEBOT", "ok")])
async def test_both_tokens_must_be_of_one_app(benches, app, state):
    token = f"xapp-1-{app}-1-a"
    async with benches() as bench:
        both = SlackSandbox(
            bench.stage.clock if hasattr(bench.stage, "clock") else bench.stage.slack.clock, app_token=token
        )
        await both.start()
        try:
            bench.env |= {
                "SLACK_API_URL": both.api_url,
                "SLACK_BOT_TOKEN": both.bot_token,
                "SLACK_APP_TOKEN": token,
            }
            _, found = await bench.findings()
        finally:
            await both.stop()
        assert said(found, "Socket Mode")["state"] == state
        if state == "fail":
            assert (
                "belongs to the app A0OTHER, but SLACK_BOT_TOKEN to A0DUEBOT"
                in said(found, "Socket Mode")["says"]
            )
            assert "one and the same" in said(found, "Socket Mode")["cure"]


async def test_a_bot_that_runs_already_holds_its_own_port(benches):
    async with benches() as bench, everything_answers('{"ok": true}', "application/json") as base:
        bench.env["DUEBOT_PORT"] = base.rpartition(":")[2]
        status, found = await bench.findings()
        assert status == 0
        assert "where a bot is running" in said(found, "address")["says"]


async def test_an_older_database_is_said_to_be_changed(benches, monkeypatch):
    async with benches() as bench:
        with monkeypatch.context() as older:
            older.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:-2])
            await (await open_store(f"sqlite:///{bench.folder}/duebot.db")).close()
        status, found = await bench.findings()
        assert status == 0
        assert "2 changes of its tables will be made at the next start" in said(found, "database")["says"]


async def test_a_full_disk_is_noticed(benches, monkeypatch):
    class Usage:
        free = 20 * 1024 * 1024

    monkeypatch.setattr(inspection.shutil, "disk_usage", lambda _: Usage)
    async with benches() as bench:
        status, found = await bench.findings()
        assert (status, wrong(found)) == (0, ["disk"])
        assert "20 MB are free" in said(found, "disk")["says"]
        assert "Free some space" in said(found, "disk")["cure"]


async def test_foreign_addresses_need_two_people_whatever_the_policy_asks(benches):
    async with benches() as bench:
        bench.policy("admins: [U0ADMIN], approvers: [U0BOSS, S0FINANCE]", "admins: [], approvers: [U0BOSS]")
        bench.policy(
            "{void: true, payment: {above: 5000}, send: {above: 10000}, backdated_days: 30, ",
            "{void: false, ",
        )
        status, found = await bench.findings()
        assert (status, wrong(found)) == (0, ["second person"])
        told = said(found, "second person")["says"]
        assert told.endswith("asks for nobody else can approve: sending invoices to foreign addresses")


async def test_a_deputy_of_another_approver_is_a_second_person(benches):
    async with benches() as bench:
        bench.policy("admins: [U0ADMIN], approvers: [U0BOSS, S0FINANCE]", "admins: [], approvers: [U0BOSS]")
        bench.policy("expires_hours: 24", "expires_hours: 24, delegates: {U0BOSS: U0CFO}")
        status, found = await bench.findings()
        assert (status, wrong(found)) == (0, ["second person"]), "nobody decides in the requester's own right"
        bench.policy("approvers: [U0BOSS]", "approvers: [U0BOSS, U0DANA]")
        assert wrong((await bench.findings())[1]) == []


async def test_members_of_a_group_count_only_while_they_are_members(benches):
    async with benches() as bench:
        bench.policy(
            "admins: [U0ADMIN], approvers: [U0BOSS, S0FINANCE]", "admins: [], approvers: [S0FINANCE]"
        )
        bench.stage.slack.workspace.users["U0CFO"].deleted = True
        _, found = await bench.findings()
        assert wrong(found) == ["second person"]


CLOCKS = [
    (None, None, State.SKIPPED, "neither"),
    (0, None, State.OK, "agrees with Slack's"),
    (None, -20, State.OK, "agrees with Syncro's"),
    (29, 29, State.OK, "Slack's and Syncro's"),
    (31, 0, State.WARN, "31 seconds ahead of"),
    (-31, 0, State.WARN, "31 seconds behind"),
    (301, 0, State.FAIL, "5 minutes ahead of"),
    (None, -301, State.FAIL, "Syncro's is 5 minutes behind"),
    (0, 400, State.WARN, "Syncro's answers are dated 7 minutes ahead of"),
]


@pytest.mark.parametrize(("slack", "syncro", "state", "says"), CLOCKS)
def test_clocks(slack, syncro, state, says):
    skews = [None if one is None else timedelta(seconds=one) for one in (slack, syncro)]
    found = clock.look_at_clock(*skews)
    assert (found.state, says in found.says) == (state, True)


ERRORS = [
    (SlackRefused("canary", "missing_scope"), State.SKIPPED, "lacks a scope"),
    (SlackRefused("canary", "team_access_not_granted"), State.FAIL, "team_access_not_granted"),
    (SlackRefused("canary", "Canary 42"), State.FAIL, "an unknown error"),
    (SyncroUnauthorized("canary", "Users – List"), State.FAIL, "refuses"),
    (SyncroMissing("canary"), State.FAIL, "has no such page"),
    (SyncroRefused("canary", 422), State.FAIL, "refuses it (422)"),
]


@pytest.mark.parametrize(("error", "state", "says"), ERRORS, ids=lambda one: type(one).__name__)
def test_what_the_other_side_says_is_never_repeated(error, state, says):
    found = asking.trouble("Syncro", "some check", error)
    assert (found.state, says in found.says) == (state, True)
    assert "canary" not in f"{found.says}{found.cure}".lower()


# ---- addresses that can't be reached ------------------------------------------------------------------------


def failing(error):
    async def fails(*_, **__):
        raise error

    return fails


def untrusted():
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "it has expired"
    return error


DIALS = [
    (untrusted(), "is not trusted (it has expired)", "this machine's clock"),
    (ssl.SSLError(1, "wrong version"), "doesn't speak TLS", "host and port in SYNCRO_BASE_URL"),
    (ConnectionRefusedError(111, "refused"), "nothing listens on", "host and port"),
    (TimeoutError(), "doesn't answer", "firewall"),
    (OSError(101, "Network is unreachable"), "can't be reached", "network"),
]


@pytest.mark.parametrize(("error", "says", "cure"), DIALS, ids=lambda one: type(one).__name__)
async def test_why_an_address_is_not_reached(monkeypatch, error, says, cure):
    monkeypatch.setattr(network.asyncio, "open_connection", failing(error))
    told = await network.why_unreachable("https://127.0.0.1/api/v1", "SYNCRO_BASE_URL")
    assert says in told[0]
    assert cure in told[1]


async def test_a_name_server_that_hangs(monkeypatch):
    async def never(*_, **__):
        await network.asyncio.sleep(60)

    monkeypatch.setattr(network, "_SECONDS", 0.05)
    monkeypatch.setattr(network.asyncio.get_running_loop(), "getaddrinfo", never)
    told = await network.why_unreachable("https://northwind.invalid/api/v1", "SYNCRO_BASE_URL")
    assert "the name server doesn't say" in told[0]


async def test_a_name_that_nobody_has():
    told = await network.why_unreachable("https://no-such-account.invalid/api/v1", "SYNCRO_BASE_URL")
    assert "no-such-account.invalid" in told[0]
    assert "name server" in told[1]


async def test_who_can_be_dialled_but_not_asked():
    async with everything_answers("", "text/plain") as base:
        told = await network.why_unreachable(base, "SYNCRO_BASE_URL")
    assert "HTTPS_PROXY" in told[1]


async def test_a_port_below_1024_needs_rights(monkeypatch):
    def refuses(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(address, "_take", refuses)
    settings = type("S", (), {"host": "127.0.0.1", "port": 80, "socket_mode": True, "listens_locally": True})
    found = await address.look_at_address(settings)
    assert "this user may not listen on 127.0.0.1:80" in found.says
    assert "DUEBOT_PORT" in found.cure
