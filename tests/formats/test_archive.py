from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fieldguide.errors import SourceError
from fieldguide.types import Entry, Outcome

Entries = Callable[..., dict[str, Entry]]


@pytest.fixture(params=["zip", "tar"])
def pack(request: pytest.FixtureRequest, write: SimpleNamespace) -> Callable[..., Path]:
    """Write an archive of either kind."""

    def pack(folder: Path, files: dict[str, bytes]) -> Path:
        path: Path = (
            write.zip(folder / "My Set.zip", files)
            if request.param == "zip"
            else write.tar(folder / "My Set.tar.gz", files)
        )
        return path

    return pack


def test_one_folder_around_everything_is_left_away(
    tmp_path: Path, pack: Any, open_at: Any, entries_of: Entries
) -> None:
    path = pack(tmp_path, {"set/cat/1": b"1", "set/dog/2": b"2", "__MACOSX/set/._1": b""})
    assert {n: e.label for n, e in entries_of(path).items()} == {"cat/1": "cat", "dog/2": "dog"}
    source = open_at(path)
    assert source.format == "archive"
    assert source.suggested_name == "my-set"
    assert source.guesses[0] == "The folder 'set' around everything is left away."
    assert "Passed over 1 file" in source.guesses[-1]


def test_a_part_is_not_left_away(tmp_path: Path, pack: Any, entries_of: Entries) -> None:
    entries = entries_of(pack(tmp_path, {"train/cat/1": b"1", "train/dog/2": b"2"}))
    assert [(e.part, e.label) for e in entries.values()] == [("train", "cat"), ("train", "dog")]


def test_a_file_beside_the_folder_keeps_it(tmp_path: Path, pack: Any, entries_of: Entries) -> None:
    assert list(entries_of(pack(tmp_path, {"README": b"1", "cat/1": b"2"}))) == ["README", "cat/1"]


def test_unsafe_members_are_refused_and_the_rest_is_read(
    tmp_path: Path, pack: Any, entries_of: Entries
) -> None:
    unsafe = ["../../up.jpg", "/absolute.jpg", r"back\slash.jpg", "C:/drive.jpg"]
    files = {"set/cat/1": b"1", "set/cat/2": b"2"} | dict.fromkeys(unsafe, b"x")
    entries = entries_of(pack(tmp_path, files))
    assert set(entries) == {"cat/1", "cat/2", *unsafe}
    for name in unsafe:
        refusal = entries[name].refusal
        assert refusal is not None
        assert refusal.outcome is Outcome.REFUSED
        assert entries[name].label is None
    assert entries["cat/1"].read(9) == b"1"


def test_nothing_is_written_to_disk(
    tmp_path: Path, pack: Any, entries_of: Entries, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack(tmp_path, {"set/cat/1": b"1", "../up": b"2"})
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    for entry in entries_of(path).values():
        if entry.refusal is None:
            entry.read(100)
    assert sorted(tmp_path.rglob("*")) == sorted([path, tmp_path / "work"])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_the_same_name_are_told_apart(tmp_path: Path, entries_of: Entries) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for data in (b"1", b"2"):
            archive.writestr("cat/1", data)
        archive.writestr("./cat//1", b"3")
        archive.writestr("dog/1", b"4")
    entries = entries_of(tmp_path / "a.zip")
    assert {name: (entry.label, entry.read(9)) for name, entry in entries.items()} == {
        "cat/1": ("cat", b"3"),
        "cat/1#2": ("cat", b"1"),
        "cat/1#3": ("cat", b"2"),
        "dog/1": ("dog", b"4"),
    }


def test_an_archive_inside_is_a_file_like_others(
    tmp_path: Path, write: SimpleNamespace, entries_of: Entries
) -> None:
    inner = write.zip(tmp_path / "inner.zip", {"cat/1": b"1"}).read_bytes()
    path = write.zip(tmp_path / "a.zip", {"cat/inner.zip": inner, "dog/2": b"2"})
    assert entries_of(path)["cat/inner.zip"].read(10**6) == inner


def test_the_first_bytes_count_not_the_suffix(
    tmp_path: Path, write: SimpleNamespace, entries_of: Entries
) -> None:
    write.tar(tmp_path / "a.zip", {"cat/1": b"1", "dog/2": b"2"})
    write.zip(tmp_path / "b.tar.gz", {"cat/1": b"1", "dog/2": b"2"})
    write.tar(tmp_path / "c.tar.gz", {"cat/1": b"1", "dog/2": b"2"}, "w")
    for name in ("a.zip", "b.tar.gz", "c.tar.gz"):
        assert list(entries_of(tmp_path / name)) == ["cat/1", "dog/2"]


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.xz"])
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nonsense", b"\x1f\x8b nonsense", b"x" * 9999])
def test_what_is_no_archive_is_an_error(
    tmp_path: Path, open_at: Any, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError, match=r"is damaged or is none.*Get it again"):
        open_at(tmp_path / name)


def test_an_empty_archive_is_an_error(tmp_path: Path, pack: Any, open_at: Any) -> None:
    with pytest.raises(SourceError, match="holds no files"):
        open_at(pack(tmp_path, {}))


def test_an_archive_that_changes_meanwhile_is_an_error(
    tmp_path: Path, write: SimpleNamespace, open_at: Any
) -> None:
    source = open_at(write.tar(tmp_path / "a.tar", {"cat/1": b"1", "dog/2": b"2"}, "w"))
    (tmp_path / "a.tar").write_bytes(b"x" * 2000)
    with pytest.raises(SourceError, match="no longer"):
        list(source.entries())


def test_columns_cannot_be_named(tmp_path: Path, pack: Any, open_at: Any) -> None:
    with pytest.raises(SourceError, match="has no columns"):
        open_at(pack(tmp_path, {"cat/1": b"1"}), group="leaf_id")


def test_names_that_are_not_utf8_become_text(tmp_path: Path, entries_of: Entries) -> None:
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        for name in (b"cat/\xe9.jpg", b"dog/1.jpg"):
            archive.addfile(tarfile.TarInfo(name.decode("utf-8", "surrogateescape")))
    assert list(entries_of(tmp_path / "a.tar")) == [r"cat/\xe9.jpg", "dog/1.jpg"]
