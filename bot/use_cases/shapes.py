"""The wire shape of the account, kept once it was found out: a restart while Syncro is down knows it at once."""

from typing import Literal

from bot.store import mirror
from bot.store.lane import Lane
from bot.syncro.shape import ShapeName

_KEY = "syncro_shape"


async def remembered_shape(lane: Lane, account: str) -> ShapeName | Literal[""]:
    """The shape that ``account`` (Syncro's base address) was found to speak, or empty."""
    kept = await lane.read(lambda tx: mirror.get_state(tx, _KEY)) or ""
    name, _, of_account = kept.partition(" ")
    known: dict[str, ShapeName] = {"guide": "guide", "openapi": "openapi"}
    return known.get(name, "") if of_account == account else ""


async def remember_shape(lane: Lane, account: str, name: ShapeName) -> None:
    """Keeps what was found out of ``account``."""
    await lane.write(lambda tx: mirror.set_state(tx, _KEY, f"{name} {account}"))
