"""Assigning customers to the people who look after them."""

from bot.domain.errors import BadInput
from bot.domain.policy import People
from bot.domain.roles import Action
from bot.store import assignments
from bot.store.lane import Tx
from bot.use_cases.authority import Authority
from bot.use_cases.context import Context
from bot.use_cases.invoices import Submission, write_key
from bot.use_cases.owners import people_now


class Assigning:
    """Who becomes the owner of a customer."""

    def __init__(self, context: Context, authority: Authority) -> None:
        self._context = context
        self._authority = authority

    async def assign(self, submission: Submission, customer_id: str, user_id: str) -> People:
        """Makes a person the owner of a customer; nobody (empty) leaves it to the policy. The people from then on.

        The same form sent twice assigns once. Raises ``BadInput`` for who is no full member of the workspace now,
        and ``NoRole``.
        """
        await self._authority.require(submission.actor.id, Action.HOLD)
        if user_id and not (await self._context.directory.member_now(user_id)).full:
            raise BadInput(
                "Only full members of this workspace can own a customer: no guests, bots, or people who have left.",
                "owner",
            )
        key = write_key(submission.root_view, "assign", customer_id)
        return await self._context.lane.write(
            lambda tx: self._assign(tx, key, submission, customer_id, user_id)
        )

    def _assign(self, tx: Tx, key: str, submission: Submission, customer_id: str, user_id: str) -> People:
        policy, actor, now = self._context.policy, submission.actor, self._context.now()
        before = people_now(tx, policy).owner_of(customer_id)
        if assignments.assign(tx, key, customer_id, user_id, actor, now):
            self._context.audit.append(
                tx,
                at=now,
                actor_id=actor.id,
                actor_name=actor.name,
                action="customer.assigned",
                subject=f"customer:{customer_id}",
                before={"owner": before},
                after={"owner": people_now(tx, policy).owner_of(customer_id), "assigned": user_id},
                operation_key=key,
                policy_version=policy.version,
            )
        return people_now(tx, policy)
