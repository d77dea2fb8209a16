"""What is special about writes to an account of the published API: numbers that we give, marks behind references,
payments that land as credit, catalogue prices that win, emails whose text is Syncro's."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from fault_world import CLERK, DANA, POLICY, FaultWorld, Process, intent, settle_all, the_operation, told

from bot.domain.errors import BadInput, Changed, DuebotError, NotAllowed, SyncroRefused
from bot.domain.invoice import LineItem
from bot.domain.policy import Threshold
from bot.use_cases.lines import line_to_json
from sandbox.company import LineInput

pytestmark = pytest.mark.parametrize("shape", ["openapi"])
PAY = "POST /payments"
CREATE = "POST /invoices"


def made_like(world: FaultWorld, invoice: Any) -> list[Any]:
    name = f"Like invoice {invoice.id}"
    return [
        one for one in world.syncro.company.invoices.values() if any(line.name == name for line in one.lines)
    ]


def elsewhere(world: FaultWorld, invoice: Any) -> Any:
    """An invoice that somebody else's hands have just made in Syncro, under the next number."""
    other = next(one for one in world.syncro.company.customers.values() if one.id != invoice.customer_id)
    return world.syncro.company.create_invoice(other.id, world.syncro.company.today())


async def test_a_number_that_somebody_else_took_is_not_asked_about(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "create", invoice)
    taken = [elsewhere(world, invoice).number for _ in range(3)]
    done = await process.journal.perform(wanted)
    (made,) = made_like(world, invoice)
    assert done.state == "confirmed"
    assert made.number not in taken
    assert [call.body["number"] for call in world.syncro.calls(CREATE)] == [*taken, made.number]


async def test_two_people_never_get_the_same_number(world: FaultWorld, process: Process) -> None:
    first, second = world.invoice(), world.invoice()
    other = await world.process()
    wishes = [
        await intent(world, process, "create", first),
        await intent(world, other, "create", second, actor=DANA),
    ]
    done = await asyncio.gather(process.journal.perform(wishes[0]), other.journal.perform(wishes[1]))
    assert [one.state for one in done] == ["confirmed", "confirmed"]
    numbers = {made.number for invoice in (first, second) for made in made_like(world, invoice)}
    assert len(numbers) == 2
    assert len(world.syncro.calls(CREATE)) == 2, "neither was told that its number is taken"


async def test_a_number_that_was_taken_while_the_answer_was_lost_gives_way(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "create", invoice)
    world.order(CREATE, "cut_before_commit")
    await process.journal.perform(wanted)
    other = elsewhere(world, invoice)
    await settle_all(world, process)
    done, (made,) = await the_operation(process, wanted), made_like(world, invoice)
    assert done.state == "confirmed"
    assert world.syncro.calls(CREATE)[0].body["number"] == other.number
    assert made.number != other.number


async def test_a_number_that_is_ours_after_all_is_never_given_up(world: FaultWorld, process: Process) -> None:
    """The first sending lands after the last look: the second is told that the number is taken, by ourselves."""
    invoice = world.invoice()
    wanted = await intent(world, process, "create", invoice)
    world.order(CREATE, "late_commit")
    await process.journal.perform(wanted)
    post = process.context.gateway._client.post

    async def landed_by_then(*words: Any, **named: Any) -> object:
        await world.syncro.faults.land_late()
        return await post(*words, **named)

    process.context.gateway._client.post = landed_by_then  # type: ignore[method-assign]  # the world goes on
    await settle_all(world, process)
    done = await the_operation(process, wanted)
    assert done.state == "confirmed"
    assert len(made_like(world, invoice)) == 1
    assert len(world.syncro.calls(CREATE)) == 2


async def test_a_number_whose_invoice_looks_otherwise_is_a_question(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "create", invoice)
    world.order(CREATE, "cut_before_commit")
    await process.journal.perform(wanted)
    world.syncro.company.create_invoice(
        invoice.customer_id, invoice.date, lines=[LineInput("Something else", Decimal(1), Decimal(9), False)]
    )
    await settle_all(world, process)
    done = await the_operation(process, wanted)
    assert (done.state, made_like(world, invoice)) == ("unknown", [])
    assert "not as it was entered" in done.sentence
    assert await told(process, done) == [CLERK.id]


# ---- payments ----------------------------------------------------------------------------------------------


