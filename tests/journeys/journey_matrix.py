"""Signed clicks on requests of every state by everybody there is, and what policy makes of each, told once more."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from journey_approvals import ask_payment, big_invoice, held
from journey_world import World

from bot.domain.approval import State
from bot.domain.policy import Policy
from bot.domain.version import version_of
from bot.store import approvals
from bot.store.approvals import Approval
from bot.views import ids
from sandbox.slack.delivery import interaction
from sandbox.slack.person import Person
from sandbox.slack.shown import shown_text
from sandbox.slack.workspace import TEAM_ID, User

ROLES = ("no role", "viewer", "technician", "collector", "approver", "admin")
STRANGER = User("U0NOBODY", "nobody", "Nobody Slack knows")
ACTIONS = {
    "approve": ids.APPROVAL_APPROVE,
    "comment": ids.APPROVAL_COMMENT,
    "reject": ids.APPROVAL_REJECT,
    "withdraw": ids.APPROVAL_WITHDRAW,
    "show": ids.APPROVAL_SHOW,
}
FIELDS = {"comment": "Comment", "reject": "Why not?"}
#: Whoever asked, seen from who acts: themselves, somebody else, or somebody for whom they stand in.
RELATIONS = ("own", "other", "principal")


@dataclass(frozen=True)
class Cell:
    """One person does one thing to a request in this state that ``requester`` made."""

    user: str
    action: str
    state: State
    requester: str


class Oracle:
    """What must come of it, from the policy's lists and the workspace alone."""

    def __init__(self, policy: Policy, workspace: Any) -> None:
        self._policy = policy
        self._workspace = workspace

    def full(self, user: str) -> bool:
        """A living person of this very workspace, and no guest."""
        one = self._workspace.users.get(user)
        guest = one is not None and (one.is_restricted or one.is_ultra_restricted)
        return one is not None and not (guest or one.deleted or one.is_bot) and one.team_id == TEAM_ID

    def role(self, user: str) -> int:
        """The place in ``ROLES``."""
        lists = self._policy.roles
        rising = (lists.viewers, lists.technicians, lists.collectors, lists.approvers, lists.admins)
        has = [place for place, listed in enumerate(rising, 1) if self._in(user, listed)]
        return max(has, default=0) if self.full(user) else 0

    def lacks_role(self, user: str) -> bool:
        """A colleague who may decide nothing at all."""
        return self.full(user) and not self.rights(user)

    def rights(self, user: str) -> set[str]:
        """In whose right this person may decide anything."""
        deciding = ROLES.index("approver")
        away = {one for one, deputy in self._policy.approvals.delegates.items() if deputy == user}
        mine = {user, *away} if self.full(user) else set()
        return {one for one in mine if self.role(one) >= deciding}

    def after(self, cell: Cell) -> State:
        """The state in which it is afterwards."""
        own = cell.user == cell.requester
        if cell.state is not State.WAITING or cell.action == "show":
            return cell.state
        if cell.action == "withdraw":
            return State.WITHDRAWN if own and self.role(cell.user) else cell.state
        if own or not self.rights(cell.user) - {cell.requester}:
            return cell.state
        return State.REJECTED if cell.action == "reject" else State.DONE

    def _in(self, user: str, listed: frozenset[str]) -> bool:
        groups = self._workspace.groups
        return user in listed or any(one in groups and user in groups[one].users for one in listed)


