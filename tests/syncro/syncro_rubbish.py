"""What Syncro might say, sane or not: rows of both shapes, answers around them, and rubbish (hypothesis)."""

import json
from typing import Any

from hypothesis import strategies as st
from syncro_rows import LINES, PAID, detail

Rows = st.SearchStrategy[dict[str, Any]]

#: What looks like a value of one kind and is none.
ODD = st.sampled_from(
    [
        "0.001",
        "1e3",
        "8,062.5",
        "٣",
        "2026-02-30",
        "15/01/2026",
        "perhaps",
        "open",
        "../7",
        "\ud800",
        "NaN",
        "x y",
    ]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["", "paid", "\0", "\u202e", "a" * 5000]
)
NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from([0, -1, 10**13, 10**15, 10**16, 10**19, 10**25, 10**400, 0.1, 806.255, 1e15, 1e300])
)
RUBBISH = st.recursive(
    st.none() | st.booleans() | TEXTS | ODD | NUMBERS | NUMBERS.map(str),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "error", "meta", "price"]) | st.text(), inner, max_size=3
        )
    ),
    max_leaves=6,
)
DEEP = st.integers(1, 1200).map(lambda depth: _nested(min(depth, 300)))

IDS: st.SearchStrategy[Any] = st.sampled_from([7, "7", 7, "7", 8, "x-1"])
AMOUNTS: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(["806.25", "806.250", " 806.25", "100.0", "0.0", "0", "-5.0", ""]),
    st.sampled_from([806.25, 806, 0, -806, 10**9]),
)
FLAGS: st.SearchStrategy[Any] = st.sampled_from([True, False, True, False, 0, 1, "true", "0"])
DAYS = st.sampled_from(["2026-01-15T00:00:00.000Z", "2026-02-14", ""])
STAMPS: st.SearchStrategy[Any] = st.sampled_from(
    ["2026-01-15T10:30:00-05:00", "2026-01-16T10:30:00Z", "2026-01-15", "soon", 7]
)
STATES = st.sampled_from(["draft", "sent", "viewed", "partial", "paid", "void", "Paid "])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "id": IDS,
    "number": IDS | TEXTS,
    "customer_id": st.sampled_from([12, "12", 13, None]),
    **dict.fromkeys(("date", "due_date", "applied_at"), DAYS),
    **dict.fromkeys(("created_at", "updated_at"), STAMPS),
    **dict.fromkeys(
        ("subtotal", "tax", "total", "balance", "balance_due", "amount", "payment_amount"), AMOUNTS
    ),
    **dict.fromkeys(("quantity", "price", "discount_percent", "discount_dollars", "price_retail"), AMOUNTS),
    **dict.fromkeys(("is_paid", "taxable", "success", "disabled", "no_email", "opt_out"), FLAGS),
    "status": STATES,
    **dict.fromkeys(
        ("note", "notes", "terms", "name", "item", "ref_num", "reference", "email", "subject"), TEXTS
    ),
    "invoice_id": IDS,
    "invoice_ids": st.lists(st.sampled_from([7, "7", 7, 8, None]), max_size=3),
    "product_id": IDS,
    "contacts": st.lists(st.dictionaries(st.sampled_from(["name", "email", "phone"]), TEXTS), max_size=2),
    "invoice_cc_emails": TEXTS | st.lists(TEXTS, max_size=2),
}


def _nested(depth: int) -> Any:
    value: Any = "deep"
    for level in range(depth):
        value = [value] if level % 2 else {"error": value}
    return value


def changed(row: dict[str, Any], most: int = 3) -> Rows:
    """``row`` with some of its fields taken out, set to null, or to something else, likely or not."""

    def instead_of(name: str) -> st.SearchStrategy[Any]:
        likely = FIELDS.get(name, TEXTS)
        return st.one_of(st.just(...), st.none(), *[likely] * 4, ODD | RUBBISH | DEEP)

    changes = st.lists(st.sampled_from(sorted(row)), max_size=most, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: instead_of(name) for name in names})
    )
    return changes.map(lambda new: {name: value for name, value in (row | new).items() if value is not ...})


