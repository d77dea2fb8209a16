"""Lines that keep the house safe: SQL holds no values, secrets are compared in constant time, scopes are least."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.slack.api import scopes as needs
from sandbox.slack.workspace import Channel

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "handlers", "reminders")
RUN = {"run", "one", "all", "many", "execute", "executemany", "executescript"}
#: The places where text that is no constant becomes SQL, each with why that is safe.
MADE_OF_NAMES = {
    "bot/store/approvals.py": "a condition that callers in the same file write out",
    "bot/store/contacts.py": "a condition that callers in the same file write out",
    "bot/store/holds.py": "a condition that callers in the same file write out",
    "bot/store/late_fees.py": "columns from our own dataclass, conditions of the same file",
    "bot/store/mirror.py": "conditions put together from constants",
    "bot/store/mirror_aging.py": "conditions put together from constants",
    "bot/store/mirror_habits.py": "conditions put together from constants",
    "bot/store/mirror_sync.py": "names of parameters, made by counting",
    "bot/store/migrations.py": "a trigger's place and moment, constants of the same file",
    "bot/store/waiting.py": "a condition that callers in the same file write out",
}
SECRET = re.compile(
    r"secret|token|signature|api_key|audit_key|password|hexdigest|seal\b|proof", re.IGNORECASE
)


def sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def constants(tree: ast.Module) -> set[str]:
    """Names of the module's own constants, and of those it imports: by the house's custom all in capitals."""
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {name for name in named if re.fullmatch(r"_?[A-Z][A-Z0-9_]*", name)}


def test_sql_is_made_of_constants() -> None:
    """Every value is a parameter. What else goes into a statement is a constant, or stands in the list above."""
    others: set[str] = set()
    for name, tree in sources():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.JoinedStr) and _is_sql(node)):
                continue
            parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
            if not all(isinstance(part, ast.Name) and part.id in constants(tree) for part in parts):
                others.add(name)
    assert others == set(MADE_OF_NAMES)


def _is_sql(node: ast.JoinedStr) -> bool:
    text = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return bool(re.search(r"\b(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|WHERE)\b", text))


def test_statements_are_formatted_in_one_place_from_constants() -> None:
    formatted: set[str] = set()
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUN:
                statement = node.args[0] if node.args else None
                if isinstance(statement, ast.BinOp) or _formats(statement):
                    formatted.add(name)
    assert formatted == {"bot/store/worklist.py"}


def _formats(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "format"


def test_only_the_store_speaks_sql() -> None:
    speak = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and re.match(
            r"\s*(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b", str(node.value), re.DOTALL
        )
    }
    assert {name for name in speak if not name.startswith("bot/store/")} <= {"bot/doctor/database.py"}


def test_no_secret_is_compared_by_its_letters() -> None:
    """``==`` stops at the first letter that differs, and its time tells which; ``hmac.compare_digest`` doesn't."""
    found = [
        f"{name}:{node.lineno}: {ast.unparse(node)}"
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and any(isinstance(how, ast.Eq | ast.NotEq) for how in node.ops)
        and any(SECRET.search(ast.unparse(side)) for side in (node.left, *node.comparators))
    ]
    assert not found, "\n".join(found)


# ---- scopes ------------------------------------------------------------------------------------------------

#: What a scope is for that no method of the Web API needs.
WITHOUT_METHOD = {"commands": "slash commands and shortcuts arrive"}


def methods_called() -> set[str]:
    """Every method of Slack's Web API that our code names."""
    names = {*needs._BY_METHOD, *needs._BY_CHANNEL, *needs._BY_TYPES}
    free = {"auth.test", "views.open", "views.update", "views.publish", "apps.connections.open"}
    return {
        str(node.value)
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and str(node.value) in names | free
    }


def channels() -> list[Channel]:
    """One of each kind that Duebot is in."""
    kinds: list[dict[str, Any]] = [{}, {"is_private": True}, {"is_im": True}]
    return [Channel(id=f"C{at}", name="x", members=[], **kind) for at, kind in enumerate(kinds)]


def scopes_of(method: str) -> set[str]:
    """The scopes that a method needs in each kind of channel; of direct messages we only read our own."""
    return {scope for channel in channels() for scope in needs.needed(method, channel, "")}


@pytest.mark.parametrize("name", ["manifest.yml", "manifest.http.yml"])
def test_each_scope_is_needed_by_a_method_and_each_method_has_its_scope(name: str) -> None:
    manifest = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    asked = set(manifest["oauth_config"]["scopes"]["bot"])
    called = methods_called()
    assert called
    needed = {scope for method in called for scope in scopes_of(method)}
    assert asked - set(WITHOUT_METHOD) <= needed, "asked for, and no method needs it"
    assert needed - asked <= {"im:read"}, "needed, and not asked for"
