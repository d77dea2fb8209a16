"""Every view again, with every text that could be foreign replaced by markup: it stays text.

The gallery calls every view. Its calls are written down, each text in their facts is replaced, and the same views are
made once more; so a view is tried without anybody thinking of it.
"""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from views_walk import walk

import bot.views
from bot.views import gallery
from bot.views.blocks import Message
from bot.views.tables import without_new_blocks

HOSTILE = "<!channel> <@U0EVIL> <#C0EVIL> <https://evil.example|pay here> &amp; <!subteam^S0EVIL> <b>"
MARKUP = re.compile(r"<[^>]*>")
#: What is ours in a field of text: chosen from words of our own, an id of ours, or written by Slack or the policy's
#: checks and no free text.
OURS = {
    *("currency", "state", "kind", "code", "engine", "channel", "scope", "target", "topic", "fresh"),
    *(
        "id",
        "key",
        "visit_id",
        "review_id",
        "search_id",
        "question_id",
        "hold_id",
        "invoice_id",
        "customer_id",
    ),
    *("syncro_url", "url", "link", "policy_url", "action_id", "block_id"),
    # read and checked as dates and numbers before
    *("date", "due_date", "percent"),
}
#: Helpers by which views are built, given what is escaped already; and a view that differs from `why` in length.
PARTS = {"message", "modal", "why_whole"}

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


def views() -> dict[str, Callable[..., Any]]:
    """Every public function of the views that makes a message or a view."""
    found = {}
    for info in pkgutil.iter_modules(bot.views.__path__):
        module = importlib.import_module(f"bot.views.{info.name}")
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _makes_a_view(node):
                found[f"{info.name}.{node.name}"] = getattr(module, node.name)
    return {name: made for name, made in found.items() if made.__name__ not in PARTS}


def _makes_a_view(node: ast.FunctionDef) -> bool:
    """A block is a dictionary as a view is: only the name of the annotation tells them apart."""
    return node.returns is not None and ast.unparse(node.returns) in ("Message", "View")


@pytest.fixture(scope="module")
def calls() -> list[Call]:
    """Every call of a view that the gallery makes."""
    written: list[Call] = []
    known = {made: name for name, made in views().items()}

    def recorder(made: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            written.append((made, args, more))
            return made(*args, **more)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for info in pkgutil.iter_modules(bot.views.__path__):
            module = importlib.import_module(f"bot.views.{info.name}")
            if info.name.startswith("gallery"):
                for name, held in list(vars(module).items()):
                    if inspect.isfunction(held) and held in known:
                        patch.setattr(module, name, recorder(held))
        gallery.gallery()
    return written


def spoiled(value: Any, name: str = "") -> Any:
    """``value`` with every foreign text in it replaced."""
    if isinstance(value, Enum | int | float | Decimal) or value is None or name in OURS:
        return value
    if isinstance(value, str):
        return HOSTILE if value else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        held = {
            one.name: spoiled(getattr(value, one.name), one.name)
            for one in dataclasses.fields(value)
            if one.init
        }
        return dataclasses.replace(value, **held)
    if isinstance(value, BaseException):
        return _spoiled_error(value)
    if isinstance(value, Mapping):
        return {key: spoiled(held, name) for key, held in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return type(value)(spoiled(held, name) for held in value)
    return value


def _spoiled_error(error: BaseException) -> BaseException:
    made = type(error).__new__(type(error))
    made.__dict__.update({name: spoiled(held, name) for name, held in vars(error).items()})
    made.args = (HOSTILE,)
    return made


def markup_in(blocks: list[dict[str, Any]], text: str = "") -> list[str]:
    texts = [text, *(held["text"] for held in walk(blocks) if held.get("type") == "mrkdwn")]
    return [found for said in texts for found in MARKUP.findall(said)]


def test_every_view_is_in_the_gallery(calls: list[Call]) -> None:
    called = {made for made, _, _ in calls}
    assert not [name for name, made in views().items() if made not in called]


def test_no_view_reads_foreign_text_as_markup(calls: list[Call]) -> None:
    shown, wrong = 0, set[str]()
    for made, args, more in calls:
        names = list(inspect.signature(made).parameters)
        spoilt = [spoiled(value, name) for name, value in zip(names, args, strict=False)]
        held = made(*spoilt, **{name: spoiled(value, name) for name, value in more.items()})
        blocks = held.blocks if isinstance(held, Message) else held["blocks"]
        text = held.text if isinstance(held, Message) else ""
        for drawn in (blocks, without_new_blocks(blocks)):
            found = [one for one in markup_in(drawn, text) if not _ours(one)]
            wrong |= {f"{made.__module__}.{made.__name__}: {one}" for one in found}
        shown += "evil.example" in str(held)
    assert not wrong, "\n".join(sorted(wrong))
    assert shown > len(calls) * 0.9, "the markup is shown, as text"


def _ours(markup: str) -> bool:
    """A mention or a date that our own code writes: of an id without anything else in it."""
    return "EVIL" not in markup.upper() and bool(
        re.fullmatch(r"<(@U|#C|!subteam\^S|!date\^)[^<>|]*(\|[^<>]*)?>", markup)
    )
