"""Who looks after a customer: whom people assigned, else whom the policy names."""

from dataclasses import replace

from bot.domain.policy import People, Policy
from bot.store import assignments
from bot.store.lane import Tx


def people_now(tx: Tx, policy: Policy) -> People:
    """The people of the policy with the assigned owners put over its own. Ask this, never the policy, for an owner."""
    return replace(policy.people, owners={**policy.people.owners, **assignments.owners(tx)})
