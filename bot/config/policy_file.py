"""Reads policy.yml: every mistake at once, each with its line and its cure."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.config.policy_schema import (
    ApprovalsShape,
    CustomerShape,
    DigestShape,
    LadderShape,
    LevelShape,
    PolicyShape,
    RolesShape,
    ThresholdShape,
    did_you_mean,
    known_keys,
)
from bot.config.policy_yaml import Document, Place, Problem, branch, parse
from bot.config.templates import read_letters
from bot.domain.calendar import BusinessCalendar
from bot.domain.errors import Misconfigured
from bot.domain.letters import BUILT_IN, Letter
from bot.domain.policy import (
    ApprovalPolicy,
    Business,
    Channels,
    CustomerPolicy,
    DigestPlan,
    LadderPolicy,
    Level,
    People,
    Policy,
    RoleLists,
    Threshold,
)

#: How "off" can be written, as for every other yes or no.
_OFF = {"off", "false", "no", "n", "f", "0"}
_BEHIND = {
    "owner": (("people", "owners", "default"), "set people.owners.default to a Slack user"),
    "manager": (("people", "manager"), "set people.manager to a Slack user"),
    "channel": (("channels", "escalation"), "set channels.escalation to a Slack channel"),
}


class PolicyMistakes(Misconfigured):
    """What is wrong in the policy file: all of it in the sentence, and one by one, by line, in ``problems``."""

    def __init__(self, problems: Sequence[Problem], name: str) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(_all_at_once(self.problems, name))


def load_policy(path: Path) -> Policy:
    """The policy in the file at ``path``.

    Raises ``Misconfigured`` when there is no such file, and ``PolicyMistakes`` when anything in it is wrong: an
    unknown key, a bad value, a key that stands twice, a level whose audience has nobody behind it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Misconfigured(
            f"There is no policy file {path}: copy policy.example.yml to it and fill it in, "
            "or set DUEBOT_POLICY to where it is."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"The policy file {path} can't be read ({error}): make it readable UTF-8 text."
        ) from None
    return read_policy(text, path.name, path.parent)


def read_policy(text: str, name: str = "policy.yml", folder: Path | None = None) -> Policy:
    """The policy in ``text``; ``name`` is the file's name in what ``PolicyMistakes`` says, ``folder`` where it lies."""
    document = parse(text)
    problems = list(document.problems)
    shape = _validate(document, problems)
    letters = read_letters(document, folder, problems)
    if shape is None or problems:
        raise PolicyMistakes(problems, name)
    return replace(_to_policy(shape, _version(text, letters)), letters=MappingProxyType(letters))


def _version(text: str, letters: Mapping[str, Letter]) -> str:
    """A short hash of the file and of the texts that differ from the built-in ones."""
    own = [
        f"{name}\n{one.subject}\n{one.message}" for name, one in letters.items() if BUILT_IN.get(name) != one
    ]
    return hashlib.sha256("\0".join([text, *sorted(own)]).encode()).hexdigest()[:12]


def calendar_of(policy: Policy) -> BusinessCalendar:
    """The business's calendar: its weekend, and the public holidays of its country."""
    return BusinessCalendar(policy.business.weekend, _holiday_test(policy.business.holidays))


def _holiday_test(country: str) -> Callable[[date], bool]:
    if country == "none":
        return lambda _: False
    from holidays import country_holidays  # costs a tenth of a second: only when a calendar is made

    table = country_holidays(country)
    return lambda day: day in table


def _validate(document: Document, problems: list[Problem]) -> PolicyShape | None:
    """The validated file, or ``None``; everything wrong with its values is added to ``problems``."""
    if problems and document.tree is None:
        return None
    tree = {} if document.tree is None else document.tree
    problems.extend(_levels(document))
    currency = str(branch(tree, "business").get("currency", "USD")).upper()
    try:
        return PolicyShape.model_validate(tree, context={"currency": currency})
    except ValidationError as error:
        problems.extend(_problem(detail, document) for detail in error.errors(include_url=False))
        return None


