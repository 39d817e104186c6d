from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from fieldguide.config import (
    SETTINGS,
    Config,
    available_cores,
    forget_variables,
    has_display,
    read_config,
)
from fieldguide.errors import InputError
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.train.recipe import Recipe

README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_defaults() -> None:
    assert read_config({}) == Config(
        workspace=Path("~/fieldguide").expanduser(),
        workers=available_cores(),
        max_file_bytes=200_000_000,
        max_pixels=200_000_000,
        backbone="efficientnet-lite0",
    )


def test_every_setting_is_read_from_the_environment() -> None:
    found = read_config(
        {
            "FIELDGUIDE_WORKSPACE": "/data/guide",
            "FIELDGUIDE_WORKERS": "3",
            "FIELDGUIDE_MAX_FILE_MB": "5",
            "FIELDGUIDE_MAX_MEGAPIXELS": "7",
            "FIELDGUIDE_BACKBONE": "efficientnet-lite2",
        }
    )
    assert found == Config(Path("/data/guide"), 3, 5_000_000, 7_000_000, "efficientnet-lite2")
    assert len(SETTINGS) == 5


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDGUIDE_WORKERS", "11")
    assert read_config().workers == 11


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_blank_values_count_as_none(blank: str) -> None:
    assert read_config({setting.variable: blank for setting in SETTINGS}) == read_config({})


def test_spaces_around_a_value_are_left_out() -> None:
    assert read_config({"FIELDGUIDE_WORKERS": " 4 "}).workers == 4


def test_a_home_folder_is_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    found = read_config({"FIELDGUIDE_WORKSPACE": "~/pictures of plants"}).workspace
    assert found == Path("/home/someone/pictures of plants")


def test_no_workers_takes_one_per_core() -> None:
    assert read_config({"FIELDGUIDE_WORKERS": "0"}).workers == available_cores() >= 1


@pytest.mark.parametrize(
    "value", ["-1", "1.5", "two", "1e3", "0x10", "²", "1 000", "1_000", "+2", "nan"]
)
@pytest.mark.parametrize(
    ("name", "least"), [("workers", 0), ("max_file_mb", 1), ("max_megapixels", 1)]
)
def test_a_value_that_is_no_whole_number(name: str, least: int, value: str) -> None:
    variable = f"FIELDGUIDE_{name.upper()}"
    words = f"{variable} must be a whole number of at least {least}, not {value!r}."
    with pytest.raises(InputError, match=re.escape(words)):
        read_config({variable: value})


@pytest.mark.parametrize("name", ["max_file_mb", "max_megapixels"])
def test_a_limit_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="must be a whole number of at least 1, not '0'"):
        read_config({f"FIELDGUIDE_{name.upper()}": "0"})


def test_every_setting_is_documented() -> None:
    text = README.read_text(encoding="utf-8")
    for setting in SETTINGS:
        row = f"| `{setting.variable}` | `{setting.default}` | {setting.help} |"
        assert row in text, f"README.md lacks the row {row}"
    assert set(re.findall(r"FIELDGUIDE_[A-Z_]+", text)) <= {s.variable for s in SETTINGS}


def test_the_helps_are_sentences() -> None:
    for setting in SETTINGS:
        assert setting.help[0].isupper()
        assert setting.help.endswith(".")
        assert setting.variable == f"FIELDGUIDE_{setting.name.upper()}"


def test_the_default_backbone_exists() -> None:
    assert read_config({}).backbone in BACKBONES.names()
    assert read_config({}).backbone == Recipe().backbone


def test_settings_are_read_in_one_place_only() -> None:
    source = Path(__file__).resolve().parents[1] / "src" / "fieldguide"
    readers = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"\bos\.(environ\s*[.\[]|getenv)", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"config.py"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_a_display_is_known_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert has_display()


def test_variables_of_a_prefix_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOREIGN_KEY", "1")
    monkeypatch.setenv("OTHER_KEY", "2")
    forget_variables("FOREIGN_")
    assert "FOREIGN_KEY" not in os.environ
    assert os.environ["OTHER_KEY"] == "2"
