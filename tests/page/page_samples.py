"""Blocks for the page tests: one of everything, with fictional customers."""

from typing import Any

Json = dict[str, Any]
HOSTILE = "<img src=x onerror=\"document.body.dataset.owned='yes'\"><script>document.body.dataset.owned='yes'</script>"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str, text: str | None = None, **more: Any) -> Json:
    return {"value": value, "text": plain(text or value), **more}


def button(action_id: str, text: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": action_id, **more}


def raw(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def amount(value: float) -> Json:
    return {"type": "raw_number", "value": value, "text": f"${value:,.2f}"}


def chart(kind: str) -> Json:
    months = ["Aug", "Sep", "Oct", "Nov"]
    lines = {
        "Overdue": [5200, 6100, 4800, 7300],
        "Paid": [9800, 8700, 11200, 6400],
        "Credit": [-300, 0, -900, 0],
    }
    series = [
        {"name": name, "data": [{"label": m, "value": v} for m, v in zip(months, values, strict=True)]}
        for name, values in lines.items()
    ]
    axis = {"categories": months, "x_label": "Month", "y_label": "US dollars"}
    return {
        "type": "data_visualization",
        "title": f"Overdue by month ({kind})",
        "chart": {"type": kind, "series": series, "axis_config": axis},
    }


PIE: Json = {
    "type": "data_visualization",
    "title": "Open by bucket",
    "chart": {
        "type": "pie",
        "segments": [
            {"label": "1–30 days", "value": 12400},
            {"label": "31–60 days", "value": 5300},
            {"label": "61–90 days", "value": 2100},
            {"label": "over 90 days", "value": 900},
        ],
    },
}

DATA_TABLE: Json = {
    "type": "data_table",
    "block_id": "worklist",
    "caption": "Worklist, who most deserves a call",
    "page_size": 5,
    "row_header_column_index": 0,
    "rows": [
        [raw("Customer"), raw("Balance"), raw("Days past due")],
        *(
            [
                raw(f"Customer {n}"),
                amount((n * 7919) % 1000 + 0.5),
                {"type": "raw_number", "value": n, "text": str(n)},
            ]
            for n in range(1, 13)
        ),
    ],
}

TABLE: Json = {
    "type": "table",
    "block_id": "lines",
    "column_settings": [{"is_wrapped": True}, {"align": "right"}, {"align": "right"}],
    "rows": [
        [raw("Item"), raw("Qty"), raw("Total")],
        [
            raw("Managed workstation, monthly, with patching and antivirus for all seats"),
            raw("12"),
            raw("$540.00"),
        ],
        [raw("On-site visit"), raw("1.5"), raw("$210.00")],
    ],
}

RICH: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Rich ", "style": {"bold": True}},
                {"type": "text", "text": "text ", "style": {"italic": True}},
                {"type": "emoji", "name": "tada"},
                {"type": "link", "url": "https://example.com/1042", "text": "invoice 1042"},
                {"type": "user", "user_id": "U0BOSS"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]},
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "second"}]},
            ],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "a quote"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "pre  formatted"}]},
    ],
}


def card(title: str) -> Json:
    return {
        "type": "card",
        "title": mrkdwn(f"*{title}*"),
        "subtitle": mrkdwn("INV-2024-1042"),
        "body": mrkdwn("$1,234.50 open, 12 days past due"),
        "subtext": mrkdwn("Last contact 3 days ago"),
        "actions": [
            button(f"call.{title}", "Log call"),
            button(f"remind.{title}", "Remind", style="primary"),
        ],
    }


