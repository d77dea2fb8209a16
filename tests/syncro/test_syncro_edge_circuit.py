"""The circuit: when it opens, whom it lets through, and when it closes."""

import pytest

from bot.syncro.circuit import FAILURES, KEPT_FOR_PEOPLE, PAUSES, Circuit
from bot.syncro.pace import Lane
from bot.syncro.status import say_span

CLICK, BULK = Lane.INTERACTIVE, Lane.BACKGROUND


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    return Circuit(clock)


def fail(circuit: Circuit, times: int = 1) -> bool:
    """So many requests fail; whether the last one opened the circuit."""
    return [circuit.failed(circuit.leave()) for _ in range(times)][-1]


def test_it_opens_after_several_failures_in_a_row(circuit: Circuit) -> None:
    assert not fail(circuit, FAILURES - 1)
    assert not circuit.answered()
    assert not fail(circuit, FAILURES - 1)
    assert not circuit.is_open
    assert circuit.refusal(CLICK) == ""
    assert fail(circuit)
    assert circuit.is_open
    assert circuit.refusal(CLICK)
    assert circuit.refusal(BULK)


def test_repeats_of_a_read_do_not_count(circuit: Circuit) -> None:
    fail(circuit, FAILURES - 1)
    for _ in range(10):
        assert not circuit.failed(circuit.leave(repeated=True))
    assert fail(circuit)


def test_a_repeat_that_tries_counts(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, FAILURES)
    clock.now += PAUSES[0]
    circuit.failed(circuit.leave(repeated=True))
    assert "tries again in 10 seconds" in circuit.refusal(CLICK)


def test_failures_far_apart_are_no_row(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, FAILURES - 1)
    clock.now += 301
    assert not fail(circuit)
    assert fail(circuit, FAILURES - 1)


def test_it_says_since_when_and_until_when(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, FAILURES - 1)
    clock.now += 180
    fail(circuit)
    assert circuit.refusal(CLICK) == "Syncro hasn't answered for 3 minutes; Duebot tries again in 5 seconds"
    clock.now += 5
    circuit.leave()
    assert circuit.refusal(CLICK) == "Syncro hasn't answered for 3 minutes; Duebot is just trying again"


def test_one_request_tries_and_a_person_before_the_background(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, FAILURES)
    clock.now += PAUSES[0]
    assert circuit.refusal(BULK)
    assert not circuit.refusal(CLICK)
    circuit.leave()
    assert circuit.refusal(CLICK)
    clock.now += 100
    assert circuit.refusal(CLICK), "one at a time"


def test_without_people_the_background_tries(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, FAILURES)
    clock.now += PAUSES[0] + KEPT_FOR_PEOPLE
    assert not circuit.refusal(BULK)


def test_an_answer_closes_it(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, FAILURES)
    clock.now += PAUSES[0]
    circuit.leave()
    assert circuit.answered()
    assert not circuit.is_open
    assert circuit.refusal(BULK) == ""
    assert not fail(circuit, FAILURES - 1)


def test_each_try_in_vain_makes_the_next_pause_longer(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, FAILURES)
    for pause in (*PAUSES, PAUSES[-1]):
        clock.now += pause - 0.1
        assert circuit.refusal(CLICK)
        clock.now += 0.1
        assert not circuit.refusal(CLICK)
        assert not fail(circuit), "it was open before"


def test_what_left_before_tells_nothing_any_more(circuit: Circuit, clock: Clock) -> None:
    early = circuit.leave()
    fail(circuit, FAILURES)
    said = circuit.refusal(CLICK)
    assert not circuit.failed(early)
    assert circuit.refusal(CLICK) == said, "the pause is not longer for it"
    clock.now += PAUSES[0]
    probe = circuit.leave()
    circuit.failed(early)
    circuit.abandoned(early)
    assert "just trying" in circuit.refusal(CLICK)
    circuit.answered()
    assert not circuit.failed(probe)
    assert not fail(circuit, FAILURES - 1)


def test_but_an_answer_that_was_long_under_way_closes_it(circuit: Circuit) -> None:
    circuit.leave()
    fail(circuit, FAILURES)
    assert circuit.answered()
    assert not circuit.is_open


def test_a_try_that_is_given_up_leaves_it_to_another(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, FAILURES)
    clock.now += PAUSES[0]
    circuit.abandoned(circuit.leave())
    assert not circuit.refusal(CLICK)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "1 second"),
        (1.4, "1 second"),
        (89, "89 seconds"),
        (90, "2 minutes"),
        (180, "3 minutes"),
        (3540, "59 minutes"),
        (5399, "90 minutes"),
        (7200, "2 hours"),
    ],
)
def test_spans_are_said_in_words(seconds: float, said: str) -> None:
    assert say_span(seconds) == said
