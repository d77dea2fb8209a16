"""The Web API as a bot meets it: visibility, Slack's error names, paging, metadata, files, faults."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.slack.person import Person
from sandbox.slack.server import SlackSandbox
from sandbox.slack.shown import shown_text


@pytest.fixture
async def sandbox() -> AsyncIterator[SlackSandbox]:
    sandbox = SlackSandbox(Clock())
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def client(sandbox: SlackSandbox) -> AsyncWebClient:
    return AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])


async def post(
    client: AsyncWebClient, text: str = "hello", channel: str = "C0BILLING", **more: object
) -> str:
    return str((await client.chat_postMessage(channel=channel, text=text, **more))["ts"])


async def test_a_token_is_needed_and_the_scopes_are_told(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team"]) == ("U0DUEBOT", "B0DUEBOT", "Northwind IT")
    assert "chat:write" in answer.headers["x-oauth-scopes"]
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await AsyncWebClient(token="xoxb-other", base_url=sandbox.api_url).auth_test()
    with pytest.raises(SlackApiError, match="not_authed"):
        await AsyncWebClient(base_url=sandbox.api_url).auth_test()


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0RANDOM", "not_in_channel"),
        ("C0PRIVATE", "channel_not_found"),
        ("D0PEOPLE", "channel_not_found"),
        ("C0NOWHERE", "channel_not_found"),
        ("C0OLD", "is_archived"),
        ("U0GONE", "user_disabled"),
        ("U0ROBOT", "cannot_dm_bot"),
    ],
)
async def test_where_the_bot_cannot_post(client: AsyncWebClient, channel: str, error: str) -> None:
    with pytest.raises(SlackApiError, match=error):
        await post(client, channel=channel)


async def test_arguments_come_as_json_form_or_query(sandbox: SlackSandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.bot_token}"}
    url = sandbox.api_url + "chat.postMessage"
    said = {"channel": "C0BILLING", "text": "x", "blocks": '[{"type": "divider"}]'}
    async with aiohttp.ClientSession(headers=headers) as session:
        for form in ({"json": said}, {"data": said}, {"params": said}):
            async with session.post(url, **form) as response:
                assert (await response.json())["ok"], form
        async with session.post(url, data="{", headers={"Content-Type": "application/json"}) as response:
            assert (await response.json())["error"] == "invalid_json"
        async with session.post(sandbox.api_url + "chat.shout") as response:
            assert (await response.json())["error"] == "unknown_method"


async def test_a_message_needs_words_and_its_own_author_to_change(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    with pytest.raises(SlackApiError, match="no_text"):
        await client.chat_postMessage(channel="C0BILLING")
    await Person(sandbox, "U0CLERK").say("C0BILLING", "mine")
    theirs = sandbox.in_channel("C0BILLING")[0]["ts"]
    with pytest.raises(SlackApiError, match="cant_update_message"):
        await client.chat_update(channel="C0BILLING", ts=theirs, text="yours")
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel="C0BILLING", ts="1.000001", text="none")
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_update(channel="C0BILLING", ts=await post(client), text="x" * 4001)
    assert (await client.chat_postMessage(channel="C0BILLING", text="x" * 50_000))["message"][
        "text"
    ] == "x" * 40_000


async def test_an_update_without_blocks_removes_them(sandbox: SlackSandbox, client: AsyncWebClient) -> None:
    ts = await post(client, blocks=[{"type": "divider"}])
    await client.chat_update(channel="C0BILLING", ts=ts, text="decided")
    assert "blocks" not in sandbox.in_channel("C0BILLING")[0]


async def test_refused_blocks_name_the_place(sandbox: SlackSandbox, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await post(client, blocks=[{"type": "header", "text": {"type": "plain_text", "text": ""}}])
    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["errors"] == [
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert sandbox.problems[0].startswith("chat.postMessage: invalid_blocks")


async def test_history_pages_newest_first_without_replies(client: AsyncWebClient) -> None:
    stamps = [await post(client, str(number)) for number in range(5)]
    await post(client, "reply", thread_ts=stamps[0])
    first = await client.conversations_history(channel="C0BILLING", limit=2)
    assert [message["text"] for message in first["messages"]] == ["4", "3"]
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel="C0BILLING", limit=4, cursor=cursor)
    assert [message["text"] for message in second["messages"]] == ["2", "1", "0"]
    assert second["has_more"] is False
    since = await client.conversations_history(channel="C0BILLING", oldest=stamps[3])
    assert [message["text"] for message in since["messages"]] == ["4"]
    since = await client.conversations_history(channel="C0BILLING", oldest=stamps[3], inclusive=True)
    assert [message["text"] for message in since["messages"]] == ["4", "3"]
    thread = await client.conversations_replies(channel="C0BILLING", ts=stamps[0])
    assert [message["text"] for message in thread["messages"]] == ["0", "reply"]
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.conversations_history(channel="C0RANDOM")


async def test_metadata_is_read_back_only_when_asked_for(client: AsyncWebClient) -> None:
    metadata = {"event_type": "duebot_outbox", "event_payload": {"id": "o-1"}}
    await post(client, metadata=metadata)
    plain = await client.conversations_history(channel="C0BILLING")
    assert "metadata" not in plain["messages"][0]
    full = await client.conversations_history(channel="C0BILLING", include_all_metadata=True)
    assert full["messages"][0]["metadata"] == metadata
    with pytest.raises(SlackApiError, match="invalid_metadata_format"):
        await post(client, metadata={"event_type": "x"})


async def test_stamps_follow_the_moved_clock_and_never_repeat(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    stamps = [float(ts) for ts in await asyncio.gather(*(post(client) for _ in range(20)))]
    assert len(set(stamps)) == 20
    sandbox.clock.advance(timedelta(days=2))
    assert float(await post(client)) - max(stamps) >= 2 * 86_400 - 1


async def test_people_groups_and_channels(sandbox: SlackSandbox, client: AsyncWebClient) -> None:
    assert (await client.users_info(user="U0GUEST"))["user"]["is_restricted"] is True
    assert (await client.users_info(user="U0GONE"))["user"]["deleted"] is True
    assert (await client.users_info(user="U0OTHER"))["user"]["team_id"] != "T0NORTH"
    with pytest.raises(SlackApiError, match="user_not_found"):
        await client.users_info(user="U0NOBODY")
    assert (await client.usergroups_users_list(usergroup="S0FINANCE"))["users"] == ["U0BOSS", "U0CFO"]
    assert {group["id"] for group in (await client.usergroups_list())["usergroups"]} == {
        "S0FINANCE",
        "S0TECHS",
    }
    sandbox.workspace.groups["S0TECHS"].disabled = True
    assert [group["id"] for group in (await client.usergroups_list())["usergroups"]] == ["S0FINANCE"]
    with pytest.raises(SlackApiError, match="no_such_subteam"):
        await client.usergroups_users_list(usergroup="S0TECHS")
    assert (await client.conversations_info(channel="C0SHARED"))["channel"]["is_ext_shared"] is True
    assert (await client.conversations_info(channel="C0RANDOM"))["channel"]["is_member"] is False
    assert "U0GUEST" in (await client.conversations_members(channel="C0GUESTS"))["members"]
    listed = await client.conversations_list(types="public_channel,private_channel", exclude_archived=True)
    assert {"C0APPROVE", "C0RANDOM"} <= {channel["id"] for channel in listed["channels"]}
    assert "C0PRIVATE" not in {channel["id"] for channel in listed["channels"]}
    everyone = await client.users_list(limit=5)
    assert len(everyone["members"]) == 5
    assert everyone["response_metadata"]["next_cursor"]


async def test_a_dm_is_opened_once_and_reached_by_the_persons_id(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    opened = (await client.conversations_open(users="U0CLERK"))["channel"]["id"]
    await client.chat_postMessage(channel="U0CLERK", text="for you")
    assert sandbox.in_channel(opened)[0]["text"] == "for you"
    assert Person(sandbox, "U0BOSS").messages(opened) == []


async def test_ephemeral_messages_need_the_person_in_the_channel(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel="C0BILLING", user="U0CLERK", text="psst")
    assert len(Person(sandbox, "U0CLERK").messages("C0BILLING")) == 1
    assert Person(sandbox, "U0BOSS").messages("C0BILLING") == []
    assert (await client.conversations_history(channel="C0BILLING"))["messages"] == []
    with pytest.raises(SlackApiError, match="user_not_in_channel"):
        await client.chat_postEphemeral(channel="C0BILLING", user="U0GUEST", text="psst")


async def test_a_file_is_uploaded_in_three_steps_and_read_with_the_token(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    await client.files_upload_v2(
        channel="C0BILLING", filename="statement.pdf", content=b"%PDF", initial_comment="Statement"
    )
    message = sandbox.in_channel("C0BILLING")[0]
    assert (message["text"], message["files"][0]["name"]) == ("Statement", "statement.pdf")
    url = message["files"][0]["url_private"]
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers={"Authorization": f"Bearer {sandbox.bot_token}"}) as response:
            assert await response.read() == b"%PDF"
        async with session.get(url) as response:
            assert response.content_type == "text/html"


async def test_an_unfurl_is_shown_and_bad_metadata_warns(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    casey = Person(sandbox, "U0CLERK")
    await casey.say("C0BILLING", "see https://northwind.syncromsp.com/invoices/7")
    assert sandbox.courier.sent[0].payload["event"]["links"][0]["domain"] == "syncromsp.com"
    ts = sandbox.in_channel("C0BILLING")[0]["ts"]
    answer = await client.chat_unfurl(channel="C0BILLING", ts=ts, metadata={"entities": [{"url": "x"}]})
    assert answer["warning"]
    section = {"type": "section", "text": {"type": "plain_text", "text": "Invoice 7"}}
    await client.chat_unfurl(channel="C0BILLING", ts=ts, unfurls={"x": {"blocks": [section]}})
    shown = sandbox.messages.page_of("U0CLERK", "C0BILLING")[0]
    assert shown["blocks"] == [section]
    entity = {
        "app_unfurl_url": "x",
        "url": "x",
        "external_ref": {"id": "7"},
        "entity_type": "slack#/entities/item",
        "entity_payload": {
            "attributes": {"title": {"text": "Invoice 7"}},
            "custom_fields": [{"key": "balance", "label": "Balance", "value": "$5.00"}],
        },
    }
    assert "warning" not in await client.chat_unfurl(
        channel="C0BILLING", ts=ts, metadata={"entities": [entity]}
    )
    shown = sandbox.messages.page_of("U0CLERK", "C0BILLING")[0]
    assert shown_text(shown).splitlines()[-3:] == ["Invoice 7", "*Balance*", "$5.00"]


@pytest.mark.parametrize(
    ("kind", "raised", "posted"),
    [
        ("429", SlackApiError, 0),
        ("500_html", SlackApiError, 0),
        ("error:invalid_blocks", SlackApiError, 0),
        ("drop_before", aiohttp.ClientError, 0),
        ("drop_after", aiohttp.ClientError, 1),
    ],
)
async def test_ordered_faults_happen_once_and_leave_what_they_should(
    sandbox: SlackSandbox, client: AsyncWebClient, kind: str, raised: type[Exception], posted: int
) -> None:
    sandbox.faults.add("chat.postMessage", kind, seconds=7)
    with pytest.raises(raised) as failed:
        await post(client)
    assert len(sandbox.in_channel("C0BILLING")) == posted
    if kind == "429":
        assert failed.value.response.headers["Retry-After"] == "7"
    await post(client)
    assert len(sandbox.in_channel("C0BILLING")) == posted + 1
    assert sandbox.problems == []


async def test_a_slow_answer_comes_late(sandbox: SlackSandbox, client: AsyncWebClient) -> None:
    sandbox.faults.add("chat.postMessage", "slow_after", seconds=0.2)
    began = time.monotonic()
    late = asyncio.create_task(post(client))
    await sandbox.wait_for(lambda: sandbox.in_channel("C0BILLING"))
    assert not late.done()
    await late
    assert time.monotonic() - began >= 0.2


async def test_the_pace_of_one_post_a_second_holds_for_each_channel(
    sandbox: SlackSandbox, client: AsyncWebClient
) -> None:
    sandbox.faults.strict_pace = True
    await post(client)
    await post(client, channel="C0GENERAL")
    with pytest.raises(SlackApiError, match="ratelimited") as refused:
        await post(client)
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown fault"):
        SlackSandbox(Clock()).faults.add("chat.postMessage", "explode")
