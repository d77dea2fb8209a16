"""The SQLite lane: one writer thread, one reader thread, write-ahead log.

Every write begins with BEGIN IMMEDIATE and is synced to disk before it counts as committed
(``synchronous=FULL``): an operation recorded as sent must survive a kill and a power cut.
"""

import asyncio
import contextlib
import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from operator import itemgetter
from pathlib import Path

from sqlite_utils import Database

from bot.domain.errors import Misconfigured
from bot.store.lane import NONE, Conflict, Row, StoreError, T, Tx, Violation, storable_row

#: Marks a file as ours ("Dueb"), so that another program's database is never written to.
APPLICATION_ID = 0x44756562
#: How long a write waits for another process, in seconds.
BUSY_SECONDS = 10.0

_PARAMETER = re.compile(r":([a-z_]+[0-9]*)\b")
_UNIQUE = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
_CURES = {
    sqlite3.SQLITE_BUSY: "another process has been writing to it for too long. Try again; if it stays, "
    "stop the other process",
    sqlite3.SQLITE_LOCKED: "it is locked. Try again",
    sqlite3.SQLITE_FULL: "the disk is full. Free some space and try again",
    sqlite3.SQLITE_READONLY: "it can't be written to. Check the permissions of the file and its folder",
    sqlite3.SQLITE_PERM: "access is denied. Check the permissions of the file and its folder",
    sqlite3.SQLITE_IOERR: "reading or writing the disk failed. Check the disk and its free space",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened. Check that the folder exists and may be written to",
    sqlite3.SQLITE_CORRUPT: "the file is damaged. Stop Duebot and restore the last backup",
    sqlite3.SQLITE_NOTADB: "the file is not a database. Point DATABASE_URL at another file",
}

#: How Python's module begins to say that a text is no UTF-8, without a code: Duebot can't have written that.
_UNREADABLE_TEXT = "Could not decode to UTF-8"


class SqliteLane:
    """A SQLite file as a lane. Made by ``open``; ``close`` it before the loop ends."""

    engine = "sqlite"

    def __init__(self, path: Path, temporary: Path | None) -> None:
        self._path = path
        self._temporary = temporary
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="store-reader")
        self._writer: sqlite3.Connection
        self._reader: sqlite3.Connection

    @classmethod
    async def open(cls, path: str | Path) -> "SqliteLane":
        """Open the file at ``path``, creating it if needed; ``:memory:`` is a temporary file gone at close.

        Raises ``Misconfigured`` when it can't be opened, is no database, or belongs to another program.
        """
        temporary = Path(tempfile.mkdtemp(prefix="duebot-")) if str(path) == ":memory:" else None
        lane = cls(temporary / "duebot.db" if temporary else Path(path), temporary)
        loop = asyncio.get_running_loop()
        try:
            lane._writer = await loop.run_in_executor(lane._writing, _open_writer, lane._path)
            lane._reader = await loop.run_in_executor(lane._reading, _open_reader, lane._path)
        except BaseException:
            lane._stop()
            raise
        return lane

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run ``fn`` as one transaction in the writer's thread; see ``Lane.write``."""
        return await asyncio.get_running_loop().run_in_executor(
            self._writing, _transact, self._writer, self._path, "BEGIN IMMEDIATE", fn
        )

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run ``fn`` on a snapshot in the reader's thread; see ``Lane.read``."""
        return await asyncio.get_running_loop().run_in_executor(
            self._reading, _transact, self._reader, self._path, "BEGIN", fn
        )

    async def close(self) -> None:
        """Finish what is running, then close both connections; a temporary file is removed."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._reading, self._reader.close)
        await loop.run_in_executor(self._writing, self._writer.close)
        self._stop()

    def _stop(self) -> None:
        self._writing.shutdown()
        self._reading.shutdown()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)


class _SqliteTx:
    """One transaction. After a violation it takes no more statements, as PostgreSQL would not."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.violation: Violation | None = None

    def all(self, sql: str, params: Mapping[str, object] = NONE) -> list[Row]:
        with self._statement():
            cursor = self._connection.execute(sql, storable_row(params))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, values, strict=True)) for values in cursor]

    def one(self, sql: str, params: Mapping[str, object] = NONE) -> Row | None:
        with self._statement():
            cursor = self._connection.execute(sql, storable_row(params))
            values = cursor.fetchone()
            names = [column[0] for column in cursor.description or ()]
            return None if values is None else dict(zip(names, values, strict=True))

    def run(self, sql: str, params: Mapping[str, object] = NONE) -> int:
        with self._statement():
            return self._connection.execute(sql, storable_row(params)).rowcount

    def many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> int:
        placed, values_of = _by_place(sql)
        with self._statement():
            cursor = self._connection.executemany(placed, (values_of(storable_row(row)) for row in rows))
            return max(0, cursor.rowcount)

    @contextlib.contextmanager
    def _statement(self) -> Iterator[None]:
        if self.violation:
            raise self.violation
        try:
            yield
        except sqlite3.IntegrityError as error:
            kind = Conflict if error.sqlite_errorname in _UNIQUE else Violation
            self.violation = kind(str(error))
            raise self.violation from error


