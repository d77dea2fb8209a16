"""Which addresses are a customer's own, and which customer words may mean."""

import pytest

from bot.domain.addresses import check_recipients, foreign_addresses, split_addresses
from bot.domain.errors import BadInput
from bot.domain.invoice import Contact, Customer, Email
from bot.use_cases.matching import match_customers

ACME = Customer(
    id="1",
    name="Acme",
    email="Billing@acme.example",
    cc=("boss@acme.example",),
    other_emails=("acme@gmail.com",),
    contacts=(Contact("Ann", "ann@partner.example", ""),),
)
OTHER = Customer(id="2", name="Other", email="office@partner.example")


def email(*to: str, cc: tuple[str, ...] = (), subject: str = "Invoice") -> Email:
    return Email(to, cc, subject, "Hello")


@pytest.mark.parametrize(
    ("address", "foreign"),
    [
        ("billing@ACME.example", False),
        ("anybody@acme.example", False),
        ("anybody@sub.acme.example", True),
        ("anybody@notacme.example", True),
        ("acme@gmail.com", False),
        ("stranger@gmail.com", True),
        ("ann@partner.example", False),
        ("office@partner.example", True),
    ],
)
def test_an_address_is_own_when_listed_or_of_an_own_domain(address: str, foreign: bool) -> None:
    assert foreign_addresses(email(address), ACME, [ACME, OTHER]) == ([address] if foreign else [])


def test_a_domain_of_two_customers_belongs_to_neither() -> None:
    twin = Customer(id="3", name="Twin", email="x@acme.example")
    assert foreign_addresses(email("new@acme.example"), ACME, [ACME, twin]) == ["new@acme.example"]
    assert foreign_addresses(email("billing@acme.example"), ACME, [ACME, twin]) == []


def test_copies_are_judged_too() -> None:
    sent = email("billing@acme.example", cc=("spy@elsewhere.example",))
    assert foreign_addresses(sent, ACME, []) == ["spy@elsewhere.example"]


def test_addresses_are_split_kindly_and_once() -> None:
    assert split_addresses(" a@x.example; b@y.example,a@x.example c@z.example ", "to") == (
        "a@x.example",
        "b@y.example",
        "c@z.example",
    )


@pytest.mark.parametrize(
    "text",
    [
        "a@b",
        "a@@x.example",
        "Ann <a@x.example>",
        "a@x.example\nBcc: b@y.example",
        "a@x.example\rb@y.example",
        '"a"@x.example',
        f"{'a' * 250}@x.example",
        "a@-x.example",
    ],
)
def test_what_is_no_address_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        split_addresses(text, "cc")
    assert list(refused.value.fields) == ["cc"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (email(), "to"),
        (email("a@x.example", cc=tuple(f"b{at}@x.example" for at in range(5))), "cc"),
        (email("a@x.example", subject=" "), "subject"),
        (email("a@x.example", subject="Hello\nBcc: b@y.example"), "subject"),
        (email("a@x.example\nb@y.example"), "to"),
        (email("a@x.example", cc=("b@y",)), "cc"),
    ],
)
def test_recipients_and_subject_are_judged_again_before_sending(sent: Email, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_recipients(sent)
    assert refused.value.field == field


def test_five_recipients_are_fine() -> None:
    check_recipients(email("a@x.example", cc=tuple(f"b{at}@x.example" for at in range(4))))


NAMES = [
    ("1", "Acme Widgets (sample)"),
    ("2", "Acme Widgets"),
    ("3", "Acme Dental"),
    ("4", "Lakeshore Dental Group"),
    ("5", "Café Zürichberg Roasters"),
    ("6", "Twin"),
    ("7", "Twin"),
]


@pytest.mark.parametrize(
    ("words", "ids", "certain"),
    [
        ("acme widgets", ("2",), True),
        ("ACME  WIDGETS", ("2",), True),
        ("sample", ("1",), True),
        ("dental lakeshore", ("4",), True),
        ("acme", ("1", "2", "3"), False),
        ("dental", ("3", "4"), False),
        ("twin", ("6", "7"), False),
        ("zürichberg", ("5",), True),
        ("zzzzqqq", (), False),
    ],
)
def test_words_mean_whom_they_name(words: str, ids: tuple[str, ...], certain: bool) -> None:
    found = match_customers(words, NAMES)
    assert (found.ids, found.certain) == (ids, certain)


@pytest.mark.parametrize("words", ["acme dentl", "lakshore", "cafe zurichberg"])
def test_a_misspelt_name_is_never_certain(words: str) -> None:
    found = match_customers(words, NAMES)
    assert found.ids
    assert not found.certain
