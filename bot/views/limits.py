"""When somebody else must approve, as a line under the form that it concerns."""

from bot.domain.facts import Abilities
from bot.domain.money import say_money
from bot.domain.policy import ApprovalPolicy, Threshold
from bot.views.wording import count


def payment_limits(policy: ApprovalPolicy, currency: str) -> str:
    """For payments in ``currency``, or empty when policy never asks."""
    said = []
    if policy.payment is not None:
        said.append(f"{_above(policy.payment, currency)} in seven days for one customer")
    if policy.backdated_days is not None:
        said.append(f"dated more than {count(policy.backdated_days, 'day')} back")
    return f"Somebody else must approve payments {', or '.join(said)}." if said else ""


def sending_limits(policy: ApprovalPolicy, currency: str, can: Abilities) -> str:
    """For sending an invoice in ``currency``; where addresses can be chosen, foreign ones need it always."""
    said = ["to addresses that aren't the customer's own"] if can.email_text else []
    if policy.send is not None:
        said.append(f"of a total {_above(policy.send, currency)}")
    return f"Somebody else must approve sending {', or '.join(said)}." if said else ""


def _above(limit: Threshold, currency: str) -> str:
    if currency not in limit.above:
        return f"in {currency}, whatever the sum,"
    return f"above {say_money(limit.above[currency], currency)}"
