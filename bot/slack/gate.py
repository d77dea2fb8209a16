"""Whether an HTTP request is Slack's own, of now, and here for the first time."""

import heapq
import json
import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs

from slack_sdk.signature import Clock, SignatureVerifier

from bot.domain.bucket import Bucket
from bot.domain.refusals import Refusal

#: Slack's window, in seconds: what is older, or as far ahead, is not taken.
WINDOW = 300
#: Slack signs in whole seconds; a number of more digits is none of its times.
_STAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
#: How many seconds' worth of requests may come at once.
_BURST_SECONDS = 4


class Gate:
    """Judges requests by their signing headers and body.

    Signatures that were let in are remembered until their time has passed. ``per_second`` bounds how many are let
    in, and with it what is remembered; only signed requests use it up. ``wall`` is the time of day in seconds since
    1970, ``timer`` any clock that never goes back.
    """

    def __init__(
        self,
        signing_secret: str,
        per_second: float,
        wall: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verifier = SignatureVerifier(signing_secret, _Wall(wall))
        self._wall = wall
        self._timer = timer
        self._bucket = Bucket(per_second, per_second * _BURST_SECONDS)
        self._known: set[str] = set()
        self._ends: list[tuple[float, str]] = []

    def refuses_unread(self, stamp: str, signature: str) -> Refusal | None:
        """Why the headers alone are enough to turn a request away; its body need not be read then."""
        if not _SIGNATURE.fullmatch(signature):
            return Refusal.FORGED
        if not _STAMP.fullmatch(stamp) or abs(self._wall() - int(stamp)) > WINDOW:
            return Refusal.STALE
        return None

    def refuses(self, stamp: str, signature: str, body: bytes, retried: bool = False) -> Refusal | None:
        """Why a request is turned away; ``None`` lets it in, this once.

        ``retried``: it says of itself that Slack sends it again.
        """
        if reason := self.refuses_unread(stamp, signature):
            return reason
        if not self._signed(stamp, signature, body):
            return Refusal.FORGED
        self._forget()
        if signature in self._known:
            return None if _suggests(body) or (retried and _tells(body)) else Refusal.REPLAYED
        if self._bucket.take(self._timer()):
            return Refusal.TOO_FAST
        self._known.add(signature)
        heapq.heappush(self._ends, (int(stamp) + WINDOW, signature))
        return None

    @property
    def remembered(self) -> int:
        """How many signatures are kept."""
        return len(self._known)

    def _signed(self, stamp: str, signature: str, body: bytes) -> bool:
        try:
            # Compares in constant time.
            return self._verifier.is_valid(body, stamp, signature)
        except UnicodeDecodeError:
            return False  # Slack's bodies are UTF-8

    def _forget(self) -> None:
        now = self._wall()
        while self._ends and self._ends[0][0] < now:
            self._known.discard(heapq.heappop(self._ends)[1])


def _suggests(body: bytes) -> bool:
    """Whether Slack asks for the options of a menu: whoever types the same twice in a second sends the same.

    Every other request carries an id of its own: a trigger or an event.
    """
    try:
        payload = json.loads(parse_qs(body.decode())["payload"][0])
    except (ValueError, KeyError):
        return False
    return isinstance(payload, dict) and payload.get("type") == "block_suggestion"


def _tells(body: bytes) -> bool:
    """Whether Slack tells of an event: what isn't acknowledged comes again, at first within the same second.

    What we do about an event may be done twice.
    """
    try:
        event = json.loads(body)
    except ValueError:
        return False
    return isinstance(event, dict) and event.get("type") == "event_callback"


class _Wall(Clock):
    """The verifier's clock is ours."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall

    def now(self) -> float:
        return self._wall()
