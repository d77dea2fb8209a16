from dataclasses import replace

from domain_samples import CALENDAR, CUSTOMER, TODAY, invoice, policy

from bot.domain.contacts import ContactNow
from bot.domain.ladder import decide_customer
from bot.domain.policy import Channels, People
from bot.domain.recipients import gather_by_recipient, recipient

PEOPLE = People("U_BOSS", {"default": "U_CLERK", "8": "U_DANA"})
CHANNELS = Channels(escalation="C_BILLING")


def contact(customer_id: str, days: int) -> ContactNow:
    customer = replace(CUSTOMER, id=customer_id)
    decided = decide_customer(
        customer, [invoice(days, customer_id=customer_id)], [], policy(), CALENDAR, TODAY
    )
    return decided.contacts[0]


def test_each_recipient_gets_one_message() -> None:
    a, b, c = contact("7", 15), contact("8", 31), contact("9", 31)
    gathered = [
        (one.audience, one.target, one.contacts) for one in gather_by_recipient([a, b, c], PEOPLE, CHANNELS)
    ]
    assert gathered == [
        ("owner", "U_CLERK", (a, c)),
        ("owner", "U_DANA", (b,)),
        ("manager", "U_BOSS", (b, c)),
    ]


def test_one_person_in_two_parts_is_told_once() -> None:
    (only,) = gather_by_recipient([contact("7", 31)], People("U_CLERK", {"default": "U_CLERK"}), CHANNELS)
    assert (only.audience, only.target, len(only.contacts)) == ("owner", "U_CLERK", 1)


def test_contacts_without_a_recipient_are_not_lost() -> None:
    first, second = gather_by_recipient([contact("7", 31)], People(), Channels())
    assert [(one.audience, one.target) for one in (first, second)] == [("owner", ""), ("manager", "")]


def test_the_channel_is_the_escalation_channel() -> None:
    assert recipient("channel", "7", PEOPLE, CHANNELS) == "C_BILLING"
    assert recipient("customer", "7", PEOPLE, CHANNELS) == ""