PAYMENT: dict[str, Any] = PAID | {
    "invoice_id": 7,
    "amount": 100,
    "reference": "R",
    "notes": "",
    "customer": {},
}
PAYMENTS = changed(PAYMENT, 1)
#: Sane ones, of which some add up to the invoice's total.
SANE_PAYMENTS = st.fixed_dictionaries(
    {
        **{name: st.just(value) for name, value in PAYMENT.items()},
        "payment_amount": st.sampled_from(["806.25", "706.25", "100.0", 806.25, 100, "900.0"]),
        "invoice_ids": st.sampled_from([[7], [7], ["7"], [7, 7], None, [], [None], [7, None], [7, 8], [8]]),
        "success": st.sampled_from([True, True, None, False]),
    }
)
CUSTOMER: dict[str, Any] = {
    "id": 7,
    "fullname": "Pat",
    "email": "p@x.example",
    "contacts": [],
    "disabled": False,
} | {
    "invoice_cc_emails": "",
    "no_email": None,
}
CUSTOMERS = changed(CUSTOMER, 1)
LINE_ROWS = changed(LINES[0] | {"total": 500}, 1)
#: An invoice with the fields of both shapes.
INVOICE: dict[str, Any] = detail(status="sent", balance="706.25", balance_due="706.25", customer=CUSTOMER)
NESTED: dict[str, st.SearchStrategy[Any]] = {
    "payments": st.lists(PAYMENTS, max_size=2) | st.none(),
    "line_items": st.lists(LINE_ROWS, max_size=2),
    "customer": CUSTOMERS,
}
UNTOLD = {"balance_due": st.none(), "payments": st.lists(SANE_PAYMENTS, max_size=3) | st.none()}
INVOICES: Rows = st.tuples(
    changed(INVOICE), st.fixed_dictionaries({}, optional=NESTED) | st.fixed_dictionaries(UNTOLD)
).map(lambda both: both[0] | both[1])
TICKETS = changed({"id": 7, "number": 5, "subject": "Printer", "customer_id": 12, "status": "New"})
PRODUCTS = changed({"id": 7, "name": "Hour", "price_retail": "125.0", "taxable": True, "disabled": False})
ROWS: dict[str, Rows | st.SearchStrategy[Any]] = {
    "invoice": INVOICES,
    "payment": PAYMENTS,
    "customer": CUSTOMERS,
    "ticket": TICKETS,
    "product": PRODUCTS,
    "payment_method": st.sampled_from(["Cash", {"name": "Check"}, {"id": 1}, 7, None]),
    "user": st.sampled_from([[1, "Joe"], {"id": 2, "name": "Pat"}, [1], [None, None], "x"]),
}
SANE_META = st.sampled_from([{}, None, {"total_pages": 1}, {"page": 1, "total_pages": 1}, {"total_pages": 2}])
META = SANE_META | st.fixed_dictionaries(
    {},
    optional={
        "page": st.sampled_from([1, 2, "1", 1.0, None, "x", 0]),
        "total_pages": st.sampled_from([0, 1, 2, 3, "2", 1.5, -1, None, "x", 10**9]),
    },
)


def _around(name: str) -> st.SearchStrategy[Any]:
    """Answers that carry one row of this kind, or a list of them."""
    row = ROWS[name]
    one = row | st.fixed_dictionaries({name: row})
    rows = st.lists(row, max_size=3)
    sane = st.fixed_dictionaries({f"{name}s": rows}, optional={"meta": SANE_META})
    odd = st.fixed_dictionaries(
        {f"{name}s": st.lists(row | RUBBISH, max_size=3)}, optional={"meta": META | RUBBISH}
    )
    return st.one_of(one, one, sane, sane, odd, st.fixed_dictionaries({name: RUBBISH}))


def _written(value: object) -> bytes:
    return json.dumps(value).encode()


ERRORS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("error", "message", "errors", "success"), RUBBISH | DEEP | st.just("taken"))
)
RUBBISH_BODIES = (ERRORS | RUBBISH | DEEP).map(_written) | st.binary(max_size=60) | st.just(b"<html></html>")
#: What a call of this kind may be answered with.
BODIES = {name: st.one_of(*[_around(name).map(_written)] * 4, RUBBISH_BODIES) for name in ROWS}
HEADERS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("Retry-After", "Date"),
        st.sampled_from(["0", "7", "-1", "1e9", "soon", "Mon, 01 Jan 99999999999 00:00:00 GMT"])
        | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
    ),
)
STATUSES = st.sampled_from([200] * 24 + [201, 204, 302, 400, 401, 403, 404, 408, 422, 429, 500, 504, 599])
