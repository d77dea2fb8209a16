"""What the repository's text may not hold, and what set-up promises."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KINDS = {".py", ".md", ".yml", ".yaml", ".toml", ".txt", ".json", ".js", ".css", ".html", ".svg", ".sh", ""}
OUR_DOTS = {".ci", ".gitignore"}
THIS = Path(__file__)

MACHINE_PATH = re.compile(r"(?<![\w.\-/}])/(?:work|home|root|Users|opt|mnt)/[\w.]")
REGISTRY = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|index-url|proxy\.golang|simple/|file:///[a-z]")
KEY = re.compile(r"xox[abp]-\d{9,}|xapp-\d-[A-Z0-9]{9,}|-----BEGIN|AKIA[0-9A-Z]{16}")
ELSEWHERE = re.compile(
    r"\.\./shared|\b(?:product|writes|collections|recipes|slack-facts|syncro-api|dependencies)\.md"
)


def texts() -> Iterator[tuple[Path, str]]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name in OUR_DOTS or not (name.startswith(".") or name in {"__pycache__", "dist", "mutants"})
        ]
        for name in names:
            path = Path(folder) / name
            if path.suffix in KINDS and (not name.startswith(".") or name in OUR_DOTS) and path != THIS:
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "unwanted",
    [MACHINE_PATH, REGISTRY, KEY, ELSEWHERE],
    ids=["machine paths", "package indexes", "keys", "papers that aren't here"],
)
def test_no_file_holds(unwanted: re.Pattern[str]) -> None:
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for path, text in texts()
        for match in unwanted.finditer(text)
    ]
    assert not found, "\n".join(found)


def test_constraints_pin_all_that_pyproject_asks_for() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {re.split(r"==", line)[0] for line in lines}
    assert all(re.match(r"[a-z0-9-]+==[\w.]+( ; .+)?$", line) for line in lines)
    assert "pip" not in pinned  # sqlite-utils depends on pip: pinning it makes it upgrade itself
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
    ]
    assert {re.split(r"[\[<>=~! ]", one)[0].lower() for one in asked} <= pinned


def test_the_lock_file_with_addresses_stays_out() -> None:
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_ci_can_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_lists_its_targets() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "test", "check", "bench", "soak", "faults", "crash", "fmt"):
        assert re.search(rf"\b{target}\b", listed), target
