"""Looking the audit's chain through: what was changed, removed, put in or moved, and whether its end is there."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import BadInput
from bot.store.audit import BEFORE_ALL, Audit, head_row, page_after
from bot.store.lane import Row, Tx

#: More sentences than anybody reads; what is beyond is counted.
_MOST = 1000
_SHOWN = 60
_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{32})")
_OTHER_KEY = (
    "If DUEBOT_AUDIT_KEY was changed after these were written, that is why: what was sealed with another key can't be "
    "judged with this one."
)
_KEYLESS = Audit(b"")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong: ``what`` names entries by number and nobody's name; ``reads_now`` is a changed entry's text."""

    what: str
    reads_now: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.reads_now}".rstrip()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check has found: how many entries there are, their head, and what is wrong with them.

    ``more`` counts the problems beyond those listed. ``end_judged``: a head from elsewhere was given. ``early`` are the
    first entries, written before there was a key; the first one with the key seals them all.
    """

    entries: int
    head: str
    problems: Sequence[Problem]
    more: int
    end_judged: bool
    early: int

    @property
    def fine(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


class Verification:
    """One check of the whole chain, a page at a time, so that others can read and write in between.

    Rows that are added meanwhile are looked at too: the end is judged in the same moment in which it is reached.
    """

    def __init__(self, audit: Audit, head: str | None = None) -> None:
        """``head``: what the record's head was at some time, kept elsewhere. Raises ``BadInput`` for what is none."""
        self._audit = audit
        self._kept = None if head is None else _read_head(head)
        self._seen = BEFORE_ALL
        self._entries = 0
        self._expected = 1
        self._proof = ""
        self._maybe_early = audit.keyed
        self._early = 0
        self._found: list[Problem] = []
        self._more = 0
        self._first_two_altered = [False, False]
        self.verdict: Verdict | None = None

    def advance(self, tx: Tx) -> bool:
        """Looks at the next page; true when that was the end and the verdict is there."""
        page = page_after(tx, self._seen)
        for row in page:
            self._look_at(row)
        if page:
            return False
        self._judge_end(tx)
        self.verdict = Verdict(
            entries=self._entries,
            head=self._audit.head(tx),
            problems=tuple(self._found),
            more=self._more,
            end_judged=self._kept is not None,
            early=self._early,
        )
        return True

    def _look_at(self, row: Row) -> None:
        seq = row["seq"]
        self._entries, self._seen = self._entries + 1, seq
        if seq < 1:
            self._add(f"Entry {seq} was put in: entries are numbered from 1.", _reads_now(row))
            return
        by = self._sealed_by(row) if seq == self._expected else None
        if by is None:
            self._not_borne_out()
        if seq > self._expected:
            self._add(f"{_span(self._expected, seq - 1)} missing, so entry {seq} can't be judged.")
        elif by is None:
            self._add(f"Entry {seq} is not as it was written, or not in its place.", _reads_now(row))
            self._hint(seq)
        self._expected, self._proof = seq + 1, (by or self._audit).proof_of(row)

    def _sealed_by(self, row: Row) -> Audit | None:
        """What sealed a row: the key; nothing, before the first row with the key; or neither, and it was changed."""
        if self._audit.seals(row, self._proof):
            self._maybe_early = False
            return self._audit
        if self._maybe_early and _KEYLESS.seals(row, self._proof):
            self._early = row["seq"]
            return _KEYLESS
        return None

    def _not_borne_out(self) -> None:
        """Entries without the key count only with one behind them that seals them with it."""
        if self._maybe_early and self._early:
            self._add(
                f"{_span(1, self._early)} not sealed with DUEBOT_AUDIT_KEY, so anybody can have written that."
            )
        self._maybe_early = False

    def _hint(self, seq: int) -> None:
        """Two altered ones at the very beginning look like another key."""
        if seq in (1, 2):
            self._first_two_altered[seq - 1] = True
            if all(self._first_two_altered):
                self._add(_OTHER_KEY)

    def _judge_end(self, tx: Tx) -> None:
        self._not_borne_out()
        last, head = self._expected - 1, head_row(tx)
        if head["seq"] > last:
            self._add(f"{_span(last + 1, head['seq'])} missing at the end.")
        elif head["seq"] < last:
            self._add(
                f"The end is not sealed: Duebot noted {head['seq']} as the last entry, and there are {last}."
            )
        elif not hmac.compare_digest(head["proof"], self._proof):
            self._add(f"The end is not sealed: entries may be missing after {last}, or it was noted anew.")
        if self._kept is not None:
            self._compare(tx, *self._kept)

    def _compare(self, tx: Tx, number: int, head: str) -> None:
        """The record must go on from where the head that was kept elsewhere says it was."""
        row = tx.one("SELECT seq, seal FROM audit WHERE seq = :seq", {"seq": number})
        if row is None:
            last = self._expected - 1
            cut = _span(last + 1, number) if number > last else _span(number, number)
            self._add(f"{cut} cut off: the record had {number} when that head was noted.")
        elif head not in self._heads(number, row["seal"]):
            self._add(
                f"Entry {number} is not the one that was the last when that head was noted: "
                "the record was cut off before it and written anew."
            )

    def _heads(self, number: int, seal: str) -> list[str]:
        """What Duebot may have shown as the head when this row was the last."""
        by = (self._audit, _KEYLESS) if number <= self._early else (self._audit,)
        return [one.public_head(number, seal) for one in by]

    def _add(self, what: str, reads_now: str = "") -> None:
        if len(self._found) < _MOST:
            self._found.append(Problem(what, reads_now))
        else:
            self._more += 1


def verify(audit: Audit, tx: Tx, head: str | None = None) -> Verdict:
    """The whole check at one moment. Raises ``BadInput`` for a head that is none."""
    check = Verification(audit, head)
    while not check.advance(tx):
        pass
    assert check.verdict is not None  # noqa: S101  advance has just said so
    return check.verdict


def _read_head(text: str) -> tuple[int, str]:
    typed = text.strip().strip("`").strip().lower()
    found = _HEAD.fullmatch(typed)
    if found is None or int(found[1]) < 1:
        raise BadInput(
            "That is no head of the audit record. It looks like 1234:3f9c…: a number, a colon, and 32 digits and "
            "letters from a to f. Copy the whole of it.",
            "head",
        )
    return int(found[1]), typed


def _span(first: int, last: int) -> str:
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"


def _reads_now(row: Row) -> str:
    """Who, what and when, as the row says now: whoever changed it chose these words."""
    who = f"{_short(row['actor_name'])} ({_short(row['actor_id'])})"
    return f"It reads now: {_short(row['at'])}, {who}, {_short(row['action'])}, {_short(row['subject'])}."


def _short(text: str) -> str:
    """On one line, and nothing that a terminal would obey."""
    shown = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
