"""Whatever somebody does to the audit's rows without the key is found, and the first place of it is named."""

import copy
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store.audit import Audit
from bot.store.audit_check import verify
from bot.store.lane import Lane, Tx

AUDIT = Audit(b"a key kept elsewhere")
#: Somebody without the key guesses it, or seals as if there had been none.
FORGERS = st.sampled_from([Audit(b"a guess"), Audit(b"")])
START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
TEXTS = (
    "at",
    "actor_id",
    "actor_name",
    "action",
    "subject",
    "before_json",
    "after_json",
    "operation_key",
    "policy_version",
    "channel",
    "link",
    "seal",
)
COLUMNS = ("seq", *TEXTS)
LENGTH = 6

#: The table as somebody with a database tool sees it: rows by number, and the head row or none.
Row = dict[str, Any]
Table = dict[int, Row]
Edit = Callable[[Table, list[Row]], None]


def written(tx: Tx) -> tuple[Table, list[Row], list[Row]]:
    """A record of six acts: its rows, its head, and every head that it had before."""
    heads: list[Row] = []
    for number in range(LENGTH):
        AUDIT.append(
            tx,
            at=START + timedelta(minutes=number // 2),
            actor_id=f"U{number % 2}",
            actor_name="Ann",
            action="payment.confirmed",
            subject="invoice:1",
            before={},
            after={"amount": number // 3},
        )
        heads += tx.all("SELECT * FROM audit_head")
    return {row["seq"]: dict(row) for row in tx.all("SELECT * FROM audit")}, heads[-1:], heads[:-1]


def store(tx: Tx, table: Table, head: list[Row]) -> None:
    """Puts the tables so, whatever was in them."""
    tx.run("DELETE FROM audit")
    tx.run("DELETE FROM audit_head")
    names = ", ".join(COLUMNS)
    values = ", ".join(f":{name}" for name in COLUMNS)
    tx.many(f"INSERT INTO audit ({names}) VALUES ({values})", list(table.values()))
    tx.many("INSERT INTO audit_head (id, seq, proof) VALUES (:id, :seq, :proof)", head)


# ---- what somebody may do -----------------------------------------------------------------------------------

NUMBERS = st.integers(1, LENGTH)
WORDS = st.one_of(st.text(max_size=8), st.sampled_from(["U0", "U1", "Ann", "{}", "invoice:1"])).map(
    lambda text: text.replace("\0", "").encode("utf-8", "replace").decode()
)


def change(seq: int, column: str, text: str) -> Edit:
    def edit(table: Table, _head: list[Row]) -> None:
        if seq in table:
            table[seq][column] = text

    return edit


def remove(numbers: set[int]) -> Edit:
    def edit(table: Table, _head: list[Row]) -> None:
        for seq in numbers & set(table):
            del table[seq]

    return edit


def swap(one: int, other: int, with_seals: bool) -> Edit:
    def edit(table: Table, _head: list[Row]) -> None:
        if one in table and other in table:
            for column in TEXTS if with_seals else TEXTS[:-1]:
                table[one][column], table[other][column] = table[other][column], table[one][column]

    return edit


def renumber(one: int, other: int) -> Edit:
    def edit(table: Table, _head: list[Row]) -> None:
        if one in table and other not in table:
            table[other] = {**table.pop(one), "seq": other}

    return edit


def close_up(seq: int) -> Edit:
    """Removes a row and moves the later ones up, so that no gap shows."""

    def edit(table: Table, head: list[Row]) -> None:
        kept = [table[one] for one in sorted(table) if one != seq]
        table.clear()
        table.update({place: {**row, "seq": place} for place, row in enumerate(kept, 1)})
        for row in head:
            row["seq"] = len(kept)

    return edit


def forge(forger: Audit, seq: int, text: str) -> Edit:
    """Puts a row in that is sealed without the key, at the end or instead of another."""

    def edit(table: Table, head: list[Row]) -> None:
        if not table:
            return
        before = table.get(seq - 1)
        row = {**table[max(table)], "seq": seq, "actor_id": text}
        row["seal"] = forger._seal(row, forger.proof_of(before) if before else "")
        table[seq] = row
        for one in head:
            one["seq"] = max(table)

    return edit


def reseal(forger: Audit, first: int, last: int) -> Edit:
    """Seals rows anew without the key, and the head too when they reach the end."""

    def edit(table: Table, head: list[Row]) -> None:
        for seq in sorted(table):
            if first <= seq <= last:
                before = table.get(seq - 1)
                table[seq]["seal"] = forger._seal(table[seq], forger.proof_of(before) if before else "")
        for row in head:
            if table and last >= max(table):
                row.update(seq=max(table), proof=forger.proof_of(table[max(table)]))

    return edit


def wind_back(seq: int, cut: bool, older: list[Row]) -> Edit:
    """Puts an older head row back, with or without removing what came after it."""

    def edit(table: Table, head: list[Row]) -> None:
        head[:] = [dict(row) for row in older if row["seq"] == seq]
        for later in [one for one in table if cut and one > seq]:
            del table[later]

    return edit


#: An edit with what only the record itself can tell, its older heads.
EDITS = st.lists(
    st.one_of(
        st.builds(change, NUMBERS, st.sampled_from(TEXTS), WORDS),
        st.builds(remove, st.sets(NUMBERS, min_size=1, max_size=LENGTH)),
        st.builds(swap, NUMBERS, NUMBERS, st.booleans()),
        st.builds(renumber, NUMBERS, st.integers(-2, LENGTH + 3)),
        st.builds(close_up, NUMBERS),
        st.builds(forge, FORGERS, st.integers(-1, LENGTH + 2), WORDS),
        st.builds(reseal, FORGERS, NUMBERS, NUMBERS),
        st.tuples(st.integers(0, LENGTH - 1), st.booleans()),
    ),
    min_size=1,
    max_size=3,
)


# ---- what must be found -------------------------------------------------------------------------------------


def first_difference(was: Table, now: Table) -> int | None:
    """The lowest number at which the rows differ."""
    return min((seq for seq in {*was, *now} if was.get(seq) != now.get(seq)), default=None)


def names(sentence: str, seq: int) -> bool:
    """Whether a sentence names the entry: by its number, or within "Entries 2 to 5"."""
    span = re.match(r"Entries (-?\d+) to (-?\d+) are", sentence)
    within = span is not None and int(span[1]) <= seq <= int(span[2])
    return within or re.match(rf"Entry {seq} |.*so entry {seq} can't be judged", sentence) is not None


class Undo(Exception):
    """Takes an example's changes back."""


def check(tx: Tx, edits: list[Any]) -> None:
    was, head_was, older = written(tx)
    kept = AUDIT.head(tx)
    now, head = copy.deepcopy(was), copy.deepcopy(head_was)
    for edit in edits:
        (wind_back(*edit, older) if isinstance(edit, tuple) else edit)(now, head)
    store(tx, now, head)
    alone, told = verify(AUDIT, tx), verify(AUDIT, tx, kept)
    found = [one.what for one in alone.problems]
    place = first_difference(was, now)
    is_cut = place is not None and sorted(now) == list(range(1, place)) and place == len(now) + 1
    heads = {row["seq"]: row["proof"] for row in [*older, *head_was]}
    noted = (head[0]["seq"], head[0]["proof"]) if head else (0, "")
    fitting = noted == (len(now), heads.get(len(now), ""))
    if place is None and fitting:
        assert (alone.fine, told.fine) == (True, True), found
    elif is_cut and fitting:
        # The tail is gone and the head is that of a backup: nothing but a head kept elsewhere can tell.
        assert alone.fine, found
        assert any(f"{LENGTH} when that head was noted" in one.what for one in told.problems)
    else:
        assert not alone.fine
        assert not told.fine
        if place is not None and not is_cut:
            assert any(names(one, place) for one in found), (place, found)
    raise Undo


@pytest.fixture
async def open_lane(lane: Lane) -> Lane:
    """A store whose triggers somebody has taken away."""
    triggers = await lane.read(lambda tx: tx.all("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    await lane.write(lambda tx: [tx.run(f"DROP TRIGGER {row['name']}") for row in triggers])
    return lane


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
async def test_every_edit_without_the_key_is_found_and_its_first_place_named(
    open_lane: Lane, edits: list[Any]
) -> None:
    with pytest.raises(Undo):
        await open_lane.write(lambda tx: check(tx, edits))


@pytest.mark.parametrize("seq", range(1, LENGTH + 1))
@pytest.mark.parametrize("column", TEXTS)
async def test_a_single_letter_in_any_column_of_any_row_is_found(
    open_lane: Lane, seq: int, column: str
) -> None:
    def alter(table: Table, _head: list[Row]) -> None:
        table[seq][column] += "x"

    with pytest.raises(Undo):
        await open_lane.write(lambda tx: check(tx, [alter]))


@pytest.mark.parametrize("last", range(1, LENGTH + 1))
async def test_a_record_that_pretends_to_be_older_than_the_key_is_found(open_lane: Lane, last: int) -> None:
    def change_first(table: Table, _head: list[Row]) -> None:
        table[1]["actor_id"] = "U9"

    with pytest.raises(Undo):
        await open_lane.write(lambda tx: check(tx, [change_first, reseal(Audit(b""), 1, last)]))


@pytest.mark.parametrize("kept", range(LENGTH))
async def test_every_cut_is_found_with_a_head_and_only_with_one(open_lane: Lane, kept: int) -> None:
    with pytest.raises(Undo):
        await open_lane.write(lambda tx: check(tx, [(kept, True)]))
