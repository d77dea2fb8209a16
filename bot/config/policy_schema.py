"""The shape of policy.yml. Each key, its meaning and its default stand in docs/policy.md.

Values arrive as the text that was typed. Amounts become minor units; which currency's, the context says
(``{"currency": "USD"}``).
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import time
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.domain.money import to_minor
from bot.domain.policy import Audience

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONEY = re.compile(r"\d{1,10}(\.\d{1,4})?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`` (did you mean "…"?)`` when one of ``known`` is close to ``word``, else nothing."""
    close = difflib.get_close_matches(word.lower(), {name.lower(): name for name in known}, n=1, cutoff=0.6)
    names = {name.lower(): name for name in known}
    return f' (did you mean "{names[close[0]]}"?)' if close else ""


def _day(text: str) -> int:
    word = text.strip().lower()
    for index, name in enumerate(_DAYS):
        if word == name or (len(word) > 3 and word.startswith(name) and word.endswith("day")):
            return index
    raise ValueError(f'"{text}" is no day: write mon, tue, wed, thu, fri, sat or sun')


def _one_day(value: object) -> int:
    return _day(str(value))


def _days(value: object) -> frozenset[int]:
    """``mon-fri``, ``mon, wed`` or a list of these."""
    parts = value if isinstance(value, list) else str(value).split(",")
    days: set[int] = set()
    for part in parts:
        first, dash, last = str(part).partition("-")
        start = _day(first)
        length = (_day(last) - start) % 7 if dash else 0
        days.update((start + step) % 7 for step in range(length + 1))
    return frozenset(days)


def _weekend(value: object) -> frozenset[int]:
    days = frozenset[int]() if value in ("none", []) else _days(value)
    if len(days) == 7:
        raise ValueError("leaves no business day: take at least one day out")
    return days


def _some_days(value: object) -> frozenset[int]:
    if not value:
        raise ValueError("names no day: write mon-fri, or a list such as [mon, wed]")
    return _days(value)


def _clock(value: object) -> time:
    match = _CLOCK.fullmatch(str(value))
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f'"{value}" is no time of day: write it as "09:00"')
    return time(int(match[1]), int(match[2]))


def _decimal(value: object) -> Decimal:
    if not _MONEY.fullmatch(str(value)):
        raise ValueError(f'"{value}" is no amount: write digits only, such as 5000 or 24.50')
    return Decimal(str(value))


def _minor(value: object, currency: str) -> int:
    try:
        return to_minor(_decimal(value), currency)
    except ValueError as error:
        raise ValueError(
            f"{error}: write fewer digits" if "more digits" in str(error) else str(error)
        ) from None


def _currency_of_business(info: ValidationInfo) -> str:
    return str((info.context or {})["currency"])


def _business_minor(value: object, info: ValidationInfo) -> int:
    return _minor(value, _currency_of_business(info))


def _above(value: object, info: ValidationInfo) -> dict[str, int]:
    if isinstance(value, dict):
        return {_currency(code): _minor(amount, _currency(code)) for code, amount in value.items()}
    return {_currency_of_business(info): _business_minor(value, info)}


def _currency(value: object) -> str:
    code = str(value).upper()
    if not re.fullmatch(r"[A-Z]{3}", code, re.ASCII):
        raise ValueError(f'"{value}" is no currency: write its three letters, such as USD')
    return code


def _timezone(name: str) -> str:
    known = available_timezones()
    if name not in known:
        hint = did_you_mean(name, sorted(known))
        raise ValueError(f'"{name}" is no time zone{hint}: write one such as America/New_York')
    return name


def _holidays(name: str) -> str:
    from holidays import list_supported_countries  # costs a tenth of a second: only when a policy is read

    code = name.upper()
    if code == "NONE":
        return "none"
    if code not in list_supported_countries():
        raise ValueError(f'"{name}" is no country whose holidays are known: write a code such as US, or none')
    return code


def _slack_id(kinds: str, what: str, also: str = "") -> AfterValidator:
    pattern = re.compile(rf"[{kinds}][A-Z0-9]{{2,}}", re.ASCII)
    otherwise = f', or write "{also}"' if also else ""

    def check(text: str) -> str:
        if not pattern.fullmatch(text) and text != (also or None):
            begins = " or ".join(kinds)
            raise ValueError(
                f'"{text}" is no {what}: copy the id from Slack (it begins with {begins}){otherwise}'
            )
        return text

    return AfterValidator(check)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Channel = Annotated[str, _slack_id("CG", "channel id")]
