"""What a request for approval asks for, as approvers see it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Change:
    """What would be different afterwards, in words: ``subject`` is like "INV-2024-1042, balance"."""

    subject: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, as approvers see it. All of it is literal text.

    ``why`` are the policy's reasons; ``evidence`` pairs of a name and what belongs to it; ``text`` a whole email.
    """

    title: str
    customer: str
    why: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    text: str = ""

    def to_json(self) -> dict[str, Any]:
        """A value for the store."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What ``to_json`` wrote."""
        return cls(
            title=value["title"],
            customer=value["customer"],
            why=tuple(value["why"]),
            changes=tuple(Change(**one) for one in value["changes"]),
            evidence=tuple((name, text) for name, text in value["evidence"]),
            text=value["text"],
        )
