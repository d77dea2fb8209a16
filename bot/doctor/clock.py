"""This machine's clock beside Slack's and Syncro's."""

from datetime import timedelta

from bot.doctor.finding import Finding, fail, ok, skipped, warn

_CHECK = "clock"
#: Dates in headers have whole seconds and travel for a while; less than this says nothing.
NOTED = timedelta(seconds=30)
#: Slack's signed requests are refused when they seem older than this (Slack's documented window).
REFUSED = timedelta(minutes=5)
_CURE = "Let this machine set its clock by NTP (timedatectl set-ntp true)."


def look_at_clock(slack: timedelta | None, syncro: timedelta | None) -> Finding:
    """By how much this machine is off; each is the other's clock minus ours, ``None`` when it didn't tell."""
    if slack is not None and abs(slack) > NOTED:
        return _off("Slack's", slack)
    if syncro is not None and abs(syncro) > NOTED:
        if slack is None:
            return _off("Syncro's", syncro)
        return warn(
            _CHECK,
            f"it agrees with Slack's, but Syncro's answers are dated {_by(syncro)}",
            "If a proxy stands between here and Syncro, see that it doesn't answer from its memory.",
        )
    names = [name for name, told in (("Slack's", slack), ("Syncro's", syncro)) if told is not None]
    if not names:
        return skipped(_CHECK, "neither Slack nor Syncro told the time")
    return ok(_CHECK, f"agrees with {' and '.join(names)}")


def _off(whose: str, skew: timedelta) -> Finding:
    says = f"{whose} is {_by(skew)}"
    if abs(skew) > REFUSED:
        return fail(
            _CHECK, f"{says}; past 5 minutes, requests signed by Slack are refused as old ones", _CURE
        )
    return warn(_CHECK, f"{says}; past 5 minutes, requests signed by Slack would be refused", _CURE)


def _by(skew: timedelta) -> str:
    seconds = abs(round(skew.total_seconds()))
    span = f"{seconds} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"
    return f"{span} {'ahead of' if skew > timedelta() else 'behind'} this machine's"
