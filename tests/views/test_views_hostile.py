"""Foreign text is never markup, however it is written, and never too long."""

import re
from dataclasses import replace
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from views_walk import ENTRIES, blocks_of, walk

from bot.domain.digest import Disputes, HoldNews, Jump, PaymentLine, PromiseLine
from bot.domain.errors import Candidate, NeedsConfirmation
from bot.domain.facts import DraftLine, InvoiceDraft, Thanks
from bot.domain.invoice import Customer, Invoice, Status
from bot.domain.roles import Role
from bot.domain.weekly import PromisesEnded, Weekly
from bot.views import gallery_facts as facts
from bot.views.blocks import FIELD_LIMIT, escape, mention, mrkdwn, trim
from bot.views.board import board
from bot.views.cards import candidates, invoice_card, search_results
from bot.views.customer_card import customer_card
from bot.views.digest import digest
from bot.views.errors import did_you_mean, error_message
from bot.views.forms import EditForm, PayForm, SendForm
from bot.views.gallery_digest import week
from bot.views.modal_edit import add_form, edit_form
from bot.views.modal_new import new_form, review
from bot.views.modal_pay import pay_form
from bot.views.modal_send import send_form
from bot.views.modal_void import void_form
from bot.views.modals_common import message_view, outcome_view, working
from bot.views.outcome import outcome_message
from bot.views.reminders import reminder
from bot.views.tables import without_new_blocks
from bot.views.thanks import thank_you
from sandbox.slack.blockkit.validate import message_problems, view_problems

MARKUP = re.compile(r"<[^>]*>")
OURS = re.compile(r"<@U0(?:DANA|CLERK|BOSS|CFO|A[0-9]+)>|<!subteam\^S0FINANCE>|<#C0BILLING>")
ODD = st.text(alphabet=st.one_of(st.characters(exclude_categories=("Cs",)), st.sampled_from("<>&*_`~\n@!|")))
#: Shrinking a failure would build every view hundreds of times; the failing text is telling enough.
QUICK = settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
LONG = st.one_of(ODD, st.builds(lambda text, times: text * times, ODD, st.integers(1, 900)))


def test_no_view_reads_foreign_text_as_markup(entry: dict[str, Any]) -> None:
    assert_only_our_markup(entry.get("text", ""), blocks_of(entry))


def test_no_replacement_of_new_blocks_reads_foreign_text_as_markup(entry: dict[str, Any]) -> None:
    assert_only_our_markup("", without_new_blocks(blocks_of(entry)))


def test_hostile_name_is_shown_to_people_as_it_is() -> None:
    assert ENTRIES["invoice_hostile"]["blocks"][0]["text"]["text"].endswith(facts.HOSTILE)


def assert_only_our_markup(text: str, blocks: list[dict[str, Any]]) -> None:
    texts = [text, *(held["text"] for held in walk(blocks) if held.get("type") == "mrkdwn")]
    for said in texts:
        assert set(MARKUP.findall(said)) <= {held[0] for held in OURS.finditer(said)}, said
        assert not re.search(r"&(?!amp;|lt;|gt;)", said), said


def test_nothing_in_markup_is_linked_by_itself(entry: dict[str, Any]) -> None:
    assert all(held["verbatim"] for held in walk(blocks_of(entry)) if held.get("type") == "mrkdwn")


def test_mention_of_what_is_no_slack_id_is_text() -> None:
    assert mention("U0DANA") == "<@U0DANA>"
    assert mention("S0FINANCE") == "<!subteam^S0FINANCE>"
    assert mention("C0BILLING") == "<#C0BILLING>"
    assert mention("CASEY") == "CASEY"
    assert mention("U1> <!channel") == "U1&gt; &lt;!channel"
    assert mention("operator") == "operator"


@given(LONG, st.integers(1, 100))
def test_trim_keeps_within_the_limit_and_never_empties(text: str, limit: int) -> None:
    assert 1 <= len(trim(text, limit)) <= limit


@given(LONG)
def test_trimmed_markup_never_ends_in_half_an_escape(text: str) -> None:
    said = mrkdwn(escape(text), FIELD_LIMIT)["text"]
    assert len(said) <= FIELD_LIMIT
    assert not re.search(r"&[a-z]*…$", said)
    assert not re.search(r"[<>]", said)


