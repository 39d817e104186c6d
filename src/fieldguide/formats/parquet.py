"""Parquet tables: one row a picture, as a path, as bytes, or as the pair of both."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from fieldguide.errors import SourceError
from fieldguide.formats.columns import (
    Roles,
    assign_roles,
    hint_groups,
    may_be_group,
    settle_split,
)
from fieldguide.formats.layout import part_named
from fieldguide.formats.located import Row, entry_of_path, entry_of_refusal
from fieldguide.formats.names import UniqueNames, clean, slug_of_table, some
from fieldguide.formats.parquet_file import ParquetFile, quote, text_of
from fieldguide.types import ColumnValue, Entry, Outcome, Refusal, Source, SourceOptions

_INDEX = re.compile(r"__index_level_\d+__")
_SUFFIXES = {b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png", b"GIF8": ".gif", b"BM": ".bmp"}


class Parquet:
    """Reads a Parquet table; pictures stand in it as bytes, or lie beside it as files.

    Rows are read in the file's order and in batches, so the memory holds about one row group. An
    entry holds its own bytes: a reader should let go of it before it takes many further ones.
    """

    def matches(self, path: Path) -> bool:
        """Whether the path is a file with the suffix of Parquet."""
        return path.is_file() and path.suffix.lower() in {".parquet", ".pq"}

    def open(self, path: Path, options: SourceOptions) -> Source:
        """Read the table's columns, but for the pictures, to find out what they mean and hold.

        Raises:
            SourceError: If it cannot be read or has no rows, or a split's value is not a part.
            UnknownNameError: If a named column does not exist.
            MissingExtraError: If duckdb is not installed.
        """
        location = path.absolute().parent.resolve() / path.name
        file = ParquetFile(location)
        with file:
            types = file.types()
            if not file.count():
                raise SourceError(f"The table {location} has no rows. Add one row per picture.")
            blobs = [name for name, kind in types.items() if _holds_bytes(kind)]
            roles, guesses = assign_roles(
                list(types), options, location, likely_image=blobs[0] if len(blobs) == 1 else None
            )
            image = _Image.of(roles.image, types[roles.image], location)
            if roles.split:
                values = file.first_rows(roles.split)
                roles, about_split = settle_split(roles, values, options, location)
                guesses += about_split
            roles, left_out = _leave_out(roles, types)
            numeric = frozenset(file.numeric(roles.further, types))
            guesses += hint_groups(roles, file.repeated(filter(may_be_group, roles.further)))
            count = file.count()
        return Source(
            format="parquet",
            location=location,
            suggested_name=slug_of_table(location),
            count=count,
            guesses=(*guesses, *left_out),
            entries=partial(_entries, location, image, roles, numeric),
        )


@dataclass(frozen=True, slots=True)
class _Image:
    """Where a row keeps its picture: expressions of SQL for the bytes and for the path."""

    bytes: str
    path: str

    @classmethod
    def of(cls, column: str, kind: str, location: Path) -> _Image:
        name = quote(column)
        if kind == "BLOB":
            return cls(name, "NULL")
        if kind == "VARCHAR":
            return cls("NULL", name)
        if _holds_bytes(kind):
            has_path = re.search(r'\bpath"? VARCHAR', kind)
            return cls(f"{name}['bytes']", f"{name}['path']" if has_path else "NULL")
        raise SourceError(
            f"The column '{column}' of {location} cannot hold pictures: its type is {kind}. "
            "Allowed are text (a path), bytes, and a pair of bytes and path. Name another column "
            "with --image."
        )


def _leave_out(roles: Roles, types: dict[str, str]) -> tuple[Roles, list[str]]:
    """Drop columns of bytes, and the row numbers that pandas adds: they would betray the order."""
    dropped = [name for name in roles.further if _holds_bytes(types[name]) or _INDEX.match(name)]
    if not dropped:
        return roles, []
    kept = tuple(name for name in roles.further if name not in dropped)
    text = f"Left out, as they hold bytes or the numbers of rows: the columns {some(dropped)}."
    return replace(roles, further=kept), [text]


def _entries(
    location: Path, image: _Image, roles: Roles, numeric: frozenset[str]
) -> Iterator[Entry]:
    names = UniqueNames()
    root = str(location.parent)
    known = [text_of(name) if name else "NULL" for name in (roles.label, roles.group, roles.split)]
    further = [
        f"CAST({quote(name)} AS DOUBLE)" if name in numeric else text_of(name)
        for name in roles.further
    ]
    with ParquetFile(location) as file:
        rows = file.rows(image.bytes, image.path, *known, *further)
        for number, (data, path, label, group, split, *values) in enumerate(rows, start=1):
            row = Row(
                number=number,
                place=f"row {number}",
                label=_stripped(label),
                group=_stripped(group),
                part=part_named(split or ""),
                columns={
                    clean(name): _value(value)
                    for name, value in zip(roles.further, values, strict=True)
                },
            )
            entry = _entry(data, (path or "").strip(), row, image, root)
            yield replace(entry, name=names.claim(entry.name))


def _entry(data: bytes | None, path: str, row: Row, image: _Image, root: str) -> Entry:
    if data is None and (path or image.bytes == "NULL"):
        return entry_of_path(path, row, root)
    if not data:
        return entry_of_refusal(row, Refusal(Outcome.MISSING, f"{row.place} holds no picture"))
    return Entry(
        name=_harmless(path) or row.name + _suffix(data),
        read=partial(_head, data),
        label=row.label,
        group=row.group,
        part=row.part,
        columns=row.columns,
    )


def _head(data: bytes, limit: int) -> bytes:
    return data[: limit + 1]


def _harmless(path: str) -> str:
    """Make a name of a path that leads nowhere, as the bytes lie in the table itself."""
    parts = clean(path).replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in {"", ".", ".."})


def _suffix(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    return next((suffix for magic, suffix in _SUFFIXES.items() if data.startswith(magic)), "")


def _holds_bytes(kind: str) -> bool:
    return kind == "BLOB" or bool(re.match(r'STRUCT\(.*\bbytes"? BLOB', kind))


def _stripped(text: str | None) -> str | None:
    return clean(text.strip()) or None if text else None


def _value(value: str | float | None) -> ColumnValue:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return _stripped(value)
