"""Whether another bot runs on the same SQLite file.

Every running bot holds a shared lock on a companion file, ``FILE.run``. One that gets the exclusive lock first is
alone. The kernel lets go of a killed process's lock, so no stale lock can stay behind.
"""

import fcntl
import os
from pathlib import Path

from bot.domain.errors import Misconfigured


class Presence:
    """One bot's lock on a database file, from ``enter`` to ``leave``."""

    def __init__(self, database: Path) -> None:
        real = database.resolve()
        self._path = real.with_name(real.name + ".run")
        self._file: int | None = None

    def enter(self) -> bool:
        """True when no other bot runs on the file; until ``share``, another one waits here (so: in a thread).

        Raises ``Misconfigured`` when the companion file can't be made.
        """
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Misconfigured(
                f"{self._path} can't be written: {error.strerror}. Check the permissions of the database's folder."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(self._file, fcntl.LOCK_SH)
            return False
        return True

    def share(self) -> None:
        """Lets others enter; from now on they know that somebody is here."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def leave(self) -> None:
        """Gives the lock up."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
