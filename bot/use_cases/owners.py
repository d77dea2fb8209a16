"""Who looks after a customer: the one place that says it."""

from bot.domain.policy import Policy
from bot.store.lane import Tx


def owner_of(_tx: Tx, policy: Policy, customer_id: str) -> str:
    """The Slack user who owns this customer, else empty."""
    return policy.people.owner_of(customer_id)
