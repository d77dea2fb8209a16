"""How we stand with each customer, summed by the database from the ledgers of contacts, calls and holds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from bot.domain.worklist import NOTHING_KNOWN, Standing
from bot.store.lane import Row, Tx
from bot.store.mirror import UNPAID_SQL
from bot.store.rows import day, iso

#: A call task: the owner was asked to call, nobody has since, and something that was listed is still to be paid.
_TASKS = f"""SELECT contact.customer_id, min(contact.as_of) AS since FROM contact
    WHERE contact.track = 'internal' AND contact.stage = 'sent' AND {{whose}}
      AND EXISTS (SELECT 1 FROM delivery WHERE delivery.contact_id = contact.id
                  AND delivery.audience = 'owner' AND delivery.state = 'sent')
      AND NOT EXISTS (SELECT 1 FROM call_log WHERE call_log.customer_id = contact.customer_id
                      AND call_log.at >= contact.created_at)
      AND EXISTS (SELECT 1 FROM contact_invoice JOIN invoice ON invoice.id = contact_invoice.invoice_id
                  WHERE contact_invoice.contact_id = contact.id AND invoice.gone = 0 AND {UNPAID_SQL}
                  AND (invoice.balance IS NULL OR invoice.balance > 0))
    GROUP BY contact.customer_id"""  # noqa: S608 - constants of this module
_HELD = """SELECT customer_id, min(CASE WHEN kind = 'promise' THEN until END) AS promised,
        max(CASE WHEN kind = 'dispute' THEN 1 ELSE 0 END) AS disputed,
        max(CASE WHEN kind = 'do_not_contact' THEN 1 ELSE 0 END) AS do_not_contact
    FROM hold WHERE ended_at IS NULL AND {whose} GROUP BY customer_id"""
_BROKEN = """SELECT customer_id, count(*) AS broken FROM hold
    WHERE kind = 'promise' AND outcome = 'broken' AND ended_at >= :broken_since AND {whose} GROUP BY customer_id"""
_REMINDED = """SELECT customer_id, max(as_of) AS last FROM contact
    WHERE track = 'customer' AND stage = 'sent' AND {whose} GROUP BY customer_id"""
_CALLED = """SELECT customer_id, made_on, next_on FROM call_log
    WHERE at = (SELECT max(at) FROM call_log AS later WHERE later.customer_id = call_log.customer_id) AND {whose}
    ORDER BY id"""


def standings(tx: Tx, broken_since: datetime) -> Mapping[str, Standing]:
    """Of every customer of whom there is anything to tell. Promises broken before ``broken_since`` don't count."""
    return _standings(tx, broken_since, "")


def standing_of(tx: Tx, customer_id: str, broken_since: datetime) -> Standing:
    """The same of one customer."""
    return _standings(tx, broken_since, customer_id).get(customer_id, NOTHING_KNOWN)


def ended_promises(tx: Tx, customer_id: str) -> Mapping[str, int]:
    """How many of a customer's promises ended how: "kept", "broken"."""
    rows = tx.all(
        """SELECT outcome, count(*) AS number FROM hold
           WHERE customer_id = :customer_id AND kind = 'promise' AND ended_at IS NOT NULL GROUP BY outcome""",
        {"customer_id": customer_id},
    )
    return {row["outcome"]: row["number"] for row in rows}


def _standings(tx: Tx, broken_since: datetime, customer_id: str) -> dict[str, Standing]:
    params = {"broken_since": iso(broken_since), "customer_id": customer_id}
    found: dict[str, Standing] = {}

    def rows(sql: str) -> list[Row]:
        table = "contact." if sql is _TASKS else ""
        return tx.all(
            sql.format(whose=f"{table}customer_id = :customer_id" if customer_id else "1 = 1"), params
        )

    def note(row: Row, **known: object) -> None:
        before = found.get(row["customer_id"], NOTHING_KNOWN)
        found[row["customer_id"]] = replace(before, **known)  # type: ignore[arg-type]  # fields of Standing

    for row in rows(_TASKS):
        note(row, call_task=day(row["since"]))
    for row in rows(_HELD):
        note(
            row,
            promised=day(row["promised"]),
            disputed=row["disputed"] == 1,
            do_not_contact=row["do_not_contact"] == 1,
        )
    for row in rows(_BROKEN):
        note(row, broken=row["broken"])
    for row in rows(_REMINDED):
        note(row, last_contact=day(row["last"]))
    for row in rows(_CALLED):
        before = found.get(row["customer_id"], NOTHING_KNOWN).last_contact
        made = date.fromisoformat(row["made_on"])
        note(row, last_contact=max(filter(None, (before, made))), next_call=day(row["next_on"]))
    return found
