"""The first message of the demo: what a newcomer may try."""

from sandbox.slack.errors import Json
from sandbox.slack.server import SlackSandbox

_GUIDE = "U0GUIDE"
_CHANNEL = "C0BILLING"

_HELLO = (
    "*Welcome.* You are Casey Lindqvist, billing clerk of a made-up company. Duebot is the real thing; Slack and "
    "Syncro are stand-ins, so nothing leaves this machine and nothing can go wrong. Five things to try:"
)
_STEPS = (
    "`/invoice 1042`  see an invoice that is 20 days past due",
    "`/invoice pay 1042 500 check #1234`  record a part payment",
    "`/invoice new acme widgets`  make an invoice with two lines, and send it",
    "{}",
    "Press *Next morning* (top right): a digest comes here, reminders come to those they concern, and in #approvals "
    "waits what needs a person",
)
#: What only one shape of Syncro's API can do, and what to try instead.
_ASK = "`/invoice void 1042`  ask for a void; then be *Morgan Reyes* (top left) and decide it in #approvals"
_SPREAD = "`/invoice pay acme widgets 1500`  one payment over several invoices, oldest first"
_MORE = "Lost? `/invoice help` lists everything, `/overdue` shows whom to call. A click on a command fills it in below."


def welcome(slack: SlackSandbox, can_void: bool = True) -> None:
    """Posts it in #billing, from the sandbox's own guide."""
    own = _ASK if can_void else _SPREAD
    steps = "\n".join(f"{number}.  {step.format(own)}" for number, step in enumerate(_STEPS, start=1))
    blocks = [_section(_HELLO), _section(steps), {"type": "context", "elements": [_mrkdwn(_MORE)]}]
    channel = slack.workspace.channels[_CHANNEL]
    slack.messages.post_by_person(channel, _GUIDE, "Welcome: five things to try", blocks)


def _mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def _section(text: str) -> Json:
    return {"type": "section", "text": _mrkdwn(text)}
