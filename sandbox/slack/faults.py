"""Ways in which Slack can fail, ordered by a test or by hand."""

from dataclasses import dataclass


@dataclass
class Fault:
    """One ordered failure.

    `kind`: `429` (Retry-After is `seconds`), `500_html`, `drop_before` (nothing done, connection cut),
    `drop_after` (done, connection cut), `slow` (waits `seconds`, then acts), `slow_after` (acts, then
    waits `seconds`), `error:NAME` (that Slack error).
    """

    method: str
    kind: str
    times: int = 1
    seconds: float = 1.0


KINDS = ("429", "500_html", "drop_before", "drop_after", "slow", "slow_after")


class Faults:
    """The failures still to happen, and whether Slack's pace for posting is enforced."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []
        self.strict_pace = False

    def add(self, method: str, kind: str, times: int = 1, seconds: float = 1.0) -> None:
        """Let the next `times` calls of `method` (`*`: any; `response_url` too) fail in this way."""
        if kind not in KINDS and not kind.startswith("error:"):
            raise ValueError(f"Unknown fault {kind!r}; use one of {', '.join(KINDS)} or error:NAME.")
        self._planned.append(Fault(method, kind, times, seconds))

    def take(self, method: str) -> Fault | None:
        """The failure that this call meets, if any; it is used up by one."""
        for fault in self._planned:
            if fault.times > 0 and fault.method in (method, "*"):
                fault.times -= 1
                return fault
        return None

    def clear(self) -> None:
        self._planned.clear()
        self.strict_pace = False
