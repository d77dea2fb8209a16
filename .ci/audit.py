"""What is pinned, compared with the known vulnerabilities: ``make audit``.

Exit status 0: all of it was looked up and none is known. 1: one is known. 3: not audited, or not all of it; nothing
is known of the rest. pip-audit by itself calls a package that the service doesn't know of a success.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
FINE, VULNERABLE, NOT_AUDITED = 0, 1, 3


def verdict(report: Mapping[str, Any] | None) -> tuple[int, list[str]]:
    """The exit status and what to say, from pip-audit's JSON; ``None`` when it got no answer."""
    if not report or not report.get("dependencies"):
        return NOT_AUDITED, ["not audited: the service of advisories can't be reached from here"]
    held: Sequence[Mapping[str, Any]] = report["dependencies"]
    skipped = [one["name"] for one in held if "skip_reason" in one]
    said = list(_known(held))
    if skipped:
        some = ", ".join(skipped[:3]) + (", …" if len(skipped) > 3 else "")
        said.append(
            f"not audited: {len(skipped)} of {len(held)} packages ({some}); the service doesn't tell of them"
        )
    if any(one.get("vulns") for one in held):
        return VULNERABLE, said
    if skipped:
        return NOT_AUDITED, said
    return FINE, [f"audited: {len(held)} packages, no known vulnerability"]


def _known(held: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in held:
        for flaw in one.get("vulns", ()):
            cure = ", ".join(flaw.get("fix_versions") or ()) or "no version yet"
            yield f"vulnerable: {one['name']} {one['version']}: {flaw['id']} (mended in {cure})"


def _asked() -> Mapping[str, Any] | None:
    words = [
        "-r",
        str(CONSTRAINTS),
        "--no-deps",
        "--disable-pip",
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    run = subprocess.run(
        [sys.executable, "-m", "pip_audit", *words], capture_output=True, text=True, check=False
    )
    try:
        told: dict[str, Any] = json.loads(run.stdout)
    except ValueError:
        return None
    return told


if __name__ == "__main__":
    status, lines = verdict(_asked())
    print("\n".join(lines))
    sys.exit(status)
