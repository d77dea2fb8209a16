"""A customer's card and what is kept of it, as journeys look at them."""

from bot.store import calls, holds


async def customer_card(person, name="Acme Widgets"):
    """The card of a customer, asked for anew."""
    last = max((message["ts"] for message in person.messages()), default="0")
    await person.command("C0BILLING", f'/overdue "{name}"')
    return await person.sees("Usually pays", after=last)


async def form_of(person, label, submit, name="Acme Widgets"):
    """The form behind a button of the card, once it is filled."""
    await person.click(await customer_card(person, name), label)
    return await person.modal(submit)


def customer_id(world, name="Acme Widgets"):
    return str(world.company.customer_by_name(name).id)


async def open_holds(world):
    found = await world.app.rooms.context.lane.read(holds.all_open)
    return [hold for held in found.values() for hold in held]


async def logged(world, name="Acme Widgets"):
    key = customer_id(world, name)
    return await world.app.rooms.context.lane.read(lambda tx: calls.last_of(tx, key, 10))


async def acts(world):
    rows = await world.app.rooms.context.lane.read(
        lambda tx: tx.all("SELECT * FROM audit WHERE operation_key <> '' ORDER BY seq")
    )
    return [(row["actor_id"], row["action"], row["subject"]) for row in rows]


async def again(world):
    """Sends the last form once more, as Slack does when it got no answer; what the bot answers."""
    sent = [one for one in world.stage.slack.courier.sent if one.payload.get("type") == "view_submission"]
    answer = await world.stage.slack.courier.again(sent[-1])
    await world.idle()
    return str(answer)


async def reminded(world):
    """Runs the sweep and posts what it wrote."""
    await world.app.rooms.sweep.run()
    await world.app.rooms.outbox.deliver_due()
