"""Slash commands: what was typed becomes one of the things that this build can do, or a kind question."""

from dataclasses import replace
from typing import Any

from bot.domain import commands as asked
from bot.domain.errors import Ambiguous, BadInput, SlackRefused
from bot.domain.pay_command import Pay
from bot.domain.roles import Action
from bot.views.cards import which_one
from bot.views.errors import did_you_mean
from bot.views.help import help_message
from bot.views.home import home
from bot.views.tables import without_new_blocks
from bot.views.values import read_answer
from handlers.change import AddLine, EditInvoice, SendInvoice, VoidInvoice
from handlers.desk import Arrival, Desk
from handlers.looking import Looking
from handlers.new import NewInvoice
from handlers.pay import PayHandlers
from handlers.proposing import Proposing


class Commands:
    """``/invoice`` and ``/overdue``."""

    def __init__(
        self,
        desk: Desk,
        looking: Looking,
        pay: PayHandlers,
        new: NewInvoice,
        edit: EditInvoice,
        add: AddLine,
        send: SendInvoice,
        void: VoidInvoice,
        proposing: Proposing,
    ) -> None:
        self._desk = desk
        self._looking = looking
        self._pay = pay
        self._new = new
        self._edit = edit
        self._add = add
        self._send = send
        self._void = void
        self._proposing = proposing

    async def invoice(self, arrival: Arrival, _name: str, text: str) -> None:
        """``/invoice …``."""
        await self._run(arrival, text, asked.parse_invoice_command(text, syncro_host=self._desk.syncro_host))

    async def _run(self, arrival: Arrival, text: str, command: asked.InvoiceCommand) -> None:
        """Carries the command out; where several things match it asks, and keeps the command for the answer."""
        try:
            await self._carry_out(arrival, command)
        except Ambiguous as error:
            question = await self._desk.keep(self._desk.new_visit(arrival, "question", {"command": text}))
            await self._desk.answer(arrival, which_one(error.sentence, error.candidates, question.id))

    async def answer(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """The person chose among several: the command goes on with that one."""
        chosen: dict[str, Any] = action.get("selected_option") or {}
        question_id, kind, key = read_answer(str(chosen.get("value", "")))
        text = str((await self._desk.visit(question_id, arrival.user_id, "question")).data["command"])
        command = asked.parse_invoice_command(text, syncro_host=self._desk.syncro_host)
        await self._run(arrival, text, asked.with_choice(command, kind, key))

    async def _carry_out(self, arrival: Arrival, command: asked.InvoiceCommand) -> None:
        match command:
            case asked.Help(topic):
                await self._help(arrival, topic)
            case asked.Show():
                await self._looking.show(arrival, command)
            case asked.Find():
                await self._looking.find(arrival, command)
            case asked.New(customer):
                await self._new.from_command(arrival, customer)
            case asked.Send(ref):
                await self._send.from_command(arrival, ref)
            case Pay():
                await self._pay.from_command(arrival, command)
            case asked.Edit(ref):
                await self._edit.from_command(arrival, ref)
            case asked.Add(ref):
                await self._add.from_command(arrival, ref)
            case asked.Void(ref):
                await self._void.from_command(arrival, ref)
            case asked.Why():
                await self._looking.why(arrival, command)
            case asked.Log():
                await self._looking.log(arrival, command)
            case asked.NotYet(name):
                raise BadInput(
                    f"`/invoice {name}` isn't in this version of Duebot yet. `/invoice help` lists what is."
                )
            case asked.Unknown(typed, suggestion):
                await self._ask(arrival, "/invoice", typed, suggestion)

    async def overdue(self, arrival: Arrival, _name: str, text: str) -> None:
        """``/overdue …``."""
        match asked.parse_overdue_command(text):
            case asked.Help(topic):
                await self._help(arrival, topic)
            case asked.Board() as command:
                await self._looking.board(arrival, command)
            case asked.Customer() as command:
                await self._looking.customer(arrival, command)
            case asked.Automatic() as command:
                await self._proposing.automatic(arrival, command)
            case asked.Proposals() as command:
                await self._proposing.show(arrival, command)
            case asked.Unknown(typed, suggestion):
                await self._ask(arrival, "/overdue", typed, suggestion)

    async def _help(self, arrival: Arrival, topic: str) -> None:
        role = await self._desk.authority.role_of(arrival.user_id)
        await self._desk.say(arrival, help_message(role, topic, self._desk.context.gateway.abilities))

    async def _ask(self, arrival: Arrival, command: str, typed: str, suggestion: str) -> None:
        """A typo gets "did you mean"; nothing is done until a person says so."""
        await self._desk.authority.require(arrival.user_id, Action.LOOK_UP)
        whole = suggestion if suggestion.startswith("/") or not suggestion else f"{command} {suggestion}"
        await self._desk.say(arrival, did_you_mean(f"{command} {typed}", whole))

    async def run_suggestion(self, arrival: Arrival, action: dict[str, Any], _body: dict[str, Any]) -> None:
        """The person chose what was suggested."""
        name, _, text = str(action.get("value", "")).partition(" ")
        if name == "/overdue":
            await self.overdue(arrival, name, text)
        elif name == "/invoice":
            await self.invoice(arrival, name, text)
        else:
            raise BadInput("I don't know that command any more. Try `/invoice help`.")

    async def help_button(self, arrival: Arrival, _action: dict[str, Any], _body: dict[str, Any]) -> None:
        """A "Show help" button."""
        await self._help(arrival, "")


class HomeTab:
    """App Home."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def opened(self, event: dict[str, Any]) -> None:
        """``app_home_opened``: publishes what this person may see."""
        if event.get("tab") not in (None, "home"):
            return
        user_id = str(event.get("user", ""))
        role = await self._desk.authority.shown_role(user_id)
        held = await self._desk.overdue.home(user_id, role)
        view = home(replace(held, approvals=await self._desk.approvals.waiting_for(user_id)))
        try:
            await self._desk.slack.publish_home(user_id, view)
        except SlackRefused as error:
            if error.code != "invalid_arguments":
                raise
            await self._desk.slack.publish_home(
                user_id, {**view, "blocks": without_new_blocks(view["blocks"])}
            )


async def nothing(_arrival: Arrival, _action: dict[str, Any], _body: dict[str, Any]) -> None:
    """A link button: Slack opens the page by itself."""
