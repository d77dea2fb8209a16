"""Filling in the form of a new invoice, as journeys do it."""

from bot.views import ids


def line_ids(view):
    blocks = [block.get("block_id", "") for block in view["blocks"]]
    return [name.split(":")[1] for name in blocks if name.startswith(f"{ids.IN_LINE_NAME}:")]


def line(line_id, name, quantity, price):
    return {
        f"{ids.IN_LINE_NAME}:{line_id}": name,
        f"{ids.IN_LINE_QUANTITY}:{line_id}": quantity,
        f"{ids.IN_LINE_PRICE}:{line_id}": price,
    }


async def opened(world, clerk, words='"acme widgets"'):
    await clerk.command("C0BILLING", f"/invoice new {words}".strip())
    return await clerk.modal("Total")


async def reviewed(world, clerk, lines, **values):
    view = await opened(world, clerk)
    while len(line_ids(view)) < len(lines):
        await clerk.click(view, "Add a line")
        await world.idle()
        view = clerk.views()[-1]
    for line_id, given in zip(line_ids(view), lines, strict=True):
        values |= line(line_id, *given)
    assert await clerk.submit(view, values) == {}
    return await clerk.modal("Create invoice")


def made(world, before):
    return [one for key, one in world.company.invoices.items() if key not in before]
