from __future__ import annotations

import os
from pathlib import Path

import pytest

from fieldguide.formats.located import Row, entry_of_path, entry_of_refusal, locate
from fieldguide.types import Outcome, Refusal

ROW = Row(7, "line 8", "cat", "g", "train", {"size": 2.0})


@pytest.fixture
def root(tmp_path: Path) -> str:
    """A table's folder with one picture, and one outside of it."""
    folder = tmp_path / "table"
    (folder / "cat").mkdir(parents=True)
    (folder / "cat/é.jpg").write_bytes(b"1")
    (tmp_path / "out.jpg").write_bytes(b"2")
    return str(folder.resolve())


@pytest.mark.parametrize(
    "cell", ["cat/é.jpg", "./cat//é.jpg", "cat/../cat/é.jpg", r"cat\é.jpg", "cat/e\u0301.jpg"]
)
def test_pictures_below_the_folder_are_found(root: str, cell: str) -> None:
    found = locate(cell, root)
    assert found.name == "cat/é.jpg"
    assert found.refusal is None
    assert found.path == Path(root) / "cat/é.jpg"


def test_absolute_paths_into_the_folder_are_found(root: str) -> None:
    assert locate(f"{root}/cat/é.jpg", root).name == "cat/é.jpg"


def test_links_inside_keep_their_own_name(root: str) -> None:
    (Path(root) / "link.jpg").symlink_to("cat/é.jpg")
    found = locate("link.jpg", root)
    assert (found.name, found.refusal) == ("link.jpg", None)


@pytest.mark.parametrize(
    "cell",
    [
        "../out.jpg",
        "/etc/passwd",
        "cat/../../out.jpg",
        r"..\out.jpg",
        "link/out.jpg",
        "https://example.org/1.jpg",
        "file:///etc/passwd",
    ],
)
def test_whatever_lies_outside_is_refused(root: str, cell: str) -> None:
    (Path(root) / "link").symlink_to("..")
    found = locate(cell, root)
    assert found.refusal is not None
    assert found.refusal.outcome is Outcome.REFUSED


@pytest.mark.parametrize("cell", ["cat/2.jpg", "cat/é.jpg/x", "nul\0.jpg", "x" * 5000, "ring"])
def test_what_is_not_there_is_missing(root: str, cell: str) -> None:
    (Path(root) / "ring").symlink_to("ring")
    found = locate(cell, root)
    assert found.refusal is not None
    assert found.refusal.outcome is Outcome.MISSING


@pytest.mark.parametrize("cell", ["cat", ".", "pipe"])
def test_only_files_are_read(root: str, cell: str) -> None:
    os.mkfifo(f"{root}/pipe")
    found = locate(cell, root)
    assert found.refusal is not None
    assert found.refusal.outcome is Outcome.REFUSED


def test_entries_carry_what_the_row_says(root: str) -> None:
    entry = entry_of_path("cat/é.jpg", ROW, root)
    assert (entry.label, entry.group, entry.part) == ("cat", "g", "train")
    assert entry.columns == {"size": 2.0}
    assert entry.read(1) == b"1"


def test_rows_without_a_picture_are_named_by_their_number(root: str) -> None:
    empty = entry_of_path("", ROW, root)
    assert empty.name == "row-000007"
    assert empty.refusal == Refusal(Outcome.MISSING, "line 8 names no picture")
    assert entry_of_refusal(ROW, Refusal(Outcome.UNREADABLE, "x")).label == "cat"
