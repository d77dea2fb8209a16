"""Who looks after a customer, as people assigned it. The last assignment counts; the ones before are kept."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.roles import Person
from bot.store.lane import Tx
from bot.store.rows import iso


def assign(tx: Tx, id: str, customer_id: str, owner_id: str, by: Person, now: datetime) -> bool:
    """Make ``owner_id`` the owner; empty leaves it to policy. False when this assignment was made before."""
    if tx.one("SELECT 1 AS there FROM assignment WHERE id = :id", {"id": id}):
        return False
    tx.run(
        "UPDATE assignment SET current = 0 WHERE customer_id = :customer_id AND current = 1",
        {"customer_id": customer_id},
    )
    tx.run(
        """INSERT INTO assignment (id, customer_id, owner_id, by_id, by_name, at, current)
           VALUES (:id, :customer_id, :owner_id, :by_id, :by_name, :at, 1)""",
        {
            "id": id,
            "customer_id": customer_id,
            "owner_id": owner_id,
            "by_id": by.id,
            "by_name": by.name,
            "at": iso(now),
        },
    )
    return True


def owners(tx: Tx) -> Mapping[str, str]:
    """The assigned owner of each customer that has one."""
    rows = tx.all("SELECT customer_id, owner_id FROM assignment WHERE current = 1 AND owner_id <> ''")
    return {row["customer_id"]: row["owner_id"] for row in rows}