def rogue(text: str) -> tuple[Customer, Invoice]:
    """A customer and an invoice in which every foreign text is ``text``."""
    customer = replace(facts.ACME, name=text, email=text, cc=(text,), phone=text, address=text)
    lines = tuple(replace(line, name=text) for line in facts.PARTIAL.lines or ()) * 20
    payments = tuple(replace(held, method=text, reference=text) for held in facts.PARTIAL.payments or ()) * 8
    invoice = replace(
        facts.PARTIAL,
        number=text,
        customer_name=text,
        notes=text,
        terms=text,
        lines=lines,
        payments=payments,
    )
    return customer, invoice


def rogue_holds(text: str) -> HoldNews:
    """Holds of a digest in which every foreign text is ``text``."""
    promise = PromiseLine("h1", "1", text, (text,) * 9, None, "USD", facts.TODAY)
    return HoldNews((promise,) * 30, (promise,) * 30, Disputes(3, text, facts.TODAY, {"USD": 1}, 1))


@QUICK
@given(LONG)
def test_messages_stay_inside_limits_with_any_text(text: str) -> None:
    customer, invoice = rogue(text)
    card = replace(facts.card(invoice, facts.operation("unknown", name=text)), last_contact=text)
    found = tuple(replace(invoice, id=str(at)) for at in range(60))
    debtors = tuple(replace(facts.DEBTORS[0], name=text, owner_id=text) for _ in range(30))
    item = replace(facts.ITEMS[0], customer_name=text, level=text, invoices=((invoice, 20),) * 30)
    messages = [
        invoice_card(card, Role.ADMIN),
        invoice_card(card, None),
        customer_card(replace(facts.customer_facts(customer), invoices=found, owner_id=text), Role.ADMIN),
        search_results(replace(facts.search_page(found), query=text), Role.VIEWER),
        search_results(replace(facts.search_page(()), query=text), Role.COLLECTOR),
        candidates(text, [Candidate("customer", str(at), text) for at in range(150)]),
        board(replace(facts.board_facts(debtors=debtors), title=text), Role.COLLECTOR),
        digest(
            replace(
                facts.digest_facts(stale=text),
                business=text,
                newly_overdue=found,
                debtors=debtors,
                failures=(text,) * 20,
                mentions=(text, "U0DANA"),
                payments=tuple(PaymentLine(one, text, text, "USD") for one in invoice.payments or ()),
                jumped=(Jump("1", text, "USD", 1, 2),) * 30,
                holds=rogue_holds(text),
                weekly=Weekly((week(),), PromisesEnded()),
            )
        ),
        thank_you(Thanks(facts.TODAY, tuple((one, facts.TODAY) for one in found), None)),
        reminder(facts.reminder_facts((item,) * 120)),
        error_message(NeedsConfirmation(text, "duplicate", [text] * 30)),
        did_you_mean(text, text),
        outcome_message(replace(facts.outcome("unknown", text), actor_id=text, card=card)),
    ]
    for held in messages:
        assert message_problems(held.blocks) == []
        assert message_problems(without_new_blocks(held.blocks)) == []
        assert 1 <= len(held.text) <= 4000
        assert_only_our_markup(held.text, held.blocks)


@QUICK
@given(LONG)
def test_modals_stay_inside_limits_with_any_text(text: str) -> None:
    customer, invoice = rogue(text)
    card, visit = facts.card(invoice), facts.VISIT
    lines = tuple(DraftLine(str(at), text, text, text, True, "9") for at in range(20))
    draft = InvoiceDraft("7", text, text, text, text, text, lines)
    views = [
        pay_form(
            card, PayForm(text, text, text, text, text, True), [text, "Check"], visit, text, True, limits=text
        ),
        new_form(draft, visit, text, text),
        review(
            replace(facts.REVIEW, customer=customer, terms=text, notes=text, warnings=(text, text)), visit
        ),
        edit_form(card, visit, EditForm(text, text, text), text),
        add_form(card, lines[0], visit, text),
        send_form(card, SendForm(text, text, text, text), visit, text, limits=text, evidence=[text] * 5),
        void_form(card, visit, text, text),
        working(text, text, visit),
        message_view(text, text, visit, [text]),
        outcome_view(replace(facts.outcome("refused", text), card=card), visit),
    ]
    for view in views:
        assert view_problems(view, "modal") == []
        assert_only_our_markup("", view["blocks"])


def test_status_never_changes_what_is_escaped() -> None:
    for status in Status:
        held = replace(facts.ROGUE_INVOICE, status=status)
        card = invoice_card(facts.card(held), None)
        assert_only_our_markup(card.text, card.blocks)
