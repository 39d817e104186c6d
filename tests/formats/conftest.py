"""A small dataset, written in every format, and short ways to open what a test has written."""

from __future__ import annotations

import csv
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldguide.formats.available import open_source
from fieldguide.types import Entry, Source, SourceOptions

FILES: Mapping[str, bytes] = {
    "test/cat/1.jpg": b"\xff\xd8\xff one",
    "train/cat/2.jpg": b"\xff\xd8\xff two",
    "train/cat/deep/2.jpg": b"\xff\xd8\xff three",
    "train/hund-é/größe 1.png": b"\x89PNG four",
    "val/hund-é/写真.png": b"\x89PNG five",
}


def write_folder(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def write_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def write_tar(path: Path, files: Mapping[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def write_csv(path: Path, files: Mapping[str, bytes]) -> Path:
    write_folder(path.parent, files)
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["image", "label", "split"])
        for name in files:
            part, label, *_ = name.split("/")
            rows.writerow([name, label, part])
    return path


def write_parquet(path: Path, files: Mapping[str, bytes]) -> Path:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as database:
        database.execute(
            "CREATE TABLE t (image STRUCT(bytes BLOB, path VARCHAR), label VARCHAR, split VARCHAR)"
        )
        for name, data in files.items():
            part, label, *_ = name.split("/")
            database.execute(
                "INSERT INTO t VALUES ({'bytes': ?::BLOB, 'path': ?}, ?, ?)",
                [data, name, label, part],
            )
        database.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return path


@pytest.fixture
def files() -> Mapping[str, bytes]:
    """Give the small dataset: part, class, name, and bytes that no decoder knows."""
    return FILES


@pytest.fixture
def write() -> SimpleNamespace:
    """Give a writer of a dataset for each format."""
    return SimpleNamespace(
        folder=write_folder, zip=write_zip, tar=write_tar, csv=write_csv, parquet=write_parquet
    )


@pytest.fixture
def open_at() -> Callable[..., Source]:
    """Open a path, with the options given by name."""

    def open_at(path: Path, **options: str) -> Source:
        return open_source(path, SourceOptions(**options))

    return open_at


@pytest.fixture
def entries_of(open_at: Callable[..., Source]) -> Callable[..., dict[str, Entry]]:
    """Open a path and give its entries by name; no two may share one."""

    def entries_of(path: Path, **options: str) -> dict[str, Entry]:
        source = open_at(path, **options)
        entries = list(source.entries())
        assert source.count == len(entries)
        named = {entry.name: entry for entry in entries}
        assert len(named) == len(entries)
        assert all(entry.name.encode() for entry in entries)
        return named

    return entries_of
