"""The gate lets in what Slack signed, of now, once, and no faster than agreed."""

import json
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from bot.domain.refusals import Refusal
from bot.slack.gate import WINDOW, Gate

SECRET = "only-in-this-test"
NOW = 1_780_000_000


class Clocks:
    """Both of the gate's clocks."""

    def __init__(self) -> None:
        self.wall, self.timer = float(NOW), 0.0

    def gate(self, per_second: float = 50) -> Gate:
        return Gate(SECRET, per_second, lambda: self.wall, lambda: self.timer)


def signed(body: bytes, at: int = NOW, secret: str = SECRET) -> tuple[str, str, bytes]:
    made = SignatureVerifier(secret).generate_signature(timestamp=str(at), body=body)
    assert made
    return str(at), made, body


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def test_what_is_signed_now_comes_in_once(clocks: Clocks) -> None:
    gate = clocks.gate()
    assert gate.refuses(*signed(b"one")) is None
    assert gate.refuses(*signed(b"one")) is Refusal.REPLAYED
    assert gate.refuses(*signed(b"two")) is None
    assert gate.refuses(*signed(b"one", NOW + 1)) is None, "a repeat is signed anew"


@pytest.mark.parametrize("away", [-WINDOW, WINDOW])
def test_five_minutes_are_let_in(clocks: Clocks, away: int) -> None:
    assert clocks.gate().refuses(*signed(b"one", NOW + away)) is None


@pytest.mark.parametrize(
    "stamp", [str(NOW - WINDOW - 1), str(NOW + WINDOW + 1), "", "now", "-5", "9" * 5000, "1e9", "²"]
)
def test_another_time_is_stale_before_the_body_is_read(clocks: Clocks, stamp: str) -> None:
    _, signature, body = signed(b"one")
    gate = clocks.gate()
    assert gate.refuses_unread(stamp, signature) is Refusal.STALE
    assert gate.refuses(stamp, signature, body) is Refusal.STALE


@pytest.mark.parametrize(
    "signature", ["", "v0=", "v0=" + "f" * 63, "v1=" + "f" * 64, "v0=" + "é" * 64, "x" * 8000]
)
def test_what_is_no_signature_is_forged_before_the_body_is_read(clocks: Clocks, signature: str) -> None:
    assert clocks.gate().refuses_unread(str(NOW), signature) is Refusal.FORGED


def test_another_secret_body_or_time_is_forged(clocks: Clocks) -> None:
    gate = clocks.gate()
    stamp, signature, body = signed(b"one")
    assert gate.refuses(*signed(b"one", secret="another")) is Refusal.FORGED
    assert gate.refuses(stamp, signature, body + b" ") is Refusal.FORGED
    assert gate.refuses(str(NOW + 1), signature, body) is Refusal.FORGED
    assert gate.refuses(stamp, signature, b"\xff") is Refusal.FORGED
    assert gate.remembered == 0, "what is forged fills no memory"
    assert gate.refuses(stamp, signature, body) is None


@pytest.mark.parametrize("away", [0, -200, 200])
def test_a_signature_is_remembered_as_long_as_it_would_be_taken_and_no_longer(
    clocks: Clocks, away: int
) -> None:
    gate = clocks.gate()
    sent = signed(b"one", NOW + away)
    assert gate.refuses(*sent) is None
    clocks.wall = NOW + away + WINDOW
    assert gate.refuses(*sent) is Refusal.REPLAYED
    clocks.wall += 1
    assert gate.refuses(*sent) is Refusal.STALE
    assert gate.refuses(*signed(b"other", NOW + away + WINDOW)) is None
    assert gate.remembered == 1


def test_its_pace_bounds_what_is_remembered(clocks: Clocks) -> None:
    gate = clocks.gate(per_second=2)
    answers = [gate.refuses(*signed(b"%d" % number)) for number in range(20)]
    assert answers == [None] * 8 + [Refusal.TOO_FAST] * 12
    assert gate.remembered == 8
    clocks.timer += 1.5
    assert [gate.refuses(*signed(b"later %d" % at)) for at in range(4)] == [None] * 3 + [Refusal.TOO_FAST]


def test_rubbish_takes_nothing_from_what_is_signed(clocks: Clocks) -> None:
    gate = clocks.gate(per_second=2)
    for _ in range(500):
        gate.refuses(*signed(b"one", secret="another"))
    assert gate.refuses(*signed(b"one")) is None
    for _ in range(500):
        assert gate.refuses(*signed(b"one")) is Refusal.REPLAYED
    assert [gate.refuses(*signed(b"%d" % at)) for at in range(7)] == [None] * 7


def test_an_event_that_slack_sends_again_comes_in_again(clocks: Clocks) -> None:
    gate = clocks.gate()
    event = signed(json.dumps({"type": "event_callback", "event_id": "Ev1"}).encode())
    assert gate.refuses(*event) is None
    assert gate.refuses(*event) is Refusal.REPLAYED, "unless it says that it is sent again"
    assert gate.refuses(*event, True) is None
    click = signed(b"payload=%7B%22type%22%3A%22block_actions%22%7D")
    assert gate.refuses(*click) is None
    assert gate.refuses(*click, True) is Refusal.REPLAYED


def test_the_same_letters_typed_twice_find_the_same(clocks: Clocks) -> None:
    def asked(kind: str) -> bytes:
        return urlencode({"payload": json.dumps({"type": kind, "value": "ac"})}).encode()

    gate = clocks.gate()
    assert [gate.refuses(*signed(asked("block_suggestion"))) for _ in range(3)] == [None] * 3
    assert gate.refuses(*signed(asked("block_actions"))) is None
    assert gate.refuses(*signed(asked("block_actions"))) is Refusal.REPLAYED
    for body in (b"payload=block_suggestion", b"payload=%5B%5D", b"text=block_suggestion"):
        assert gate.refuses(*signed(body)) is None
        assert gate.refuses(*signed(body)) is Refusal.REPLAYED
