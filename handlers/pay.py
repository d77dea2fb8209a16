"""Recording a payment: ``/invoice pay``, the card's button, the shortcut, and their modals."""

import asyncio
from typing import Any

from bot.domain.errors import BadInput, DuebotError, NeedsConfirmation, NoRole, SyncroError
from bot.domain.invoice import Invoice
from bot.domain.money import from_minor
from bot.domain.parse_money import parse_amount
from bot.domain.pay_command import Pay, check_method, method_named
from bot.domain.references import is_reference, parse_reference
from bot.domain.roles import Action
from bot.store.visits import Visit
from bot.use_cases.kinds_payment import require_payable
from bot.views.blocks import View
from bot.views.forms import PayForm, read_pay, read_which
from bot.views.limits import payment_limits
from bot.views.modal_pay import pay_form, pay_which
from bot.views.modals_common import message_view
from handlers.desk import Arrival
from handlers.forms import Form, Sent, Shown, detail_lines, open_form, outcome, seen
from handlers.pay_many import PayMany

_LISTED = 15
_SOON_SECONDS = 1.0


class PayHandlers(Form):
    """The payment form of one invoice."""

    title = "Record payment"
    working = "Recording the payment in Syncro…"

    def __init__(self, many: PayMany) -> None:
        super().__init__(many.desk)
        self._many = many

    async def from_command(self, arrival: Arrival, command: Pay) -> None:
        """``/invoice pay 1042 500 check #1234``; with a customer's name it goes over their open invoices."""
        await self.desk.authority.require(arrival.user_id, Action.PAY)
        if command.amount_text:
            parse_amount(command.amount_text, self.desk.context.policy.business.currency)
        if command.method:
            check_method(command.method, await self._methods_soon())
        prefill = {"amount": command.amount_text, "method": command.method, "reference": command.reference}
        if command.ref is None:
            await self._of_customer(arrival, command, prefill)
            return
        known = await self.desk.lookup.known(command.ref)
        await self.open(arrival, known.id if known else await self.desk.lookup.find_id(command.ref), prefill)

    async def _of_customer(self, arrival: Arrival, command: Pay, prefill: dict[str, str]) -> None:
        """Their one open invoice, or all of them."""
        if not command.customer:
            raise BadInput("Say which invoice is paid, for example `/invoice pay 1042 500 check #1234`.")
        lookup = self.desk.lookup
        customer = (
            await lookup.customer_by_id(command.customer_id)
            if command.customer_id
            else await lookup.customer(command.customer)
        )
        owing = await lookup.owing(customer)
        if len(owing) == 1:
            await self.open(arrival, owing[0].id, prefill)
        else:
            await self._many.open(arrival, customer, prefill)

    async def _methods_soon(self) -> tuple[str, ...]:
        """The payment methods, or none while Syncro is slow or down: the form must open within three seconds."""
        try:
            return await asyncio.wait_for(self.desk.catalogue.payment_methods(), _SOON_SECONDS)
        except (TimeoutError, SyncroError):
            return ()

    async def from_button(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """The card's button; its value is the invoice's id."""
        await self.desk.authority.require(arrival.user_id, Action.PAY)
        await self.open(arrival, str(action.get("value", "")), {})

    async def open(self, arrival: Arrival, invoice_id: str, prefill: dict[str, str]) -> None:
        """Opens the form at once and fills it from a live read."""
        data = {"invoice": invoice_id, "prefill": prefill}
        await open_form(self.desk, arrival, self.title, data, self.fill)

    async def fill(self, visit: Visit) -> View:
        """The form from a live read; what it shows is kept as the version seen."""
        invoice = await self.desk.lookup.invoice(str(visit.data["invoice"]))
        require_payable(self.desk.context, invoice)
        methods = await self.desk.catalogue.payment_methods()
        typed: dict[str, str] = visit.data.get("prefill") or {}
        check_method(typed.get("method", ""), methods)
        await self.desk.remember(visit, {**visit.data, **seen(invoice)})
        balance = "" if invoice.balance is None else str(from_minor(invoice.balance, invoice.currency))
        form = PayForm(
            amount=typed.get("amount") or balance,
            method=method_named(typed.get("method", ""), methods),
            reference=typed.get("reference", ""),
            date=self.desk.context.today().isoformat(),
        )
        notice = _notice(invoice, typed.get("amount", ""))
        card = await self.desk.lookup.card(invoice)
        return pay_form(card, form, methods, visit.id, notice, limits=self._limits(invoice))

    async def submit(self, sent: Sent) -> Shown:
        form = read_pay(sent.view)
        operation = await self.desk.invoices.pay(
            sent.submission(form.anyway),
            str(sent.visit.data["invoice"]),
            form.amount,
            form.method,
            form.reference,
            form.date,
            form.notes,
        )
        return await outcome(self.desk, sent, operation)

    async def again(self, sent: Sent, error: DuebotError) -> View:
        if isinstance(error, NoRole):
            return message_view(self.title, error.sentence, sent.visit.id, detail_lines(error))
        invoice = await self.invoice_again(sent, error)
        asks = error.code if isinstance(error, NeedsConfirmation) else ""
        form = read_pay(sent.view)
        return pay_form(
            await self.desk.lookup.card(invoice),
            form,
            await self.desk.catalogue.payment_methods(),
            sent.visit.id,
            error.sentence,
            anyway=asks == "duplicate" or form.anyway,
            limits=self._limits(invoice),
            evidence=detail_lines(error),
        )

    def _limits(self, invoice: Invoice) -> str:
        return payment_limits(self.desk.context.policy.approvals, invoice.currency)


class PayWhich(Form):
    """The shortcut's first step: which invoice, or whose."""

    title = "Record payment"
    working = "Looking it up…"

    def __init__(self, pay: PayHandlers, many: PayMany) -> None:
        super().__init__(pay.desk)
        self._pay = pay
        self._many = many

    async def from_shortcut(self, arrival: Arrival, _body: dict[str, Any]) -> None:
        """The global shortcut."""
        await self.desk.authority.require(arrival.user_id, Action.PAY)
        visit = await self.desk.keep(self.desk.new_visit(arrival, "view"))
        await self.desk.slack.open_view(arrival.trigger_id, pay_which(visit.id))

    async def submit(self, sent: Sent) -> Shown:
        await self.desk.authority.require(sent.person.id, Action.PAY)
        typed = read_which(sent.view)
        lookup = self.desk.lookup
        if is_reference(typed):
            return await self._one(sent, await lookup.find_id(parse_reference(typed, self.desk.syncro_host)))
        customer = await lookup.customer(typed.replace('"', " ").strip())
        owing = await lookup.owing(customer)
        if len(owing) == 1:
            return await self._one(sent, owing[0].id)
        return await self._many.fill(await self.desk.remember(sent.visit, PayMany.data(customer, {})))

    async def _one(self, sent: Sent, invoice_id: str) -> View:
        return await self._pay.fill(
            await self.desk.remember(sent.visit, {"invoice": invoice_id, "prefill": {}})
        )

    async def again(self, sent: Sent, error: DuebotError) -> View:
        lines = detail_lines(error)
        more = [f"and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
        return pay_which(sent.visit.id, read_which(sent.view), error.sentence, [*lines[:_LISTED], *more])


def _notice(invoice: Invoice, amount: str) -> str:
    if not amount or invoice.balance is None:
        return ""
    try:
        minor = parse_amount(amount, invoice.currency)
    except BadInput as error:
        return error.sentence
    return "That is more than the balance; enter at most the balance." if minor > invoice.balance else ""
