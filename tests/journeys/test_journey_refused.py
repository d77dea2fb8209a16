"""Forged, replayed, stale, cross-workspace, unknown and tampered requests: refused, counted once, nothing written."""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from typing import Any

import httpx
import pytest
from journey_requests import Stranger
from journey_world import World, one_shape
from structlog.testing import capture_logs

from bot.store.lane import StoreError
from bot.use_cases.vitals import Vitals
from bot.views import ids
from sandbox.slack.shown import shown_text

pytestmark = one_shape


@pytest.fixture
def stranger(world: World) -> Stranger:
    return Stranger(world)


@asynccontextmanager
async def only(world: World, stranger: Stranger, reason: str, times: int = 1) -> AsyncIterator[None]:
    """What happens inside is refused for this one reason, and leaves every ledger as it was."""
    counted, kept = await stranger.refused(), await stranger.ledgers()
    yield
    await world.idle()
    assert await stranger.refused() == {**counted, reason: counted[reason] + times}
    assert await stranger.ledgers() == kept


async def a_payment(world: World, stranger: Stranger) -> dict[str, Any]:
    """The payload that would record a payment of $10, which Slack has not sent yet."""
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice pay 1042 10 check")
    form = await clerk.modal("Balance")
    opened = world.stage.slack.modals.opened(form["id"])
    clicked = stranger.last("slash_commands")
    return {
        "type": "view_submission",
        "team": {"id": clicked["team_id"]},
        "user": {"id": clerk.id, "name": "clerk", "team_id": clicked["team_id"]},
        "view": opened.with_state(),
    }


async def test_the_payment_would_be_recorded_if_nothing_were_wrong(world: World, stranger: Stranger) -> None:
    payload = await a_payment(world, stranger)
    assert (await stranger.send(payload)).status_code == 200
    await world.idle()
    assert world.payments()[-1].amount == 1000
    assert set((await stranger.refused()).values()) == {0}


FORGED: dict[str, Callable[[Stranger, bytes], dict[str, str]]] = {
    "no signature": lambda _who, _body: {"X-Slack-Request-Timestamp": str(int(time.time()))},
    "no headers at all": lambda _who, _body: {},
    "another secret": lambda who, body: who.sign(body, "another"),
    "of another body": lambda who, body: who.sign(body + b"&"),
    "no such form": lambda who, body: {**who.sign(body), "X-Slack-Signature": "v0=zz"},
    "of another time": lambda who, body: {
        **who.sign(body),
        "X-Slack-Request-Timestamp": str(int(time.time()) + 7),
    },
}


async def test_forged(world: World, stranger: Stranger) -> None:
    body = stranger.encoded(await a_payment(world, stranger))
    for how, headers in FORGED.items():
        async with only(world, stranger, "forged"):
            answer = await stranger.post(body, headers(stranger, body))
            assert (answer.status_code, answer.text) == (401, ""), how


async def test_stale(world: World, stranger: Stranger) -> None:
    body = stranger.encoded(await a_payment(world, stranger))
    for later in (-302, 302):
        async with only(world, stranger, "stale"):
            assert (await stranger.post(body, stranger.sign(body, later=later))).status_code == 401


async def test_replayed(world: World, stranger: Stranger) -> None:
    body = stranger.encoded(await a_payment(world, stranger))
    headers = stranger.sign(body)
    assert (await stranger.post(body, headers)).status_code == 200
    await stranger.settled()
    before = len(world.payments())
    async with only(world, stranger, "replayed", 3):
        for _ in range(3):
            assert (await stranger.post(body, headers)).status_code == 409
    assert len(world.payments()) == before


async def test_slacks_own_repeat_is_no_replay_and_pays_once(world: World, stranger: Stranger) -> None:
    body = stranger.encoded(await a_payment(world, stranger))
    before = len(world.payments())
    for later in range(3):
        assert (await stranger.post(body, stranger.sign(body, later=later))).status_code == 200
        await world.idle()
    assert len(world.payments()) == before + 1
    assert set((await stranger.refused()).values()) == {0}


