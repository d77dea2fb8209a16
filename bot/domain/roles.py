"""Who may do what (docs/policy.md). Each role may also do what the roles below it may."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Role(IntEnum):
    """Roles in rising order; a person has the highest that lists them."""

    NONE = 0
    VIEWER = 1
    TECHNICIAN = 2
    COLLECTOR = 3
    APPROVER = 4
    ADMIN = 5

    @property
    def label(self) -> str:
        """The role's name as people write it in the policy."""
        return "no role" if self is Role.NONE else self.name.lower()


class Action(StrEnum):
    """Something that a role permits."""

    LOOK_UP = "look up invoices"
    DRAFT = "draft invoices"
    CREATE = "create invoices"
    EDIT = "edit invoices"
    SEND = "send invoices"
    PAY = "record payments"
    REMIND = "send reminders"
    HOLD = "set holds"
    REQUEST_VOID = "ask for an invoice to be voided"
    APPROVE = "approve"
    AUTOMATIC = "start or stop automatic sending"
    ADMINISTER = "administer Duebot"


_NEEDS = {
    Action.LOOK_UP: Role.VIEWER,
    Action.DRAFT: Role.TECHNICIAN,
    Action.CREATE: Role.COLLECTOR,
    Action.EDIT: Role.COLLECTOR,
    Action.SEND: Role.COLLECTOR,
    Action.PAY: Role.COLLECTOR,
    Action.REMIND: Role.COLLECTOR,
    Action.HOLD: Role.COLLECTOR,
    Action.REQUEST_VOID: Role.COLLECTOR,
    Action.APPROVE: Role.APPROVER,
    Action.AUTOMATIC: Role.APPROVER,
    Action.ADMINISTER: Role.ADMIN,
}


def role_needed(action: Action) -> Role:
    """The lowest role that may do ``action``."""
    return _NEEDS[action]


def may(role: Role, action: Action) -> bool:
    """Whether ``role`` permits ``action``."""
    return role >= _NEEDS[action]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts: a Slack user, or the operator at a terminal. ``name`` is as seen at the time."""

    id: str
    name: str