@lru_cache(maxsize=64)
def _by_place(sql: str) -> tuple[str, Callable[[Mapping[str, object]], tuple[object, ...]]]:
    """``sql`` with its parameters numbered, and what takes their values out of a row.

    With twenty columns SQLite spends a third of an insert on finding parameters by name.
    """
    names = list(dict.fromkeys(_PARAMETER.findall(sql)))
    placed = _PARAMETER.sub(lambda found: f"?{names.index(found[1]) + 1}", sql)
    take = itemgetter(*names)
    return placed, take if len(names) > 1 else lambda row: (take(row),)


def _transact(connection: sqlite3.Connection, path: Path, begin: str, fn: Callable[[Tx], T]) -> T:
    tx = _SqliteTx(connection)
    try:
        connection.execute(begin)
        result = fn(tx)
        if tx.violation:
            raise tx.violation
        connection.execute("COMMIT")
        return result
    except sqlite3.DatabaseError as error:
        sentence = _sentence(path, error)
        if sentence is None:
            raise
        raise StoreError(sentence) from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _sentence(path: Path, error: sqlite3.DatabaseError) -> str | None:
    """What is wrong with the file and what to do; ``None`` when the error is not about the file."""
    cure = _CURES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if str(error).startswith(_UNREADABLE_TEXT):
        cure = _CURES[sqlite3.SQLITE_CORRUPT]
    return cure and f"The database {path.name} can't be used: {cure}."


def _open_writer(path: Path) -> sqlite3.Connection:
    with opening(path):
        _create_private(path)
        connection = _connect(path)
        try:
            # Plugins that happen to be installed on the machine have no business in this database.
            database = Database(connection, execute_plugins=False)
            _claim(database, path)
            _use_write_ahead_log(database)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        return connection


def _open_reader(path: Path) -> sqlite3.Connection:
    with opening(path):
        connection = _connect(path)
        connection.execute("PRAGMA query_only = ON")
        return connection


@contextlib.contextmanager
def opening(path: Path) -> Iterator[None]:
    """Turns what goes wrong with the file at ``path`` into ``Misconfigured``."""
    try:
        yield
    except OSError as error:
        raise Misconfigured(
            f"The database {path} can't be opened: {error.strerror}. Check DATABASE_URL and the folder's permissions."
        ) from error
    except sqlite3.DatabaseError as error:
        sentence = _sentence(path, error)
        if sentence is None:
            raise
        raise Misconfigured(sentence) from error


def _create_private(path: Path) -> None:
    """Create the file readable by its owner alone: it holds customers' data. SQLite's side files follow it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _connect(path: Path) -> sqlite3.Connection:
    # The connection stays in one thread at a time; close() may come from the executor's last task.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _claim(database: Database, path: Path) -> None:
    """Mark a new file as ours; refuse one that holds something else."""
    connection = database.conn
    connection.execute("BEGIN IMMEDIATE")
    try:
        (marked,) = connection.execute("PRAGMA application_id").fetchone()
        if marked != APPLICATION_ID and database.schema:
            raise Misconfigured(
                f"The database {path} belongs to another program. Point DATABASE_URL at another file."
            )
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _use_write_ahead_log(database: Database) -> None:
    """Switch the file to WAL. SQLite's busy wait does not cover this switch, so it is tried until the limit."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            database.enable_wal()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
