"""What a build and an execution did, as text for a terminal."""

from bot.views.wording import count
from reminders.build import BuildReport
from reminders.execution import ExecutionReport

_HELD = {"automatic_off": "automatic sending is off", "daily_cap": "the daily cap is reached"}


def chased(built: BuildReport, made: ExecutionReport) -> list[str]:
    """What customers were sent, what waits for a person, and why the rest was not sent."""
    lines = [f"To customers: {count(made.count('sent'), 'email')} sent{_tasks(made)}{_waiting(built)}."]
    if made.count("unknown"):
        lines.append(f"Nobody knows whether {count(made.count('unknown'), 'email')} went out: see Slack.")
    if built.stopped:
        lines.append(f"Automatic sending has switched itself off: {built.stopped}")
    if built.fees:
        lines.append(f"{count(built.fees, 'late fee')} waiting for a person (duebot proposals list).")
    lines += [f"Not sent: {one.reason}" for one in made.made if one.stage in ("suppressed", "failed")]
    lines += [f"Not sent yet, tried again by the running bot: {why}" for why in dict.fromkeys(made.unread)]
    lines += [f"Waits: {_HELD.get(why, why)}" for why in dict.fromkeys(made.held)]
    return lines + [f"Withdrawn: {why}" for why in built.withdrawn]


def _tasks(made: ExecutionReport) -> str:
    given = made.count("claimed")
    return f", {count(given, 'mail')} given to owners" if given else ""


def _waiting(built: BuildReport) -> str:
    return f", {built.waiting} waiting for a person (duebot proposals list)" if built.waiting else ""
