import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import (
    SyncroLimited,
    SyncroLost,
    SyncroMissing,
    SyncroRefused,
    SyncroUnauthorized,
)
from bot.syncro.status import UNTOLD_WAIT, Task, error_of, failure_in, retry_after, words_of

PAY = Task("record the payment on invoice 7", "Payments – Create", writes=True)
READ = Task("read invoice 7", "Invoices – View Details")
HTML = b"<!doctype html><html><body><h1>Gateway timeout</h1></body></html>"


def said(words: object) -> bytes:
    return json.dumps(words).encode()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "Payment exceeds balance"}, "Payment exceeds balance"),
        ({"error": ["one", "two."]}, "one; two"),
        ({"message": "date is required"}, "date is required"),
        ({"success": False, "message": ["a is wrong", "b is wrong"]}, "a is wrong; b is wrong"),
        (
            {"errors": {"customer_id": ["is required"], "base": ["It is closed"]}},
            "customer_id is required; It is closed",
        ),
        ({"errors": ["x", {"message": "y"}]}, "x; y"),
        ({"error": {"message": "nested", "code": 7}}, "nested"),
        ({"error": "same", "message": "same"}, "same"),
        ({"other": "ignored"}, ""),
        (["not", "an", "object"], "not; an; object"),
        (None, ""),
        (12, ""),
    ],
)
def test_every_shape_of_error_body_is_read(body: object, words: str) -> None:
    assert words_of(said(body)) == words


def test_a_page_has_no_words_and_long_or_split_words_fit_one_line() -> None:
    assert words_of(HTML) == ""
    assert words_of(b"") == ""
    assert words_of(said({"error": "two\nlines\x00\there"})) == "two lines here"
    assert len(words_of(said({"error": "long " * 1000}))) <= 300
    words_of(b'{"error": "\\ud800"}').encode()


@pytest.mark.parametrize(
    ("status", "words", "advice"),
    [
        (422, "Payment exceeds balance", "at most the open balance"),
        (422, "Cannot modify paid invoice", "void it"),
        (422, "customer_id is required", "Choose a customer"),
        (422, "date is required", "Enter the date"),
        (422, "due_date is required", "Correct what was entered"),
        (400, "page must be a number", "Correct what was entered"),
        (409, "Taken", "Correct what was entered"),
    ],
)
def test_a_clear_no_repeats_syncros_words_and_says_what_to_do(status: int, words: str, advice: str) -> None:
    error = error_of(status, {}, said({"error": words}), PAY)
    assert type(error) is SyncroRefused
    assert error.status == status
    assert error.sentence.startswith(f"Syncro refused to record the payment on invoice 7: {words}. ")
    assert advice in error.sentence


def test_a_no_without_words_still_says_what_to_do() -> None:
    error = error_of(422, {}, HTML, PAY)
    assert type(error) is SyncroRefused
    assert "gave no reason (422)" in error.sentence
    assert "try again" in error.sentence


def test_a_bad_key_and_a_missing_permission_are_told_apart() -> None:
    bad = error_of(401, {}, said({"error": "Unauthorized"}), READ)
    assert isinstance(bad, SyncroUnauthorized)
    assert "SYNCRO_API_KEY" in bad.sentence
    lacks = error_of(401, {}, said({"error": "Not authorized. Please ask account admin for help"}), READ)
    assert isinstance(lacks, SyncroUnauthorized)
    assert "“Invoices – View Details”" in lacks.sentence
    assert "SYNCRO_API_KEY" not in lacks.sentence
    forbidden = error_of(403, {}, HTML, PAY)
    assert isinstance(forbidden, SyncroRefused)
    assert "“Payments – Create”" in forbidden.sentence


def test_missing_things_and_missing_pages() -> None:
    assert isinstance(error_of(404, {}, said({"error": "Not found"}), READ), SyncroMissing)
    wrong_base = error_of(404, {}, HTML, READ)
    assert isinstance(wrong_base, SyncroMissing)
    assert "SYNCRO_BASE_URL" in wrong_base.sentence


@pytest.mark.parametrize("status", [302, 408, 500, 502, 503, 504, 599])
def test_what_leaves_a_write_open_says_to_check(status: int) -> None:
    error = error_of(status, {}, HTML, PAY)
    assert type(error) is SyncroLost
    assert "It may have happened" in error.sentence
    assert "may have happened" not in error_of(status, {}, HTML, READ).sentence
    assert ("SYNCRO_BASE_URL" in error.sentence) == (status == 302)


def test_a_pause_carries_its_seconds() -> None:
    error = error_of(429, {"retry-after": "7"}, said({"error": "Rate limit exceeded"}), PAY)
    assert isinstance(error, SyncroLimited)
    assert error.retry_after == 7
    untold = error_of(429, {}, HTML, PAY)
    assert isinstance(untold, SyncroLimited)
    assert untold.retry_after == UNTOLD_WAIT


def test_a_pause_until_a_time_is_understood() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    assert 200 < retry_after({"retry-after": later}) <= 300
    earlier = format_datetime(datetime.now(UTC) - timedelta(minutes=5), usegmt=True)
    assert retry_after({"retry-after": earlier}) == 0


@given(st.text() | st.sampled_from(["NaN", "inf", "-1", "٣", "1e9", "Mon, 99 Foo 2026 25:61:61 GMT"]))
def test_any_pause_is_a_sane_number(told: str) -> None:
    assert 0 <= retry_after({"retry-after": told}) < 10**12


@given(st.integers(300, 599).filter(lambda status: status != 304), st.binary(max_size=200))
def test_every_error_is_whole_sentences(status: int, body: bytes) -> None:
    sentence = error_of(status, {}, body, PAY).sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")


def test_a_good_status_that_reports_failure_is_noticed() -> None:
    assert failure_in({"success": False, "message": ["no"]}) == "no"
    assert failure_in({"error": "no"}) == "no"
    assert failure_in({"success": False}) == "no reason given"
    assert failure_in({"success": True, "message": "Email sent"}) == ""
    assert failure_in({"payment": {"id": 1, "success": False}, "errors": []}) == ""
    assert failure_in([]) == ""


def test_only_syncro_itself_says_that_something_is_gone() -> None:
    """A web page with 404 may be a proxy's, or maintenance: what it says nothing about isn't deleted."""
    gone = error_of(404, {}, b'{"error": "Not found"}', READ)
    page = error_of(404, {}, b"<!doctype html><h1>Not found</h1>", READ)
    assert isinstance(gone, SyncroMissing)
    assert isinstance(page, SyncroMissing)
    assert (gone.certain, page.certain) == (True, False)


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("Not authorized. Please ask account admin for access", "permission"),
        ("Not authorized. Invalid API key", "SYNCRO_API_KEY"),
        ("Your token has expired, please ask an admin", "SYNCRO_API_KEY"),
        ("Expired token", "SYNCRO_API_KEY"),
    ],
)
def test_a_key_that_syncro_does_not_know_is_told_from_one_without_a_right(words: str, about: str) -> None:
    assert about in str(error_of(401, {}, json.dumps({"error": words}).encode(), READ))
