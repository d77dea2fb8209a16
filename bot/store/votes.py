"""Each approver's yes: to a request, a contact or a late fee (the subject, an id), in the version that was seen.

No person and no right counts twice. A yes to another version, as before a text was changed, no longer counts.
"""

from bot.domain.approval import Vote
from bot.store.lane import Tx
from bot.store.rows import at, iso


def add(tx: Tx, subject: str, given: Vote, version: str = "") -> bool:
    """Write a yes down. False when this person, or somebody in this right, has said so already."""
    added = tx.run(
        """INSERT INTO vote (subject, version, user_id, name, principal, comment, at)
           VALUES (:subject, :version, :user_id, :name, :principal, :comment, :at)
           ON CONFLICT DO NOTHING""",
        {
            "subject": subject,
            "version": version,
            "user_id": given.user_id,
            "name": given.name,
            "principal": given.principal,
            "comment": given.comment,
            "at": iso(given.at),
        },
    )
    return added == 1


def of(tx: Tx, subject: str, version: str = "") -> tuple[Vote, ...]:
    """Every yes to this version, oldest first."""
    rows = tx.all(
        "SELECT * FROM vote WHERE subject = :subject AND version = :version ORDER BY at, user_id",
        {"subject": subject, "version": version},
    )
    return tuple(
        Vote(row["user_id"], row["name"], row["principal"], row["comment"], at(row["at"])) for row in rows
    )
