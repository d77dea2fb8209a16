"""Which handler answers which id, and the Bolt app that brings Slack's requests to the door."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.holds import HoldKind
from bot.slack.client import Identity
from bot.views import ids
from handlers.approving import ApproveWithComment, Approving, RejectRequest
from handlers.change import AddLine, EditInvoice, SendInvoice, VoidInvoice
from handlers.commands import Commands, HomeTab, nothing
from handlers.customer import Assign, HoldCustomer, LogCall
from handlers.desk import Arrival, Desk
from handlers.door import ActionHandler, Door
from handlers.fees import Fees
from handlers.forms import Form
from handlers.holding import EndHold, PlaceHold
from handlers.looking import Looking
from handlers.new import NewInvoice, ReviewInvoice, Typeahead
from handlers.pay import PayHandlers, PayWhich
from handlers.pay_many import PayMany, PayManyAgain
from handlers.proposing import ProposalText, Proposing, SkipProposal
from handlers.reminding import Mailing, Remind
from handlers.unsettled import Unsettled
from handlers.which import FromMessage, WhichInvoice

_ANY = re.compile(r"[\s\S]*")


def make_door(desk: Desk, team_id: str) -> Door:
    """The door with every id that this build's views emit."""
    looking, unsettled, home = Looking(desk), Unsettled(desk), HomeTab(desk)
    many, new = PayMany(desk), NewInvoice(desk)
    pay, typeahead = PayHandlers(many), Typeahead(new)
    which = PayWhich(pay, many)
    edit, add, send, void = EditInvoice(desk), AddLine(desk), SendInvoice(desk), VoidInvoice(desk)
    promise, dispute = PlaceHold(desk, HoldKind.PROMISE), PlaceHold(desk, HoldKind.DISPUTE)
    says_paid, snooze = PlaceHold(desk, HoldKind.SAYS_PAID), PlaceHold(desk, HoldKind.SNOOZE)
    end_hold = EndHold(desk)
    which_invoice = WhichInvoice(promise, dispute)
    call, assign, from_message = (
        LogCall(desk, which_invoice),
        Assign(desk),
        FromMessage(desk, which_invoice),
    )
    dispute_all = HoldCustomer(desk, HoldKind.DISPUTE)
    promise_all, says_all_paid = (
        HoldCustomer(desk, HoldKind.PROMISE),
        HoldCustomer(desk, HoldKind.SAYS_PAID),
    )
    snooze_all, do_not_contact = (
        HoldCustomer(desk, HoldKind.SNOOZE),
        HoldCustomer(desk, HoldKind.DO_NOT_CONTACT),
    )
    fees, approving = Fees(desk), Approving(desk)
    with_comment, reject = ApproveWithComment(desk), RejectRequest(desk)
    proposing, proposal_text, skip = Proposing(desk, fees), ProposalText(desk), SkipProposal(desk)
    remind, mailing = Remind(desk), Mailing(desk)
    commands = Commands(desk, looking, pay, new, edit, add, send, void, proposing)

    async def product(arrival: Arrival, action: dict[str, Any], body: dict[str, Any]) -> None:
        """The same menu of products stands in two forms."""
        form = add if (body.get("view") or {}).get("callback_id") == ids.VIEW_ADD else new
        await form.choose_product(arrival, action, body)

    async def changed(arrival: Arrival, action: dict[str, Any], body: dict[str, Any]) -> None:
        """An input that dispatches: only the new invoice has a running total to follow it."""
        if (body.get("view") or {}).get("callback_id") == ids.VIEW_NEW:
            await new.recount(arrival, action, body)

    actions: dict[str, ActionHandler] = {
        ids.CARD: looking.card,
        ids.CARD_PICK: looking.pick,
        ids.SHARE: looking.share,
        ids.FIND_PAGE: looking.find_page,
        ids.FIND_BACK: looking.find_page,
        ids.CUSTOMER_CARD: looking.customer_button,
        ids.CUSTOMER_PICK: looking.customer_button,
        ids.OVERDUE_BOARD: looking.board_button,
        ids.OVERDUE_PAGE: looking.board_page,
        ids.OVERDUE_BACK: looking.board_page,
        ids.OPEN_SYNCRO: nothing,
        ids.SEND: send.from_button,
        ids.PAY: pay.from_button,
        ids.PAY_SPREAD: many.spread,
        ids.IN_AMOUNT: many.spread,
        ids.IN_SHARE: many.recount,
        ids.EDIT: edit.from_button,
        ids.ADD: add.from_button,
        ids.VOID: void.from_button,
        ids.PROMISE: promise.from_button,
        ids.DISPUTE: dispute.from_button,
        ids.SAYS_PAID: says_paid.from_button,
        ids.SNOOZE: snooze.from_button,
        ids.HOLD_END: end_hold.from_button,
        ids.CALL_LOG: call.from_button,
        ids.ASSIGN: assign.from_button,
        ids.CUSTOMER_DISPUTE: dispute_all.from_button,
        ids.CUSTOMER_SNOOZE: snooze_all.from_button,
        ids.CUSTOMER_PROMISE: promise_all.from_button,
        ids.CUSTOMER_SAYS_PAID: says_all_paid.from_button,
        ids.DO_NOT_CONTACT: do_not_contact.from_button,
        ids.OVERDUE_ONLY: looking.board_only,
        ids.HOME_PROPOSALS: proposing.from_home,
        ids.PROPOSAL_APPROVE: proposing.approve,
        ids.PROPOSAL_APPROVE_ALL: proposing.approve_all,
        ids.PROPOSAL_OPEN: proposal_text.from_button,
        ids.PROPOSAL_SKIP: skip.from_button,
        ids.FEE_APPROVE: fees.approve,
        ids.FEE_SKIP: fees.skip,
        ids.FEE_APPROVE_ALL: fees.approve_all,
        ids.APPROVAL_APPROVE: approving.approve,
        ids.APPROVAL_COMMENT: with_comment.from_button,
        ids.APPROVAL_REJECT: reject.from_button,
        ids.APPROVAL_WITHDRAW: approving.withdraw,
        ids.APPROVAL_SHOW: approving.show,
        ids.REMIND: remind.from_button,
        ids.TASK_SHOW: mailing.show,
        ids.TASK_DONE: mailing.done,
        ids.OPEN_MAIL: nothing,
        ids.NEW: new.from_button,
        ids.LINE_ADD: new.add_line,
        ids.LINE_REMOVE: new.remove_line,
        ids.IN_LINE_PRODUCT: product,
        ids.IN_LINE_QUANTITY: changed,
        ids.IN_LINE_PRICE: changed,
        ids.IN_LINE_TAXABLE: nothing,
        ids.CHECK_AGAIN: unsettled.check_again,
        ids.IT_HAPPENED: unsettled.happened,
        ids.IT_DID_NOT: unsettled.did_not,
        ids.ANSWER: commands.answer,
        ids.DID_YOU_MEAN: commands.run_suggestion,
        ids.HELP: commands.help_button,
    }
    forms: dict[str, Form] = {
        ids.VIEW_PAY: pay,
        ids.VIEW_PAY_WHICH: which,
        ids.VIEW_PAY_MANY: many,
        ids.VIEW_PAY_MANY_AGAIN: PayManyAgain(desk),
        ids.VIEW_NEW: new,
        ids.VIEW_NEW_REVIEW: ReviewInvoice(desk),
        ids.VIEW_EDIT: edit,
        ids.VIEW_ADD: add,
        ids.VIEW_SEND: send,
        ids.VIEW_VOID: void,
        ids.VIEW_PROMISE: promise,
        ids.VIEW_DISPUTE: dispute,
        ids.VIEW_SAYS_PAID: says_paid,
        ids.VIEW_SNOOZE: snooze,
        ids.VIEW_HOLD_END: end_hold,
        ids.VIEW_CALL: call,
        ids.VIEW_ASSIGN: assign,
        ids.VIEW_CUSTOMER_DISPUTE: dispute_all,
        ids.VIEW_CUSTOMER_SNOOZE: snooze_all,
        ids.VIEW_CUSTOMER_PROMISE: promise_all,
        ids.VIEW_CUSTOMER_SAYS_PAID: says_all_paid,
        ids.VIEW_DO_NOT_CONTACT: do_not_contact,
        ids.VIEW_HOLD_WHICH: which_invoice,
        ids.VIEW_FROM_MESSAGE: from_message,
        ids.VIEW_LETTER: proposal_text,
        ids.VIEW_PROPOSAL_SKIP: skip,
        ids.VIEW_REMIND: remind,
        ids.VIEW_APPROVAL_COMMENT: with_comment,
        ids.VIEW_APPROVAL_REJECT: reject,
    }
    return Door(
        desk,
        team_id,
        commands={"/invoice": commands.invoice, "/overdue": commands.overdue},
        actions=actions,
        forms=forms,
        options={
            ids.IN_CUSTOMER: typeahead.customers,
            ids.IN_LINE_PRODUCT: typeahead.products,
            ids.IN_ABOUT: from_message.options,
        },
        shortcuts={
            ids.SHORTCUT_NEW: new.from_shortcut,
            ids.SHORTCUT_PAY: which.from_shortcut,
            ids.SHORTCUT_MESSAGE: from_message.from_shortcut,
        },
        events={"app_home_opened": home.opened},
    )


