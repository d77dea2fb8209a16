from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.commands import (
    NOT_YET,
    OVERDUE_SUBCOMMANDS,
    SUBCOMMANDS,
    Add,
    Automatic,
    Board,
    Customer,
    Edit,
    Find,
    Help,
    New,
    NotYet,
    Pay,
    Proposals,
    Send,
    Show,
    Unknown,
    Void,
    parse_invoice_command,
    parse_overdue_command,
)
from bot.domain.errors import BadInput
from bot.domain.references import InvoiceRef, Match, digits_of, parse_reference, reference_matches

HOST = "northwind.syncromsp.com"
LINK = f"https://{HOST}/invoices/123"


def number(text: str) -> InvoiceRef:
    return InvoiceRef(text=text, number=text.removeprefix("#"))


N = number("1042")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Help()),
        ("  ", Help()),
        ("help", Help()),
        ("HELP pay", Help("pay")),
        ("1042", Show(N)),
        ("“1042”", Show(N)),
        ("`1042`", Show(N)),
        ("\u00a01042\u200b ", Show(N)),
        ("#1042", Show(number("#1042"))),
        ("# 1042", Show(number("#1042"))),
        ("INV-2024-1042", Show(number("INV-2024-1042"))),
        ("inv-2024-1042", Show(number("inv-2024-1042"))),
        ("INV–2024–1042", Show(number("INV-2024-1042"))),
        ("Show 1042", Show(N)),
        ("send 1042", Send(N)),
        ("SEND #1042", Send(number("#1042"))),
        ("edit 1042", Edit(N)),
        ("add 1042", Add(N)),
        ("void 1042", Void(N)),
        ("new", New()),
        ("new  Fabrikam   Dental", New("Fabrikam Dental")),
        ("new “Fabrikam Dental”", New("Fabrikam Dental")),
        ("find acme", Find("acme")),
        ("find acme overdue", Find("acme", "overdue")),
        ("find overdue acme", Find("acme", "overdue")),
        ("find unpaid", Find("", "unpaid")),
        ("find “void systems” paid", Find("void systems", "paid")),
        (
            "find acme overdue from 1 feb to next friday",
            Find("acme", "overdue", "1 feb", "next friday"),
        ),
        ("find acme from 2026-01-01 paid", Find("acme", "paid", "2026-01-01")),
        ("find acme until yesterday", Find("acme", None, "", "yesterday")),
        ("from-ticket 5567", NotYet("from-ticket")),
        ("drafts", NotYet("drafts")),
        ("fnd acme paid", Unknown("fnd acme paid", "find acme paid")),
        ("voids 1042", Unknown("voids 1042", "void 1042")),
        ("acme", Unknown("acme", "find acme")),
        ("1042 pay 500", Unknown("1042 pay 500", "pay 1042 500")),
        ("1042 void", Unknown("1042 void", "void 1042")),
        ("1042 please", Unknown("1042 please", "1042")),
    ],
)
def test_a_command_is_read_as_it_is_meant(typed: str, meant: object) -> None:
    assert parse_invoice_command(typed, syncro_host=HOST) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Pay()),
        ("1042", Pay(N)),
        ("1042 500", Pay(N, amount_text="500")),
        ("1042 500 check #1234", Pay(N, "", "500", "check", "1234")),
        ("1042 check 500 #1234", Pay(N, "", "500", "check", "1234")),
        ("1042 #1234 500 check", Pay(N, "", "500", "check", "1234")),
        ("1042 #1234", Pay(N, reference="1234")),
        ("1042 #DEP-77", Pay(N, reference="DEP-77")),
        ("1042 ref:77", Pay(N, reference="77")),
        ("1042 500 by check", Pay(N, amount_text="500", method="check")),
        ("#1042 #1234", Pay(number("#1042"), reference="1234")),
        ("1042 $1,234.50 credit card", Pay(N, amount_text="$1,234.50", method="credit card")),
        ("1042 $ 500", Pay(N, amount_text="$ 500")),
        ("1042 usd 500 wire", Pay(N, amount_text="usd 500", method="wire")),
        ("1042 500 usd wire", Pay(N, amount_text="500 usd", method="wire")),
        ("1042 -5", Pay(N, amount_text="-5")),
        (LINK, Pay(InvoiceRef(LINK, id="123"))),
        ("acme", Pay(customer="acme")),
        ("acme 1500", Pay(customer="acme", amount_text="1500")),
        ("Acme Freight $1,500 check #9", Pay(None, "Acme Freight", "$1,500", "check", "9")),
        ("acme check 1500", Pay(None, "acme", "1500", "check")),
        ("acme #9 1500", Pay(None, "acme", "1500", "", "9")),
        ("studio 54 1500", Pay(None, "studio 54", "1500")),
        ("“studio 54”", Pay(customer="studio 54")),
        ("3M 1500", Pay(None, "3M", "1500")),
    ],
)
def test_a_payment_is_read_in_any_sensible_order(typed: str, meant: Pay) -> None:
    assert parse_invoice_command(f"pay {typed}", syncro_host=HOST) == meant


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("void", "Which invoice"),
        ("send acme", "not an invoice number"),
        ("send 1042 1043", "one invoice at a time"),
        ("find", "What are you looking for"),
        ("find acme paid overdue", "one status"),
        ("pay 1042 5 6", "two amounts"),
        ("pay 1042 #5 #6", "two references"),
        ("pay $500", "Who paid"),
    ],
)
def test_a_clear_command_with_an_unclear_rest_says_what_is_wrong(typed: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        parse_invoice_command(typed, syncro_host=HOST)


@pytest.mark.parametrize(
    "typed",
    [
        LINK,
        f"<{LINK}>",
        f"<{LINK}|INV-2024-1042>",
        f"<{LINK}|invoice 1042>",
        f"{LINK}/",
        f"{LINK}?tab=1",
        f"{LINK}.pdf",
        LINK.replace("https", "HTTPS").replace("northwind", "Northwind"),
        f"https://{HOST}:443/invoices/123",
    ],
)
def test_a_syncro_link_gives_the_id(typed: str) -> None:
    found = parse_invoice_command(typed, syncro_host=HOST)
    assert isinstance(found, Show)
    assert (found.ref.id, found.ref.number, found.ref.digits) == ("123", "", "")


@pytest.mark.parametrize(
    "typed",
    [
        "https://other.syncromsp.com/invoices/123",
        f"https://{HOST}.example.com/invoices/123",
        f"https://{HOST}@example.com/invoices/123",
        f"https://example.com/{HOST}/invoices/123",
        f"https://user@{HOST}/invoices/123",
        f"https://{HOST}/customers/123",
        f"https://{HOST}/invoices/",
        f"https://{HOST}/invoices/12a",
        f"https://{HOST}/invoices/٣",
        f"https://{HOST}/x/invoices/123",
        "https://[/invoices/1",
        "https://",
    ],
)
def test_another_link_is_never_taken_for_an_invoice(typed: str) -> None:
    with pytest.raises(BadInput):
        parse_invoice_command(typed, syncro_host=HOST)


@pytest.mark.parametrize("link", [LINK, "https:///invoices/123"])
def test_no_link_is_ours_when_the_host_is_not_known(link: str) -> None:
    with pytest.raises(BadInput):
        parse_invoice_command(link)


@given(st.from_regex(r"\A#?[0-9]{1,12}\Z"))
def test_a_number_is_never_an_id(typed: str) -> None:
    ref = parse_reference(typed, HOST)
    assert (ref.id, ref.number) == ("", typed.removeprefix("#"))


@pytest.mark.parametrize(
    ("typed", "held", "match"),
    [
        ("1042", "1042", Match.EXACT),
        ("#1042", "1042", Match.EXACT),
        ("inv-2024-1042", "INV-2024-1042", Match.EXACT),
        ("1042", "INV-2024-1042", Match.DIGITS),
        ("42", "INV-2024-0042", Match.DIGITS),
        ("0042", "42", Match.DIGITS),
        ("042", "INV-1042", Match.NONE),
        ("42", "1042", Match.NONE),
        ("INV-2023-1042", "INV-2024-1042", Match.NONE),
        ("INV-1042", "1042", Match.NONE),
        ("0", "INV-000", Match.NONE),
        ("", "", Match.NONE),
        ("abc", "abd", Match.NONE),
        ("٣", "٣x", Match.NONE),
    ],
)
def test_a_typed_number_matches_exactly_or_by_its_trailing_digits(
    typed: str, held: str, match: Match
) -> None:
    assert reference_matches(typed, held) is match


def test_digits_are_the_last_run_without_zeros() -> None:
    assert digits_of("INV-2024-0042") == "42"
    assert digits_of("1042-A") == digits_of("000") == digits_of("\u0663") == digits_of("") == ""
    assert number("1042").digits == "1042"
    assert number("INV-2024-1042").digits == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Board()),
        ("all", Board()),
        ("Mine", Board("mine")),
        ("30+", Board("over", 30)),
        ("60", Board("over", 60)),
        ("over 90 days", Board("over", 90)),
        ("45+", Unknown("45+", "30+")),
        ("120+", Unknown("120+", "90+")),
        ("acme freight", Customer("acme freight")),
        ("“acme”", Customer("acme")),
        ("3M", Customer("3M")),
        ("mien", Customer("mien", "mine")),
        ("automatic on", Automatic("on")),
        ("automatic", Automatic()),
        ("automatic later", Unknown("automatic later", "automatic")),
        ("proposals", Proposals()),
        ("help", Help("overdue")),
    ],
)
def test_an_overdue_command_is_read_as_it_is_meant(typed: str, meant: object) -> None:
    assert parse_overdue_command(typed) == meant


def test_every_example_in_the_help_is_understood() -> None:
    for row in SUBCOMMANDS:
        meant = parse_invoice_command(row.example.removeprefix("/invoice"), syncro_host=HOST)
        assert type(meant).__name__.lower() == row.name
    known = Board | Customer | Automatic | Proposals
    for row in OVERDUE_SUBCOMMANDS:
        assert isinstance(parse_overdue_command(row.example.removeprefix("/overdue")), known)


def test_what_is_missing_is_called_by_its_name() -> None:
    assert [parse_invoice_command(name) for name in NOT_YET] == [NotYet(name) for name in NOT_YET]


WORDS = [
    "pay",
    "find",
    "send",
    "1042",
    "#7",
    "acme",
    "from",
    "to",
    "paid",
    "$",
    "usd",
    "500",
    "check",
    '"',
    "“x”",
    "<https://a|b>",
    "https://[",
    "-5",
    "ref:",
    "#",
    ",",
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)))
def test_any_text_is_a_command_or_bad_input(text: str) -> None:
    for parse in (parse_invoice_command, parse_overdue_command):
        with suppress(BadInput):
            assert parse(text) is not None
