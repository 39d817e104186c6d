"""Every command, setting, head and extra is in the README; its Python is right."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import fieldguide
from fieldguide.cli.main import COMMANDS
from fieldguide.config import SETTINGS, Setting
from fieldguide.models.heads.available import HEADS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(name: str) -> None:
    assert f"`fieldguide {name}`" in README


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.name)
def test_settings(setting: Setting) -> None:
    assert f"| `{setting.variable}` | `{setting.default}` | {setting.help} |" in README


@pytest.mark.parametrize("name", HEADS.names())
def test_heads(name: str) -> None:
    assert f"`{name}`" in README


def test_extras() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extra in set(project["optional-dependencies"]) - {"dev"}:
        assert f".[{extra}]" in README


def test_python_blocks_parse_and_name_what_exists() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len(blocks) >= 2
    for block in blocks:
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "fg":
                assert node.attr in fieldguide.__all__


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text()
