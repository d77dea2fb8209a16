"""The kinds of write that change, send and void invoices."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.domain.addresses import check_recipients, foreign_addresses
from bot.domain.errors import BadInput, Changed, NotAllowed, SyncroRefused
from bot.domain.facts import Abilities
from bot.domain.invoice import EDITABLE, Customer, Email, Invoice, InvoiceEdit, Status
from bot.domain.money import say_money
from bot.domain.policy import Threshold
from bot.domain.roles import Action
from bot.store import approvals, mirror, operations
from bot.store.approvals import Approval
from bot.store.lane import Tx
from bot.store.operations import Operation
from bot.use_cases.asked import email_asked, void_asked
from bot.use_cases.context import Context
from bot.use_cases.kinds import APPROVAL, Absent, Finding, Found, Kind, Told, Unclear
from bot.use_cases.void_ends import end_all_about


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


class EditKind(Kind):
    """Changing due date, notes or terms; only fields that changed are sent."""

    def action(self) -> Action:
        return Action.EDIT

    def matters(self, operation: Operation) -> tuple[str, ...]:
        """The fields that it changes; whether it is paid or void by now is checked anyway."""
        return tuple(name for name in ("due_date", "notes", "terms") if name in operation.request)

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        assert live is not None  # noqa: S101  an edit always names an invoice
        await self.authority.require(operation.actor_id, self.action())
        edit = edit_of(operation.request)
        require_editable(self.context, live)
        if edit == InvoiceEdit():
            raise BadInput("Nothing was changed.", "notes")
        if edit.terms is not None and not self.context.gateway.abilities.terms:
            raise NotAllowed(
                "Invoices of this Syncro account have no terms of their own. Change the customer's in Syncro.",
                self.context.gateway.customer_url(live.customer_id),
            )
        if edit.due_date is not None and live.date is not None and edit.due_date < live.date:
            raise BadInput("The due date is before the invoice date.", "due_date")

    async def send(self, operation: Operation) -> dict[str, Any]:
        await self.context.gateway.edit_invoice(operation.invoice_id or "", edit_of(operation.request))
        return {"invoice_id": operation.invoice_id}

    async def find(self, operation: Operation) -> Finding:
        live = await self.context.gateway.invoice(operation.invoice_id or "")
        return Found({"invoice_id": live.id}) if _shows(live, edit_of(operation.request)) else Absent()

    def done(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> Told:
        names = [
            name.replace("_", " ") for name in ("due_date", "notes", "terms") if name in operation.request
        ]
        if after is not None and not _shows(after, edit_of(operation.request)):
            said = (
                f"Syncro said yes, but {after.number} doesn't show the change. Please look at it in Syncro."
            )
            return Told(said, amiss=True)
        return Told(f"{after.number if after else 'The invoice'}: {', '.join(names)} changed.")


def edit_of(request: Mapping[str, Any]) -> InvoiceEdit:
    """The changed fields that an edit operation describes."""
    return InvoiceEdit(_day(request.get("due_date")), request.get("notes"), request.get("terms"))


def _shows(invoice: Invoice, edit: InvoiceEdit) -> bool:
    return (
        edit.due_date in (None, invoice.due_date)
        and edit.notes in (None, invoice.notes)
        and edit.terms in (None, invoice.terms)
    )


def require_editable(context: Context, invoice: Invoice) -> None:
    """Raises ``SyncroRefused`` or ``NotAllowed`` for a paid or void invoice, with what can be done instead."""
    if invoice.status is Status.PAID and not context.gateway.abilities.void:
        raise NotAllowed(
            f"Invoice {invoice.number} is paid and can't be changed here. Correct it in Syncro.",
            context.gateway.invoice_url(invoice.id),
        )
    if invoice.status is Status.PAID:
        raise SyncroRefused(f"Invoice {invoice.number} is paid and can't be changed. Void it instead.")
    if invoice.status not in EDITABLE:
        raise SyncroRefused(f"Invoice {invoice.number} is {invoice.status.value} and can't be changed.")


class EmailKind(Kind):
    """Sending an invoice by Syncro's email. It can't be read back, so a lost answer is told, never repeated."""

    can_read_back = False

    def action(self) -> Action:
        return Action.SEND

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        assert live is not None  # noqa: S101  an email always names an invoice
        await self.authority.require(operation.actor_id, self.action())
        if live.status is Status.VOID:
            raise SyncroRefused(f"Invoice {live.number} is void and isn't sent to anybody.")
        if live.customer_id != operation.customer_id:
            raise Changed(f"Invoice {live.number} belongs to another customer now. Nothing was sent.")
        email = email_of(operation.request)
        customer = await self.context.gateway.customer(live.customer_id)
        now = self.context.now()
        await self.context.lane.write(lambda tx: mirror.put_customers(tx, [customer], now))
        require_mailable(customer, self.context.gateway.abilities)
        why = []
        if self.context.gateway.abilities.email_text:
            why += await self._foreign(email, customer)
            await self._require_told(operation, why)
        elif (email.to, email.cc) != own_addresses(customer):
            raise Changed(
                f"Syncro chooses the addresses, and {customer.name}'s have changed. Nothing was sent.",
                [f"It would now go to {', '.join((customer.email, *customer.cc)).strip(', ') or 'nobody'}."],
            )
        limit = self.context.policy.approvals.send
        if limit is not None and limit.exceeded(live.total, live.currency):
            why.append(_above(limit, live))
        if why:
            await self._require_one(operation, live)
            await self.require_approved(
                operation, email_asked(live, email, why, sum(own_addresses(customer), ()))
            )

    async def _require_one(self, operation: Operation, live: Invoice) -> None:
        """That nobody else asks for the same, and nobody has sent it since this was asked for. Raises ``Changed``.

        A second email changes nothing about the invoice, so its version doesn't tell.
        """
        mine = operation.request.get(APPROVAL)

        def read(tx: Tx) -> tuple[list[Approval], list[Operation]]:
            others = [one for one in approvals.open_on(tx, live.id) if one.kind == "email" and one.id != mine]
            held = approvals.get(tx, str(mine)) if mine else None
            since = operations.confirmed_on(tx, live.id, "email", held.created_at) if held else []
            return others, since

        others, sent = await self.context.lane.read(read)
        if others and not mine:
            raise NotAllowed(
                f"{others[0].requester_name} has asked to send {live.number} already, and that isn't decided yet. "
                "They can withdraw it in their direct messages."
            )
        if sent:
            raise Changed(f"{sent[0].actor_name} has sent {live.number} since this was asked for.")

    async def _require_told(self, operation: Operation, foreign: Sequence[str]) -> None:
        """Of an approved email: that whoever approved it was told of these addresses. Raises ``Changed``."""
        held = await self.context.lane.read(
            lambda tx: approvals.get(tx, str(operation.request.get(APPROVAL, "")))
        )
        if held is not None and not set(foreign) <= set(held.asked.why):
            raise Changed("The customer's addresses have changed since this was asked for.", list(foreign))

    async def _foreign(self, email: Email, customer: Customer) -> list[str]:
        """Why an address that isn't the customer's own needs approval."""
        check_recipients(email)
        others = await self.context.lane.read(mirror.customers)
        foreign = foreign_addresses(email, customer, others)
        return [f"it goes to {' and '.join(foreign)}, not the customer's own"] if foreign else []

    async def send(self, operation: Operation) -> dict[str, Any]:
        await self.context.gateway.email_invoice(operation.invoice_id or "", email_of(operation.request))
        return {"invoice_id": operation.invoice_id}

    async def find(self, operation: Operation) -> Finding:
        return Unclear(self.unknown_sentence(operation))

    def done(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> Told:
        email = email_of(operation.request)
        by = "" if self.context.gateway.abilities.email_text else " by Syncro, with its own text,"
        number = after.number if after else "The invoice"
        return Told(f"{number} sent{by} to {', '.join(email.to + email.cc)}.")

    def unknown_sentence(self, operation: Operation) -> str:
        return (
            "I can't tell whether Syncro sent this email; it can't be read back, so I won't send it again by myself. "
            "Look in Syncro's communication log, then choose “It went through” or “It did not”."
        )


def _above(limit: Threshold, live: Invoice) -> str:
    """Why a total needs approval."""
    if live.currency not in limit.above:
        return f"policy sets no limit for sending in {live.currency}, so each needs approval"
    most = say_money(limit.above[live.currency], live.currency)
    return f"its total of {say_money(live.total, live.currency)} is above the policy's limit of {most}"


def own_addresses(customer: Customer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where Syncro itself sends a customer's invoices (the notification email, else the email), and the copies."""
    return (customer.email,) if customer.email else (), customer.cc