async def test_too_large_and_unreadable(world: World, stranger: Stranger) -> None:
    async with only(world, stranger, "too_large"):
        assert (await stranger.post(b"x" * (1024 * 1024 + 1))).status_code == 413
    async with only(world, stranger, "unreadable"):
        assert (await stranger.post(b"payload=%7Bnonsense")).status_code == 400


def foreign(payload: dict[str, Any]) -> dict[str, Any]:
    if "command" in payload:
        return {**payload, "team_id": "T0ELSE"}
    return {**payload, "team": {"id": "T0ELSE"}, "user": {**payload["user"], "team_id": "T0ELSE"}}


async def test_cross_workspace(world: World, stranger: Stranger) -> None:
    payment = await a_payment(world, stranger)
    command = stranger.last("slash_commands")
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("Share here")
    await clerk.click(card, "Share here")
    await clerk.sees("INV-2024-1042", after=card["ts"])
    await world.idle()
    click = stranger.last("block_actions")
    async with only(world, stranger, "cross_workspace"):
        answer = await stranger.send(foreign(payment))
        assert "only answers people of its own workspace" in answer.text
    for payload in (command, click):
        async with only(world, stranger, "cross_workspace"):
            assert (await stranger.send(foreign(payload))).status_code == 200
        await clerk.sees("Duebot only answers people of its own workspace")
    suggest = {**foreign(click), "type": "block_suggestion", "action_id": ids.IN_CUSTOMER, "value": "acme"}
    async with only(world, stranger, "cross_workspace"):
        assert (await stranger.send(suggest)).json() == {"options": []}
    event = {
        "type": "event_callback",
        "team_id": "T0ELSE",
        "event": {"type": "app_home_opened", "user": clerk.id},
    }
    async with only(world, stranger, "cross_workspace"):
        assert (await _event(stranger, event)).status_code == 200


async def _event(stranger: Stranger, event: dict[str, Any]) -> httpx.Response:
    body = json.dumps(event).encode()
    return await stranger.post(body, {**stranger.sign(body), "Content-Type": "application/json"})


async def test_unknown(world: World, stranger: Stranger) -> None:
    payment = await a_payment(world, stranger)
    command = stranger.last("slash_commands")
    person = {"team": payment["team"], "user": payment["user"], "response_url": command["response_url"]}
    click = {
        "type": "block_actions",
        **person,
        "actions": [{"type": "button", "action_id": "pay.all.v9", "value": "1"}],
    }
    unknown = [
        {**command, "command": "/payroll"},
        click,
        {**payment, "view": {**payment["view"], "callback_id": "pay.form.v0"}},
        {"type": "shortcut", **person, "callback_id": "shortcut.gone.v1"},
        {"type": "block_suggestion", **person, "action_id": "in.gone.v1", "block_id": "b", "value": "a"},
    ]
    for payload in unknown:
        async with only(world, stranger, "unknown"):
            assert (await stranger.send(payload)).status_code == 200
    event = {"type": "event_callback", "team_id": command["team_id"], "event": {"type": "tokens_revoked"}}
    async with only(world, stranger, "unknown"):
        assert (await _event(stranger, event)).status_code == 200


TAMPERED: dict[str, Callable[[dict[str, Any]], object]] = {
    "a form of nobody": lambda view: view.update(private_metadata=""),
    "a made-up visit": lambda view: view.update(private_metadata="AAAAAAAAAAAAAAAA"),
    "no text": lambda view: view.update(private_metadata={"id": 1}),
    "too long": lambda view: view.update(private_metadata="x" * 3001),
    "values as a list": lambda view: view.update(state={"values": []}),
    "state as text": lambda view: view.update(state="paid"),
    "an input as text": lambda view: view.update(state={"values": {"b": {"a": "5"}}}),
    "a number for text": lambda view: view.update(state={"values": {"b": {"a": {"value": 5}}}}),
    "an option of no kind": lambda view: view.update(
        state={"values": {"b": {"a": {"selected_option": [1]}}}}
    ),
    "options of no kind": lambda view: view.update(state={"values": {"b": {"a": {"selected_options": 1}}}}),
    "blocks of no kind": lambda view: view.update(blocks=["a"]),
    "an id of no kind": lambda view: view.update(id=7),
}


