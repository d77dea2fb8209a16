"""What is said of the dependencies' known vulnerabilities: never "audited" of what wasn't."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
GOOD = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
BAD = {"name": "old", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}
UNCURED = {"name": "older", "version": "0.1", "vulns": [{"id": "CVE-2", "fix_versions": []}]}
UNKNOWN = {"name": "new", "skip_reason": "not found"}


@pytest.fixture(scope="module")
def audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("found", "status", "said"),
    [
        ([GOOD], 0, "audited: 1 packages, no known vulnerability"),
        ([GOOD, BAD], 1, "vulnerable: old 1.0: CVE-1 (mended in 1.1)"),
        ([UNCURED], 1, "vulnerable: older 0.1: CVE-2 (mended in no version yet)"),
        ([GOOD, UNKNOWN], 3, "not audited: 1 of 2 packages (new); the service doesn't tell of them"),
        ([BAD, UNKNOWN], 1, "not audited: 1 of 2 packages"),
        ([UNKNOWN] * 5, 3, "not audited: 5 of 5 packages (new, new, new, …)"),
        ([], 3, "not audited: the service of advisories can't be reached from here"),
    ],
)
def test_the_verdict(audit: Any, found: list[Any], status: int, said: str) -> None:
    told, lines = audit.verdict({"dependencies": found})
    assert told == status
    assert said in "\n".join(lines)


def test_no_answer_is_no_audit(audit: Any) -> None:
    assert audit.verdict(None)[0] == 3


def test_check_fails_for_a_vulnerability_and_says_when_nothing_was_audited() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    check = makefile.partition("\ncheck:")[2].partition("\n\n")[0]
    assert re.search(r"python \.ci/audit\.py \|\| test \$\$\? -eq 3", check), (
        "3 alone is let pass, and is said"
    )
    assert makefile.partition("\naudit:")[2].partition("\n\n")[0].endswith(".ci/audit.py")
