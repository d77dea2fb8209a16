"""The one way to get a store: by its address."""

from pathlib import Path

from bot.domain.errors import Misconfigured
from bot.store.lane import Lane
from bot.store.migrations import migrate
from bot.store.presence import Presence
from bot.store.sqlite import SqliteLane

_SQLITE = "sqlite:///"


async def open_store(database_url: str) -> Lane:
    """The store at ``database_url`` (``sqlite:///PATH``, four slashes: absolute; ``sqlite:///:memory:``), migrated.

    Raises ``Misconfigured`` when the address can't be used or the database is from a newer version.
    """
    lane = await SqliteLane.open(path_in(database_url))
    try:
        await migrate(lane)
    except BaseException:
        await lane.close()
        raise
    return lane


def path_in(database_url: str) -> str:
    """The file that ``database_url`` names, or ``:memory:``. Raises ``Misconfigured`` for another kind of address."""
    if database_url.startswith(("postgresql://", "postgres://")):
        raise Misconfigured("PostgreSQL is not in this version. Set DATABASE_URL to sqlite:///PATH.")
    path = database_url.removeprefix(_SQLITE)
    if not database_url.startswith(_SQLITE) or not path:
        raise Misconfigured("DATABASE_URL must be sqlite:///PATH, for example sqlite:///duebot.db.")
    return path


def presence_at(database_url: str) -> Presence | None:
    """The lock by which bots on one database know of each other; a database in memory has only one."""
    path = database_url.removeprefix(_SQLITE)
    return None if path == ":memory:" else Presence(Path(path))
