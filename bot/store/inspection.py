"""A look at the database without touching it: what would happen if the bot were started now."""

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import Misconfigured
from bot.store.audit import LAST_ENTRY, NOTED_END, End
from bot.store.migrations import pending
from bot.store.open import path_in
from bot.store.sqlite import APPLICATION_ID, opening


@dataclass(frozen=True, slots=True)
class Inspection:
    """The file at ``path`` (absolute). ``free`` are the bytes left on its disk.

    ``pending`` is how many changes of its tables the next start makes; ``others_read`` whether other users of the
    machine may read it. ``audit_end`` is how the audit record ends, if there is one.
    """

    path: Path
    exists: bool
    free: int
    pending: int = 0
    others_read: bool = False
    audit_end: End | None = None


def inspect(database_url: str) -> Inspection | None:
    """What is there; ``None`` for a database in memory. Makes no file.

    Raises ``Misconfigured`` when the bot couldn't use it: no such folder, not writable, another program's, damaged,
    or of a newer version.
    """
    named = path_in(database_url)
    if named == ":memory:":
        return None
    path = Path(named).absolute()
    folder = path.parent
    if not folder.is_dir():
        raise Misconfigured(f"The folder {folder} doesn't exist. Make it, or correct DATABASE_URL.")
    free = shutil.disk_usage(folder).free
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Misconfigured(
            f"The folder {folder} can't be written to, but SQLite keeps files beside the database. Let the user who "
            "runs Duebot write there, or correct DATABASE_URL."
        )
    if not path.exists():
        return Inspection(path, exists=False, free=free)
    if not os.access(path, os.R_OK | os.W_OK):
        raise Misconfigured(
            f"The database {path} can't be written to. Let the user who runs Duebot write to it."
        )
    with opening(path):
        steps, end = _inside(path)
    others_read = bool(path.stat().st_mode & stat.S_IROTH)
    return Inspection(path, True, free, steps, others_read, end)


def _inside(path: Path) -> tuple[int, End | None]:
    """How many changes of its tables are missing, and the end of the audit record."""
    # Without a write-ahead log nobody is writing; told so, SQLite makes no side files to read it.
    log = path.with_name(f"{path.name}-wal")
    mode = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    with closing(sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True, isolation_level=None)) as database:
        (marked,) = database.execute("PRAGMA application_id").fetchone()
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if tables and marked != APPLICATION_ID:
            raise Misconfigured(
                f"The database {path} belongs to another program. Point DATABASE_URL at another file."
            )
        if "migration" not in tables:
            return 0, None
        steps = len(pending({name for (name,) in database.execute("SELECT name FROM migration")}))
        last = database.execute(LAST_ENTRY).fetchone() if "audit" in tables else None
        noted = database.execute(NOTED_END).fetchone() if last else None
        return steps, End(*last, *noted) if last and noted else None
