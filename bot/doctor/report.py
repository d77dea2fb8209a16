"""How findings are shown: lines for a person, with or without colours and Unicode, and JSON for a program."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from bot.doctor.finding import Finding, State

_MARKS = {State.OK: "✓", State.WARN: "!", State.FAIL: "✗", State.SKIPPED: "·"}
_ASCII_MARKS = {State.OK: "ok", State.WARN: "!", State.FAIL: "X", State.SKIPPED: "-"}
_STYLES = {State.OK: "green", State.WARN: "yellow", State.FAIL: "bold red", State.SKIPPED: "dim"}
_ASCII = str.maketrans({"“": '"', "”": '"', "’": "'", "–": "-", "…": "...", "→": "->"})
_COUNTED = {State.OK: "fine", State.WARN: "to look at", State.FAIL: "failed", State.SKIPPED: "skipped"}
_MARK_WIDTH, _CHECK_WIDTH = 3, 20
_INDENT = " " * (_MARK_WIDTH + _CHECK_WIDTH + 1)
_NARROWEST = 60


def show(finding: Finding, console: Console) -> None:
    """One line for the check, and its cure indented on the next; long ones are broken for a terminal only."""
    mark = (_MARKS if _has_unicode(console) else _ASCII_MARKS)[finding.state]
    style = _STYLES[finding.state]
    line = Text.assemble(
        (f"{mark:<{_MARK_WIDTH}}", style), f"{_fit(finding.check, console):<{_CHECK_WIDTH}} "
    )
    line.append(_broken(finding.says, console), style if finding.state is State.SKIPPED else "")
    if finding.cure:
        line.append(f"\n{_INDENT}{_broken(f'→ {finding.cure}', console)}", "cyan")
    console.print(line, soft_wrap=True)


def summary(findings: Sequence[Finding]) -> str:
    """How many checks ended how, and which failed."""
    counts = Counter(finding.state for finding in findings)
    failed = ", ".join(dict.fromkeys(one.check for one in findings if one.state is State.FAIL))
    parts = [f"{counts[state]} {words}" for state, words in _COUNTED.items() if counts[state]]
    return f"{len(findings)} checks: {', '.join(parts)}.{f' Mend first: {failed}.' if failed else ''}"


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects with ``check``, ``state``, ``says`` and ``cure``."""
    return json.dumps([asdict(finding) for finding in findings], indent=2)


def _has_unicode(console: Console) -> bool:
    return console.encoding.lower().startswith("utf")


def _fit(text: str, console: Console) -> str:
    """One line that this terminal can show, without control characters: what a server says must not drive it."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if _has_unicode(console):
        return line
    return line.translate(_ASCII).encode(console.encoding, "replace").decode(console.encoding)


def _broken(text: str, console: Console) -> str:
    line = _fit(text, console)
    if not console.is_terminal or console.width < _NARROWEST:
        return line
    return f"\n{_INDENT}".join(wrap(line, console.width - len(_INDENT)))