class Reception:
    """Bolt's listeners: one of each kind that takes everything. Bolt verifies signatures and timestamps."""

    def __init__(self, desk: Desk, door: Door, identity: Identity, signing_secret: str) -> None:
        self._door = door
        token = desk.slack.web.token or ""

        async def authorize() -> AuthorizeResult:
            # Made from the one auth.test at start: left to itself Bolt asks again for each cold request.
            return AuthorizeResult(
                enterprise_id=None,
                team_id=identity.team_id,
                bot_token=token,
                bot_id=identity.bot_id,
                bot_user_id=identity.bot_user_id,
            )

        self.app = AsyncApp(
            # Without a token: the door answers by its own client, and Bolt would warn that it ignores the token.
            client=AsyncWebClient(
                base_url=desk.slack.web.base_url, session=desk.slack.web.session, retry_handlers=[]
            ),
            authorize=authorize,
            signing_secret=signing_secret,
            process_before_response=True,
        )
        self.app.command(_ANY)(self.command)
        self.app.action(_ANY)(self.action)
        self.app.view(_ANY)(self.view)
        self.app.view_closed(_ANY)(self.view_closed)
        self.app.options(_ANY)(self.options)
        self.app.shortcut(_ANY)(self.shortcut)
        self.app.event(_ANY)(self.event)

    async def command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A slash command."""
        await self._door.command(ack, body)

    async def action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A button, menu or input."""
        await self._door.action(ack, body)

    async def view(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A submitted form."""
        await self._door.view(ack, body)

    async def view_closed(self, ack: AsyncAck) -> None:
        """A closed form."""
        await self._door.view_closed(ack)

    async def options(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Typeahead."""
        await self._door.options(ack, body)

    async def shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A shortcut."""
        await self._door.shortcut(ack, body)

    async def event(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """An event."""
        await self._door.event(ack, body)
