from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fieldguide.errors import SourceError
from fieldguide.formats.class_folder import ClassFolder
from fieldguide.types import Entry, Outcome, SourceOptions

Entries = Callable[..., dict[str, Entry]]


def test_subfolders_are_classes(
    tmp_path: Path, write: SimpleNamespace, entries_of: Entries
) -> None:
    write.folder(tmp_path, {"Cat é/deep/1.jpg": b"1", "dog/2.jpg": b"2", "README.txt": b"3"})
    entries = entries_of(tmp_path)
    assert {name: entry.label for name, entry in entries.items()} == {
        "Cat é/deep/1.jpg": "Cat é",
        "README.txt": None,
        "dog/2.jpg": "dog",
    }
    assert entries["dog/2.jpg"].path == tmp_path / "dog/2.jpg"
    assert entries["dog/2.jpg"].read(0) == b"2"
    assert list(entries) == sorted(entries)


def test_source_says_what_it_is(tmp_path: Path, write: SimpleNamespace, open_at: Any) -> None:
    folder = write.folder(tmp_path / "My Leaves", {"a/1": b"", "b/2": b"", "a/.DS_Store": b""})
    source = open_at(folder)
    assert source.format == "class-folder"
    assert source.location == folder.resolve()
    assert source.suggested_name == "my-leaves"
    assert source.count == 2
    assert "classes: 'a', 'b'" in source.guesses[0]
    assert "Passed over 1 file" in source.guesses[1]
    assert [entry.name for entry in source.entries()] == ["a/1", "b/2"]
    assert [entry.name for entry in source.entries()] == ["a/1", "b/2"]


def test_a_folder_named_by_a_link_is_read(
    tmp_path: Path, write: SimpleNamespace, entries_of: Entries
) -> None:
    write.folder(tmp_path / "real", {"a/1": b""})
    (tmp_path / "link").symlink_to("real")
    assert list(entries_of(tmp_path / "link")) == ["a/1"]


def test_labels_and_names_are_composed(
    tmp_path: Path, write: SimpleNamespace, entries_of: Entries
) -> None:
    write.folder(tmp_path, {"cafe\u0301/1.jpg": b"1"})
    entry = entries_of(tmp_path)["caf\u00e9/1.jpg"]
    assert entry.label == "caf\u00e9"
    assert entry.read(1) == b"1"


def test_names_of_any_bytes_become_text(tmp_path: Path, entries_of: Entries) -> None:
    folder = os.fsencode(tmp_path)
    for name in (b"caf\xe9.jpg", rb"caf\xe9.jpg", b"two\nlines", b"x" * 255):
        with open(os.path.join(folder, name), "wb") as stream:  # noqa: PTH118, PTH123 - bytes
            stream.write(name)
    entries = entries_of(tmp_path)
    assert sorted(entries) == [r"caf\xe9.jpg", r"caf\xe9.jpg#2", "two\nlines", "x" * 255]
    contents = {entry.read(300) for entry in entries.values()}
    assert contents == {b"caf\xe9.jpg", rb"caf\xe9.jpg", b"two\nlines", b"x" * 255}


def test_refused_files_are_handed_out_as_such(
    tmp_path: Path, write: SimpleNamespace, entries_of: Entries
) -> None:
    write.folder(tmp_path, {"cat/1": b"1"})
    (tmp_path / "cat/out").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "cat/pipe")
    entries = entries_of(tmp_path)
    outcomes = {name: e.refusal.outcome for name, e in entries.items() if e.refusal}
    assert outcomes == {"cat/out": Outcome.REFUSED, "cat/pipe": Outcome.REFUSED}
    with pytest.raises(OSError, match="refused"):
        entries["cat/out"].read(1)


def test_files_that_this_user_may_not_read(tmp_path: Path, write: SimpleNamespace) -> None:
    write.folder(tmp_path, {"cat/1": b"1", "cat/2": b"2", "cat/3": b"3"})
    reader = ClassFolder(may_read=lambda path: path.name == "1")
    source = reader.open(tmp_path, SourceOptions())
    (tmp_path / "cat/3").unlink()
    one, two, three = source.entries()
    assert one.refusal is None
    assert two.refusal is not None
    assert two.refusal.outcome is Outcome.UNREADABLE
    assert three.refusal is not None
    assert three.refusal.outcome is Outcome.MISSING


def test_a_file_that_vanishes_fails_when_it_is_read(
    tmp_path: Path, write: SimpleNamespace, entries_of: Entries
) -> None:
    write.folder(tmp_path, {"cat/1": b"1"})
    entry = entries_of(tmp_path)["cat/1"]
    (tmp_path / "cat/1").unlink()
    with pytest.raises(FileNotFoundError):
        entry.read(1)


def test_an_empty_folder_is_an_error(tmp_path: Path, open_at: Any) -> None:
    (tmp_path / "cat").mkdir()
    with pytest.raises(SourceError, match=r"holds no files.*one subfolder per class"):
        open_at(tmp_path)


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path) -> None:
    def scan(_path: str) -> Any:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(SourceError, match="cannot be opened: Permission denied"):
        ClassFolder(scan).open(tmp_path, SourceOptions())


def test_columns_cannot_be_named(tmp_path: Path, open_at: Any) -> None:
    with pytest.raises(SourceError, match="has no columns"):
        open_at(tmp_path, label="species")
