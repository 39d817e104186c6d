"""Where the pictures of a table lie: below the table's own folder, or nowhere."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fieldguide.formats.files import (
    is_within,
    read_file,
    read_nothing,
    refuse_error,
    refuse_special,
)
from fieldguide.formats.names import clean
from fieldguide.types import ColumnValue, Entry, Outcome, Part, Refusal

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_OUTSIDE = "it lies outside the table's folder; put the pictures beside or below the table"


@dataclass(frozen=True, slots=True)
class Row:
    """What a row of a table says about its picture.

    Attributes:
        number: The row's number, from 1, the header not counted.
        place: Where it stands, for messages, for example ``"line 17"``.
        label: The class, if any.
        group: The group, if any.
        part: The part, if any.
        columns: All further values.
    """

    number: int
    place: str
    label: str | None
    group: str | None
    part: Part | None
    columns: dict[str, ColumnValue]

    @property
    def name(self) -> str:
        """A name for a picture that has none."""
        return f"row-{self.number:06d}"


@dataclass(frozen=True, slots=True)
class Located:
    """A picture that a table names: its name in the dataset, and its path or why there is none."""

    name: str
    path: Path | None
    refusal: Refusal | None


def locate(cell: str, root: str) -> Located:
    r"""Find the picture that a cell names.

    Paths are relative to the table's folder; absolute ones must lie in it. Where there is no such
    file, its name is also tried with ``/`` for ``\`` and in the other form of Unicode.

    Args:
        cell: The cell, stripped, not empty.
        root: The resolved path of the table's folder.
    """
    name = clean(cell)
    if "\0" in cell:
        return Located(name, None, Refusal(Outcome.MISSING, "no file has such a name"))
    if _ADDRESS.match(cell):
        reason = "it is an address, and nothing is fetched; download the pictures first"
        return Located(name, None, Refusal(Outcome.REFUSED, reason))
    first: Located | None = None
    for spelling in _spellings(cell):
        found = _look(spelling, root)
        if found.refusal is None or found.refusal.outcome != Outcome.MISSING:
            return found
        first = first or found
    return first or Located(name, None, Refusal(Outcome.MISSING, "there is no such file"))


def entry_of_path(cell: str, row: Row, root: str) -> Entry:
    """Make the entry of a row that names its picture by a path; its name is not yet unique."""
    if not cell:
        return entry_of_refusal(row, Refusal(Outcome.MISSING, f"{row.place} names no picture"))
    found = locate(cell, root)
    readable = found.refusal is None and found.path is not None
    return Entry(
        name=found.name,
        read=partial(read_file, found.path) if readable and found.path else read_nothing,
        path=found.path,
        label=row.label,
        group=row.group,
        part=row.part,
        columns=row.columns,
        refusal=found.refusal,
    )


def entry_of_refusal(row: Row, refusal: Refusal) -> Entry:
    """Make the entry of a row that has no picture."""
    return Entry(
        name=row.name,
        read=read_nothing,
        label=row.label,
        group=row.group,
        part=row.part,
        columns=row.columns,
        refusal=refusal,
    )


def _spellings(cell: str) -> Iterator[str]:
    yield cell
    slashed = cell.replace("\\", "/")
    composed = unicodedata.normalize("NFC", slashed)
    decomposed = unicodedata.normalize("NFD", slashed)
    yield from (text for text in (slashed, composed, decomposed) if text != cell)


def _look(spelling: str, root: str) -> Located:
    whole = os.path.normpath(os.path.join(root, spelling))  # noqa: PTH118 - strings are quicker
    # Resolved as written, for `link/..` is not where the link stands.
    real = os.path.realpath(os.path.join(root, spelling))  # noqa: PTH118 - strings are quicker
    if not is_within(real, root):
        return Located(clean(spelling), None, Refusal(Outcome.REFUSED, _OUTSIDE))
    shown = whole if is_within(whole, root) else real
    name = clean(shown[len(root.rstrip("/")) + 1 :]) or clean(spelling)
    try:
        refusal = refuse_special(os.stat(real).st_mode)  # noqa: PTH116 - strings are quicker
    except OSError as error:
        # A name that is too long, or a ring of links, cannot be that of a file.
        missing = not isinstance(error, PermissionError)
        refusal = refuse_error(FileNotFoundError() if missing else error)
    return Located(name, Path(real), refusal)