async def paying(world: FaultWorld, process: Process, invoice: Any, **changes: Any) -> Any:
    wanted = await intent(world, process, "payment", invoice)
    return replace(wanted, request={**wanted.request, **changes})


async def test_the_mark_stands_behind_the_reference_and_nobody_sees_it(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    done = await process.journal.perform(await paying(world, process, invoice, reference="1234"))
    (sent,) = world.syncro.calls(PAY)
    assert sent.body["ref_num"] == f"1234 ·{done.mark}"
    assert (sent.body["amount_cents"], sent.body["invoice_number"]) == (50_000, invoice.number)
    live = await process.context.gateway.invoice(str(invoice.id))
    assert [(one.reference, one.mark) for one in live.payments or ()] == [("1234", done.mark)]


LONG = "wire 2026-03-10/A1"


async def test_without_room_for_a_mark_it_is_found_by_what_it_is(world: FaultWorld, process: Process) -> None:
    invoice = world.invoice()
    world.order(PAY, "cut_after_commit")
    wanted = await paying(world, process, invoice, reference=LONG)
    await process.journal.perform(wanted)
    await settle_all(world, process)
    assert (await the_operation(process, wanted)).state == "confirmed"
    assert world.syncro.calls(PAY)[0].body["ref_num"] == LONG
    assert len(world.payments(invoice)) == 1


async def test_without_a_mark_two_that_fit_are_a_question(world: FaultWorld, process: Process) -> None:
    invoice = world.invoice(900)
    wanted = await paying(world, process, invoice, reference=LONG, amount=10_000)
    world.order(PAY, "cut_after_commit")
    await process.journal.perform(wanted)
    world.syncro.company.pay(invoice.id, Decimal(100), method="Check", reference=LONG)
    await settle_all(world, process)
    done = await the_operation(process, wanted)
    assert done.state == "unknown"
    assert await told(process, done) == [CLERK.id]
    assert len(world.syncro.calls(PAY)) == 1


@pytest.mark.parametrize("fault", ["", "cut_after_commit"])
async def test_a_payment_that_lands_as_credit_is_told_at_once(
    world: FaultWorld, process: Process, fault: str
) -> None:
    """Syncro books it on the account when number and id don't belong together."""
    invoice = world.invoice()
    wanted = await paying(world, process, invoice)
    record = process.context.gateway.record_payment

    async def misdirected(invoice_id: str, payment: Any) -> Any:
        return await record(invoice_id, replace(payment, invoice_number="INV-1990-0001"))

    process.context.gateway.record_payment = misdirected  # type: ignore[method-assign]  # as if renumbered just now
    if fault:
        world.order(PAY, fault)
    await process.journal.perform(wanted)
    await settle_all(world, process)
    done = await the_operation(process, wanted)
    assert (done.state, (done.result or {}).get("amiss")) == ("confirmed", 1)
    assert "landed as credit" in done.sentence
    assert f"/customers/{invoice.customer_id}" in done.sentence
    assert (world.payments(invoice), len(world.syncro.calls(PAY))) == ([], 1)


async def test_a_currency_without_a_limit_needs_approval_and_says_why(world: FaultWorld) -> None:
    """docs/policy.md: a currency that the policy doesn't name always needs approval."""
    approvals = replace(POLICY.approvals, payment=Threshold({"EUR": 100_000}))
    process = await world.process(policy=replace(POLICY, approvals=approvals))
    wanted = await paying(world, process, world.invoice())
    with pytest.raises(DuebotError, match="policy sets no limit for payments in USD"):
        await process.journal.perform(wanted)
    assert world.syncro.calls(PAY) == []


@pytest.mark.parametrize("fault", ["", "cut_after_commit"])
async def test_a_declined_payment_is_not_told_as_recorded(
    world: FaultWorld, process: Process, fault: str
) -> None:
    invoice = world.invoice()
    wanted = await paying(world, process, invoice)
    record = process.context.gateway.record_payment

    async def declined(invoice_id: str, payment: Any) -> Any:
        try:
            return replace(await record(invoice_id, payment), successful=False)
        finally:
            world.syncro.company.fail_payment(world.payments(invoice)[0].id)

    process.context.gateway.record_payment = declined  # type: ignore[method-assign]  # as a processor would
    if fault:
        world.order(PAY, fault)
    await process.journal.perform(wanted)
    await settle_all(world, process)
    done = await the_operation(process, wanted)
    assert (done.state, (done.result or {}).get("amiss")) == ("confirmed", 1)
    assert "was declined" in done.sentence
    assert "recorded" not in done.sentence
    assert len(world.syncro.calls(PAY)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"date": "2026-03-09"}, "date"),
        ({"notes": "by post"}, "notes"),
        ({"reference": "a reference that is too long"}, "reference"),
    ],
)
async def test_what_the_account_can_t_take_is_refused_before_anything_is_sent(
    world: FaultWorld, process: Process, changes: dict[str, str], field: str
) -> None:
    wanted = await paying(world, process, world.invoice(), **changes)
    with pytest.raises(BadInput) as refused:
        await process.journal.perform(wanted)
    assert refused.value.field == field
    assert ("http://" in refused.value.sentence) == (field == "date")
    assert not world.syncro.calls(PAY)


