"""The form that reminds a customer by hand."""

import json

from bot.views.gallery_contacts import contact_modals


def shown(name: str) -> str:
    return json.dumps(contact_modals("v1")[name], ensure_ascii=False)


def test_where_syncro_writes_the_email_there_is_no_empty_letter() -> None:
    assert "Subject:" not in shown("remind_stock_email")
    assert "its own email" in shown("remind_stock_email")
    assert "Subject:" in shown("remind")
