"""A small Bolt app and a person, over the stand-in: what works with it works in the same way with Slack."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.slack.person import Person, Refused
from sandbox.slack.server import SlackSandbox
from sandbox.slack.shown import buttons, filled, labels, shown_text

FORM = {
    "type": "modal",
    "callback_id": "pay.v1",
    "title": {"type": "plain_text", "text": "Record payment"},
    "submit": {"type": "plain_text", "text": "Record"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "amount",
            "label": {"type": "plain_text", "text": "Amount"},
            "element": {"type": "plain_text_input", "action_id": "amount", "initial_value": "500"},
        },
        {
            "type": "input",
            "block_id": "customer",
            "label": {"type": "plain_text", "text": "Customer"},
            "element": {"type": "external_select", "action_id": "customer", "min_query_length": 1},
        },
        {
            "type": "input",
            "block_id": "on",
            "optional": True,
            "label": {"type": "plain_text", "text": "Date"},
            "element": {"type": "datepicker", "action_id": "on"},
        },
    ],
}

CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Invoice 1042* Acme &amp; Co"}},
    {
        "type": "actions",
        "block_id": "do",
        "elements": [
            {
                "type": "button",
                "action_id": "pay.v1",
                "value": "1042",
                "text": {"type": "plain_text", "text": "Pay"},
            }
        ],
    },
]


async def authorize() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id="T0NORTH",
        bot_user_id="U0DUEBOT",
        bot_id="B0DUEBOT",
        bot_token="xoxb-sandbox",
    )


class Bot:
    """Answers commands with a card, opens the form at a click, and keeps what it was sent."""

    def __init__(self, sandbox: SlackSandbox) -> None:
        self.sandbox = sandbox
        self.submitted: list[dict] = []
        self.acks: dict[str, dict] = {}
        self.app = AsyncApp(
            client=AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url),
            authorize=authorize,
            signing_secret=sandbox.signing_secret,
            process_before_response=True,
        )
        self.seen: list[dict] = []
        self.app.command("/invoice")(self.command)
        self.app.action("pay.v1")(self.pay)
        self.app.options("customer")(self.customers)
        self.app.view("pay.v1")(self.submit)
        self.app.view_closed("pay.v1")(self.closed)
        self.app.event("app_home_opened")(self.home)
        self.form = FORM
        self.released = asyncio.Event()

    async def command(self, ack, body, client, respond) -> None:
        if body["text"] == "slow":
            await self.released.wait()
        await ack("in the ack" if body["text"] == "ack" else "")
        if body["text"] == "private":
            await respond(text="only you", blocks=CARD)
        elif body["text"] == "1042":
            await client.chat_postMessage(channel=body["channel_id"], text="Invoice 1042", blocks=CARD)

    async def pay(self, ack, body, client) -> None:
        self.seen.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=self.form)

    async def customers(self, ack, body) -> None:
        await ack(options=[{"text": {"type": "plain_text", "text": f"{body['value']} Corp"}, "value": "77"}])

    async def submit(self, ack, body) -> None:
        self.submitted.append(body)
        await ack(**self.acks)

    async def closed(self, ack, body) -> None:
        self.seen.append(body)
        await ack()

    async def home(self, event, client) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CARD})


@pytest.fixture
async def sandbox() -> AsyncIterator[SlackSandbox]:
    sandbox = SlackSandbox(Clock())
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def bot(sandbox: SlackSandbox) -> AsyncIterator[Bot]:
    bot = Bot(sandbox)
    runner = web.AppRunner(bot.app.web_app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield bot
    await runner.cleanup()


@pytest.fixture
def casey(sandbox: SlackSandbox, bot: Bot) -> Person:
    return Person(sandbox, "U0CLERK")


async def open_form(casey: Person) -> dict:
    await casey.command("C0BILLING", "/invoice 1042")
    await casey.click(await casey.sees("Invoice 1042"), "Pay")
    return await casey.modal("Record payment")


async def test_a_command_is_answered_in_the_channel_and_everyone_there_sees_it(
    sandbox: SlackSandbox, casey: Person
) -> None:
    await casey.command("C0BILLING", "/invoice 1042")
    card = await Person(sandbox, "U0BOSS").sees("Acme & Co", "C0BILLING")
    assert buttons(card) == ["Pay"]
    assert sandbox.problems == []


async def test_an_answer_at_the_response_url_is_for_the_person_alone(
    sandbox: SlackSandbox, casey: Person
) -> None:
    await casey.command("C0BILLING", "/invoice private")
    await casey.sees("Invoice 1042")
    assert Person(sandbox, "U0BOSS").messages("C0BILLING") == []


async def test_text_in_the_ack_is_shown_to_the_person_alone(sandbox: SlackSandbox, casey: Person) -> None:
    await casey.command("C0BILLING", "/invoice ack")
    assert [one.message["text"] for one in sandbox.ephemeral("C0BILLING", "U0CLERK")] == ["in the ack"]


async def test_a_form_is_searched_filled_in_and_submitted(
    sandbox: SlackSandbox, casey: Person, bot: Bot
) -> None:
    form = await open_form(casey)
    assert labels(form) == ["Amount", "Customer", "Date"]
    assert filled(form) == {"Amount": "500", "Customer": None, "Date": None}
    assert bot.seen[0]["actions"][0]["value"] == "1042"
    assert bot.seen[0]["message"]["text"] == "Invoice 1042"
    assert await casey.submit(form, {"Customer": "Acme", "Date": "2026-11-30"}) == {}
    await casey.no_modal()
    values = bot.submitted[0]["view"]["state"]["values"]
    assert values["amount"]["amount"] == {"type": "plain_text_input", "value": "500"}
    assert values["customer"]["customer"]["selected_option"]["value"] == "77"
    assert values["on"]["on"]["selected_date"] == "2026-11-30"
    assert sandbox.problems == []


async def test_an_empty_required_field_never_reaches_the_bot(casey: Person, bot: Bot) -> None:
    form = await open_form(casey)
    assert list(await casey.submit(form, {"Amount": ""})) == ["amount", "customer"]
    assert bot.submitted == []
    assert casey.views()


async def test_the_bots_field_errors_stand_at_the_field_and_the_view_stays(casey: Person, bot: Bot) -> None:
    form = await open_form(casey)
    bot.acks = {"response_action": "errors", "errors": {"amount": "More than the balance."}}
    assert await casey.submit(form, {"Customer": "Acme"}) == {"amount": "More than the balance."}
    assert casey.views()


async def test_errors_for_a_field_that_is_not_there_are_refused(
    sandbox: SlackSandbox, casey: Person, bot: Bot
) -> None:
    form = await open_form(casey)
    bot.acks = {"response_action": "errors", "errors": {"amuont": "?"}}
    with pytest.raises(Refused):
        await casey.submit(form, {"Customer": "Acme"})
    assert "amuont" in sandbox.problems[0]


async def test_an_ack_may_update_push_and_clear(casey: Person, bot: Bot) -> None:
    form = await open_form(casey)
    bot.acks = {
        "response_action": "push",
        "view": {**FORM, "title": {"type": "plain_text", "text": "Second"}},
    }
    await casey.submit(form, {"Customer": "Acme"})
    second = await casey.modal("Second")
    assert second["previous_view_id"] == form["id"]
    assert second["root_view_id"] == form["id"]
    bot.acks = {
        "response_action": "update",
        "view": {**FORM, "title": {"type": "plain_text", "text": "Third"}},
    }
    await casey.submit(second, {"Customer": "Acme"})
    assert (await casey.modal("Third"))["id"] == second["id"]
    bot.acks = {"response_action": "clear"}
    await casey.submit(second)
    assert casey.views() == []


async def test_a_fourth_modal_is_refused_and_closing_one_shows_the_one_below(
    sandbox: SlackSandbox, casey: Person, bot: Bot
) -> None:
    first = await open_form(casey)
    bot.acks = {"response_action": "push", "view": FORM}
    for _ in range(2):
        await casey.submit(casey.views()[-1], {"Customer": "Acme"})
    with pytest.raises(Refused):
        await casey.submit(casey.views()[-1], {"Customer": "Acme"})
    assert "push_limit_reached" in sandbox.problems[0]
    assert len(casey.views()) == 3
    await casey.close(casey.views()[-1])
    assert len(casey.views()) == 2
    await casey.close(casey.views()[-1], clear=True)
    assert casey.views() == []
    closed = [body for body in bot.seen if body["type"] == "view_closed"]
    assert [body["is_cleared"] for body in closed] == [False, True, True]
    assert closed[-1]["view"]["id"] == first["id"]


async def test_typed_values_survive_an_update_of_the_view(
    sandbox: SlackSandbox, casey: Person, bot: Bot
) -> None:
    form = await open_form(casey)
    await casey.submit(form, {"Amount": "123"})
    client = bot.app.client
    await client.views_update(view_id=form["id"], view=FORM)
    values = casey.views()[0]["state"]["values"]
    assert values["amount"]["amount"]["value"] == "123"
    fresh = {**FORM, "blocks": [{**FORM["blocks"][0], "block_id": "amount-2"}]}
    await client.views_update(view_id=form["id"], view=fresh)
    assert casey.views()[0]["state"]["values"]["amount-2"]["amount"]["value"] == "500"


async def test_a_stale_hash_and_a_closed_view_are_told_to_the_bot(casey: Person, bot: Bot) -> None:
    form = await open_form(casey)
    client = bot.app.client
    await client.views_update(view_id=form["id"], hash=form["hash"], view=FORM)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=form["id"], hash=form["hash"], view=FORM)
    await casey.close(form)
    assert bot.seen[-1]["type"] == "view_closed"
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id=form["id"], view=FORM)


async def test_a_trigger_serves_once_and_for_three_seconds(
    sandbox: SlackSandbox, casey: Person, bot: Bot
) -> None:
    await open_form(casey)
    spent = bot.seen[0]["trigger_id"]
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await bot.app.client.views_open(trigger_id=spent, view=FORM)
    await casey.command("C0BILLING", "/invoice nothing")
    late = sandbox.courier.sent[-1].payload["trigger_id"]
    sandbox.clock.advance(timedelta(seconds=4))
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await bot.app.client.views_open(trigger_id=late, view=FORM)


async def test_a_response_url_serves_five_times_and_for_half_an_hour(
    sandbox: SlackSandbox, casey: Person
) -> None:
    await casey.command("C0BILLING", "/invoice nothing")
    await casey.command("C0BILLING", "/invoice nothing")
    first, second = (delivery.payload["response_url"] for delivery in sandbox.courier.sent)
    async with aiohttp.ClientSession() as session:

        async def answer(url: str) -> tuple[int, str]:
            async with session.post(url, json={"text": "hello"}) as response:
                return response.status, await response.text()

        assert [await answer(first) for _ in range(5)] == [(200, "ok")] * 5
        assert await answer(first) == (404, '{"ok": false, "error": "used_url"}')
        sandbox.clock.advance(timedelta(minutes=31))
        assert await answer(second) == (404, '{"ok": false, "error": "expired_url"}')


async def test_a_late_ack_is_an_operation_timeout(sandbox: SlackSandbox, casey: Person, bot: Bot) -> None:
    sandbox.courier.ack_seconds = 0.05
    with pytest.raises(Refused, match="operation_timeout"):
        await casey.command("C0BILLING", "/invoice slow")
    assert "operation_timeout" in sandbox.problems[0]
    bot.released.set()


async def test_a_click_on_what_was_just_taken_away_still_reaches_the_bot(
    sandbox: SlackSandbox, casey: Person, bot: Bot
) -> None:
    await casey.command("C0BILLING", "/invoice 1042")
    card = await casey.sees("Invoice 1042")
    await bot.app.client.chat_update(channel=card["channel"], ts=card["ts"], text="Paid")
    await casey.click(card, "Pay")
    assert bot.seen[0]["message"]["text"] == "Paid"
    assert bot.seen[0]["actions"][0]["value"] == "1042"


async def test_a_menu_choice_in_a_view_is_in_its_state_afterwards(
    sandbox: SlackSandbox, casey: Person, bot: Bot
) -> None:
    form = await open_form(casey)
    await casey.choose(form, "Customer", "Acme")
    held = casey.views()[0]["state"]["values"]["customer"]["customer"]
    assert held["selected_option"]["text"]["text"] == "Acme Corp"
    assert len(bot.seen) == 1, "an input block without dispatch_action tells the bot nothing"


async def test_an_input_that_dispatches_tells_the_bot_with_the_state(casey: Person, bot: Bot) -> None:
    amount, *others = FORM["blocks"]
    element = {**amount["element"], "action_id": "pay.v1"}
    bot.form = {**FORM, "blocks": [{**amount, "dispatch_action": True, "element": element}, *others]}
    form = await open_form(casey)
    bot.form = {**FORM, "title": {"type": "plain_text", "text": "Above"}}
    await casey.choose(form, "Amount", "75")
    assert bot.seen[1]["container"] == {"type": "view", "view_id": form["id"]}
    assert bot.seen[1]["view"]["state"]["values"]["amount"]["pay.v1"]["value"] == "75"
    assert bot.seen[1]["actions"][0]["value"] == "75"
    assert [view["title"]["text"] for view in casey.views()] == ["Record payment", "Above"]


async def test_a_private_message_is_replaced_and_removed_through_its_response_url(
    sandbox: SlackSandbox, casey: Person, bot: Bot
) -> None:
    await casey.command("C0BILLING", "/invoice private")
    await casey.click(await casey.sees("Invoice 1042"), "Pay")
    assert "message" not in bot.seen[0]
    assert bot.seen[0]["container"]["is_ephemeral"] is True
    async with aiohttp.ClientSession() as session:
        url = bot.seen[0]["response_url"]
        await session.post(url, json={"text": "done", "replace_original": True})
        assert [one.message["text"] for one in sandbox.ephemeral(user="U0CLERK")] == ["done"]
        await session.post(url, json={"delete_original": True})
    assert sandbox.ephemeral() == []


async def test_the_very_same_command_may_come_twice(sandbox: SlackSandbox, casey: Person, bot: Bot) -> None:
    await casey.command("C0BILLING", "/invoice 1042")
    await sandbox.courier.again(sandbox.courier.sent[0])
    assert sandbox.courier.sent[1].payload == sandbox.courier.sent[0].payload
    assert len(sandbox.in_channel("C0BILLING")) == 2


async def test_an_event_is_repeated_until_it_is_acknowledged(bot: Bot) -> None:
    sandbox = SlackSandbox(Clock(), event_retry_seconds=(0.0, 0.01, 0.01))
    await sandbox.start()
    seen: list[tuple[str, str]] = []

    async def reluctant(request: web.Request) -> web.Response:
        body = await request.json()
        seen.append((body["event_id"], request.headers.get("X-Slack-Retry-Num", "first")))
        return web.Response(status=200 if len(seen) == 3 else 503)

    app = web.Application()
    app.router.add_post("/slack/events", reluctant)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await sandbox.visits.open_home("U0CLERK")
    await sandbox.courier.settled()
    assert [number for _, number in seen] == ["first", "1", "2"]
    assert len({event_id for event_id, _ in seen}) == 1
    await runner.cleanup()
    await sandbox.stop()


async def test_a_wrong_signature_is_refused_by_the_bot(
    sandbox: SlackSandbox, casey: Person, bot: Bot
) -> None:
    other = SlackSandbox(sandbox.clock, signing_secret="another")
    await other.start()
    other.bot_url = sandbox.bot_url
    with pytest.raises(Refused, match="dispatch_failed"):
        await Person(other, "U0CLERK").command("C0BILLING", "/invoice 1042")
    await other.stop()


async def test_opening_the_home_tab_lets_the_bot_fill_it(casey: Person) -> None:
    home = await casey.home("Acme & Co")
    assert shown_text(home).splitlines() == ["*Invoice 1042* Acme & Co", "Pay"]


async def test_an_unknown_command_stays_at_slack(sandbox: SlackSandbox, casey: Person) -> None:
    with pytest.raises(Refused, match="invalid_command"):
        await casey.command("C0BILLING", "/nonsense")
    assert sandbox.courier.sent == []
