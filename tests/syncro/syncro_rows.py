"""An invoice of the published OpenAPI as it stands on the wire."""

from typing import Any

HEADER: dict[str, Any] = {
    "id": 7,
    "customer_id": 12,
    "customer_business_then_name": "Sample Bakery",
    "number": "1042",
    "date": "2026-01-15T00:00:00.000Z",
    "due_date": "2026-02-14T00:00:00.000-05:00",
    "subtotal": "750.0",
    "total": "806.25",
    "tax": "56.25",
    "is_paid": False,
    "verified_paid": False,
    "tech_marked_paid": False,
    "ticket_id": None,
    "pdf_url": None,
    "po_number": None,
    "contact_id": None,
    "note": "Thank you",
    "location_id": None,
    "user_id": 1,
    "created_at": "2026-01-15T10:30:00.000-05:00",
    "updated_at": "2026-01-16T08:00:00.000-05:00",
}
LINES: list[dict[str, Any]] = [
    {
        "id": 1,
        "item": "Labor",
        "name": "Server maintenance",
        "cost": "0.0",
        "price": "500.0",
        "quantity": "1.0",
        "product_id": 9,
        "taxable": True,
        "discount_percent": None,
        "discount_dollars": None,
        "position": 0,
    },
    {"id": 2, "item": "Remote support", "name": "Remote support", "price": "125.0", "quantity": "2.0"}
    | {"taxable": False, "product_id": None, "discount_percent": "0.0", "position": 1},
]
PAID: dict[str, Any] = {
    "id": 3,
    "success": True,
    "payment_amount": "100.0",
    "invoice_ids": [7],
    "ref_num": "CHK-1001 ·7K2QXP",
    "applied_at": "2026-01-20T00:00:00.000Z",
    "payment_method": "Check",
    "created_at": "2026-01-20T09:00:00.000-05:00",
}


def detail(**changes: Any) -> dict[str, Any]:
    """An invoice in full, without ``balance_due``; a value of ``...`` takes a field out."""
    row = HEADER | {"line_items": LINES, "payments": [PAID]} | changes
    return {name: value for name, value in row.items() if value is not ...}
