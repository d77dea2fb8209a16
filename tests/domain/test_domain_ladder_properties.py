"""What must hold for the ladder whatever the facts are."""

from datetime import timedelta

from domain_samples import CALENDAR, CUSTOMER, EVERY_DAY, TODAY, invoice, policy
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.contacts import ContactNow, PastContact
from bot.domain.invoice import Invoice, Status
from bot.domain.ladder import decide_customer
from bot.domain.policy import Level
from bot.domain.sending import Sending

INTERNAL = (("owner",), ("manager",), ("channel",), ("owner", "manager"))
LADDERS = st.lists(
    st.builds(
        lambda days, to, approval: Level(f"at {days}", days, to, approval=approval),
        st.integers(-5, 60),
        st.sampled_from([*INTERNAL, ("customer",), ("customer", "owner")]),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda level: level.days,
)
INVOICES = st.lists(
    st.builds(
        lambda late, balance, status, currency: invoice(
            late, balance=balance, status=status, currency=currency
        ),
        st.none() | st.integers(-10, 100),
        st.none() | st.integers(-5000, 50000),
        st.sampled_from([*Status, Status.SENT, Status.SENT]),
        st.sampled_from(["USD", "USD", "EUR"]),
    ),
    max_size=6,
)
CUSTOMER_CONTACTS = st.lists(
    st.builds(
        lambda ago, level, ids: (ago, level, ids),
        st.integers(0, 60),
        st.integers(1, 60),
        st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True),
    ),
    max_size=3,
)


def past(rows: list[tuple[int, int, list[int]]], invoices: list[Invoice]) -> list[PastContact]:
    """Contacts with the customer that listed some of the invoices."""
    made = []
    for ago, level, places in rows:
        listed = tuple((invoices[place].id, level) for place in places if place < len(invoices))
        if listed:
            on = TODAY - timedelta(days=ago)
            made.append(PastContact("customer", level, "sent before", listed[0][0], listed, on, "sent"))
    return made


@given(INVOICES, LADDERS, CUSTOMER_CONTACTS, st.booleans())
def test_a_second_run_on_the_same_day_makes_nothing(
    invoices: list[Invoice], levels: list[Level], rows: list[tuple[int, int, list[int]]], automatic: bool
) -> None:
    contacts, rules = past(rows, invoices), policy(*levels)
    first = decide_customer(
        CUSTOMER, invoices, contacts, rules, CALENDAR, TODAY, sending=Sending(automatic=automatic)
    )
    contacts += [contact.as_past(TODAY) for contact in first.contacts]
    second = decide_customer(
        CUSTOMER, invoices, contacts, rules, CALENDAR, TODAY, sending=Sending(automatic=automatic)
    )
    assert second.contacts == ()
    # What awaited approval may have been heard meanwhile: a contact of the first run lists that invoice too. On the
    # customer track that contact may have made way for the level above it, which then waits for a person.
    said = {item.invoice.id for contact in first.contacts for item in contact.listed}
    fresh = set(second.proposals) - set(first.proposals)
    assert all(one.track == "customer" and one.carrying.id in said for one in fresh)


@given(INVOICES, LADDERS, CUSTOMER_CONTACTS, st.integers(0, 6))
def test_every_invoice_has_a_reason_and_only_eligible_ones_are_listed(
    invoices: list[Invoice], levels: list[Level], rows: list[tuple[int, int, list[int]]], shift: int
) -> None:
    today = TODAY + timedelta(days=shift)
    decisions = decide_customer(CUSTOMER, invoices, past(rows, invoices), policy(*levels), CALENDAR, today)
    for one in invoices:
        told = decisions.reasons(one.id)
        assert set(told) == {"customer", "internal"}
        assert all(reason.sentence for reason in told.values())
    assert not decisions.contacts or CALENDAR.is_business_day(today)
    assert not any(contact.track == "customer" for contact in decisions.contacts), "sending is off"
    for contact in (*decisions.contacts, *decisions.proposals):
        assert contact.total > 0
        assert contact.total >= 2500
        assert contact.carrying in [item.invoice for item in contact.listed]
        assert set(contact.level.to) <= set(contact.audiences)
        assert ("customer" in contact.audiences) == (contact.track == "customer")
        for item in contact.listed:
            assert item.invoice.unpaid
            assert (item.invoice.balance or 0) > 0
            assert item.invoice.currency == contact.currency
            assert item.invoice.overdue(today) == (contact.level.days >= 0)
    assert not any(contact.level.approval for contact in decisions.contacts)
    assert all(proposal.level.approval for proposal in decisions.proposals)


@settings(max_examples=25)
@given(INVOICES, LADDERS)
def test_over_three_months_no_level_is_made_twice_and_each_is_heard_in_time(
    invoices: list[Invoice], levels: list[Level]
) -> None:
    rules = policy(*levels, min_amount=0)
    contacts: list[PastContact] = []
    made: list[ContactNow] = []
    for day in range(90):
        today = TODAY + timedelta(days=day)
        decided = decide_customer(CUSTOMER, invoices, contacts, rules, EVERY_DAY, today)
        for contact in decided.contacts:
            made.append(contact)
            contacts.append(contact.as_past(today))
            assert contact.level.days <= (contact.carrying.days_past_due(today) or 0)
    keys = [(one.currency, one.carrying.id, one.level.name) for one in made]
    assert len(keys) == len(set(keys))


@given(INVOICES, LADDERS)
def test_nothing_hears_more_than_the_level_due_for_its_own_age(
    invoices: list[Invoice], levels: list[Level]
) -> None:
    decisions = decide_customer(CUSTOMER, invoices, [], policy(*levels, min_amount=0), EVERY_DAY, TODAY)
    for contact in decisions.contacts:
        if contact.level.days >= 0:
            for (id, heard), item in zip(contact.as_past(TODAY).listed, contact.listed, strict=True):
                assert id == item.invoice.id
                assert heard <= item.days_past_due
