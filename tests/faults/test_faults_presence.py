"""Only a bot that is alone on a database takes over what another left; a killed one leaves no lock behind."""

import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from bot.domain.errors import Misconfigured
from bot.store.open import presence_at
from bot.store.presence import Presence

HOLD = """
import sys
from pathlib import Path
from bot.store.presence import Presence
one = Presence(Path(sys.argv[1]))
alone = one.enter()
one.share()
print(alone, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


def other_process(database: Path) -> "Popen[str]":
    held = Popen([sys.executable, "-c", HOLD, str(database)], stdin=PIPE, stdout=PIPE, text=True)
    assert held.stdout
    held.first = held.stdout.readline().strip()  # type: ignore[attr-defined]
    return held


def test_the_first_is_alone_and_the_next_is_not(database: Path) -> None:
    first, second, third = Presence(database), Presence(database), Presence(database)
    assert first.enter() is True
    first.share()
    assert second.enter() is False
    first.leave()
    assert third.enter() is False, "the second is still here"
    second.leave()
    third.leave()
    assert Presence(database).enter() is True


def test_a_killed_process_leaves_no_lock(database: Path) -> None:
    held = other_process(database)
    assert held.first == "True"
    mine = Presence(database)
    assert mine.enter() is False
    mine.leave()
    held.kill()
    held.communicate()
    assert mine.enter() is True
    mine.leave()


def test_another_name_for_the_same_file_is_the_same_lock(database: Path) -> None:
    database.touch()
    link = database.with_name("link.db")
    link.symlink_to(database)
    first, second = Presence(database), Presence(link)
    first.enter()
    first.share()
    assert second.enter() is False
    first.leave()
    second.leave()


def test_a_database_in_memory_has_one_bot_only() -> None:
    assert presence_at("sqlite:///:memory:") is None
    assert isinstance(presence_at("sqlite:///bot.db"), Presence)


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="Check the permissions"):
        Presence(tmp_path / "none" / "bot.db").enter()
