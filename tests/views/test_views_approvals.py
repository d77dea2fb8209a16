"""What whoever decides a request must be able to see in it."""

from dataclasses import replace

from bot.use_cases.invoices import MOST_MESSAGE
from bot.views.approvals import approval_message
from bot.views.gallery_approvals import WAITING
from sandbox.slack.shown import shown_text


def test_the_longest_email_is_shown_to_its_end() -> None:
    text = "x" * (MOST_MESSAGE - 8) + " THE END"
    card = replace(WAITING, asked=replace(WAITING.asked, text=text))
    message = approval_message(card)
    assert text in shown_text({"text": message.text, "blocks": message.blocks})
