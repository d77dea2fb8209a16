"""What is taken from a hint of Syncro's webhook: the id of an invoice, and nothing else."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.syncro.webhook import hinted_invoice

NAMED: list[tuple[dict[str, Any], str]] = [
    ({"link": "https://msp.example/invoices/1038"}, "1038"),
    ({"link": "https://evil.example/invoices/1038?x=/invoices/2#3"}, "1038"),
    ({"link": "/invoices/1038.pdf", "attributes": None}, "1038"),
    ({"link": "https://msp.example/invoices/1038/payments/7", "attributes": {"id": 7}}, "1038"),
    ({"link": "https://msp.example/invoices", "attributes": {"id": 1038}}, "1038"),
    ({"link": "https://msp.example/payments/7", "attributes": {"id": 7, "invoice_id": "1038"}}, "1038"),
    ({"attributes": {"invoice_id": 1038}}, "1038"),
]
NAMELESS: list[dict[str, Any]] = [
    {},
    {"text": "Invoice 1038 created", "html": "<a href='/invoices/1038'>1038</a>"},
    {"attributes": {"id": 1038}},
    {"link": "https://msp.example/payments/7", "attributes": {"id": 7}},
    {"link": "https://msp.example/invoices/../1", "attributes": {"id": "../1"}},
    {"link": "https://msp.example/invoices/1038abc"},
    {"link": "https://msp.example/invoices/" + "9" * 40},
    {"link": "https://msp.example/invoices/0"},
    {"link": "https://msp.example/invoices/١٠٣"},
    {"link": ["https://msp.example/invoices/1"], "attributes": [{"invoice_id": 1}]},
    {"attributes": {"invoice_id": "../1"}},
    {"attributes": {"invoice_id": "1038\n"}},
    {"attributes": {"invoice_id": "1038/email"}},
    {"attributes": {"invoice_id": True}},
    {"attributes": {"invoice_id": -1}},
    {"attributes": {"invoice_id": 1038.0}},
    {"attributes": {"invoice_id": {"id": 1}}},
    {"attributes": {"invoice_id": "٣"}},
]


@pytest.mark.parametrize(("hint", "invoice_id"), NAMED)
def test_an_invoice_is_named_by_its_id_or_its_link(hint: dict[str, Any], invoice_id: str) -> None:
    assert hinted_invoice(json.dumps(hint).encode()) == invoice_id


@pytest.mark.parametrize("hint", NAMELESS, ids=repr)
def test_what_is_no_id_names_no_invoice(hint: dict[str, Any]) -> None:
    assert hinted_invoice(json.dumps(hint).encode()) == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"/invoices/1"',
        b"1038",
        b"link=%2Finvoices%2F1038",
        b"<html>",
        b"{",
        b'{"attributes": {"invoice_id": 1}} trailing',
        b'{"attributes": {"invoice_id": NaN}}',
        b'{"attributes": {"invoice_id": ' + b"9" * 5000 + b"}}",
        b'{"attributes": {"total": 1e999999999}}',
        b"\xff\xfe{}",
        b'{"link": "' + b"\xc3" + b'"}',
        b'{"attributes": ' * 20_000,
        b"[" * 60_000,
        b"\x00" * 100,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_rubbish_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        hinted_invoice(body)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.from_regex(r"/invoices/\d+.?"),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "invoice_id", "x"]), inner),
)
HINTS = st.dictionaries(st.sampled_from(["link", "attributes", "text", "html"]), VALUES)


@given(HINTS.map(json.dumps).map(str.encode) | st.binary())
def test_whatever_comes_it_is_digits_or_nothing_or_refused(body: bytes) -> None:
    try:
        found = hinted_invoice(body)
    except ValueError:
        return
    assert found == "" or re.fullmatch("[1-9][0-9]{0,17}", found, re.ASCII)