class Booth:
    """Makes requests of every state, and clicks what anybody may have on their screen."""

    def __init__(self, world: World, policy: Policy) -> None:
        self.world = world
        self.slack: Any = world.stage.slack._slack
        self.oracle = Oracle(policy, self.slack.workspace)
        self._lane = world.app.rooms.context.lane
        self._made = 0
        self._like: Approval | None = None

    def people(self) -> list[str]:
        """Everybody of the workspace, whoever they are, and somebody of whom Slack knows nothing."""
        return [*self.slack.workspace.users, STRANGER.id]

    def requester_for(self, user: str, relation: str) -> str | None:
        """Who asked, for a cell of this person."""
        if relation == "own":
            return user
        if relation == "other":
            return "U0DANA" if user == "U0CLERK" else "U0CLERK"
        delegates = self.oracle._policy.approvals.delegates
        return next((away for away, deputy in delegates.items() if deputy == user), None)

    async def request(self, requester: str, state: State) -> Approval:
        """A request of its own over an invoice of its own, brought into this state through the ledger."""
        if self._like is None:
            self._like = await ask_payment(self.world, big_invoice(self.world).number)
        self._made += 1
        bill = big_invoice(self.world)
        live = await self.world.app.rooms.context.gateway.invoice(str(bill.id))
        wanted = {"number": live.number, "balance": live.balance, "anyway": True, "form": f"f{self._made}"}
        (step,) = self._like.steps
        made = replace(
            self._like,
            id=f"apr-{self._made}",
            key=f"key-{self._made}",
            requester_id=requester,
            steps=(
                replace(
                    step,
                    invoice_id=live.id,
                    request={**step.request, **wanted},
                    seen=version_of(live).to_json(),
                ),
            ),
        )
        await self._lane.write(lambda tx: approvals.insert(tx, made))
        await self.bring(made, state)
        return made

    async def bring(self, made: Approval, state: State) -> None:
        """Takes a waiting request into this state, as somebody else's decision would."""
        now = self.world.clock.now()
        ends = state in (State.DONE, State.FAILED)
        decided = State.APPROVED if ends else state

        def write(tx: Any) -> None:
            if state is not State.WAITING:
                approvals.decide(tx, made.id, decided, by="U0CFO", name="Priya", now=now)
            if ends:
                approvals.end(tx, made.id, state, "So it ended.", now)
            if state is State.APPROVED:
                approvals.hold_back(tx, made.id, "Syncro is away.", now + timedelta(days=1))

        await self._lane.write(write)

    def can_be_told(self, user: str) -> bool:
        """Slack shows nothing to robots and to people whom it doesn't know."""
        one = self.slack.workspace.users.get(user)
        return one is not None and one.plays

    async def state_of(self, id: str) -> State:
        return (await held(self.world, id)).state

    async def click(self, user_id: str, action: str, id: str) -> None:
        """A signed click by a person on a button with this value, wherever they may have it from."""
        await click(self.world, user_id, ACTIONS[action], id)

    async def sent_form(self, user: str, action: str) -> None:
        """Whoever has got a form sends it."""
        person = Person(self.world.stage.slack, user, timeout=10)
        form = next((view for view in person.views() if view["submit"]), None)
        if form is not None:
            await person.submit(form, {FIELDS[action]: "Because"})

    def shown_to(self, user: str) -> list[str]:
        """All that only this person sees: ephemeral answers, direct messages, open modals."""
        store, texts = self.slack.messages, []
        texts += [shown_text(one.message) for one in store.ephemeral(user=user)]
        texts += [shown_text(one) for one in store.in_channel(f"D{user[1:]}")]
        return texts + [shown_text(view) for view in self.slack.modals.stack(user)]

    def shown_in_channels(self) -> int:
        """How many messages stand where others read them."""
        places = [one.id for one in self.slack.workspace.channels.values() if not one.is_im]
        return sum(len(self.slack.messages.in_channel(place)) for place in places)


async def click(world: World, user_id: str, action_id: str, value: str, place: str = "C0BILLING") -> None:
    """Slack delivers this click, signed; nothing has to stand on any screen for it."""
    slack: Any = world.stage.slack._slack
    user = slack.workspace.users.get(user_id, STRANGER)
    stamp = slack.stamps.next()
    payload = interaction(
        "block_actions",
        user,
        trigger_id=slack.triggers.issue(user.id),
        container={"type": "message", "message_ts": stamp, "channel_id": place, "is_ephemeral": False},
        channel={"id": place, "name": "billing"},
        message={"ts": stamp, "text": "", "blocks": []},
        response_url=slack.response_url(slack.response_urls.issue(user.id, place)),
        actions=[
            {"action_id": action_id, "block_id": "b", "type": "button", "value": value, "action_ts": stamp}
        ],
    )
    await slack.courier.deliver("interactive", payload)
