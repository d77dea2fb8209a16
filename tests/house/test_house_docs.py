"""What an operator can set is documented, and what is documented can be set."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_origin

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from bot.config import Settings
from bot.config.policy_schema import PolicyShape, shapes_of

ROOT = Path(__file__).parents[2]
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
POLICY = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
NAMES = {str(field.validation_alias): field for field in Settings.model_fields.values()}


def rows(text: str) -> dict[str, str]:
    """The tables' rows by the name in their first cell."""
    return {match[1]: match[0] for match in re.finditer(r"^\| `([^`]+)` \|.*$", text, re.MULTILINE)}


def policy_keys(shape: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, field in shape.model_fields.items():
        yield above + name
        by_id = "ID." if get_origin(field.annotation) is dict else ""
        for one in shapes_of(field.annotation):
            yield from policy_keys(one, f"{above}{name}.{by_id}")


SECTIONS = {name for name, field in PolicyShape.model_fields.items() if shapes_of(field.annotation)}
KEYS = [key for key in policy_keys(PolicyShape) if key not in SECTIONS]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    assert name in rows(SETTINGS)
    default = NAMES[name].default
    if default not in (None, PydanticUndefined):
        assert f"`{default}`" in rows(SETTINGS)[name]


def test_every_documented_setting_exists() -> None:
    assert set(rows(SETTINGS)) == set(NAMES)


@pytest.mark.parametrize("key", KEYS)
def test_every_policy_key_is_documented(key: str) -> None:
    assert key in rows(POLICY)


def test_every_documented_policy_key_exists() -> None:
    assert set(rows(POLICY)) == set(KEYS)


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_every_section_has_a_heading(section: str) -> None:
    assert f"\n## {section}\n" in POLICY