async def test_tampered_forms(world: World, stranger: Stranger) -> None:
    payment = await a_payment(world, stranger)
    for how, tamper in TAMPERED.items():
        payload = deepcopy(payment)
        tamper(payload["view"])
        async with only(world, stranger, "tampered"):
            answer = await stranger.send(payload)
            assert answer.status_code == 200, how
            assert "Close it and " in answer.text, how


async def test_another_persons_form(world: World, stranger: Stranger) -> None:
    payload = await a_payment(world, stranger)
    payload["user"] = {**payload["user"], "id": "U0BOSS"}
    async with only(world, stranger, "tampered"):
        assert "I no longer know what this belongs to" in (await stranger.send(payload)).text


async def visits_of(world: World, surface: str) -> list[str]:
    rows = await world.app.rooms.context.lane.read(lambda tx: tx.all("SELECT id, surface FROM visit"))
    return [row["id"] for row in rows if row["surface"] == surface]


async def test_the_id_of_another_form(world: World, stranger: Stranger) -> None:
    """Who searched has an id that is theirs; in a form that records a payment it stands for nothing."""
    payload = await a_payment(world, stranger)
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice find unpaid")
    await clerk.sees("all customers · unpaid")
    await world.idle()
    payload["view"]["private_metadata"] = (await visits_of(world, "search"))[0]
    async with only(world, stranger, "tampered"):
        assert "I no longer know what this belongs to" in (await stranger.send(payload)).text


VALUES = [
    "",
    "AAAAAAAAAAAAAAAA:2",
    "../customers/1",
    "1042/payments",
    "1' OR '1'='1",
    "<!channel>",
    "9" * 400,
    "\x00",
]
INPUTS = [value for name, value in vars(ids).items() if name.startswith("IN_")]
MISSHAPEN = [{"id": 1}, ["1042"], 7, "x" * 3001]


def _click(stranger: Stranger, action_id: str, value: object) -> dict[str, Any]:
    """A click on a button that stands in no form."""
    command = stranger.last("slash_commands")
    return {
        "type": "block_actions",
        "team": {"id": command["team_id"]},
        "user": {"id": command["user_id"], "name": "clerk", "team_id": command["team_id"]},
        "channel": {"id": "C0BILLING"},
        "container": {"type": "message", "channel_id": "C0BILLING", "message_ts": "1.0"},
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value}],
    }


NEVER_GIVEN = [ids.FIND_PAGE, ids.OVERDUE_PAGE, ids.LINE_ADD, ids.IN_AMOUNT, ids.IN_LINE_PRODUCT]


async def test_tampered_buttons(world: World, stranger: Stranger) -> None:
    await world.person().command("C0BILLING", "/invoice help")
    await world.idle()
    for value in MISSHAPEN:
        async with only(world, stranger, "tampered"):
            assert (await stranger.send(_click(stranger, ids.PAY, value))).status_code == 200
    for action_id in NEVER_GIVEN:
        async with only(world, stranger, "tampered"):
            await stranger.send(_click(stranger, action_id, "AAAAAAAAAAAAAAAA:2"))


@pytest.fixture
async def fast(worlds: Any) -> AsyncIterator[World]:
    """A bot that takes as many requests as come."""
    async with worlds(size=40, DUEBOT_SLACK_PER_SECOND=100_000) as opened:
        await opened.app.rooms.sync.run()
        yield opened


