"""Reads the texts that customers get: one file for each template that the policy's levels name."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.config.policy_yaml import Document, Place, Problem, branch
from bot.domain.letters import BUILT_IN, Letter, read_letter


def read_letters(document: Document, folder: Path | None, problems: list[Problem]) -> Mapping[str, Letter]:
    """The texts by name: those built in, and those of files in the policy's templates folder, which go first.

    A level whose template is neither, or whose file is wrong, is added to ``problems`` on the level's line. Without
    ``folder`` (where the policy file lies) there are only the built-in ones, and nothing is missing.
    """
    tree = document.tree if isinstance(document.tree, dict) else {}
    where = None if folder is None else folder / str(tree.get("templates") or "templates/")
    letters = dict(BUILT_IN)
    for place, name in _named(document):
        path = _file(where, name)
        if path is not None:
            try:
                letters[name] = read_letter(path.read_text(encoding="utf-8-sig"))
            except (OSError, ValueError) as error:
                said = str(error) if not isinstance(error, OSError | UnicodeDecodeError) else "can't be read"
                problems.append(Problem(document.line_of(place), f"the template {path.name} {said}"))
        elif name not in BUILT_IN and where is not None:
            problems.append(Problem(document.line_of(place), _missing(name, where)))
    return letters


def _named(document: Document) -> Iterator[tuple[Place, str]]:
    """The templates of levels, each with its place in the file."""
    levels = branch(document.tree, "ladder").get("levels")
    for index, level in enumerate(levels if isinstance(levels, list) else []):
        if isinstance(level, dict) and isinstance(level.get("template"), str) and level["template"]:
            yield ("ladder", "levels", index, "template"), str(level["template"])


def _file(folder: Path | None, name: str) -> Path | None:
    """The template's file, ``NAME`` or ``NAME.txt``; a name that leads out of the folder is none."""
    if folder is None or "/" in name or "\\" in name or name.startswith("."):
        return None
    return next((path for path in (folder / name, folder / f"{name}.txt") if path.is_file()), None)


def _missing(name: str, folder: Path) -> str:
    known = ", ".join(BUILT_IN)
    return f'there is no template "{name}": write {name}.txt in {folder.name}/, or use one built in ({known})'
