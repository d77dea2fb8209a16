"""What is worked out from the books and kept until the books change."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
_KEPT_AT_MOST = 64


class Derived:
    """Lists and indexes of one version of the books, so that paging sorts a long list once and not once a page."""

    def __init__(self) -> None:
        self._version: Hashable = None
        self._kept: dict[Hashable, Any] = {}

    def of(self, version: Hashable, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` works out, kept under ``key`` as long as the books are of this ``version``."""
        if version != self._version or len(self._kept) >= _KEPT_AT_MOST:
            self._version = version
            self._kept.clear()
        if key not in self._kept:
            self._kept[key] = make()
        made: T = self._kept[key]
        return made
