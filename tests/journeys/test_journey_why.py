"""Why an invoice is, or is not, chased: asked by people before, and after, a reminder."""

from journey_world import START, one_shape

from sandbox.slack.shown import shown_text


async def why(world, number, user="U0CLERK"):
    clerk = world.person(user)
    last = max((m["ts"] for m in clerk.messages()), default="0")
    await clerk.command("C0BILLING", f"/invoice why {number}")
    answer = await clerk.sees("Why ", after=last)
    assert answer.get("is_ephemeral"), answer
    return shown_text(answer)


async def test_both_tracks_say_why_before_anything_was_sent(world):
    text = await why(world, "1042")
    assert "Why INV-2024-1042?" in text
    off = "automatic off" if world.shape == "guide" else "listed"
    assert f"Emails to the customer: {off}" in text
    assert "Reminders to your own people: " in text
    assert "No contact has listed it so far" in text
    assert world.writes() == []


async def test_after_the_reminder_it_says_what_was_told_to_whom(world):
    await world.idle()
    world.clock.advance(START.replace(hour=15) - START)
    await world.app.schedule.tick_now()
    text = await why(world, "1042")
    # Where Syncro can't send our text, the owner has a mail to send as well.
    made = "1 contact so far" if world.shape == "guide" else "2 contacts so far"
    assert f"{made}, the newest first" in text
    assert "· sent · 20 days past due, $806.25" in text
    assert "policy " in text
    assert "level already heard" in text


async def test_a_paid_invoice_says_so_on_both_tracks(world):
    paid = world.any_invoice("paid")
    text = await why(world, paid.number)
    assert text.count("It is paid.") == 2


@one_shape
async def test_a_viewer_may_ask(world):
    assert "Why INV-2024-1042?" in await why(world, "1042", "U0VIEW")


@one_shape
async def test_an_unknown_number_is_a_sentence(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice why 99887766")
    assert "99887766" in shown_text(await clerk.sees("99887766"))