def _levels(document: Document) -> Iterator[Problem]:
    """What is wrong between levels, or between a level and the rest of the file.

    Looks at the text itself, so that a bad value elsewhere doesn't hide these.
    """
    levels = branch(document.tree, "ladder").get("levels")
    seen: set[tuple[str, str]] = set()
    for index, level in enumerate(levels if isinstance(levels, list) else []):
        if not isinstance(level, dict):
            continue
        place: Place = ("ladder", "levels", index)
        name, to = str(level.get("name")), level.get("to")
        audiences = [str(one) for one in to] if isinstance(to, list) else [str(to)]
        track = "customer" if "customer" in audiences else "internal"
        days = str(level.get("days")).lstrip("+")
        if ("name", name.lower()) in seen:
            yield Problem(document.line_of((*place, "name")), f'two levels are called "{name}": rename one')
        if (track, days) in seen:
            line = document.line_of((*place, "days"))
            yield Problem(line, f"two {track} levels stand at {days} days: give each its own number of days")
        seen |= {("name", name.lower()), (track, days)}
        yield from _nobody(name, audiences, document, document.line_of((*place, "to")))
        if level.get("late_fee") is not None:
            line = document.line_of((*place, "late_fee"))
            yield from (Problem(line, why) for why in _no_fee(name, track, days, document))


def _no_fee(level: str, track: str, days: str, document: Document) -> Iterator[str]:
    """Why this level can't add a late fee: Syncro may do so too, or it is no level that tells a late customer."""
    declared = str(branch(document.tree, "syncro").get("late_fees")).lower()
    if declared not in _OFF:
        yield (
            f'level "{level}" adds a late fee, but it isn\'t declared that Syncro adds none, and two fees would come: '
            "turn them off in Syncro and write syncro: {late_fees: off}"
        )
    if track != "customer":
        yield (
            f'level "{level}" adds a late fee but doesn\'t go to the customer, and a fee follows a contact with them: '
            "move late_fee to a level whose to includes customer"
        )
    if days.startswith("-") or days == "0":
        yield (
            f'level "{level}" adds a late fee before an invoice is past due: '
            "move late_fee to a level of 1 day or more"
        )


def _nobody(level: str, audiences: Sequence[str], document: Document, line: int) -> Iterator[Problem]:
    for audience in audiences:
        if audience in _BEHIND:
            keys, cure = _BEHIND[audience]
            if not branch(document.tree, *keys[:-1]).get(keys[-1]):
                yield Problem(
                    line, f'level "{level}" goes to the {audience}, but nobody is behind it: {cure}'
                )


def _problem(detail: ErrorDetails, document: Document) -> Problem:
    """One of pydantic's errors in our words, on its line."""
    place: Place = tuple(step for step in detail["loc"] if step != "[key]")
    return Problem(document.line_of(place), _words(detail, place))


def _words(detail: ErrorDetails, place: Place) -> str:
    key = _path(place)
    typed = detail["input"] if isinstance(detail["input"], str) else ""
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            known = list(known_keys(place[:-1]))
            hint = did_you_mean(str(place[-1]), known) or f": the keys here are {', '.join(known)}"
            return f'unknown key "{key}"{hint}'
        case "missing":
            return f"{key} is missing: add it (policy.example.yml shows how)"
        case "value_error":
            return f"{key}: {context['error']}"
        case "literal_error":
            choices = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
            return f'{key}: "{typed}" is not one of {", ".join(choices)}{did_you_mean(typed, choices)}'
        case "bool_parsing" | "bool_type":
            return f'{key}: "{typed}" must be on or off'
        case "int_parsing" | "int_type" | "int_from_float" | "int_parsing_size":
            return f'{key}: "{typed}" must be a whole number'
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            bounds = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
            return f"{key} must be " + " and ".join(
                f"{bounds[name]} {limit}" for name, limit in context.items()
            )
        case "list_type":
            return f"{key} must be a list: write each item on its own line behind a dash"
        case "model_type" | "dict_type":
            return f"{key or 'the file'} must be a group of keys, such as name: value"
        case "string_type":
            return f"{key} must be a single value, not a list or a group of keys"
        case "string_too_short" | "too_short":
            return f"{key} is empty: fill it in or leave the key out"
        case _:
            return f"{key}: {detail['msg']}"


