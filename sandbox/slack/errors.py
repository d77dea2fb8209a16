"""How Slack says no."""

from typing import Any

Json = dict[str, Any]


class SlackError(Exception):
    """An answer with `ok: false` and Slack's own error name."""

    def __init__(self, code: str, *messages: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages
        self.extra = extra

    def answer(self) -> Json:
        body: Json = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


class Undelivered(Exception):
    """The bot didn't take a request: `operation_timeout`, `dispatch_failed` or `not_connected`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
