"""The audit record is looked at from outside: whether it can be gone on with under this key."""

from datetime import UTC, datetime

import pytest

from bot.store.audit import Audit
from bot.store.open import open_store

ACT = {"actor_id": "U1", "actor_name": "Ann", "action": "payment.confirmed", "subject": "invoice:1"}


async def begun(bench, key):
    """A database whose record is sealed with this key."""
    lane, audit = await open_store(f"sqlite:///{bench.folder}/duebot.db"), Audit(key.encode())
    await lane.write(lambda tx: audit.append(tx, at=datetime.now(UTC), before={}, after={}, **ACT))
    await lane.close()
    (bench.folder / "duebot.db").chmod(0o600)


@pytest.mark.parametrize(
    ("sealed", "key", "state"),
    [
        ("the first key", "the first key", "ok"),
        ("", "the first key", "ok"),
        ("the first key", "mistyped-0123456789", "fail"),
        ("the first key", None, "fail"),
    ],
)
async def test_a_record_that_another_key_has_sealed_is_told(benches, sealed, key, state):
    async with benches() as bench:
        await begun(bench, sealed)
        bench.env["DUEBOT_AUDIT_KEY"] = key
        status, found = await bench.findings()
        (record,) = [one for one in found if one["check"] == "audit record"]
        assert (record["state"], status) == (state, int(state == "fail"))
        if state == "fail":
            assert "sealed with another key" in record["says"]
            assert "Put the old DUEBOT_AUDIT_KEY back" in record["cure"]


async def test_nothing_is_said_of_a_record_that_is_not_begun(benches):
    async with benches() as bench:
        _, found = await bench.findings()
        assert "audit record" not in {one["check"] for one in found}
