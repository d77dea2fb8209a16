"""Requests for somebody else's word, with the writes that they are about and the yes of each approver.

States: waiting → approved → done | failed; waiting → rejected | withdrawn | expired | stale; approved → stale. What a
request asks for, its rules and its time are written once and never changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.approval import Rules, State, Vote
from bot.domain.asked import Asked
from bot.domain.roles import Person
from bot.store import votes
from bot.store.lane import Row, Tx
from bot.store.rows import at, at_or_none, from_json, iso, iso_or_none, to_json


@dataclass(frozen=True, slots=True)
class Step:
    """One write of a request, as it was checked: ``place`` is its step in the key, ``seen`` the version (JSON)."""

    kind: str
    invoice_id: str
    request: dict[str, Any]
    seen: str
    place: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One request. ``key`` is that of the form in which it was made; ``amount`` is in minor units of ``currency``.

    ``told``: the people who are asked. ``plan``: of a payment over several invoices, all of it. ``sentence``: how it
    stands or ended. ``next_try_at``: when what could not be done just now is tried again.
    """

    id: str
    key: str
    kind: str
    customer_id: str
    currency: str
    amount: int
    requester_id: str
    requester_name: str
    visit_id: str
    steps: tuple[Step, ...]
    plan: dict[str, Any]
    request_hash: str
    asked: Asked
    rules: Rules
    told: tuple[str, ...]
    policy_version: str
    state: State
    created_at: datetime
    expires_at: datetime
    remind_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    decided_name: str = ""
    comment: str = ""
    sentence: str = ""
    next_try_at: datetime | None = None
    ended_at: datetime | None = None
    votes: tuple[Vote, ...] = ()

    @property
    def requester(self) -> Person:
        """Who asked, with the name as it was then."""
        return Person(self.requester_id, self.requester_name)

    @property
    def invoice_ids(self) -> tuple[str, ...]:
        """The invoices that it would change."""
        return tuple(step.invoice_id for step in self.steps)


def insert(tx: Tx, approval: Approval) -> bool:
    """Write a new request down. False when the same form has made one before."""
    inserted = tx.run(
        """INSERT INTO approval (id, key, kind, customer_id, currency, amount, requester_id, requester_name, visit_id,
               steps, plan, request_hash, asked, rules, told, policy_version, state, created_at, remind_at, expires_at,
               decided_by, decided_name, comment, sentence)
           VALUES (:id, :key, :kind, :customer_id, :currency, :amount, :requester_id, :requester_name, :visit_id,
               :steps, :plan, :request_hash, :asked, :rules, :told, :policy_version, 'waiting', :created_at,
               :remind_at, :expires_at, '', '', '', '')
           ON CONFLICT DO NOTHING""",
        {
            "id": approval.id,
            "key": approval.key,
            "kind": approval.kind,
            "customer_id": approval.customer_id,
            "currency": approval.currency,
            "amount": approval.amount,
            "requester_id": approval.requester_id,
            "requester_name": approval.requester_name,
            "visit_id": approval.visit_id,
            "steps": to_json([_step_json(step) for step in approval.steps]),
            "plan": to_json(approval.plan),
            "request_hash": approval.request_hash,
            "asked": to_json(approval.asked.to_json()),
            "rules": to_json(approval.rules.to_json()),
            "told": to_json(list(approval.told)),
            "policy_version": approval.policy_version,
            "created_at": iso(approval.created_at),
            "remind_at": iso_or_none(approval.remind_at),
            "expires_at": iso(approval.expires_at),
        },
    )
    if inserted:
        rows = [{"id": approval.id, "invoice_id": one} for one in dict.fromkeys(approval.invoice_ids)]
        tx.many("INSERT INTO approval_invoice (approval_id, invoice_id) VALUES (:id, :invoice_id)", rows)
    return inserted == 1


def get(tx: Tx, id: str) -> Approval | None:
    """The request with this id."""
    return next(iter(_load(tx, "id = :id", {"id": id})), None)


def approvers(tx: Tx, id: object) -> tuple[str, ...]:
    """The Slack ids of those who approved the request with this id; nobody when there is none."""
    held = get(tx, str(id)) if id else None
    return tuple(vote.user_id for vote in held.votes) if held else ()


def by_key(tx: Tx, key: str) -> Approval | None:
    """The request that a form has made."""
    return next(iter(_load(tx, "key = :key", {"key": key})), None)


def of_state(tx: Tx, *states: State) -> list[Approval]:
    """Every request in one of these states, oldest first."""
    found = [one for state in states for one in _load(tx, "state = :state", {"state": state.value})]
    return sorted(found, key=lambda one: (one.created_at, one.id))


