"""The settings, where they stand, and the policy file: what can be judged without asking anybody."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from bot.config import Settings
from bot.config.policy_file import PolicyMistakes, load_policy
from bot.config.policy_schema import did_you_mean
from bot.config.policy_yaml import Problem
from bot.doctor.finding import Finding, fail, ok, skipped, warn
from bot.domain.errors import Misconfigured
from bot.domain.policy import Policy

_POLICY, _REMINDERS, _LATE_FEES = "policy", "Syncro's reminders", "Syncro's late fees"
_NAME = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", re.MULTILINE | re.ASCII)
#: A key of the policy that should be a customer's id, and is something else: perhaps their name.
_NAMED = re.compile(r"\b(customers|people\.owners)\.(?!default\b|\d+\b)[^\".:]+")
#: When none of these is set, Duebot was most likely started in another directory than it is meant to.
_NEEDED = frozenset({"SLACK_BOT_TOKEN", "SYNCRO_BASE_URL", "SYNCRO_API_KEY"})
#: What begins like this is meant for Duebot. Others set SLACK_… in an environment too, but hardly in our file.
_OURS_ANYWHERE = ("DUEBOT_", "SYNCRO_")
_OURS_IN_FILE = (*_OURS_ANYWHERE, "SLACK_", "DATABASE_")


def look_at_settings(env_file: Path) -> tuple[Settings, list[Finding]]:
    """The settings as far as they can be used, and what is wrong with the others, with the file, or with names."""
    found: list[Finding] = []
    try:
        settings, unusable = Settings.salvage(env_file)
        held = env_file.read_text(encoding="utf-8") if env_file.is_file() else ""
    except Misconfigured as error:
        says, _, cure = error.sentence.partition(": ")
        found.append(fail("settings", says, _sentence(cure)))
        settings, unusable = Settings.salvage(None)
        held = ""
    else:
        found += _of_file(env_file, settings)
    found += _strange_names(env_file, held)
    found += [_unusable(name, words) for name, words in unusable.items()]
    found += [
        fail(name, "is not set", _sentence(cure))
        for name, cure in settings.missing.items()
        if name not in unusable
    ]
    return settings, found


def _of_file(env_file: Path, settings: Settings) -> Iterator[Finding]:
    here = Path.cwd()
    if not env_file.is_file():
        if set(settings.missing) >= _NEEDED:
            yield warn(
                "settings",
                f"there is no {env_file} in {here}, and nothing in the environment",
                f"Start Duebot in the directory that holds {env_file}, or write one as docs/getting-started.md shows.",
            )
        else:
            yield ok("settings", f"from the environment; there is no {env_file} in {here}")
    elif env_file.stat().st_mode & stat.S_IROTH:
        yield warn(
            "settings",
            f"other users of this machine can read {env_file}, which holds the tokens",
            f"Run chmod 600 {env_file}.",
        )
    else:
        yield ok("settings", f"from {here / env_file} and the environment")


def _strange_names(env_file: Path, held: str) -> Iterator[Finding]:
    """Names that look like settings of ours and aren't. Their values are never shown."""
    known = [str(field.validation_alias) for field in Settings.model_fields.values()]
    in_file = {name for name in _NAME.findall(held) if name.upper().startswith(_OURS_IN_FILE)}
    outside = {name for name in os.environ if name.upper().startswith(_OURS_ANYWHERE)}
    for name in sorted(in_file | outside):
        if name.upper() not in known:
            where = str(env_file) if name in in_file else "the environment"
            yield warn(
                name,
                f"in {where} is no setting of Duebot's{did_you_mean(name, known)}",
                "Correct the name, or take it out. docs/settings.md has them all.",
            )


def _unusable(name: str, words: str) -> Finding:
    says, _, cure = words.partition(": ")
    return fail(name, says, _sentence(cure) or "Correct it, or take it out to use the default.")


def look_at_policy(path: Path) -> tuple[Policy | None, list[Finding]]:
    """The policy, if the file can be used, and everything that is wrong in it."""
    try:
        policy = load_policy(path)
    except PolicyMistakes as mistakes:
        wrong = [_mistake(problem, path) for problem in mistakes.problems]
    except Misconfigured as error:
        says, _, cure = error.sentence.partition(": ")
        wrong = [fail(_POLICY, f"{says[:1].lower()}{says[1:]}", _sentence(cure))]
    else:
        return policy, [_sound(path, policy), _reminders(policy), _late_fees(policy)]
    return None, [*wrong, *(skipped(check, "the policy can't be used") for check in (_REMINDERS, _LATE_FEES))]


def _mistake(problem: Problem, path: Path) -> Finding:
    words = _NAMED.sub(r"\1.…", problem.words)
    return fail(
        _POLICY,
        f"line {problem.line}: {words}",
        f"Mend line {problem.line} of {path}. docs/policy.md explains every key.",
    )


def _sound(path: Path, policy: Policy) -> Finding:
    levels, digests = len(policy.ladder.levels), len(policy.digests)
    counts = f"{levels} level{'s' * (levels != 1)} and {digests} digest{'s' * (digests != 1)}"
    return ok(_POLICY, f"{path} has {counts} for {policy.business.name}")


def _reminders(policy: Policy) -> Finding:
    check = _REMINDERS
    writes = any(level.track == "customer" for level in policy.ladder.levels)
    match policy.syncro_own_reminders:
        case None:
            return warn(
                check,
                "the policy doesn't say whether Syncro sends reminders by itself, and its API doesn't tell",
                "Look at the invoice reminders in Syncro's settings. Then write syncro: {own_reminders: off} (or on) "
                "into the policy.",
            )
        case True if writes:
            return warn(
                check,
                "Syncro sends reminders by itself, and so would the ladder: customers would get two",
                "Switch them off in Syncro and write own_reminders: off, or take the levels that go to customers "
                "out of the ladder.",
            )
        case True:
            return ok(check, "on, and the ladder writes to no customer")
        case _:
            return ok(check, "off, as the policy says")


def _late_fees(policy: Policy) -> Finding:
    check = _LATE_FEES
    match policy.syncro_late_fees:
        case None:
            return warn(
                check,
                "the policy doesn't say whether Syncro adds late fees by itself, and its API doesn't tell",
                "Look at the late fees in Syncro's settings. Then write syncro: {late_fees: off} (or on) into the "
                "policy.",
            )
        case True:
            return ok(check, "on, and no level of the ladder adds any")
        case _:
            return ok(check, "off, as the policy says")


def look_at_keys(settings: Settings) -> list[Finding]:
    """The two secrets that Duebot can do without."""
    audit = (
        ok("audit key", "set: the record of who did what is sealed with it")
        if settings.audit_key
        else warn(
            "audit key",
            "not set: whoever can write the database can rewrite the record of who did what",
            "Set DUEBOT_AUDIT_KEY to a long random text, and keep a copy of it away from the database.",
        )
    )
    webhook = (
        ok(
            "webhook",
            "on: let Syncro's notification center call /syncro/webhook/ and the secret on your https host",
        )
        if settings.webhook_secret
        else ok(
            "webhook",
            "off: what changes in Syncro is seen within ten minutes; DUEBOT_WEBHOOK_SECRET would show it at once",
        )
    )
    return [audit, webhook]


def _sentence(clause: str) -> str:
    text = clause.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""
