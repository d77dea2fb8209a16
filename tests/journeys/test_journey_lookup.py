"""What people look up, and what they are told when there is nothing to show."""

from urllib.parse import urlsplit

import pytest
from journey_world import syncro_link

from sandbox.slack.shown import buttons, shown_text


def syncro_page(world, path):
    base = urlsplit(world.stage.settings()["SYNCRO_BASE_URL"])
    return f"{base.scheme}://{base.netloc}{path}"


async def test_a_number_shows_the_card_privately(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("INV-2024-1042")
    assert card.get("is_ephemeral"), card
    text = shown_text(card)
    for said in ("Acme Widgets", "20 days past due", "$806.25 open", "Remote support", "Tax $56.25"):
        assert said in text
    assert not [m for m in world.person("U0BOSS").messages("C0BILLING") if "1042" in str(m)]


async def test_a_card_in_a_direct_message_is_not_offered_for_sharing(world):
    clerk = world.person()
    for place in (clerk.dm, "D0PEOPLE"):
        await clerk.command(place, "/invoice 1042")
        assert "Share here" not in buttons(await clerk.sees("INV-2024-1042", place))
    page = await clerk.home("My customers")
    await clerk.choose(page, "Open a customer…", "Acme Widgets")
    customer = await clerk.sees("Invoices go to", clerk.dm)
    last = clerk.messages(clerk.dm)[-1]["ts"]
    await clerk.choose(customer, "Open an invoice…", "INV-2024-1042")
    card = await clerk.sees("Record payment", clerk.dm, after=last)
    assert "Share here" not in buttons(card)


async def test_an_invoice_is_named_in_every_usual_way(world):
    clerk, link = world.person(), syncro_page(world, f"/invoices/{world.showpiece.id}")
    ways = ("1042", "#1042", "01042", "INV-2024-1042", "inv-2024-1042", "show 1042", link, f"<{link}|it>")
    for way in ways:
        last = max((m["ts"] for m in clerk.messages()), default="0")
        await clerk.command("C0BILLING", f"/invoice {way}")
        assert "$806.25 open" in shown_text(await clerk.sees("INV-2024-1042", after=last)), way
    assert world.stage.slack.problems == []


async def test_a_link_is_taken_only_from_this_company_s_syncro(world):
    clerk = world.person()
    host = urlsplit(syncro_page(world, "")).netloc
    for link, said in (
        ("https://rogue.syncromsp.com/invoices/1", "not to this company's Syncro"),
        (f"http://{host}@rogue.example/invoices/1", "not to this company's Syncro"),
        (syncro_page(world, "/customers/1"), "not to an invoice"),
        (syncro_page(world, "/invoices/99999"), "Syncro does not have it"),
    ):
        await clerk.command("C0BILLING", f"/invoice {link}")
        await clerk.sees(said)


_BAD = (
    ("/invoice 999999", "There is no invoice 999999"),
    ("/invoice find zzzzqqq", "No customer is called anything like"),
    ("/invoice pya 1042", "Did you mean"),
    ("/invoice 1042 pay 500", "Did you mean “/invoice pay 1042 500”"),
    ("/invoice pay 1042 12,34,5", "12,34,5"),
    ("/invoice pay 1042 -5", "-5"),
    ("/invoice pay 1042 1e9", "1e9"),
    ("/invoice pay 1042 NaN", "NaN"),
    ("/invoice pay 1042 ٣", "٣"),
    ("/invoice pay 1042 0", "zero"),
    ("/invoice pay 1042 500 banana", "I don't understand “banana”"),
    ("/invoice pay 1042 5 6", "two amounts"),
    ("/invoice pay", "Say which invoice is paid"),
    ("/invoice send", "Which invoice?"),
    ("/invoice find", "What are you looking for?"),
    ("/invoice find acme from 2026-02-31", "2026-02-31"),
    ("/invoice find overdue from 2026-02-01 to 2026-01-01", "is after"),
    ("/invoice statement acme", "isn't in this version"),
    ("/overdue automatic on", "you need the role approver"),
    ("/overdue 45+", "Did you mean “/overdue 30+”"),
    ("/overdue autmatic", "Did you mean “/overdue automatic”"),
    ("/overdue zzzzqqq", "No customer is called anything like"),
)


async def test_bad_input_is_answered_where_the_person_stands(world):
    clerk = world.person()
    for typed, said in _BAD:
        last = max((m["ts"] for m in clerk.messages()), default="0")
        await clerk.command("C0BILLING", typed)
        assert (await clerk.sees(said, after=last))["channel"] == "C0BILLING", typed
        assert not clerk.views(), typed
    assert world.stage.slack.problems == []


async def test_a_typo_is_carried_out_when_its_meaning_is_confirmed(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice pya 1042 500 check")
    await clerk.click(await clerk.sees("Did you mean"), "/invoice pay 1042 500 check")
    await clerk.modal("Balance")


async def test_a_search_names_customers_turns_pages_and_opens_a_card(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice find unpaid")
    first = await clerk.sees("all customers · unpaid")
    shown = shown_text(first)
    assert "Acme Widgets" in shown
    assert "\n–\n" not in shown, "every invoice names its customer"
    await clerk.click(first, "Next →")
    second = await clerk.sees("Page 2 of")
    await clerk.click(second, "← Previous")
    again = await clerk.sees("Page 1 of")
    assert shown_text(again) == shown
    option = shown_text(again).split("INV-", 1)[1].split("\n")[0]
    await clerk.choose(again, "Open an invoice…", f"INV-{option}")
    await clerk.sees("Share here")
    assert world.stage.slack.problems == []


async def test_a_search_by_status_and_dates_finds_just_those(world):
    clerk = world.person()
    await clerk.command("C0BILLING", '/invoice find "acme widgets" overdue from 2026-01-01 to 2026-01-31')
    found = shown_text(await clerk.sees("Acme Widgets · overdue · from"))
    assert "2 invoices" in found
    assert "INV-2024-1042" in found
    assert "INV-2024-1042" not in shown_text(await of_february(clerk))


async def of_february(clerk):
    await clerk.command("C0BILLING", '/invoice find "acme widgets" overdue from 2026-02-01')
    return await clerk.sees("Acme Widgets · overdue · from Sun, Feb 1")


@pytest.mark.parametrize("state", ["draft", "sent", "viewed", "void"])
async def test_a_search_for_a_state_finds_it_or_leads_to_where_it_is_told(world, state):
    clerk = world.person()
    await clerk.command("C0BILLING", f"/invoice find {state}")
    if world.shape == "guide":
        found = await clerk.sees(f"all customers · {state}")
        held = [one for one in world.company.invoices.values() if world.company.status(one) == state]
        assert f"{len(held)} invoice" in shown_text(found)
    else:
        told = await clerk.sees("API doesn't tell draft, sent, viewed and void apart")
        assert "Use one of: overdue, unpaid, partial, paid; or search in Syncro." in shown_text(told)
        assert syncro_link(told) == syncro_page(world, "/invoices")


async def test_a_search_for_unpaid_partial_and_paid_finds_just_those(world):
    clerk, company = world.person(), world.company
    for word, states in (
        ("unpaid", ("sent", "viewed", "partial")),
        ("partial", ("partial",)),
        ("paid", ("paid",)),
    ):
        await clerk.command("C0BILLING", f"/invoice find {word}")
        found = shown_text(await clerk.sees(f"all customers · {word}"))
        told = states if world.shape == "guide" or word != "unpaid" else ("draft", *states)
        held = [one for one in company.invoices.values() if company.status(one) in told]
        assert f"{len(held)} invoice" in found, word


async def test_an_ambiguous_name_is_offered_and_the_search_goes_on(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice find acme overdue")
    asked = await clerk.sees("Which customer is “acme”?")
    assert "Acme Dental" in shown_text(asked)
    await clerk.choose(asked, "Choose one…", "Acme Dental")
    found = shown_text(await clerk.sees("Acme Dental · overdue"))
    assert "past due" in found
    assert "Acme Widgets" not in found


async def test_a_misspelt_name_is_offered_never_picked(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice find acmee widgts")
    asked = await clerk.sees("Which customer is “acmee widgts”?")
    assert "Acme Widgets" in shown_text(asked)


@pytest.fixture
async def twins(world):
    """A world in which two numbers end in 1001."""
    for number in ("INV-2023-1001", "INV-2024-1001"):
        if not any(one.number == number for one in world.company.invoices.values()):
            customer = world.company.customer_by_name("Candlewick Insurance")
            world.company.create_invoice(customer.id, world.company.today(), number=number)
    await world.app.rooms.sync.run()
    return world


async def test_several_numbers_with_the_same_end_are_offered_and_one_is_chosen(twins):
    clerk = twins.person()
    await clerk.command("C0BILLING", "/invoice 1001")
    asked = await clerk.sees("Several invoices end in 1001")
    labels = shown_text(asked)
    assert "INV-2023-1001 · Candlewick" in labels
    assert "INV-2024-1001" in labels
    await clerk.choose(asked, "Choose one…", "INV-2023-1001")
    assert "Candlewick" in shown_text(await clerk.sees("Due date"))
    await clerk.command("C0BILLING", "/invoice edit 1001")
    asked = await clerk.sees("Several invoices end in 1001", after=asked["ts"])
    await clerk.choose(asked, "Choose one…", "INV-2024-1001")
    form = await clerk.modal("INV-2024-1001")
    await clerk.close(form)
    await clerk.command("C0BILLING", "/invoice void 1001")
    asked = await clerk.sees("Several invoices end in 1001", after=asked["ts"])
    await clerk.choose(asked, "Choose one…", "INV-2024-1001")
    if twins.shape == "guide":
        assert "INV-2024-1001" in shown_text(await clerk.modal("Somebody else must approve it"))
    else:
        refused = await clerk.modal("can't be voided through its API. Void INV-2024-1001 in Syncro.")
        assert syncro_link(refused) == twins.in_syncro(twins.company.invoice_by_number("INV-2024-1001"))


async def test_a_choice_belongs_to_whoever_was_asked(twins):
    clerk, boss = twins.person(), twins.person("U0BOSS")
    await clerk.command("C0BILLING", "/invoice 1001")
    asked = await clerk.sees("Several invoices end in 1001")
    menu = next(e for b in asked["blocks"] for e in b.get("elements", []) if e.get("type") == "static_select")
    await boss.command("C0BILLING", "/invoice 1001")
    theirs = await boss.sees("Several invoices end in 1001")
    stolen = {"type": "static_select", "selected_option": menu["options"][0]}
    await boss.choose(theirs, "Choose one…", stolen["selected_option"])
    await boss.sees("I no longer know what this belongs to")


async def test_a_hostile_name_is_shown_as_text(world):
    clerk = world.person()
    name = "<!channel> & <https://x|y>"
    await clerk.command("C0BILLING", '/invoice find "<!channel>"')
    found = await clerk.sees("invoices")
    assert "<!channel>" in shown_text(found)
    invoice = world.invoice_of(name, "sent")
    await clerk.command("C0BILLING", f"/invoice {invoice.number}")
    card = await clerk.sees(f"{invoice.number} ·")
    assert "<!channel>" not in card["text"]
    mrkdwn = [str(b) for b in card["blocks"] if "'mrkdwn'" in str(b)]
    assert not any("<!" in text or "|x>" in text for text in mrkdwn)


async def test_an_invoice_made_in_syncro_a_moment_ago_is_found(world):
    made = world.company.create_invoice(world.showpiece.customer_id, world.company.today())
    clerk = world.person()
    await clerk.command("C0BILLING", f"/invoice {made.number}")
    assert "Acme Widgets" in shown_text(await clerk.sees(made.number))


async def test_an_unknown_number_reads_syncro_once(worlds):
    async with worlds(size=30, DUEBOT_TICK_SECONDS=3600) as world:
        await world.app.schedule.tick_now()
        await world.app.rooms.sync.run()
        clerk, seen = world.person(), world.stage.syncro.requests
        before = len(seen)
        await clerk.command("C0BILLING", "/invoice 999999")
        await clerk.sees("There is no invoice 999999")
        lists = [one for one in list(seen)[before:] if one.call == "GET /invoices"]
        if world.shape == "guide":
            states = [one.query.get("status") for one in lists if one.query["page"] == "1"]
            assert all(states.count(status) == 1 for status in ("draft", "partial", "sent", "viewed")), states
        else:
            assert all("since_updated_at" in one.query for one in lists)
            assert len(lists) <= 2, "what is new is looked at ahead of the rest"


async def test_a_customer_card_tells_what_is_owed_and_whom_to_call(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/overdue acme")
    await clerk.choose(await clerk.sees("Which customer is “acme”?"), "Open a customer…", "Acme Widgets")
    card = await clerk.sees("overdue* of")
    text = shown_text(card)
    assert "billing@acme-widgets.example" in text
    assert "New invoice" in buttons(card)
    await clerk.click(card, "New invoice")
    assert "Acme Widgets" in str(await clerk.modal("Review"))


async def test_another_number_than_the_one_asked_for_is_not_shown(world):
    clerk = world.person()
    world.showpiece.number = "INV-2024-9042"
    await clerk.command("C0BILLING", "/invoice 1042")
    told = shown_text(await clerk.sees("I asked Syncro for INV-2024-1042 and got INV-2024-9042"))
    assert "Acme" not in told