def open_of_customer(tx: Tx, customer_id: str) -> list[Approval]:
    """A customer's requests of which something can still come, oldest first."""
    where = "customer_id = :customer_id AND state IN ('waiting', 'approved')"
    return _load(tx, where, {"customer_id": customer_id})


def open_on(tx: Tx, invoice_id: str) -> list[Approval]:
    """The same of those that are about an invoice."""
    where = """state IN ('waiting', 'approved')
        AND id IN (SELECT approval_id FROM approval_invoice WHERE invoice_id = :invoice_id)"""
    return _load(tx, where, {"invoice_id": invoice_id})


def vote(tx: Tx, id: str, given: Vote) -> bool:
    """One approver's yes to a waiting request. False when it doesn't wait, or this person or right has said so."""
    waits = tx.one("SELECT id FROM approval WHERE id = :id AND state = 'waiting'", {"id": id})
    return waits is not None and votes.add(tx, id, given)


def decide(
    tx: Tx, id: str, state: State, *, by: str, name: str, now: datetime, comment: str = "", sentence: str = ""
) -> bool:
    """A waiting request is decided, or ends otherwise. False when somebody or something was first."""
    changed = tx.run(
        """UPDATE approval SET state = :state, decided_by = :by, decided_name = :name, decided_at = :now,
               comment = :comment, sentence = :sentence,
               ended_at = CASE WHEN :state = 'approved' THEN NULL ELSE CAST(:now AS TEXT) END
           WHERE id = :id AND state = 'waiting'""",
        {
            "id": id,
            "state": state.value,
            "by": by,
            "name": name,
            "comment": comment,
            "sentence": sentence,
            "now": iso(now),
        },
    )
    return changed == 1


def end(tx: Tx, id: str, state: State, sentence: str, now: datetime) -> bool:
    """How an approved request ended. False when it had ended before."""
    changed = tx.run(
        """UPDATE approval SET state = :state, sentence = :sentence, ended_at = :now, next_try_at = NULL
           WHERE id = :id AND state = 'approved'""",
        {"id": id, "state": state.value, "sentence": sentence, "now": iso(now)},
    )
    return changed == 1


def hold_back(tx: Tx, id: str, sentence: str, next_try_at: datetime | None) -> bool:
    """Why an approved request isn't done yet, and when it is tried again. False when it has ended."""
    changed = tx.run(
        """UPDATE approval SET sentence = :sentence, next_try_at = :next
           WHERE id = :id AND state = 'approved'""",
        {"id": id, "sentence": sentence, "next": iso_or_none(next_try_at)},
    )
    return changed == 1


def reminded(tx: Tx, id: str) -> bool:
    """It is reminded of once. False when it was, or nobody has to decide it any more."""
    sql = (
        "UPDATE approval SET remind_at = NULL WHERE id = :id AND state = 'waiting' AND remind_at IS NOT NULL"
    )
    return tx.run(sql, {"id": id}) == 1


def count_by_state(tx: Tx) -> dict[str, int]:
    """How many there are in each state."""
    rows = tx.all("SELECT state, count(*) AS n FROM approval GROUP BY state")
    return {str(row["state"]): int(row["n"]) for row in rows}


def _load(tx: Tx, where: str, params: Mapping[str, object]) -> list[Approval]:
    """``where`` is a constant of this module; values are parameters."""
    sql = f"SELECT * FROM approval WHERE {where} ORDER BY created_at, id"  # noqa: S608 - see the docstring
    return [_from_row(row, votes.of(tx, row["id"])) for row in tx.all(sql, params)]


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "invoice": step.invoice_id,
        "request": step.request,
        "seen": step.seen,
        "place": step.place,
    }


def _from_row(row: Row, given: tuple[Vote, ...]) -> Approval:
    values = dict(row)
    return Approval(
        **values
        | {
            "steps": tuple(
                Step(one["kind"], one["invoice"], one["request"], one["seen"], one["place"])
                for one in from_json(row["steps"])
            ),
            "plan": from_json(row["plan"]),
            "asked": Asked.from_json(from_json(row["asked"])),
            "rules": Rules.from_json(from_json(row["rules"])),
            "told": tuple(from_json(row["told"])),
            "state": State(row["state"]),
            "created_at": at(row["created_at"]),
            "remind_at": at_or_none(row["remind_at"]),
            "expires_at": at(row["expires_at"]),
            "decided_at": at_or_none(row["decided_at"]),
            "next_try_at": at_or_none(row["next_try_at"]),
            "ended_at": at_or_none(row["ended_at"]),
            "votes": given,
        }
    )
