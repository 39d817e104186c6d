"""A table at the top of a folder of pictures: further columns, and groups, for the pictures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fieldguide.errors import SourceError
from fieldguide.formats.names import some
from fieldguide.formats.table import Table
from fieldguide.types import ColumnValue, Entry, SourceOptions

TABLES = (".csv", ".tsv")

GROUP_NOUNS = frozenset(
    (
        *("animal", "bird", "burst", "clip", "contributor", "donor", "fruit", "household"),
        *("individual", "leaf", "lesion", "observer", "participant", "patient", "person"),
        *("photographer", "plant", "scene", "sender", "sequence", "session", "slide"),
        *("specimen", "subject", "tree", "video", "visit", "volunteer"),
    )
)
"""What pictures are photographed together with: a column named so, with or without ``_id``, holds
groups. Sites and cameras are not among them: they tell too many pictures apart from too few."""

_ENDING = re.compile(r"[\s_-]*(?:id|nr|no|number|key)?$")

_FINER = 2
"""There must be at least so many times as many groups as folders with pictures."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a row of the table says of its picture."""

    group: str | None = None
    columns: Mapping[str, ColumnValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FolderTable:
    """What is known beside the pictures themselves.

    Attributes:
        of: What is said of each picture, by its path relative to the folder.
        guesses: What was taken for granted, in full sentences.
        read: Names of the tables that these sentences speak of.
    """

    of: Mapping[str, Said] = field(default_factory=dict)
    guesses: tuple[str, ...] = ()
    read: tuple[str, ...] = ()


def read_folder_table(
    root: Path, names: Collection[str], loose: Iterable[str], options: SourceOptions
) -> FolderTable:
    """Read the one table at the top of a folder that names the folder's pictures.

    Its classes and parts are not taken: those are the names of the folders. Where it cannot be
    read, or several tables name the pictures, that is said and the folder stands alone.

    Args:
        root: The folder, resolved.
        names: The paths of all files, relative to it, as datasets name them.
        loose: Names of the files directly in it, as the system names them.
        options: Only ``group`` matters: the column with the groups.

    Raises:
        SourceError: If a group was named and there is no table to take it from.
        UnknownNameError: If the table has no such column.
    """
    tables = sorted(name for name in loose if name.lower().endswith(TABLES))
    fitting: dict[str, dict[str, Entry]] = {}
    guesses: list[str] = []
    for table in tables:
        try:
            rows = _rows(root / table, names, SourceOptions())
        except SourceError as error:
            reason = str(error).partition(". ")[0].rstrip(".")
            reason = reason[:1].lower() + reason[1:]
            guesses.append(f"The table '{table}' beside the pictures is not read: {reason}.")
            continue
        if rows:
            fitting[table] = rows
        else:
            guesses.append(
                f"The table '{table}' beside the pictures is not read: no row of it names one of "
                "them by its path below this folder."
            )
    if len(fitting) > 1:
        guesses.append(
            f"Several tables beside the pictures name them ({some(fitting)}), so none is read; "
            "leave one there, or give a table itself in place of the folder."
        )
    if len(fitting) != 1:
        if options.group is not None:
            raise SourceError(
                f"The group column '{options.group}' was named, but no one table (.csv or .tsv) "
                f"directly in {root} names its pictures. {' '.join(guesses)}"
            )
        return FolderTable(guesses=tuple(guesses), read=tuple(tables))
    ((table, rows),) = fitting.items()
    found = _taken(root, table, rows, names, options)
    return FolderTable(found.of, (*found.guesses, *guesses), tuple(tables))


def _rows(path: Path, names: Collection[str], options: SourceOptions) -> dict[str, Entry]:
    """Read a table's rows by the picture that they name; of several rows the first."""
    rows: dict[str, Entry] = {}
    for entry in Table().open(path, options).entries():
        # A further row on the same picture bears a number behind its name.
        if entry.refusal is None and entry.name in names:
            rows.setdefault(entry.name, entry)
    return rows


def _taken(
    root: Path, table: str, rows: dict[str, Entry], names: Collection[str], options: SourceOptions
) -> FolderTable:
    guesses = []
    column = options.group
    plain = {name: entry.group for name, entry in rows.items() if entry.group is not None}
    if column is not None:
        rows = _rows(root / table, names, SourceOptions(group=column))
        groups = {name: entry.group for name, entry in rows.items()}
    elif plain:
        groups = dict(plain)
        guesses.append("Its group column says what was photographed together.")
    else:
        column, about = _group_column(rows)
        guesses += about
        groups = (
            {name: _text(entry.columns.get(column)) for name, entry in rows.items()}
            if column
            else {}
        )
    of = {
        name: Said(groups.get(name), {k: v for k, v in entry.columns.items() if k != column})
        for name, entry in rows.items()
    }
    columns = sorted({key for said in of.values() for key in said.columns})
    if columns:
        text = f"The table '{table}' beside the pictures gives {len(of)} of them the columns "
        guesses.insert(0, f"{text}{some(columns)}; classes and parts are those of the folders.")
    else:
        guesses.insert(0, f"The table '{table}' beside the pictures is read.")
    return FolderTable(of, tuple(guesses))


def _group_column(rows: Mapping[str, Entry]) -> tuple[str | None, list[str]]:
    columns = sorted({key for entry in rows.values() for key in entry.columns})
    named = [column for column in columns if names_groups(column)]
    fitting = [column for column in named if _holds_groups(rows, column)]
    if len(fitting) == 1:
        text = (
            f"Pictures with the same '{fitting[0]}' are taken for photographed together and never "
            "cut by a split; name another column with --group."
        )
        return fitting[0], [text]
    if fitting:
        text = (
            f"The columns {some(fitting)} could each say what was photographed together, so none "
            "is taken: name one with --group."
        )
        return None, [text]
    return None, []


def names_groups(column: str) -> bool:
    """Whether a column's name says plainly that it holds what was photographed together.

    Example:
        >>> names_groups("leaf_id"), names_groups("Patient"), names_groups("image_id")
        (True, True, False)
    """
    return _ENDING.sub("", column.strip().lower()) in GROUP_NOUNS


def _holds_groups(rows: Mapping[str, Entry], column: str) -> bool:
    """Whether the values hold pictures together, and are not a second name of the folders."""
    values = [_text(entry.columns.get(column)) for entry in rows.values()]
    counts = Counter(value for value in values if value is not None)
    folders = {str(PurePosixPath(name).parent) for name in rows}
    shared = any(number > 1 for number in counts.values())
    return shared and len(counts) >= _FINER * len(folders)


def _text(value: ColumnValue) -> str | None:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value)
