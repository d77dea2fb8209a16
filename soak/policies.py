"""The policies that an operator of the soak goes back and forth between."""

from dataclasses import replace
from datetime import time
from random import Random

from bot.domain.policy import (
    Business,
    Channels,
    CustomerPolicy,
    DigestPlan,
    LadderPolicy,
    Level,
    People,
    Policy,
    RoleLists,
)

BILLING = "C0BILLING"
_COURTESY = Level("courtesy", -3, ("customer",), "courtesy")
_CALL = Level("call", 15, ("owner",))
_SECOND = Level("second call", 22, ("owner",))
_MANAGER = Level("manager", 30, ("manager",))
_LEVELS = (
    _COURTESY,
    Level("friendly", 1, ("customer",), "friendly"),
    Level("firm", 7, ("customer", "owner"), "firm"),
    _CALL,
    _MANAGER,
    Level("final notice", 45, ("customer",), "final", approval=True),
    Level("hand-off", 60, ("manager", "channel"), approval=True),
)
_LADDERS = (
    LadderPolicy(_LEVELS, min_amount=2500),
    LadderPolicy(tuple(one for one in _LEVELS if one is not _MANAGER), min_amount=10_000),
    LadderPolicy((*_LEVELS, _SECOND), min_days_between_contacts=3, min_amount=2500),
)
#: Days of every level that any of them has, by name.
DAYS = {level.name: level.days for ladder in _LADDERS for level in ladder.levels}


def first_policy(customers: int) -> Policy:
    """The policy with which it begins: some customers in another currency, some off the ladder."""
    own = {str(number): CustomerPolicy(currency="CAD") for number in range(10, customers + 1, 10)}
    own |= {str(number): CustomerPolicy(ladder=False) for number in range(17, customers + 1, 97)}
    own |= {str(number): CustomerPolicy(auto_pay=True) for number in range(19, customers + 1, 89)}
    owners = {str(number): "U0DANA" for number in range(3, customers + 1, 3)}
    return Policy(
        business=Business("Northwind IT", "America/New_York", "USD", holidays="US"),
        version="soak-0",
        digests=(DigestPlan(BILLING, time(9), frozenset(range(5)), "America/New_York", weekly=0),),
        channels=Channels(approvals="C0APPROVE", escalation=BILLING, failures="C0APPROVE"),
        people=People("U0BOSS", {"default": "U0CLERK", **owners}),
        roles=RoleLists(approvers=frozenset({"U0BOSS"}), collectors=frozenset({"U0CLERK"})),
        ladder=_LADDERS[0],
        customers=own,
        syncro_own_reminders=False,
        syncro_late_fees=False,
    )


def edited(policy: Policy, random: Random) -> Policy:
    """The policy with another of the ladders."""
    number = random.choice([one for one in range(len(_LADDERS)) if _LADDERS[one] is not policy.ladder])
    return replace(policy, ladder=_LADDERS[number], version=f"soak-{number}")
