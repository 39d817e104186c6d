"""What holds for every format: the same dataset gives the same entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fieldguide.formats.available import FORMATS
from fieldguide.types import Source

KINDS: Mapping[str, tuple[str, Callable[[SimpleNamespace, Path, Any], Path]]] = {
    "folder": ("class-folder", lambda w, p, f: w.folder(p / "Set", f)),
    "zip": ("archive", lambda w, p, f: w.zip(p / "Set.zip", _wrap(f))),
    "tar": ("archive", lambda w, p, f: w.tar(p / "Set.tar", _wrap(f), "w")),
    "tar.gz": ("archive", lambda w, p, f: w.tar(p / "Set.tar.gz", _wrap(f))),
    "tar.bz2": ("archive", lambda w, p, f: w.tar(p / "Set.tar.bz2", f, "w:bz2")),
    "tar.xz": ("archive", lambda w, p, f: w.tar(p / "Set.tar.xz", f, "w:xz")),
    "csv": ("table", lambda w, p, f: w.csv(p / "Set.csv", f)),
    "parquet": ("parquet", lambda w, p, f: w.parquet(p / "Set.parquet", f)),
}


def _wrap(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"around/{name}": data for name, data in files.items()}


@pytest.fixture(params=KINDS)
def source(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    write: SimpleNamespace,
    files: Mapping[str, bytes],
    open_at: Callable[..., Source],
) -> Source:
    """The small dataset, in one of the formats."""
    name, writer = KINDS[request.param]
    opened = open_at(writer(write, tmp_path, files))
    assert opened.format == name
    return opened


def test_every_format_is_covered() -> None:
    assert {name for name, _ in KINDS.values()} == set(FORMATS.builtin)


def test_entries_are_the_same(source: Source, files: Mapping[str, bytes]) -> None:
    read = {e.name: (e.part, e.label, e.read(10**6)) for e in source.entries()}
    assert read == {
        name: (name.split("/")[0], name.split("/")[1], data) for name, data in files.items()
    }


def test_entries_come_in_the_same_order_each_time(source: Source) -> None:
    first = [entry.name for entry in source.entries()]
    assert first == sorted(first)
    assert [entry.name for entry in source.entries()] == first


def test_two_passes_do_not_disturb_each_other(source: Source, files: Mapping[str, bytes]) -> None:
    pairs = list(zip(source.entries(), source.entries(), strict=True))
    for one, other in reversed(pairs):
        assert one.read(10**6) == other.read(10**6) == files[one.name]


def test_at_most_one_byte_past_the_limit_is_read(
    source: Source, files: Mapping[str, bytes]
) -> None:
    for entry in source.entries():
        assert entry.read(3) == files[entry.name][:4]
        assert entry.read(0) == files[entry.name][:1]


def test_a_source_says_what_it_is(source: Source, files: Mapping[str, bytes]) -> None:
    assert source.count == len(files)
    assert source.suggested_name == "set"
    assert source.location.is_absolute()
    assert source.guesses
    assert all(sentence.endswith(".") for sentence in source.guesses)


def test_nothing_else_is_claimed(source: Source) -> None:
    for entry in source.entries():
        assert entry.group is None
        assert entry.columns == {}
        assert entry.refusal is None
