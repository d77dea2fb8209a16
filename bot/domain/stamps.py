"""Stamps as Syncro writes them: when something was made or changed, by its own clock."""

from datetime import datetime


def stamp_of(text: str) -> datetime | None:
    """The moment that a stamp tells; ``None`` for what is no stamp, or has no time zone."""
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return None
    return stamp if stamp.tzinfo else None


def made_before(text: str, moment: datetime) -> bool:
    """Whether a stamp surely says so. What has no readable stamp may have been made at any time."""
    made = stamp_of(text)
    return made is not None and made < moment