async def test_no_value_of_any_button_or_form_breaks_or_writes_anything(fast: World) -> None:
    """Whatever comes: a sentence, never a fault of ours, and nothing written."""
    world, stranger = fast, Stranger(fast)
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice find unpaid")
    await clerk.sees("all customers · unpaid")
    await clerk.command("C0BILLING", "/invoice pay 1042 10 check")
    await clerk.modal("Balance")
    await world.idle()
    kept = await stranger.ledgers()
    with capture_logs() as logged:
        for action_id in sorted(world.app.door._actions):
            for value in VALUES:
                assert (await stranger.send(_click(stranger, action_id, value))).status_code == 200
            await world.idle()
        search, form = [(await visits_of(world, surface))[0] for surface in ("search", "view")]
        for callback_id in sorted(world.app.door._forms):
            for value in VALUES[::3]:
                assert (await stranger.send(_form(stranger, callback_id, search, value))).status_code == 200
        await world.idle()
        assert await stranger.ledgers() == kept
        for callback_id in sorted(world.app.door._forms):
            # What this person may do with this invoice they may do, whichever form they say that they use.
            assert (await stranger.send(_form(stranger, callback_id, form, VALUES[-1]))).status_code == 200
        for action_id in sorted(world.app.door._actions):
            view = _form(stranger, ids.VIEW_PAY, form, VALUES[-1])["view"]
            inside = {**_click(stranger, action_id, VALUES[-1]), "view": view}
            assert (await stranger.send(inside)).status_code == 200
        await world.idle()
    assert {one["event"] for one in logged} <= {"refused"}
    assert not [one for one in clerk.messages() if "this reference" in shown_text(one)]


def _form(stranger: Stranger, callback_id: str, visit_id: str, value: str) -> dict[str, Any]:
    """A form in which every input of every form holds ``value``."""
    person = _click(stranger, "", "")
    inputs = {held: {held: {"type": "plain_text_input", "value": value}} for held in INPUTS}
    view = {"id": "V1", "type": "modal", "callback_id": callback_id, "private_metadata": visit_id}
    return {
        "type": "view_submission",
        "team": person["team"],
        "user": person["user"],
        "view": {**view, "state": {"values": inputs}},
    }


async def test_no_role(world: World, stranger: Stranger) -> None:
    nobody = world.person("U0NOROLE")
    async with only(world, stranger, "no_role"):
        await nobody.command(nobody.dm, "/invoice 1042")
        await nobody.sees("you need the role")
    payload = await a_payment(world, stranger)
    lane = world.app.rooms.context.lane
    await lane.write(lambda tx: tx.run("UPDATE visit SET user_id = 'U0VIEW'"))
    payload["user"] = {**payload["user"], "id": "U0VIEW"}
    async with only(world, stranger, "no_role"):
        assert "you need the role" in (await stranger.send(payload)).text


async def test_busy(world: World, stranger: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = await a_payment(world, stranger)
    await world.idle()
    monkeypatch.setattr("handlers.door._MOST_TASKS", 0)
    async with only(world, stranger, "busy"):
        assert "busy" in (await stranger.send(payload)).text
    async with only(world, stranger, "busy"):
        assert "busy" in (await stranger.send(stranger.last("slash_commands"))).text


async def test_a_broken_database_is_not_described_to_watchers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(_self: Vitals) -> None:
        raise StoreError(f"The database {world.folder}/bot.db is damaged.")

    monkeypatch.setattr(Vitals, "check", check)
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        answer = await http.get(f"{world.app.address}/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["The database doesn't answer; the log says why"]


async def test_what_watchers_read_names_nobody(world: World) -> None:
    await world.person().command("C0BILLING", "/invoice 1042")
    await world.idle()
    secrets = world.app.rooms.settings.secrets
    assert secrets
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        for path in ("/healthz", "/readyz", "/metrics"):
            text = (await http.get(f"{world.app.address}{path}")).text
            for word in (*secrets, "Acme", "1042", "806", "U0CLERK", "clerk", str(world.folder)):
                assert word not in text
