"""Each planted misconfiguration is found, its cure is named, and nothing else turns red."""

import pytest
from doctor_planted_setup import DATABASE, POLICY, SETTINGS
from doctor_planted_slack import IN_SLACK, SLACK
from doctor_planted_syncro import SYNCRO

ALL = [*SETTINGS, *POLICY, *SLACK, *IN_SLACK, *SYNCRO, *DATABASE]


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.what.replace(" ", "-"))
async def test_it_is_found_and_its_cure_is_named(benches, one):
    async with benches(one.shape) as bench:
        one.plant(bench)
        status, found = await bench.findings()
    wrong = {each["check"]: each for each in found if each["state"] in ("warn", "fail")}
    assert list(wrong) == [one.check]
    assert wrong[one.check]["state"] == one.state
    assert one.says in wrong[one.check]["says"]
    assert one.cure in wrong[one.check]["cure"]
    assert status == (1 if one.state == "fail" else 0)
    skipped = {each["check"]: each["says"] for each in found if each["state"] == "skipped"}
    assert set(one.skips) <= set(skipped)
    assert all(says.startswith("skipped, because ") for says in skipped.values())
