"""Aligned text for a terminal, and figures that nobody has read yet."""

from dataclasses import replace

from bot.views.board import board
from bot.views.columns import columns
from bot.views.digest import digest
from bot.views.gallery_facts import board_facts, digest_facts, home_facts
from bot.views.home import home


def test_foreign_text_does_not_drive_the_terminal() -> None:
    shown = columns([["Acme \x1b[31mRED\nnext", "x"], ["b", "y" * 100]])
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 2


def test_long_names_are_cut_and_a_last_sentence_is_not() -> None:
    line = columns([["n" * 230, "s" * 100]])
    assert line == f"{'n' * 59}…  {'s' * 100}"


def test_nothing_is_said_of_what_was_never_read() -> None:
    said = str(board(replace(board_facts(totals=(), debtors=()), as_of=None), None).blocks)
    assert "Not known yet" in said
    assert "Nothing is overdue" not in said


def test_a_part_that_was_read_shows_no_zeros_for_the_rest() -> None:
    """While the first sync runs, an empty bucket means unknown."""
    for blocks, held in (
        (lambda facts: board(facts, None).blocks, board_facts()),
        (lambda facts: digest(facts).blocks, digest_facts()),
        (lambda facts: home(facts)["blocks"], home_facts()),
    ):
        before = str(blocks(replace(held, as_of=None)))
        assert "ays past due" in str(blocks(held))
        assert "ays past due" not in before
        assert "Not known yet" in before
