"""The kinds of write that make an invoice and add lines to one.

Some accounts take fewer lines than were sent, or put their catalogue's price on a line. There such a write is several
requests: after each the invoice is read, and what is missing is added, what is wrong corrected, each once.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.dates import say_date_if_known
from bot.domain.errors import BadInput, NeedsConfirmation, SyncroError, SyncroNotSent
from bot.domain.invoice import Invoice, LineItem, NewInvoice, Status, lines_subtotal
from bot.domain.money import say_money
from bot.domain.references import number_after
from bot.domain.roles import Action
from bot.domain.stamps import made_before
from bot.store import mirror, operations
from bot.store.lane import Tx
from bot.store.numbers import highest_number
from bot.store.operations import Operation
from bot.store.rows import iso
from bot.use_cases.kinds import Absent, Finding, Found, Kind, Told, Unclear
from bot.use_cases.kinds_invoice import require_editable
from bot.use_cases.lines import as_entered, count_like, fits, line_from_json, paired, same_lines
from bot.use_cases.mirror import synced_at

_ALIKE_DAYS = 10
_MOST_ALIKE = 50
_MOST_COMPARED = 5
_SKEW = timedelta(minutes=5)
_CHANGED = "The invoice's lines changed meanwhile. Please look at it in Syncro."


class LinesKind(Kind):
    """What writing lines has in common. ``progress["step"]`` is the line request that was sent last, if any."""

    def one_request(self, operation: Operation) -> bool:
        return self.context.gateway.abilities.exact_lines

    async def send_step(self, operation: Operation, wanted: LineItem) -> dict[str, Any]:
        """Sends the line request whose turn it is."""
        invoice_id, step = operation.invoice_id or _made(operation), operation.progress["step"]
        if step["do"] == "correct":
            await self.context.gateway.correct_line(invoice_id, replace(wanted, id=str(step["line"])))
        else:
            await self.context.gateway.add_line(invoice_id, wanted)
        return {"invoice_id": invoice_id}

    async def find_step(self, operation: Operation, wanted: LineItem) -> Finding:
        """Added when such lines are one more than before; corrected when the line says so."""
        invoice_id, step = operation.invoice_id or _made(operation), operation.progress["step"]
        live = await self.context.gateway.invoice(invoice_id)
        if step["do"] == "correct":
            line = next((one for one in live.lines or () if one.id == step["line"]), None)
            if line is None:
                return Unclear(_CHANGED)
            return Found({"invoice_id": invoice_id}) if as_entered(line, wanted) else Absent()
        return one_more(live, wanted, int(step["alike_before"]))


def _made(operation: Operation) -> str:
    """The id of the invoice that the first request made."""
    return str(operation.progress.get("result", {}).get("invoice_id", ""))


def one_more(live: Invoice, wanted: LineItem, before: int) -> Finding:
    """Whether one more such line is there than before; anything else but the same is not clear."""
    more = count_like(live, wanted) - before
    if more == 1:
        return Found({"invoice_id": live.id})
    return Absent() if more == 0 else Unclear(_CHANGED)


class CreateKind(LinesKind):
    """Creating an invoice with its lines."""

    def action(self) -> Action:
        return Action.DRAFT

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        await self.authority.require(operation.actor_id, self.action())
        new = new_invoice_of(operation.request)
        check_new_invoice(new)
        if not self.context.gateway.abilities.numbers and await synced_at(self.context) is None:
            raise SyncroNotSent(
                "Duebot gives new invoices of this account their number, and hasn't read the others yet. "
                "Nothing was sent; try again when the first sync is done."
            )
        if operation.request.get("anyway"):
            return
        alike = await self._alike(operation, new)
        if alike:
            raise NeedsConfirmation("An invoice like this one was made lately.", "duplicate", alike)

    async def _alike(self, operation: Operation, new: NewInvoice) -> list[str]:
        """The customer's invoices of the same amount that were made lately, or that somebody is making right now."""
        currency = str(operation.request["currency"])
        subtotal = lines_subtotal(new.lines, currency)
        since = new.date - timedelta(days=_ALIKE_DAYS)

        def read(tx: Tx) -> tuple[list[Invoice], list[Operation]]:
            entered_since = self.context.now() - timedelta(days=_ALIKE_DAYS)
            recent, _ = mirror.find_invoices(
                tx, customer_id=new.customer_id, date_from=since, limit=_MOST_ALIKE, offset=0
            )
            return recent, operations.creations_since(tx, new.customer_id, entered_since)

        recent, entered = await self.context.lane.read(read)
        alike = [
            one
            for one in recent
            if one.subtotal == subtotal and one.status is not Status.VOID and one.id != _made(operation)
        ]
        made = [
            f"{one.number} of {say_date_if_known(one.date)}, {say_money(one.total, one.currency)}"
            for one in alike[:_MOST_COMPARED]
            if await self._has_lines(one, new)
        ]
        making = [
            f"{say_money(subtotal, currency)} before tax by {one.actor_name}, still being made ({one.state})"
            for one in entered
            if one.state in operations.OPEN
            and one.key != operation.key
            and same_lines(new_invoice_of(one.request).lines, new.lines)
        ]
        return made + making

    async def _has_lines(self, invoice: Invoice, new: NewInvoice) -> bool:
        """Whether an invoice of the same sum has the same lines, too; it counts as such while it can't be read."""
        try:
            live = await self.context.gateway.invoice(invoice.id)
        except SyncroError:
            return True
        return same_lines(live.lines, new.lines)

    def allocate(self, tx: Tx, operation: Operation) -> dict[str, Any]:
        """The number after the highest one known, where Syncro doesn't number by itself."""
        if self.context.gateway.abilities.numbers:
            return operation.progress
        highest = highest_number(tx)
        return {**operation.progress, "number": number_after(highest) if highest else "1"}

    async def send(self, operation: Operation) -> dict[str, Any]:
        new = new_invoice_of(operation.request)
        step = operation.progress.get("step")
        if step is not None:
            return await self.send_step(operation, new.lines[int(step["index"])])
        number = str(operation.progress.get("number", ""))
        return {"invoice_id": await self.context.gateway.create_invoice(replace(new, number=number))}

    # ---- finding it again ----------------------------------------------------------------------------------

    async def find(self, operation: Operation) -> Finding:
        step = operation.progress.get("step")
        if step is not None:
            return await self.find_step(
                operation, new_invoice_of(operation.request).lines[int(step["index"])]
            )
        if self.context.gateway.abilities.numbers:
            return await self._find_alike(operation)
        return await self._find_numbered(operation, str(operation.progress["number"]))

    async def _find_alike(self, operation: Operation) -> Finding:
        """By customer, date, lines and creation time; two candidates can't be told apart."""
        new = new_invoice_of(operation.request)
        others = await self._created_otherwise(operation, new.customer_id)
        entered = self._entered(operation)
        candidates: list[Invoice] = []
        pages = self.context.gateway.invoices(
            customer_id=new.customer_id, date_from=new.date, date_to=new.date
        )
        async for page in pages:
            if page.unreadable:
                return Unclear(
                    "Some of this customer's invoices can't be read. Please look at them in Syncro."
                )
            for header in page.invoices:
                if header.id in others or made_before(header.created_at, entered):
                    continue
                live = await self.context.gateway.invoice(header.id)
                if live.date == new.date and same_lines(live.lines, new.lines):
                    candidates.append(live)
        if len(candidates) > 1:
            numbers = ", ".join(one.number for one in candidates)
            return Unclear(f"Several invoices look like this one ({numbers}). Please look at them in Syncro.")
        return Found({"invoice_id": candidates[0].id}) if candidates else Absent()

    async def _find_numbered(self, operation: Operation, number: str) -> Finding:
        """By the number that was given to it. An invoice of somebody else's may have taken that number."""
        new = new_invoice_of(operation.request)
        since = iso(self._entered(operation) - timedelta(hours=1))
        held = await self.context.gateway.numbered(number, since)
        if held is None:
            return Absent()
        others = await self._created_otherwise(operation, new.customer_id)
        if held.customer_id != new.customer_id or held.id in others:
            return Absent()
        if held.date == new.date and same_lines(held.lines, new.lines):
            return Found({"invoice_id": held.id})
        if made_before(held.created_at, self._entered(operation)):
            return Absent()
        _, left = paired(new.lines, held.lines or ())
        if held.date == new.date and held.lines and not left:
            return Found({"invoice_id": held.id})
        return Unclear(f"Invoice {number} is there, but not as it was entered. Please look at it in Syncro.")

    def _entered(self, operation: Operation) -> datetime:
        """Before this, by Syncro's own clock, it was surely not made."""
        return operation.created_at + self.context.gateway.skew - _SKEW

    async def _created_otherwise(self, operation: Operation, customer_id: str) -> frozenset[str]:
        """Invoices that are known to come from other entries."""
        since = operation.created_at - timedelta(days=1)
        made = await self.context.lane.read(lambda tx: operations.creations_since(tx, customer_id, since))
        results = (one.result or {} for one in made if one.key != operation.key)
        return frozenset(str(result["invoice_id"]) for result in results if result.get("invoice_id"))

    # ---- several requests ----------------------------------------------------------------------------------

    def next_step(self, operation: Operation, live: Invoice, done: dict[str, Any]) -> dict[str, Any] | None:
        wanted, progress = new_invoice_of(operation.request).lines, operation.progress
        pairs, _ = paired(wanted, live.lines or ())
        added, corrected = list(progress.get("added", [])), list(progress.get("corrected", []))
        for index, (line, found) in enumerate(zip(wanted, pairs, strict=True)):
            if found is None and index not in added:
                step = {"do": "add", "index": index, "alike_before": count_like(live, line)}
                return {**progress, "step": step, "added": [*added, index]}
        for index, (line, found) in enumerate(zip(wanted, pairs, strict=True)):
            if found is not None and not as_entered(found, line) and found.id not in corrected:
                step = {"do": "correct", "index": index, "line": found.id}
                return {**progress, "step": step, "corrected": [*corrected, found.id]}
        return None

    def step_sentence(self, operation: Operation, live: Invoice) -> str:
        wanted = new_invoice_of(operation.request).lines
        pairs, _ = paired(wanted, live.lines or ())
        there = sum(one is not None for one in pairs)
        return f"Invoice {live.number} is incomplete, {there} of {len(wanted)} lines so far."

    def final(self, operation: Operation, after: Invoice, result: dict[str, Any]) -> dict[str, Any]:
        told = {**result, "number": after.number, "total": after.total}
        wanted = new_invoice_of(operation.request).lines
        if same_lines(after.lines, wanted):
            return told
        pairs, _ = paired(wanted, after.lines or ())
        as_wanted = sum(
            one is not None and as_entered(one, line) for one, line in zip(pairs, wanted, strict=True)
        )
        subtotal = lines_subtotal(wanted, after.currency)
        return {**told, "incomplete": {"there": as_wanted, "of": len(wanted), "subtotal": subtotal}}

    def done(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> Told:
        if after is None:
            return Told(f"Invoice {operation.progress.get('number', '')} created.".replace("  ", " "))
        said = f"Invoice {after.number} created, total {say_money(after.total, after.currency)} with tax."
        short = self.final(operation, after, result).get("incomplete")
        if short is None:
            return Told(said)
        lacks = f"But it is incomplete, {short['there']} of {short['of']} lines are as entered: complete it in Syncro."
        return Told(" ".join(filter(None, (said, lacks, result.get("problem")))), amiss=True)


def new_invoice_of(request: Mapping[str, Any]) -> NewInvoice:
    """The invoice that a create operation describes."""
    return NewInvoice(
        customer_id=str(request["customer_id"]),
        date=date.fromisoformat(str(request["date"])),
        due_date=date.fromisoformat(str(request["due_date"])) if request.get("due_date") else None,
        lines=tuple(line_from_json(line) for line in request["lines"]),
        notes=str(request["notes"]),
        terms=str(request["terms"]),
    )


def check_new_invoice(new: NewInvoice) -> None:
    """What Duebot can judge of a new invoice by itself. Raises ``BadInput`` naming the field."""
    if not new.customer_id:
        raise BadInput("Choose a customer.", "customer")
    if not new.lines:
        raise BadInput("An invoice needs at least one line item.", "lines")
    if new.due_date is not None and new.due_date < new.date:
        raise BadInput("The due date is before the invoice date.", "due_date")


class LineKind(LinesKind):
    """Adding one line item."""

    def action(self) -> Action:
        return Action.EDIT

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        assert live is not None  # noqa: S101  a line always names an invoice
        await self.authority.require(operation.actor_id, self.action())
        require_editable(self.context, live)

    async def send(self, operation: Operation) -> dict[str, Any]:
        wanted = line_from_json(operation.request["line"])
        if operation.progress.get("step"):
            return await self.send_step(operation, wanted)
        await self.context.gateway.add_line(operation.invoice_id or "", wanted)
        return {"invoice_id": operation.invoice_id}

    async def find(self, operation: Operation) -> Finding:
        wanted = line_from_json(operation.request["line"])
        if operation.progress.get("step"):
            return await self.find_step(operation, wanted)
        live = await self.context.gateway.invoice(operation.invoice_id or "")
        return one_more(live, wanted, int(operation.request["alike_before"]))

    def next_step(self, operation: Operation, live: Invoice, done: dict[str, Any]) -> dict[str, Any] | None:
        """One correction, where the catalogue's values won over those entered."""
        if operation.progress.get("step"):
            return None
        line = self._added(operation, live)
        if line is None or as_entered(line, line_from_json(operation.request["line"])):
            return None
        return {**operation.progress, "step": {"do": "correct", "line": line.id}}

    def _added(self, operation: Operation, live: Invoice) -> LineItem | None:
        """The line that wasn't there before."""
        wanted, before = line_from_json(operation.request["line"]), operation.request.get("ids_before", [])
        new = [one for one in live.lines or () if one.id not in before and fits(one, wanted)]
        return new[0] if len(new) == 1 else None

    def done(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> Told:
        line = line_from_json(operation.request["line"])
        if after is None:
            return Told(f"Line “{line.name}” added.")
        added = self._added(operation, after)
        one_added = count_like(after, line) == int(operation.request["alike_before"]) + 1
        if not one_added or (added is not None and not as_entered(added, line)):
            said = f"{after.number} doesn't show the line as entered. Please look at it in Syncro."
            return Told(" ".join(filter(None, (said, result.get("problem")))), amiss=True)
        return Told(
            f"Line “{line.name}” added to {after.number}; total {say_money(after.total, after.currency)}."
        )
