"""Writes for which policy may want somebody else's word: done at once, or asked for, once per form.

What is asked is what was checked; it is frozen with the rules of that moment. See docs/approvals.md.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.approval import Rules, State, rules_of
from bot.domain.asked import Asked
from bot.domain.business_hours import hours_later, reminder_at
from bot.domain.errors import BadInput, NeedsApproval, NotAllowed
from bot.domain.version import Version
from bot.store import approvals
from bot.store.approvals import Approval, Step
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.use_cases.approval_log import ask_people, log_request
from bot.use_cases.audit_place import place_of
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.journal import Intent, Journal, request_hash, write_key
from bot.use_cases.kinds import APPROVAL

#: What a form led to: a write, or a request for somebody else's word.
Written = Operation | Approval
_OTHER_VALUES = "This form was already sent with other values. Open it afresh to make another entry."


class Asking:
    """Carries writes out, or asks for them."""

    def __init__(self, context: Context, authority: Authority, journal: Journal) -> None:
        self._context = context
        self._authority = authority
        self._journal = journal

    async def perform(self, intent: Intent) -> Written:
        """Does what is intended, or asks somebody else; a repeat of the same form gets what the first led to.

        Raises what refused it, as ``Journal.perform``; and ``NotAllowed`` when nobody else could approve it.
        """
        held = await self.asked_before(intent.base_key, [intent])
        if held is not None:
            return held
        try:
            return await self._journal.perform(intent)
        except NeedsApproval as error:
            return await self.ask(intent.base_key, [intent], error.asked)

    async def asked_before(self, key: str, intents: Sequence[Intent]) -> Approval | None:
        """What this form has asked for already. Raises ``BadInput`` when that was with other values."""
        held = await self._context.lane.read(lambda tx: approvals.by_key(tx, key))
        if held is not None and held.request_hash != _hash_of(intents):
            raise BadInput(_OTHER_VALUES)
        return held

    async def ask(
        self, key: str, intents: Sequence[Intent], asked: Asked, plan: Mapping[str, Any] | None = None
    ) -> Approval:
        """Writes the request down and puts it before those who may decide it, in one transaction.

        Raises ``NotAllowed`` when too few others may, so that nothing waits for nobody.
        """
        first = intents[0]
        rules = rules_of(self._context.policy)
        told = await self._deciders(rules, first.actor.id, asked)
        now = self._context.now()
        local, hours = self._context.local(now), self._context.policy.approvals.expires_hours
        request = Approval(
            id=f"apr-{secrets.token_hex(8)}",
            key=key,
            kind=first.kind,
            customer_id=first.customer_id,
            currency=self._context.policy.currency_of(first.customer_id),
            amount=sum(int(one.request.get("amount", 0)) for one in intents),
            requester_id=first.actor.id,
            requester_name=first.actor.name,
            visit_id=first.visit_id,
            steps=tuple(_step(one, place) for place, one in enumerate(intents, 1)),
            plan=dict(plan or {}),
            request_hash=_hash_of(intents),
            asked=asked,
            rules=rules,
            told=told,
            policy_version=self._context.policy.version,
            state=State.WAITING,
            created_at=now,
            remind_at=reminder_at(local, hours, self._context.calendar),
            expires_at=hours_later(local, hours, self._context.calendar),
        )

        def write(tx: Tx) -> Approval:
            if not approvals.insert(tx, request):
                return approvals.by_key(tx, key) or request
            after = {"why": list(asked.why), "requests": [one.request for one in intents]}
            place = place_of(tx, request.visit_id)
            log_request(tx, self._context, request, first.actor, "requested", after, place)
            ask_people(tx, self._context, request)
            return request

        held = await self._context.lane.write(write)
        self._context.wake_outbox()
        return held

    async def _deciders(self, rules: Rules, requester: str, asked: Asked) -> tuple[str, ...]:
        others, count = await self._authority.deciders(rules, {requester})
        if count < rules.number:
            many = "nobody else may" if not others else f"only {count} of {rules.number} others may"
            raise NotAllowed(
                f"{asked.title} needs approval ({'; '.join(asked.why)}), and {many} give it. Nothing was written. "
                "Whoever runs Duebot can list more approvers in the policy."
            )
        return tuple(one.id for one in others)


def intents_of(held: Approval) -> list[Intent]:
    """The writes of an approved request: keyed by it, so that each is made once, whoever comes to it."""
    actor = held.requester
    return [
        Intent(
            base_key=write_key(held.id, step.kind, step.invoice_id, step.place),
            kind=step.kind,
            invoice_id=step.invoice_id,
            customer_id=held.customer_id,
            actor=actor,
            request={**step.request, APPROVAL: held.id},
            seen=Version.from_json(step.seen) if step.seen else None,
            visit_id=held.visit_id,
        )
        for step in held.steps
    ]


def _step(intent: Intent, place: int) -> Step:
    seen = intent.seen.to_json() if intent.seen else ""
    return Step(intent.kind, intent.invoice_id or "", intent.request, seen, place)


def _hash_of(intents: Sequence[Intent]) -> str:
    """The same typed requests give the same text."""
    hashes = [request_hash(one.request) for one in intents]
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()
