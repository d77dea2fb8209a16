"""The facts of messages about holds, gathered when they are drawn."""

from collections.abc import Callable, Sequence
from typing import Literal

from bot.domain.hold_facts import HeldItem, HeldReport, HoldChange
from bot.domain.invoice import Invoice
from bot.store import holds, mirror
from bot.store.holds import Noted
from bot.store.lane import Tx
from bot.use_cases.context import Context
from bot.use_cases.mirror import synced_at
from bot.use_cases.promises import invoices_of


async def change_of(
    context: Context, hold_id: str, done: Literal["placed", "ended"], actor_id: str
) -> HoldChange | None:
    """What a person did to a hold; ``None`` when it isn't in the ledger any more."""

    def read(tx: Tx) -> HoldChange | None:
        noted = holds.get(tx, hold_id)
        if noted is None:
            return None
        about = invoices_of(tx, noted) if noted.hold.invoice_ids else []
        return HoldChange(
            hold=noted.hold,
            done=done,
            actor_id=actor_id,
            customer_name=_name(tx, noted, about),
            currency=noted.currency,
            invoices=tuple(about),
            today=context.today(),
            reason=noted.end_reason if done == "ended" else "",
        )

    return await context.lane.read(read)


async def broken_report(context: Context, hold_ids: Sequence[str]) -> HeldReport:
    """Broken promises with what is still unpaid of their invoices; those that are settled by now are left out."""
    return await _report(context, hold_ids, lambda _noted: True)


async def dispute_report(context: Context, hold_ids: Sequence[str]) -> HeldReport:
    """Disputes that are open still, on invoices that are unpaid still."""
    return await _report(context, hold_ids, lambda noted: noted.ended_at is None)


async def _report(context: Context, hold_ids: Sequence[str], wanted: Callable[[Noted], bool]) -> HeldReport:
    stamp = await synced_at(context)

    def read(tx: Tx) -> list[HeldItem]:
        found = (holds.get(tx, one) for one in hold_ids)
        return [_item(tx, context, noted) for noted in found if noted is not None and wanted(noted)]

    items = await context.lane.read(read)
    as_of = context.local(stamp) if stamp else None
    return HeldReport(context.today(), tuple(item for item in items if item.invoices), as_of)


def _item(tx: Tx, context: Context, noted: Noted) -> HeldItem:
    about = invoices_of(tx, noted)
    return HeldItem(
        hold=noted.hold,
        noted_on=context.local(noted.created_at).date(),
        customer_name=_name(tx, noted, about),
        currency=noted.currency,
        invoices=tuple(one for one in about if one.unpaid and (one.balance is None or one.balance > 0)),
        reason=noted.end_reason,
    )


def _name(tx: Tx, noted: Noted, about: Sequence[Invoice]) -> str:
    if about:
        return about[0].customer_name
    customer = mirror.customer(tx, noted.hold.customer_id)
    return customer.name if customer else "A customer"
