"""What a check found: one line, and one cure where there is something to mend."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a check ended. Only ``FAIL`` makes the exit status 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """``check`` is what was looked at, ``says`` a clause about it, ``cure`` whole sentences on what to do about it."""

    check: str
    state: State
    says: str
    cure: str = ""


def ok(check: str, says: str) -> Finding:
    """As it should be."""
    return Finding(check, State.OK, says)


def warn(check: str, says: str, cure: str) -> Finding:
    """Duebot runs, but not as the operator would want it to."""
    return Finding(check, State.WARN, says, cure)


def fail(check: str, says: str, cure: str) -> Finding:
    """Something that Duebot needs doesn't work."""
    return Finding(check, State.FAIL, says, cure)


def skipped(check: str, because: str) -> Finding:
    """It couldn't be looked at: ``because`` names what has to be mended first."""
    return Finding(check, State.SKIPPED, f"skipped, because {because}")
