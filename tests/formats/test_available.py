from __future__ import annotations

import os
from pathlib import Path

import pytest

from fieldguide.errors import SourceError
from fieldguide.formats.available import FORMATS, open_source


def test_all_formats_can_be_made() -> None:
    assert FORMATS.names()[:4] == ["class-folder", "archive", "table", "parquet"]
    for name in FORMATS.names():
        assert FORMATS.get(name)().matches(Path("/nowhere")) is False


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no file or folder .*/x\. Allowed are a folder"):
        open_source(tmp_path / "x")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("1.JPG", "give the folder that it lies in"),
        ("labels.xlsx", "Save the sheet as CSV"),
        ("labels.json", "convert the file"),
    ],
)
def test_files_of_other_kinds(tmp_path: Path, name: str, advice: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(SourceError, match=rf"is not a dataset\. Allowed are .*{advice}"):
        open_source(tmp_path / name)


def test_special_files_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        open_source(tmp_path / "a.csv")


def test_relative_paths_are_resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Set").mkdir()
    (tmp_path / "Set/1.jpg").write_bytes(b"1")
    (tmp_path / "Set/t.csv").write_text("image\n1.jpg\n")
    monkeypatch.chdir(tmp_path / "Set")
    source = open_source(Path())
    assert (source.location, source.suggested_name) == (tmp_path / "Set", "set")
    assert open_source(Path("t.csv")).location == tmp_path / "Set/t.csv"