GALLERY: list[Json] = [
    {"type": "header", "text": plain("Invoice INV-2024-1042 :receipt:")},
    {
        "type": "section",
        "text": mrkdwn(
            "*Acme Dental* owes `$1,234.50`, ~$2,000~ _since_ <!date^1795442400^{date_short}|Nov>.\n> quoted\nafter"
        ),
        "accessory": {
            "type": "overflow",
            "action_id": "more",
            "options": [option("pdf", "PDF"), option("log", "Log")],
        },
    },
    {
        "type": "section",
        "fields": [
            mrkdwn("*Status*\nOverdue :warning:"),
            mrkdwn("*Due*\nNov 11, 2026"),
            mrkdwn("*Balance*\n$1,234.50"),
        ],
    },
    {"type": "divider"},
    {
        "type": "context",
        "elements": [mrkdwn("Data as of 09:00 · asked by <@U0CLERK> in <#C0BILLING> &amp; co")],
    },
    {
        "type": "actions",
        "block_id": "card",
        "elements": [
            button("send", "Send", style="primary"),
            button("void", "Void", style="danger"),
            button("open", "Open in Syncro", url="https://example.com/invoices/1042"),
            {
                "type": "static_select",
                "action_id": "assign",
                "placeholder": plain("Assign to"),
                "options": [option("cleo", "Cleo"), option("bo", "Bo")],
            },
            {"type": "datepicker", "action_id": "snooze", "initial_date": "2026-11-30"},
        ],
    },
    {
        "type": "image",
        "image_url": "/page/static/none.png",
        "alt_text": "a receipt",
        "title": plain("Receipt"),
    },
    RICH,
    TABLE,
    DATA_TABLE,
    *(chart(kind) for kind in ("bar", "line", "area")),
    PIE,
    {"type": "alert", "level": "warning", "text": mrkdwn("Syncro is *slow* today.")},
    card("Acme Dental"),
    {"type": "carousel", "elements": [card("Birch Bakery"), card("Cedar Clinic"), card("Dune Design")]},
    {
        "type": "markdown",
        "text": "## Why\n**Not chased** because:\n\n- a *promise* until Friday\n- [the log](https://example.com)\n\n"
        "| Step | Day |\n|---|---:|\n| friendly | 1 |\n\n```\ncode\n```",
    },
    {"type": "never_heard_of"},
]


def field(block_id: str, element: Json, label: str, **more: Any) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def modal(*blocks: Json, view_id: str = "V1", **more: Any) -> Json:
    return {
        "id": view_id,
        "type": "modal",
        "callback_id": "test",
        "title": plain("Record payment"),
        "submit": plain("Record"),
        "close": plain("Cancel"),
        "blocks": list(blocks),
    } | more


def text_field(block_id: str, label: str, *, initial: str | None = None, **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "value", "multiline": more.pop("multiline", False)}
    return field(block_id, element | ({"initial_value": initial} if initial else {}), label, **more)


CUSTOMER = field(
    "customer",
    {
        "type": "external_select",
        "action_id": "pick",
        "placeholder": plain("Search customers"),
        "min_query_length": 2,
    },
    "Customer",
)

PAYMENT = modal(
    {"type": "alert", "level": "info", "text": plain("The balance is $1,234.50.")},
    CUSTOMER,
    field(
        "amount",
        {
            "type": "number_input",
            "action_id": "value",
            "is_decimal_allowed": True,
            "initial_value": "1234.50",
        },
        "Amount",
        hint=plain("More than the balance is refused."),
    ),
    field(
        "method",
        {
            "type": "radio_buttons",
            "action_id": "value",
            "options": [option("check", "Check"), option("card", "Card")],
            "initial_option": option("check", "Check"),
        },
        "Method",
    ),
    field("date", {"type": "datepicker", "action_id": "value", "initial_date": "2026-11-23"}, "Date"),
    field(
        "spread",
        {
            "type": "multi_static_select",
            "action_id": "value",
            "placeholder": plain("Invoices"),
            "options": [option("1042"), option("1043"), option("1044")],
            "initial_options": [option("1042")],
        },
        "Invoices",
    ),
    field(
        "tell",
        {"type": "checkboxes", "action_id": "value", "options": [option("mail", "Mail a receipt")]},
        "Then",
        optional=True,
    ),
    text_field("notes", "Notes", multiline=True, optional=True),
)
