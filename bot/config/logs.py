"""Logging: one line per event, for a console or as JSON. Secrets never get into it."""

import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterable, MutableMapping
from types import TracebackType
from typing import Any

import structlog

_HIDDEN = "[hidden]"
_TOKENS = re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+|Bearer\s+\S+", re.IGNORECASE)


class Redactor:
    """Replaces known secrets, and anything that looks like a Slack token or a bearer, in every value of an event."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) >= 6)

    def __call__(self, _logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {name: self._value(value) for name, value in event.items()}

    def text(self, text: str) -> str:
        """``text`` without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _TOKENS.sub(_HIDDEN, text)

    def _value(self, value: Any) -> Any:
        if isinstance(value, int | float | bool) or value is None:
            return value
        return self.text(str(value))


#: These warn of what is meant: Bolt of a token that it finds in the environment and doesn't need, the scheduler of
#: a ring that finds the last one's work still going on.
_CHATTY = ("slack_bolt.AsyncApp", "apscheduler.scheduler")


class _ToStructlog(logging.Handler):
    """Brings the libraries' warnings into the same log."""

    def emit(self, record: logging.LogRecord) -> None:
        # Bolt sets its loggers' levels itself, so they are quietened here.
        if record.name in _CHATTY and record.levelno < logging.ERROR:
            return
        structlog.get_logger().log(record.levelno, record.getMessage(), logger=record.name)


def configure_logging(level: str, style: str, secrets: Iterable[str] = ()) -> None:
    """Sets the log up: ``level`` as in Python, ``style`` "console" or "json", ``secrets`` never to be written.

    What Python says of a crash holds none of them either.
    """
    wanted = getattr(logging, level.upper())
    json = style == "json"
    redactor = Redactor(secrets)
    renderer: Any = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redactor,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(wanted),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_ToStructlog()]
    root.setLevel(max(wanted, logging.WARNING))
    sys.excepthook = _last_words(redactor)


def _last_words(
    redactor: Redactor,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """What is printed when nothing catches an exception: Python's own traceback without secrets."""

    def say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.stderr.write(redactor.text("".join(traceback.format_exception(kind, error, trace))))

    return say
