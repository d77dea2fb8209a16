"""Assigning customers to the people who look after them."""

from bot.domain.errors import BadInput
from bot.domain.policy import People
from bot.domain.roles import Action, may
from bot.store import assignments, outbox
from bot.store.lane import Tx
from bot.use_cases.audit_place import place_of
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.invoices import Submission
from bot.use_cases.journal import write_key
from bot.use_cases.owners import owner_of, people_now

ASSIGNED = "customer.assigned"


class Assigning:
    """Who becomes the owner of a customer."""

    def __init__(self, context: Context, authority: Authority) -> None:
        self._context = context
        self._authority = authority

    async def assign(self, submission: Submission, customer_id: str, user_id: str) -> People:
        """Makes a person the owner of a customer; nobody (empty) leaves it to the policy. The people from then on.

        The new owner is told. The same form sent twice assigns once. Raises ``BadInput`` for who is no full member
        of the workspace now or has no role, and ``NoRole``.
        """
        await self._authority.require(submission.actor.id, Action.HOLD)
        if user_id:
            await self._require_ownable(user_id)
        key = write_key(submission.root_view, "assign", customer_id)
        people = await self._context.lane.write(
            lambda tx: self._assign(tx, key, submission, customer_id, user_id)
        )
        self._context.wake_outbox()
        return people

    async def _require_ownable(self, user_id: str) -> None:
        """The owner is sent what the customer owes: it must be somebody who may look it up."""
        member = await self._context.directory.member_now(user_id)
        if not member.full:
            raise BadInput(
                "Only full members of this workspace can own a customer: no guests, bots, or people who have left.",
                "owner",
            )
        if not may(await self._authority.role_of(user_id), Action.LOOK_UP):
            raise BadInput(
                f"{member.name} has no role in Duebot, so what the customer owes can't be shown to them.",
                "owner",
            )

    def _assign(self, tx: Tx, key: str, submission: Submission, customer_id: str, user_id: str) -> People:
        policy, actor, now = self._context.policy, submission.actor, self._context.now()
        before = owner_of(tx, policy, customer_id)
        if assignments.assign(tx, key, customer_id, user_id, actor, now):
            self._context.audit.append(
                tx,
                at=now,
                actor_id=actor.id,
                actor_name=actor.name,
                action="customer.assigned",
                subject=f"customer:{customer_id}",
                before={"owner": before},
                after={"owner": owner_of(tx, policy, customer_id), "assigned": user_id},
                operation_key=key,
                policy_version=policy.version,
                **place_of(tx, submission.visit_id),
            )
            if user_id and user_id != actor.id:
                payload = {"customer": customer_id, "by": actor.name, "assignment": key}
                outbox.put(tx, f"{ASSIGNED}:{key}", ASSIGNED, user_id, payload, now)
        return people_now(tx, policy)
