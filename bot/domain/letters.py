"""What a customer reads: a subject and a text in which listed fields are filled in, and nothing else.

A template is text of which the first line is ``Subject: …``. ``{field}`` stands for one of ``FIELDS``; other braces are
refused when it is read, and what is filled in is never looked at again, so no customer's name can work as a field.
No field says how many days something is late: a text that waits for approval must stay true.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: Every field that a template may have, and what it stands for.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "customer": "the customer's name",
        "business": "your company's name",
        "invoices": "the listed invoices, one a line: number, due date, open amount",
        "count": "how many invoices are listed",
        "total": "what is open in all, less the customer's credit",
        "credit": "the credit that was taken off, or an empty text",
        "number": "the number of the invoice that leads",
        "due_date": "its due date",
        "balance": "what is open on it",
    }
)
MOST_SUBJECT = 200
MOST_MESSAGE = 2900
#: A field in a template; its name is the first group.
FIELD = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Letter:
    """A template as it was read."""

    subject: str
    message: str


def read_letter(text: str) -> Letter:
    """A template. Raises ``ValueError`` with what is wrong and its cure."""
    head, _, body = text.replace("\r\n", "\n").strip().partition("\n")
    name, colon, subject = head.partition(":")
    if not colon or name.strip().lower() != "subject" or not subject.strip():
        raise ValueError("must begin with a line such as “Subject: Invoice {number} is due”")
    if not body.strip():
        raise ValueError("has no text below its subject: write what the customer shall read")
    for found in FIELD.findall(text):
        if found not in FIELDS:
            raise ValueError(
                f"has the field {{{found}}}, which isn't one: the fields are {', '.join(FIELDS)}"
            )
    if re.search(r"[{}]", FIELD.sub("", text)):
        raise ValueError("has a brace that belongs to no field: take it out")
    letter = Letter(subject.strip(), body.strip())
    if len(letter.subject) > MOST_SUBJECT or len(letter.message) > MOST_MESSAGE:
        raise ValueError(
            f"is too long: at most {MOST_SUBJECT} characters for the subject and {MOST_MESSAGE} for the text"
        )
    return letter


#: The texts for the usual levels; a file of the same name in the policy's ``templates`` folder takes its place.
BUILT_IN: Mapping[str, Letter] = MappingProxyType(
    {
        "courtesy": Letter(
            "Invoice {number} is due on {due_date}",
            "Hello {customer},\n\nthis is a friendly note that the following is due soon:\n\n{invoices}\n\n"
            "If you have paid already, please ignore this message.\n\nThank you\n{business}",
        ),
        "friendly": Letter(
            "A reminder from {business}: {total} is past due",
            "Hello {customer},\n\nperhaps it has slipped your mind: the following is past due.\n\n{invoices}\n\n"
            "Total: {total}\n\nIf you have just paid, thank you, and please ignore this message. "
            "If anything about it isn't right, please tell us.\n\nThank you\n{business}",
        ),
        "firm": Letter(
            "Please pay: {total} is past due",
            "Hello {customer},\n\nwe have not received your payment for:\n\n{invoices}\n\nTotal: {total}\n\n"
            "Please pay now, or reply with the day on which you will.\n\nThank you\n{business}",
        ),
        "final": Letter(
            "Final notice: {total} is past due",
            "Hello {customer},\n\ndespite our reminders the following is still unpaid:\n\n{invoices}\n\n"
            "Total: {total}\n\nThis is our final notice. Please pay, or call us, within seven days.\n\n{business}",
        ),
    }
)
#: For a level that has no template of its own.
PLAIN = BUILT_IN["friendly"]