User = Annotated[str, _slack_id("UW", "user id")]
Currency = Annotated[str, BeforeValidator(_currency)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Weekdays = Annotated[frozenset[int], BeforeValidator(_some_days)]
Clock = Annotated[time, BeforeValidator(_clock)]
Amount = Annotated[int, BeforeValidator(_business_minor)]
Member = Annotated[str, _slack_id("UWS", "user or user group id")]
Viewer = Annotated[str, _slack_id("UWS", "user or user group id", also="all")]
Members = Annotated[list[Member], BeforeValidator(_listed)]
Viewers = Annotated[list[Viewer], BeforeValidator(_listed)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Text = Annotated[str, Field(min_length=1)]


class Shape(BaseModel):
    """A part of the file; keys that it doesn't know are refused, known ones without a value count as left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, typed: object) -> object:
        if not isinstance(typed, dict):
            return typed
        return {
            key: value for key, value in typed.items() if value is not None or key not in cls.model_fields
        }


class BusinessShape(Shape):
    name: Text
    timezone: Timezone
    currency: Currency
    holidays: Annotated[str, AfterValidator(_holidays)] = "none"
    weekend: Annotated[frozenset[int], BeforeValidator(_weekend)] = frozenset({5, 6})


class SyncroShape(Shape):
    own_reminders: bool | None = None
    late_fees: bool | None = None


class DigestShape(Shape):
    channel: Channel
    at: Clock = time(9)
    days: Weekdays = frozenset({0, 1, 2, 3, 4})
    timezone: Timezone | None = None
    weekly: Annotated[int, BeforeValidator(_one_day)] | None = None
    filter: Literal["30+", "60+", "90+"] | None = None

    @field_validator("weekly")
    @classmethod
    def _has_a_digest(cls, weekly: int | None, info: ValidationInfo) -> int | None:
        if weekly is not None and weekly not in info.data.get("days", {weekly}):
            raise ValueError("no digest is posted on that day: name one of its days")
        return weekly


class ChannelsShape(Shape):
    approvals: Channel = ""
    escalation: Channel = ""
    failures: Channel = ""
    allow_shared: Annotated[list[Channel], BeforeValidator(_listed)] = []


class PeopleShape(Shape):
    manager: User = ""
    owners: dict[str, User] = {}


class RolesShape(Shape):
    admins: Members = []
    approvers: Members = []
    collectors: Members = []
    technicians: Members = []
    viewers: Viewers = []


class ThresholdShape(Shape):
    above: Annotated[dict[str, int], BeforeValidator(_above)]


class ApprovalsShape(Shape):
    void: bool = True
    payment: ThresholdShape | None = None
    send: ThresholdShape | None = None
    backdated_days: Count | None = None
    expires_hours: Annotated[int, Field(ge=1, le=10_000)] = 24
    number: Annotated[int, Field(ge=1, le=10)] = 1
    delegates: dict[User, User] = {}


class LateFeeShape(Shape):
    amount: Amount | None = None
    percent: Annotated[Decimal, BeforeValidator(_decimal), Field(gt=0, le=100)] | None = None

    @model_validator(mode="after")
    def _either(self) -> "LateFeeShape":
        if (self.amount is None) == (self.percent is None):
            raise ValueError("needs either an amount or a percent: write one of them")
        return self


class LevelShape(Shape):
    name: Text
    days: Annotated[int, Field(ge=-365, le=3650)]
    to: Annotated[list[Audience], BeforeValidator(_listed), Field(min_length=1)]
    template: Text | None = None
    approval: bool = False
    stock_email: bool = False
    late_fee: LateFeeShape | None = None

    @model_validator(mode="after")
    def _has_text(self) -> "LevelShape":
        if "customer" in self.to and self.template is None and not self.stock_email:
            raise ValueError(
                f'level "{self.name}" writes to the customer but has no text: '
                "add template: NAME, or stock_email: true for Syncro's own email"
            )
        return self


class LadderShape(Shape):
    min_days_between_contacts: Count = 5
    min_amount: Amount = 0
    max_contacts: Annotated[int, Field(ge=1, le=1000)] = 8
    daily_cap: Count = 50
    build_at: Clock = time(8)
    send_at: Clock = time(10)
    levels: list[LevelShape] = []

    @model_validator(mode="after")
    def _builds_first(self) -> "LadderShape":
        if self.send_at <= self.build_at:
            raise ValueError("send_at must be later than build_at: what is sent has to be built first")
        return self


class CustomerShape(Shape):
    ladder: Literal["none"] | None = None
    reason: str = ""
    auto_pay: bool = False
    currency: Currency | None = None


class PolicyShape(Shape):
    """The whole file."""

    business: BusinessShape
    syncro: SyncroShape = SyncroShape()
    digest: list[DigestShape] = []
    channels: ChannelsShape = ChannelsShape()
    people: PeopleShape = PeopleShape()
    roles: RolesShape = RolesShape()
    approvals: ApprovalsShape = ApprovalsShape()
    templates: Text = "templates/"
    ladder: LadderShape = LadderShape()
    customers: dict[str, CustomerShape] = {}

    @field_validator("digest")
    @classmethod
    def _one_a_day(cls, digests: list[DigestShape]) -> list[DigestShape]:
        taken: set[tuple[str, int]] = set()
        for digest in digests:
            days = {(digest.channel, day) for day in digest.days}
            if taken & days:
                raise ValueError(
                    f"two digests for {digest.channel} stand on the same day: "
                    "a channel gets one a day, so change their days"
                )
            taken |= days
        return digests


def shapes_of(annotation: Any) -> list[type[Shape]]:
    """The ``Shape`` classes that an annotation is made of."""
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return [annotation]
    return [shape for part in getattr(annotation, "__args__", ()) for shape in shapes_of(part)]


def known_keys(place: Sequence[str | int]) -> Mapping[str, Any]:
    """The keys that the schema knows at ``place`` in the file."""
    shape: type[Shape] = PolicyShape
    for step in place:
        field = shape.model_fields.get(str(step))
        inner = shapes_of(field.annotation) if field else []
        shape = inner[0] if inner else shape
    return shape.model_fields
