"""Expected errors. Each carries one sentence that tells a person what is wrong and what to do.

    DuebotError
    ├── BadInput            what was typed can't be understood or used (``field`` names where it stands)
    ├── NotAllowed          the person's role, the place or the account does not permit it; ``link`` leads elsewhere
    │   ├── NoRole              the role, with nothing about customers in the sentence
    │   └── Tampered            a value or form that no view of ours sends to this person (or not any more)
    ├── NotFound            no such invoice, customer, ticket …
    ├── Ambiguous           several things match; ``candidates`` are offered, never picked
    ├── Changed             what was seen is no longer so; ``differences`` say what
    ├── Busy                somebody's operation on this invoice is still open
    ├── NeedsConfirmation   may go on only after a person confirms (a possible duplicate)
    ├── NeedsApproval       may go on only with somebody else's word; ``asked`` is what they are asked
    ├── Misconfigured       a setting or the policy file is wrong
    ├── SyncroError
    │   ├── SyncroRefused       a clear answer: nothing was written (400, 404, 422)
    │   │   ├── SyncroUnauthorized  401: a bad key, or a permission that the key lacks
    │   │   ├── SyncroTaken         the number that was allocated for an invoice has one already
    │   │   └── SyncroMissing       404
    │   ├── SyncroLimited       429: refused for pace, nothing was written; ``retry_after`` seconds
    │   ├── SyncroNotSent       nothing left this machine (no connection, our own pacing)
    │   └── SyncroLost          no readable answer came (timeout, reset, 5xx, HTML): a write may have happened
    └── SlackError
        ├── SlackRefused        Slack's clear no; ``code`` is Slack's error name
        ├── SlackLimited        429; ``retry_after`` seconds
        ├── SlackNotSent        no connection could be made: nothing was posted
        └── SlackLost           no readable answer: a post may have happened

Anything else that is raised is a bug; the door answers it with a short reference that is also in the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.asked import Asked


class DuebotError(Exception):
    """An expected error; ``str(error)`` is a whole sentence for a person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BadInput(DuebotError):
    """What was typed can't be used. ``fields`` maps the inputs concerned to their sentences."""

    def __init__(self, sentence: str, field: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.field = field
        self.fields = dict(fields) if fields is not None else ({field: sentence} if field else {})


class NotAllowed(DuebotError):
    """The person's role, the channel or the account does not permit this. ``link`` is where it can be done instead."""

    def __init__(self, sentence: str, link: str = "") -> None:
        super().__init__(sentence)
        self.link = link


class NoRole(NotAllowed):
    """The person's role does not permit this; the sentence holds nothing about customers."""


class Tampered(NotAllowed):
    """What came can't have been sent by a view of ours, or one so old that what it belongs to isn't kept."""


class NotFound(DuebotError):
    """There is no such thing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several things that match: ``id`` of ``kind`` ("invoice" or "customer") and a line about it."""

    kind: str
    id: str
    label: str


class Ambiguous(DuebotError):
    """Several things match; they are offered and never picked for the person."""

    def __init__(self, sentence: str, candidates: Sequence[Candidate]) -> None:
        super().__init__(sentence)
        self.candidates = tuple(candidates)


class Changed(DuebotError):
    """What the person saw is no longer so. ``differences`` are sentences; nothing was written."""

    def __init__(self, sentence: str, differences: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.differences = tuple(differences)


class Busy(DuebotError):
    """Another operation on this invoice is still open, or too much work is waiting."""


class NeedsConfirmation(DuebotError):
    """Going on needs a person's explicit word. ``code`` says which kind, ``evidence`` are lines to show."""

    def __init__(self, sentence: str, code: str, evidence: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.code = code
        self.evidence = tuple(evidence)


class NeedsApproval(DuebotError):
    """Policy wants somebody else's word for this. ``asked`` is what they would be asked; nothing was written."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(f"{asked.title} needs approval: {'; '.join(asked.why)}.")
        self.asked = asked


class Misconfigured(DuebotError):
    """A setting or the policy file is wrong; the sentence names it and the cure."""


class SyncroError(DuebotError):
    """Something between us and Syncro."""


class SyncroRefused(SyncroError):
    """Syncro answered clearly with no. Nothing was written. ``status`` is the HTTP status, ``words`` are Syncro's."""

    def __init__(self, sentence: str, status: int = 422, words: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.words = words


class SyncroUnauthorized(SyncroRefused):
    """401: a bad key, or a permission that the key lacks (Syncro answers 401 to both).

    ``permission`` is what Syncro calls the one that is lacking; empty when the key itself is not accepted.
    """

    def __init__(self, sentence: str, permission: str = "") -> None:
        super().__init__(sentence, 401)
        self.permission = permission


class SyncroTaken(SyncroRefused):
    """The number that was allocated for a new invoice is another invoice's."""


class SyncroMissing(SyncroRefused):
    """404: Syncro has no such thing. Not ``certain`` when a web page says so: that may be something in between."""

    def __init__(self, sentence: str, certain: bool = True) -> None:
        super().__init__(sentence, 404)
        self.certain = certain


class SyncroLimited(SyncroError):
    """429: refused for pace; nothing was written. ``retry_after`` is in seconds."""

    def __init__(self, sentence: str, retry_after: float) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class SyncroNotSent(SyncroError):
    """The request never left: no connection could be made. Safe to try again."""


class SyncroLost(SyncroError):
    """No readable answer came back. A write may have happened: read back before anything else."""


class SlackError(DuebotError):
    """Something between us and Slack."""


class SlackRefused(SlackError):
    """Slack answered clearly with no; ``code`` is its error name, for example ``channel_not_found``."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.code = code


class SlackLimited(SlackError):
    """Slack's 429. ``retry_after`` is in seconds; nothing was posted."""

    def __init__(self, sentence: str, retry_after: float) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class SlackNotSent(SlackError):
    """No connection to Slack could be made: nothing was posted, and trying again is safe."""


class SlackLost(SlackError):
    """No readable answer came from Slack. A post may have happened: look it up before posting again."""