async def test_a_renumbered_invoice_takes_no_payment(world: FaultWorld, process: Process) -> None:
    invoice = world.invoice()
    wanted = await paying(world, process, invoice)
    invoice.number = "INV-2031-0001"
    with pytest.raises(Changed, match="has the number INV-2031-0001 now"):
        await process.journal.perform(wanted)
    assert not world.syncro.calls(PAY)


# ---- lines, edits, emails, voids ---------------------------------------------------------------------------


def product_line(world: FaultWorld, price: str) -> LineItem:
    product = next(one for one in world.syncro.company.products.values() if one.price)
    return LineItem(product.name, Decimal(2), Decimal(price), product.taxable, product_id=str(product.id))


async def test_a_new_invoice_has_the_prices_that_were_entered(world: FaultWorld, process: Process) -> None:
    wanted = await intent(world, process, "create", world.invoice())
    lines = [product_line(world, "71.00"), product_line(world, "72.00")]
    wanted = replace(wanted, request={**wanted.request, "lines": [line_to_json(one) for one in lines]})
    done = await process.journal.perform(wanted)
    made = world.syncro.company.invoice(int(done.result["invoice_id"]))  # type: ignore[index]  # it is confirmed
    assert sorted(line.price for line in made.lines) == [Decimal("71.00"), Decimal("72.00")]
    assert "incomplete" not in done.sentence


async def test_a_line_that_syncro_leaves_out_is_said_until_the_sum_agrees(
    world: FaultWorld, process: Process
) -> None:
    world.syncro.oddities.change({"lines_taken": 0})
    wanted = await intent(world, process, "create", world.invoice())
    world.order("POST /invoices/{id}/line_items", "status", status=422, message="item is invalid")
    done = await process.journal.perform(wanted)
    assert done.state == "confirmed"
    assert "incomplete, 0 of 1 lines" in done.sentence
    assert done.sentence.endswith("complete it in Syncro. Syncro says: item is invalid.")
    assert (done.result or {})["amiss"] == 1
    assert (done.result or {})["incomplete"] == {"there": 0, "of": 1, "subtotal": 2500}


async def test_an_email_goes_where_the_form_said_or_not_at_all(world: FaultWorld, process: Process) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "email", invoice)
    customer = world.syncro.company.customer(invoice.customer_id)
    customer.notification_email = "elsewhere@customer.example"
    with pytest.raises(Changed) as changed:
        await process.journal.perform(wanted)
    assert "elsewhere@customer.example" in changed.value.differences[0]
    assert not world.syncro.company.emails
    done = await process.journal.perform(await intent(world, process, "email", invoice))
    assert "with its own text, to elsewhere@customer.example" in done.sentence
    (sent,) = world.syncro.company.emails
    assert sent.to == ("elsewhere@customer.example",)


