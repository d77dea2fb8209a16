"""Who looks after a customer: whom people assigned, else whom the policy names. The one place that says it."""

from dataclasses import replace

from bot.domain.policy import People, Policy
from bot.store import assignments
from bot.store.lane import Tx


def people_now(tx: Tx, policy: Policy) -> People:
    """The people of the policy with the assigned owners put over its own."""
    return replace(policy.people, owners={**policy.people.owners, **assignments.owners(tx)})


def owner_of(tx: Tx, policy: Policy, customer_id: str) -> str:
    """The Slack user who owns this customer, else empty."""
    return people_now(tx, policy).owner_of(customer_id)
