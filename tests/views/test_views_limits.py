"""Every view stays inside Slack's limits, by three opinions, and emits only registered ids."""

import copy
import json
from typing import Any

import pytest
from slack_sdk.models.blocks import Block as SdkBlock
from slack_sdk.models.views import View as SdkView
from slackblocks.blocks import Block as BuilderBlock
from views_walk import ENTRIES, blocks_of, problems, walk

from bot.views import ids
from bot.views.gallery_facts import VISIT
from bot.views.tables import without_new_blocks
from bot.views.values import action_of
from sandbox.slack.blockkit.validate import message_problems

REGISTERED = {value for name, value in vars(ids).items() if name.isupper()}
NEW_BLOCKS = {"data_table", "data_visualization"}
Entry = dict[str, Any]


def test_gallery_entry_is_accepted_by_slacks_documented_limits(entry: Entry) -> None:
    assert problems(entry) == []


def test_validator_is_awake() -> None:
    broken = copy.deepcopy(ENTRIES["invoice_partial"])
    broken["blocks"][0]["text"]["text"] = "x" * 151
    assert problems(broken)


def test_gallery_entry_without_new_blocks_is_accepted(entry: Entry) -> None:
    if entry["kind"] == "message":
        plain = without_new_blocks(entry["blocks"])
        assert message_problems(plain) == []
        assert not NEW_BLOCKS & {block["type"] for block in plain}
        assert sum(block["type"] == "table" for block in plain) <= 1


def test_gallery_entry_is_accepted_by_slack_sdk(entry: Entry) -> None:
    for block in blocks_of(entry):
        parsed = SdkBlock.parse(copy.deepcopy(block))
        if parsed is None:
            assert block["type"] in NEW_BLOCKS
        else:
            parsed.to_dict()
    if entry["kind"] != "message":
        SdkView(**copy.deepcopy(entry["view"])).to_dict()


def test_gallery_entry_is_accepted_by_slackblocks(entry: Entry) -> None:
    for block in blocks_of(entry):
        try:
            BuilderBlock.from_dict(copy.deepcopy(block))
        except NotImplementedError:
            continue


def test_every_id_is_registered(entry: Entry) -> None:
    emitted = {action_of(held["action_id"])[0] for held in walk(blocks_of(entry)) if "action_id" in held}
    if entry["kind"] == "modal":
        emitted.add(entry["view"]["callback_id"])
    assert emitted <= REGISTERED


def test_gallery_shows_every_id_of_a_view() -> None:
    emitted = {
        action_of(held["action_id"])[0] for held in walk(list(ENTRIES.values())) if "action_id" in held
    }
    emitted |= {entry["view"]["callback_id"] for entry in ENTRIES.values() if entry["kind"] == "modal"}
    assert REGISTERED - emitted == {ids.SHORTCUT_NEW, ids.SHORTCUT_PAY, ids.SHORTCUT_MESSAGE}


def test_ids_are_unique_and_versioned() -> None:
    names = [name for name in vars(ids) if name.isupper()]
    assert len(REGISTERED) == len(names)
    assert all(value.rpartition(".v")[2].isdigit() for value in REGISTERED)


def test_message_has_text_beside_blocks(entry: Entry) -> None:
    if entry["kind"] == "message":
        assert 10 <= len(entry["text"]) <= 4000


def test_ids_are_unique_in_the_whole_message_or_view(entry: Entry) -> None:
    found = [held["action_id"] for held in walk(blocks_of(entry)) if "action_id" in held]
    assert len(found) == len(set(found))


def test_block_ids_are_unique(entry: Entry) -> None:
    found = [block["block_id"] for block in blocks_of(entry) if "block_id" in block]
    assert len(found) == len(set(found))


def test_private_metadata_is_the_visit_alone(entry: Entry) -> None:
    if entry["kind"] == "modal":
        assert entry["view"]["private_metadata"] == VISIT


def test_gallery_is_json(entry: Entry) -> None:
    assert json.loads(json.dumps(entry)) == entry


@pytest.mark.parametrize("name", ["loading", "working"])
def test_views_with_running_work_tell_when_closed_and_offer_no_submit(name: str) -> None:
    view = ENTRIES[name]["view"]
    assert view["notify_on_close"]
    assert "submit" not in view
