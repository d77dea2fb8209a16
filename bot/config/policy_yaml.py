"""YAML as plain text with line numbers.

Every scalar stays the text that was typed, so YAML 1.1's own ideas (``off`` is false, ``NO`` is false,
``09:00`` is 540) never reach the policy; the schema decides what a value is. An empty value is ``None``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"
Place: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong on a line (counted from 1) and its cure."""

    line: int
    words: str


@dataclass(slots=True)
class Document:
    """A parsed file: the tree, the line of each place in it, and what is wrong with its form."""

    tree: Tree = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, place: Place) -> int:
        """The line of ``place``, or of the nearest thing around it."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)


def parse(text: str) -> Document:
    """``text`` as a ``Document``. What can't be read at all is its only problem."""
    document = Document()
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        document.problems.append(
            Problem(mark.line + 1 if mark else 1, f"is no YAML: {error.problem or error.context}")
        )
        return document
    except yaml.YAMLError as error:
        document.problems.append(Problem(1, f"is no YAML: {str(error).splitlines()[0]}"))
        return document
    if root is not None:
        document.tree = _Reader(document).read(root, ())
    return document


class _Reader:
    """Turns YAML's nodes into the tree, noting lines and problems in the document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def read(self, node: yaml.Node, place: Place) -> Tree:
        line = node.start_mark.line + 1
        self._document.lines.setdefault(place, line)
        if id(node) in self._seen:
            self._problem(line, "anchors and aliases (& and *) are not supported: write the values out")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*place, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Tree]:
        tree: dict[str, Tree] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value
            if not isinstance(key, str):
                self._problem(line, "a key must be a plain word")
                continue
            if key in first:
                self._problem(
                    line, f'"{key}" stands here twice (first on line {first[key]}): keep one of them'
                )
                continue
            first[key] = line
            self._document.lines[(*place, key)] = line
            tree[key] = self.read(value_node, (*place, key))
        return tree

    def _problem(self, line: int, words: str) -> None:
        self._document.problems.append(Problem(line, words))


def _scalar(node: yaml.Node) -> str | None:
    text = str(node.value)
    plain = isinstance(node, yaml.ScalarNode) and node.style is None
    return None if plain and text in ("", "~", "null", "Null", "NULL") else text


def branch(tree: Tree, *keys: str) -> Mapping[str, Tree]:
    """The mapping under ``keys``, or an empty one when there is none."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree if isinstance(tree, dict) else {}
