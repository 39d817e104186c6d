from __future__ import annotations

from pathlib import Path

import pytest

from fieldguide.errors import UnknownNameError
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.heads.available import HEADS
from fieldguide.registry import Registry

NUMBERS = {"pi": "math:pi", "e": "math:e"}


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installed package that brings a number of its own and tries to replace another one."""
    (tmp_path / "more_numbers.py").write_text("TAU = 6.28\nPI = 3\n")
    facts = tmp_path / "more_numbers-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: more-numbers\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(
        "[fieldguide.numbers]\ntau = more_numbers:TAU\npi = more_numbers:PI\n"
        "broken = more_numbers:NOTHING\ngone = no_such_module_of_numbers:X\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return "fieldguide.numbers"


def test_names_keep_their_order() -> None:
    assert Registry("number", NUMBERS).names() == ["pi", "e"]
    assert Registry("number", {}).names() == []


def test_a_builtin_is_imported_when_asked_for() -> None:
    registry = Registry("number", {**NUMBERS, "later": "no_such_module_of_numbers:X"})
    assert registry.get("pi") == pytest.approx(3.14159, abs=1e-5)
    assert registry.names() == ["pi", "e", "later"]
    with pytest.raises(ModuleNotFoundError, match="no_such_module_of_numbers"):
        registry.get("later")


def test_a_package_adds_its_own(plugin: str) -> None:
    registry = Registry("number", NUMBERS, group=plugin)
    assert registry.names() == ["pi", "e", "tau", "broken", "gone"]
    assert registry.get("tau") == 6.28


def test_a_package_cannot_replace_a_builtin(plugin: str) -> None:
    assert Registry("number", NUMBERS, group=plugin).get("pi") != 3


def test_a_package_is_not_seen_without_a_group(plugin: str) -> None:
    assert plugin
    with pytest.raises(UnknownNameError, match="no number named 'tau'"):
        Registry("number", NUMBERS).get("tau")


def test_a_broken_package_says_so(plugin: str) -> None:
    registry = Registry("number", NUMBERS, group=plugin)
    with pytest.raises(AttributeError, match="NOTHING"):
        registry.get("broken")
    with pytest.raises(ModuleNotFoundError, match="no_such_module_of_numbers"):
        registry.get("gone")


@pytest.mark.parametrize("name", ["", "PI", "pi ", "phi", "p\u0456"])
def test_an_unknown_name(plugin: str, name: str) -> None:
    with pytest.raises(UnknownNameError, match="There is no number named") as caught:
        Registry("number", NUMBERS, group=plugin).get(name)
    assert caught.value.name == name
    assert "Known: broken, e, gone, pi, tau." in str(caught.value)


@pytest.mark.parametrize("registry", [HEADS, BACKBONES], ids=lambda r: r.kind)
def test_what_is_registered_knows_its_name(registry: Registry) -> None:
    for name in registry.names():
        assert registry.get(name).name == name