def require_mailable(customer: Customer, can: Abilities) -> None:
    """Raises ``NotAllowed`` for a customer who can't or must not be mailed, with what to do instead."""
    why = (
        "is disabled in Syncro"
        if customer.disabled
        else "has opted out of email"
        if customer.opt_out
        else "gets no email, says Syncro"
        if customer.no_email
        else "has no email address in Syncro"
        if not can.email_text and not customer.email
        else ""
    )
    if why:
        raise NotAllowed(f"{customer.name} {why}, so nothing is mailed to them. Send the invoice by post.")


def email_of(request: Mapping[str, Any]) -> Email:
    """The email that an operation describes."""
    return Email(tuple(request["to"]), tuple(request["cc"]), str(request["subject"]), str(request["message"]))


class VoidKind(Kind):
    """Voiding an invoice, with a reason. It ends what else was under way about that invoice."""

    def action(self) -> Action:
        return Action.REQUEST_VOID

    async def check(self, operation: Operation, live: Invoice | None) -> None:
        assert live is not None  # noqa: S101  a void always names an invoice
        await self.authority.require(operation.actor_id, self.action())
        if live.customer_id != operation.customer_id:
            raise Changed(f"Invoice {live.number} belongs to another customer now. Nothing was written.")
        require_voidable(self.context, live)
        reason = str(operation.request.get("reason", "")).strip()
        if not reason:
            raise BadInput("Say why this invoice is voided.", "reason")
        if self.context.policy.approvals.void:
            await self.require_approved(operation, void_asked(live, reason))

    def settled(self, tx: Tx, operation: Operation, before: str, because: Exception | None) -> None:
        if operation.state == "confirmed":
            end_all_about(tx, self.context, operation)

    async def send(self, operation: Operation) -> dict[str, Any]:
        await self.context.gateway.void_invoice(operation.invoice_id or "")
        return {"invoice_id": operation.invoice_id, "status": Status.VOID.value}

    async def find(self, operation: Operation) -> Finding:
        live = await self.context.gateway.invoice(operation.invoice_id or "")
        if live.status is Status.VOID:
            return Found({"invoice_id": live.id, "status": live.status.value})
        return Absent()

    def done(self, operation: Operation, after: Invoice | None, result: dict[str, Any]) -> Told:
        reason = str(operation.request.get("reason", "")).strip()
        if after is not None and after.status is not Status.VOID:
            said = f"Syncro said yes, but {after.number} is {after.status.value}, not void. Please look at it there."
            return Told(said, amiss=True)
        number = after.number if after else "The invoice"
        return Told(f"{number} is void. Reason: {reason}")


def require_voidable(context: Context, invoice: Invoice) -> None:
    """Raises ``NotAllowed`` where the account's API has no void, and ``SyncroRefused`` for a void invoice."""
    if not context.gateway.abilities.void:
        raise NotAllowed(
            f"Invoices of this Syncro account can't be voided through its API. Void {invoice.number} in Syncro.",
            context.gateway.invoice_url(invoice.id),
        )
    if invoice.status is Status.VOID:
        raise SyncroRefused(f"Invoice {invoice.number} is already void.")
