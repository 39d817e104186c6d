"""What the columns of a table mean: the picture, its label, group and part, and further values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fieldguide.errors import SourceError, UnknownNameError
from fieldguide.formats.layout import PART_NAMES, part_named
from fieldguide.formats.names import some
from fieldguide.types import SourceOptions

IMAGE_NAMES = (
    *("image", "image_path", "path", "file", "filename", "file_name", "filepath", "img"),
    *("picture", "photo", "image_data", "bytes"),
)
LABEL_NAMES = ("label", "class", "category", "species", "target", "y")
GROUP_NAMES = ("group", "group_id")
SPLIT_NAMES = ("split", "part", "subset", "fold_name")

# A number with leading zeros is a code, and one of 16 digits or more does not fit into a float.
_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d{0,14})?(?:\.\d{0,17})?(?:[eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Roles:
    """Which column is what.

    Attributes:
        image: The column with the picture's path or bytes.
        label: The column with the class, if any.
        group: The column with the group, if any.
        split: The column with the part, if any.
        further: All other columns.
    """

    image: str
    label: str | None
    group: str | None
    split: str | None
    further: tuple[str, ...]

    def without_split(self) -> Roles:
        """Make the split an ordinary column."""
        extra = () if self.split is None else (self.split,)
        return replace(self, split=None, further=(*self.further, *extra))


def assign_roles(
    columns: Sequence[str], options: SourceOptions, location: Path, *, likely_image: str | None
) -> tuple[Roles, list[str]]:
    """Take the columns that a person named, and guess the others by their names.

    Args:
        columns: All columns, in the table's order.
        options: The columns that a person named.
        location: The table, for messages.
        likely_image: A column whose values look like pictures, if there is exactly one.

    Returns:
        The roles, and what was guessed in full sentences.

    Raises:
        UnknownNameError: If a named column does not exist.
        SourceError: If no column of pictures is named or found.
    """
    named = (options.image, options.label, options.group, options.split)
    for name in named:
        if name is not None and name not in columns:
            raise UnknownNameError("column", name, columns)
    free = [column for column in columns if column not in named]
    guesses: list[str] = []
    image = options.image or _first(free, IMAGE_NAMES)
    if image is None:
        image = _settle_image(columns, location, likely_image)
    if options.image is None:
        guesses.append(f"The pictures are taken from the column '{image}'.")
    free = [column for column in free if column != image]
    label = options.label or _first(free, LABEL_NAMES)
    group = options.group or _first(free, GROUP_NAMES)
    split = options.split or _first(free, SPLIT_NAMES)
    if options.label is None:
        guesses.append(_explain_label(label, free))
    if options.group is None and group is not None:
        guesses.append(f"The column '{group}' says what was photographed together.")
    if options.split is None and split is not None:
        guesses.append(f"The column '{split}' puts the pictures into train, val and test.")
    taken = {image, label, group, split}
    further = tuple(column for column in columns if column not in taken)
    return Roles(image, label, group, split, further), guesses


def settle_split(
    roles: Roles, values: Mapping[str, str], options: SourceOptions, location: Path
) -> tuple[Roles, list[str]]:
    """Check the values of the split's column before anything is read.

    Args:
        roles: The roles so far.
        values: Each value of the column, and where it stands first, for example ``"line 17"``.
        options: The columns that a person named.
        location: The table, for messages.

    Returns:
        The roles, and what was guessed: a column that was only guessed and none of whose values is
        a part is an ordinary column.

    Raises:
        SourceError: If a value is not a part.
    """
    unknown = {value: place for value, place in values.items() if part_named(value) is None}
    if not unknown or roles.split is None:
        return roles, []
    value, place = next(iter(unknown.items()))
    if options.split is None and len(unknown) == len(values):
        text = (
            f"The column '{roles.split}' is an ordinary column after all, for its values are not "
            f"parts: {place} says '{value}'."
        )
        return roles.without_split(), [text]
    raise SourceError(
        f"The column '{roles.split}' of {location} says '{value}' in {place}, which is not a part. "
        f"Allowed are {', '.join(PART_NAMES)} and an empty cell. Change the value, or name another "
        "column with --split."
    )


def hint_groups(roles: Roles, repeated: Iterable[str]) -> list[str]:
    """Point out columns that look like groups, where no group is used.

    Args:
        roles: The roles of all columns.
        repeated: Columns that are named like an id and hold some value more than once.
    """
    if roles.group is not None:
        return []
    sentences = ["No group is used, so each picture counts as photographed on its own."]
    sentences += [
        f"If pictures with the same {column} were photographed together, say --group {column}."
        for column in repeated
    ]
    return sentences


def may_be_group(column: str) -> bool:
    """Whether a column's name looks like that of a group."""
    return column.lower().endswith("_id")


def number_of(cell: str) -> float | None:
    """Give the number that a cell of text writes, or None if it is text.

    Codes such as ``007`` and whole numbers too long for a float are text.

    Example:
        >>> number_of("2.50"), number_of("007"), number_of("NaN")
        (2.5, None, nan)
    """
    if cell.lower() == "nan":
        return math.nan
    if not _NUMBER.fullmatch(cell) or not any(c.isdigit() for c in cell):
        return None
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _first(columns: Iterable[str], names: Sequence[str]) -> str | None:
    """Give the column with the earliest of these names, in any case of letters."""
    lowered = {column.lower(): column for column in reversed(list(columns))}
    return next((lowered[name] for name in names if name in lowered), None)


def _settle_image(columns: Sequence[str], location: Path, likely: str | None) -> str:
    if likely is not None:
        return likely
    raise SourceError(
        f"No column of {location} is known to hold the pictures. Its columns are "
        f"{some(columns, 10)}. Name the one with the path of each picture: --image COLUMN."
    )


def _explain_label(label: str | None, free: Sequence[str]) -> str:
    if label is None:
        return (
            f"No column is named like a label ({', '.join(LABEL_NAMES)}), so the pictures have "
            f"none; name one with --label. The other columns are {some(free, 10)}."
        )
    others = [column for column in free if column.lower() in LABEL_NAMES[1:] and column != label]
    also = f" ({some(others)} would be possible too: say --label)" if others else ""
    return f"The labels are taken from the column '{label}'{also}."
