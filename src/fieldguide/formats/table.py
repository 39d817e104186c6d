"""CSV and TSV tables: one row a picture, with its path, label and further columns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from fieldguide.errors import SourceError
from fieldguide.formats.columns import (
    Roles,
    assign_roles,
    hint_groups,
    may_be_group,
    number_of,
    settle_split,
)
from fieldguide.formats.delimited import Delimited, look_at
from fieldguide.formats.layout import part_named
from fieldguide.formats.located import Row, entry_of_path, entry_of_refusal
from fieldguide.formats.names import UniqueNames, clean, slug_of_table, some
from fieldguide.types import ColumnValue, Entry, Outcome, Refusal, Source, SourceOptions

_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")


class Table:
    """Reads a CSV or TSV table.

    Every row that is not blank becomes one entry, in the table's order. Where a picture stands in
    several rows, all are handed out: the second is named with ``#2``, the third with ``#3``.
    """

    def matches(self, path: Path) -> bool:
        """Whether the path is a file with the suffix of a text table."""
        return path.is_file() and path.suffix.lower() in {".csv", ".tsv"}

    def open(self, path: Path, options: SourceOptions) -> Source:
        """Read the table once, to find out what its columns mean and hold.

        Raises:
            SourceError: If the table has no header or no rows, or a split's value is not a part.
            UnknownNameError: If a named column does not exist.
        """
        # The pictures lie beside the table as it was named, even where that is a link.
        location = path.absolute().parent.resolve() / path.name
        try:
            text = look_at(location)
            header = _header(text)
            roles, guesses = assign_roles(
                header, options, location, likely_image=_likely_image(text, header)
            )
            survey = _survey(text, header, roles)
        except (OSError, UnicodeError) as error:
            raise SourceError(
                f"The table {location} cannot be read: {error}. Check its permissions, and save it "
                "as UTF-8."
            ) from error
        if survey.count == 0:
            raise SourceError(
                f"The table {location} has a header and no rows. Add one row per picture."
            )
        roles, about_split = settle_split(roles, survey.splits, options, location)
        guesses += about_split
        guesses += hint_groups(roles, [name for name in roles.further if name in survey.repeated])
        return Source(
            format="table",
            location=location,
            suggested_name=slug_of_table(location),
            count=survey.count,
            guesses=(*text.guesses, *guesses),
            entries=partial(_entries, text, header, roles, frozenset(survey.numeric)),
        )


@dataclass(slots=True)
class _Survey:
    """What one pass over all rows found out.

    ``numeric`` are the columns with numbers only, ``repeated`` those named like an id that hold
    some value, but not always the same, more than once, ``splits`` where each value of the split
    stands first.
    """

    numeric: set[str]
    count: int = 0
    repeated: set[str] = field(default_factory=set)
    splits: dict[str, str] = field(default_factory=dict)


def _header(text: Delimited) -> list[str]:
    """Read and check the names of the columns; a nameless one is called by its number."""
    _, cells = next(text.rows(), (0, [""]))
    names = [clean(cell.strip()) or f"column {i}" for i, cell in enumerate(cells, start=1)]
    data = [name for name in names if name.lower().endswith(_PICTURES)]
    if data or all(number_of(name) is not None for name in names):
        raise SourceError(
            f"The first line of {text.path} looks like data ({some(data or names)}), not like "
            "names of columns. Put a line with the names above it, for example: image,label"
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(
            f"Several columns of {text.path} have the same name: {some(twice)}. Rename them, so "
            "that each is told apart."
        )
    return names


def _likely_image(text: Delimited, header: Sequence[str]) -> str | None:
    rows = text.rows()
    next(rows)
    _, cells = next(rows, (0, []))
    likely = [
        name
        for name, cell in zip(header, cells, strict=False)
        if cell.strip().lower().endswith(_PICTURES)
    ]
    return likely[0] if len(likely) == 1 else None


def _survey(text: Delimited, header: Sequence[str], roles: Roles) -> _Survey:
    # A guessed split may turn out to be an ordinary column, so it is looked at like one.
    typed = [*roles.further, *([roles.split] if roles.split else [])]
    survey = _Survey(numeric=set(typed))
    filled: set[str] = set()
    seen: dict[str, set[str]] = {name: set() for name in roles.further if may_be_group(name)}
    for line, cells in _data(text):
        survey.count += 1
        if _misfit(line, cells, len(header)):
            continue
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        if roles.split and row[roles.split]:
            survey.splits.setdefault(row[roles.split], f"line {line}")
        for name in typed:
            if row[name]:
                filled.add(name)
                if name in survey.numeric and number_of(row[name]) is None:
                    survey.numeric.discard(name)
        for name in [name for name in seen if row[name]]:
            values = seen[name]
            if row[name] in values:
                survey.repeated.add(name)
            values.add(row[name])
            if name in survey.repeated and len(values) > 1:
                del seen[name]
    survey.repeated -= {name for name, values in seen.items() if len(values) < 2}
    survey.numeric &= filled
    return survey


def _entries(
    text: Delimited, header: Sequence[str], roles: Roles, numeric: frozenset[str]
) -> Iterator[Entry]:
    names = UniqueNames()
    root = str(text.path.parent)
    for number, (line, cells) in enumerate(_data(text), start=1):
        misfit = _misfit(line, cells, len(header))
        if misfit:
            nothing = Row(number, f"line {line}", None, None, None, {})
            entry = entry_of_refusal(nothing, misfit)
        else:
            row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
            entry = entry_of_path(row[roles.image], _row(number, line, row, roles, numeric), root)
        yield replace(entry, name=names.claim(entry.name))


def _row(number: int, line: int, row: dict[str, str], roles: Roles, numeric: frozenset[str]) -> Row:
    return Row(
        number=number,
        place=f"line {line}",
        label=clean(row[roles.label]) or None if roles.label else None,
        group=clean(row[roles.group]) or None if roles.group else None,
        part=part_named(row[roles.split]) if roles.split else None,
        columns={name: _value(row[name], is_number=name in numeric) for name in roles.further},
    )


def _value(cell: str, *, is_number: bool) -> ColumnValue:
    if not cell:
        return None
    if not is_number:
        return clean(cell)
    number = number_of(cell)
    return None if number is None or math.isnan(number) else number


def _data(text: Delimited) -> Iterator[tuple[int, list[str]]]:
    rows = text.rows()
    next(rows, None)
    yield from rows


def _misfit(line: int, cells: list[str], width: int) -> Refusal | None:
    """Refuse a row with too few or too many cells; empty ones at its end do no harm."""
    if len(cells) == width or (len(cells) > width and not any(c.strip() for c in cells[width:])):
        return None
    reason = f"line {line} has {len(cells)} cells, the header has {width}"
    return Refusal(Outcome.UNREADABLE, reason)
