r"""Values in the cells of a table, such that spreadsheets do no harm and nothing is lost.

Example:
    >>> restore(protect("=1+1")), restore(protect("'quoted"))
    ('=1+1', "'quoted")
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from fieldguide.errors import SourceError
from fieldguide.formats.labels.as_json import dump, parse_column
from fieldguide.formats.labels.record import LabelledPicture
from fieldguide.formats.spreadsheet import as_text
from fieldguide.types import ColumnValue

T = TypeVar("T")

# An apostrophe of the value's own gets a second one, so that one can always be taken away.
_MARKED_TOO = ("'", "\n", "＝", "＋", "－", "＠")
_NAMES = re.compile(r"((?:[^|\\]|\\.)*)(?:\||$)", re.DOTALL)


def protect(text: str) -> str:
    """Mark text that a spreadsheet would run as a formula, with an apostrophe."""
    return f"'{text}" if text.startswith(_MARKED_TOO) else as_text(text)


def restore(cell: str) -> str:
    """Take the mark of ``protect`` away."""
    return cell.removeprefix("'")


def join_names(names: Iterable[str]) -> str:
    r"""Write several names into one cell, separated by ``|``.

    Example:
        >>> print(join_names(["leaf rust", "a|b"]))
        leaf rust|a\|b
    """
    return "|".join(name.replace("\\", "\\\\").replace("|", "\\|") for name in names)


def split_names(cell: str) -> tuple[str, ...]:
    r"""Read names that ``join_names`` has written; an empty cell has none.

    Example:
        >>> split_names(r"leaf rust|a\|b")
        ('leaf rust', 'a|b')
    """
    if not cell:
        return ()
    names: list[str] = []
    position = 0
    while position <= len(cell):
        match = _NAMES.match(cell, position)
        if match is None:
            raise SourceError(f"'{cell}' ends in a lone backslash")
        names.append(re.sub(r"\\(.)", r"\1", match.group(1), flags=re.DOTALL))
        position = match.end() if match.end() > match.end(1) else len(cell) + 1
    return tuple(names)


def write_number(value: float) -> str:
    """Write a number as people do, without losing a bit of it."""
    whole = float(value).is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else repr(float(value))


def read_number(cell: str, what: str) -> float:
    """Read a number; a spreadsheet may have made a comma of its point.

    Raises:
        SourceError: If it is none.
    """
    text = cell.strip()
    try:
        return float(text.replace(",", ".") if "." not in text else text)
    except ValueError:
        raise SourceError(f"'{cell}' in the column '{what}' is not a number") from None


def read_whole(cell: str, what: str) -> int:
    """Read a whole number.

    Raises:
        SourceError: If it is none.
    """
    number = read_number(cell, what)
    if not number.is_integer():
        raise SourceError(f"'{cell}' in the column '{what}' is not a whole number")
    return int(number)


class ColumnKinds:
    """Finds out how the further columns of pictures are written.

    A column of text or of numbers is written plainly, and an empty cell stands for a value that is
    None, or for one that is not there. Where both occur, or text and numbers, or empty text, the
    cells are JSON and an empty one stands for a value that is not there.
    """

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = {}
        self._counts: dict[str, int] = {}
        self._pictures = 0

    def see(self, picture: LabelledPicture) -> None:
        """Look at one picture."""
        self._pictures += 1
        for name, value in picture.columns.items():
            self._counts[name] = self._counts.get(name, 0) + 1
            self._seen.setdefault(name, set()).add(_kind_of(value))

    def settle(self) -> dict[str, str]:
        """Give the way each column is written, in the order of their first values."""
        return {name: self._settle(name, seen) for name, seen in self._seen.items()}

    def _settle(self, name: str, seen: set[str]) -> str:
        values = seen - {"none"}
        gaps = ("none" in seen) + (self._counts[name] < self._pictures)
        if gaps > 1 or values not in ({"text"}, {"number"}):
            return "json"
        kind = values.pop()
        return f"{kind} or none" if "none" in seen else kind


def write_column(value: ColumnValue, kind: str) -> str:
    """Write the value of a further column that is there."""
    if kind == "json":
        return protect(dump(value))
    if value is None:
        return ""
    return protect(value) if isinstance(value, str) else write_number(value)


def read_column(cell: str, name: str, kind: str) -> tuple[ColumnValue] | None:
    """Read the value of a further column, or None where there is none at all.

    Raises:
        SourceError: If the cell does not hold what its column says.
    """
    if not cell:
        return (None,) if kind.endswith(" or none") else None
    if kind == "json":
        try:
            value: Any = json.loads(restore(cell))
        except ValueError as error:
            raise SourceError(f"'{cell}' in the column '{name}' is not JSON") from error
        return (parse_column(name, value),)
    if kind.startswith("number"):
        return (read_number(cell, name),)
    return (restore(cell),)


def group_rows(rows: Iterable[tuple[str, T]], *, together: bool) -> Iterator[tuple[str, list[T]]]:
    """Gather the rows of each picture.

    Args:
        rows: The picture's name and what its row says.
        together: Whether the rows of a picture follow each other; only then is memory constant.
    """
    if not together:
        gathered: dict[str, list[T]] = {}
        for name, row in rows:
            gathered.setdefault(name, []).append(row)
        yield from gathered.items()
        return
    current: str | None = None
    group: list[T] = []
    for name, row in rows:
        if name != current and current is not None:
            yield current, group
            group = []
        current = name
        group.append(row)
    if current is not None:
        yield current, group


def _kind_of(value: ColumnValue) -> str:
    if value is None:
        return "none"
    if isinstance(value, str):
        return "text" if value else "blank"
    return "number"
