"""Who looks after a customer: whom people assigned, else whom the policy names. The one place that says it."""

from dataclasses import replace

from bot.domain.policy import Audience, People, Policy
from bot.domain.recipients import recipient
from bot.store import assignments
from bot.store.lane import Tx


def people_now(tx: Tx, policy: Policy) -> People:
    """The people of the policy with the assigned owners put over its own."""
    return replace(policy.people, owners={**policy.people.owners, **assignments.owners(tx)})


def owner_of(tx: Tx, policy: Policy, customer_id: str) -> str:
    """The Slack user who owns this customer, else empty."""
    return people_now(tx, policy).owner_of(customer_id)


def who_looks_after(tx: Tx, policy: Policy, customer_id: str) -> str:
    """The customer's owner, else the manager, else the escalation channel; empty when the policy names none."""
    return owner_of(tx, policy, customer_id) or policy.people.manager or policy.channels.escalation


def target_of(tx: Tx, policy: Policy, audience: Audience, customer_id: str) -> str:
    """Who of our own people an audience is for this customer; empty for nobody, and for the customer."""
    return recipient(audience, customer_id, people_now(tx, policy), policy.channels)
