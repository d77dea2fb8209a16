"""No text from Slack or Syncro becomes a formula in somebody's spreadsheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.spreadsheet import safe_cell

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\t", " \t "])
def test_what_could_be_a_formula_begins_with_an_apostrophe(start: str, before: str) -> None:
    text = f"{before}{start}HYPERLINK(1)"
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Acme", "1,234.50", "a=b", "'=1", " Acme", "x+y", "#1234", "–"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


@given(st.text())
def test_nothing_begins_like_a_formula_and_nothing_is_lost(text: str) -> None:
    safe = safe_cell(text)
    assert safe.removeprefix("'") == text.removeprefix("'") or safe == f"'{text}"
    assert not safe.startswith(tuple(STARTS))
    assert not safe.strip().startswith(tuple(STARTS))