async def test_an_invoice_that_moved_to_another_customer_is_not_emailed(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    wanted = await intent(world, process, "email", invoice)
    other = next(one for one in world.syncro.company.customers if one != invoice.customer_id)
    world.syncro.company.change_header(invoice.id, customer_id=other)
    with pytest.raises(Changed, match="belongs to another customer now"):
        await process.journal.perform(replace(wanted, seen=None))
    assert not world.syncro.company.emails


async def test_terms_and_voids_are_refused_with_the_way_into_syncro(
    world: FaultWorld, process: Process
) -> None:
    invoice = world.invoice()
    edit = await intent(world, process, "edit", invoice)
    with pytest.raises(NotAllowed, match="no terms of their own") as refused:
        await process.journal.perform(replace(edit, request={"terms": "Net 45"}))
    assert refused.value.link.endswith(f"/customers/{invoice.customer_id}")
    with pytest.raises(NotAllowed, match="can't be voided through its API") as refused:
        await process.journal.perform(await intent(world, process, "void", invoice))
    assert refused.value.link.endswith(f"/invoices/{invoice.id}")
    assert not world.syncro.calls("PUT /invoices/{id}")


def parts(world: FaultWorld) -> list[str]:
    """What stands on the newest invoice."""
    newest = max(world.syncro.company.invoices.values(), key=lambda one: one.id)
    return sorted(line.name for line in newest.lines)


async def in_parts(world: FaultWorld, process: Process) -> Any:
    """A new invoice of three lines, of which Syncro takes the first with the invoice itself."""
    world.syncro.oddities.change({"lines_taken": 1})
    wanted = await intent(world, process, "create", world.invoice())
    lines = [LineItem(name, Decimal(1), Decimal(9), taxable=False) for name in ("one", "three", "two")]
    return replace(wanted, request={**wanted.request, "lines": [line_to_json(one) for one in lines]})


LINES = "POST /invoices/{id}/line_items"


async def test_a_line_that_surely_never_left_follows_when_syncro_takes_it(
    world: FaultWorld, process: Process
) -> None:
    """Too many requests, for as long as somebody waits at the form: the next pass goes on from there."""
    wanted = await in_parts(world, process)
    world.order(LINES, "status", status=429, times=3)
    waiting = await process.journal.perform(wanted)
    assert waiting.state == "sent"
    await settle_all(world, process)
    done = await the_operation(process, wanted)
    assert (done.state, parts(world)) == ("confirmed", ["one", "three", "two"])
    assert "incomplete" not in done.sentence
    assert await told(process, done) == [CLERK.id]


async def test_a_syncro_that_says_yes_and_does_nothing_is_asked_once_for_each_line(
    world: FaultWorld, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = await in_parts(world, process)
    company = world.syncro.company
    monkeypatch.setattr(company, "add_line", lambda invoice_id, line: company.invoice(invoice_id).lines[0])
    done = await process.journal.perform(wanted)
    assert done.state == "confirmed"
    assert "incomplete, 1 of 3 lines" in done.sentence
    assert len(world.syncro.calls(LINES)) == 2


async def test_it_did_not_is_about_the_last_request_and_makes_no_second_invoice(
    world: FaultWorld, process: Process
) -> None:
    wanted = await in_parts(world, process)
    world.order(LINES, "cut_before_commit", times=None)
    await process.journal.perform(wanted)
    await settle_all(world, process)
    lost = await the_operation(process, wanted)
    assert lost.state == "unknown"
    world.syncro.faults.clear()
    world.move(60)
    decided = await process.journal.decide(lost.key, False, DANA)
    assert (decided.state, (decided.result or {}).get("amiss")) == ("confirmed", 1)
    assert "incomplete, 1 of 3 lines" in decided.sentence
    assert await process.journal.perform(wanted) == await the_operation(process, wanted)
    assert len(world.syncro.calls(CREATE)) == 1


async def test_only_a_new_invoice_gives_way_to_a_taken_number(world: FaultWorld, process: Process) -> None:
    """Words about some number on a payment are a plain no: it is never sent again by itself."""
    invoice = world.invoice()
    world.order(PAY, "status", status=422, times=None, message="Reference number has already been taken")
    with pytest.raises(SyncroRefused, match="Reference number has already been taken"):
        await process.journal.perform(await paying(world, process, invoice))
    assert len(world.syncro.calls(PAY)) == 1


async def test_our_lines_never_get_onto_what_somebody_else_has_just_begun(
    world: FaultWorld, process: Process
) -> None:
    """The number is a colleague's empty invoice of the same customer, and it can't even be looked at."""
    invoice = world.invoice()
    wanted = await intent(world, process, "create", invoice)
    theirs = world.syncro.company.create_invoice(invoice.customer_id, world.syncro.company.today())
    world.order("GET /invoices/{id}", "status", status=502, times=4)
    await process.journal.perform(wanted)
    await settle_all(world, process)
    assert (await the_operation(process, wanted)).state == "confirmed"
    assert len(theirs.lines) == 0
    assert len(made_like(world, invoice)) == 1