def _path(place: Place) -> str:
    """``ladder.levels[2].days`` as people count: the first level is 1."""
    path = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place)
    return path.removeprefix(".")


def _all_at_once(problems: Sequence[Problem], name: str) -> str:
    lines = [f"{name}:{problem.line}: {problem.words}." for problem in problems]
    if len(lines) == 1:
        return lines[0]
    return "\n".join([f"{name} has {len(lines)} mistakes:", *lines])


def _to_policy(shape: PolicyShape, version: str) -> Policy:
    business = shape.business
    return Policy(
        business=Business(
            business.name, business.timezone, business.currency, business.holidays, business.weekend
        ),
        version=version,
        digests=tuple(_to_digest(digest, business.timezone) for digest in shape.digest),
        channels=Channels(
            shape.channels.approvals,
            shape.channels.escalation,
            shape.channels.failures,
            frozenset(shape.channels.allow_shared),
        ),
        people=People(shape.people.manager, MappingProxyType(shape.people.owners)),
        roles=_to_roles(shape.roles),
        approvals=_to_approvals(shape.approvals),
        ladder=_to_ladder(shape.ladder),
        customers=MappingProxyType({id_: _to_customer(one) for id_, one in shape.customers.items()}),
        templates=shape.templates,
        syncro_own_reminders=shape.syncro.own_reminders,
        syncro_late_fees=shape.syncro.late_fees,
    )


def _to_digest(shape: DigestShape, timezone: str) -> DigestPlan:
    return DigestPlan(
        channel=shape.channel,
        at=shape.at,
        days=shape.days,
        timezone=shape.timezone or timezone,
        weekly=shape.weekly,
        filter=shape.filter or "",
    )


def _to_roles(shape: RolesShape) -> RoleLists:
    return RoleLists(
        admins=frozenset(shape.admins),
        approvers=frozenset(shape.approvers),
        collectors=frozenset(shape.collectors),
        technicians=frozenset(shape.technicians),
        viewers=frozenset(shape.viewers) - {"all"},
        everyone_views="all" in shape.viewers,
    )


def _to_threshold(shape: ThresholdShape | None) -> Threshold | None:
    return Threshold(MappingProxyType(shape.above)) if shape else None


def _to_approvals(shape: ApprovalsShape) -> ApprovalPolicy:
    return ApprovalPolicy(
        void=shape.void,
        payment=_to_threshold(shape.payment),
        send=_to_threshold(shape.send),
        backdated_days=shape.backdated_days,
        expires_hours=shape.expires_hours,
        number=shape.number,
        delegates=MappingProxyType(shape.delegates),
    )


def _to_ladder(shape: LadderShape) -> LadderPolicy:
    return LadderPolicy(
        levels=tuple(_to_level(level) for level in sorted(shape.levels, key=lambda level: level.days)),
        min_days_between_contacts=shape.min_days_between_contacts,
        min_amount=shape.min_amount,
        max_contacts=shape.max_contacts,
        daily_cap=shape.daily_cap,
        build_at=shape.build_at,
        send_at=shape.send_at,
    )


def _to_level(shape: LevelShape) -> Level:
    return Level(
        name=shape.name,
        days=shape.days,
        to=tuple(shape.to),
        template=shape.template or "",
        approval=shape.approval,
        stock_email=shape.stock_email,
        late_fee_amount=shape.late_fee.amount if shape.late_fee else None,
        late_fee_percent=shape.late_fee.percent if shape.late_fee else None,
    )


def _to_customer(shape: CustomerShape) -> CustomerPolicy:
    return CustomerPolicy(
        ladder=shape.ladder != "none",
        reason=shape.reason,
        auto_pay=shape.auto_pay,
        currency=shape.currency or "",
    )
