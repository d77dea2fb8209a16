"""How many requests are taken in how much time."""


class Bucket:
    """Holds ``burst`` tokens at most and gains ``per_second``. Times are the caller's, in seconds."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._held = burst
        self._at: float | None = None

    def take(self, now: float) -> float:
        """Takes a token and returns 0; without one, the seconds until there will be one."""
        if self._at is not None:
            self._held = min(self._burst, self._held + (now - self._at) * self._per_second)
        self._at = now
        if self._held < 1:
            return (1 - self._held) / self._per_second
        self._held -= 1
        return 0.0
