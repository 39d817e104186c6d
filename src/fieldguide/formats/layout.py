"""What the folders of a dataset mean: parts, classes, or neither."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fieldguide.errors import SourceError
from fieldguide.formats.names import some
from fieldguide.types import PARTS, Part, SourceOptions

PART_NAMES: Mapping[str, Part] = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}
"""The accepted names of the parts, in lower case."""

_TABLES = (".csv", ".tsv", ".parquet")


def part_named(text: str) -> Part | None:
    """Give the part that a folder or a cell of a table names, or None.

    Example:
        >>> part_named("Validation"), part_named("leaf")
        ('val', None)
    """
    return PART_NAMES.get(text.strip().lower())


@dataclass(frozen=True, slots=True)
class Layout:
    """How relative paths are read.

    Attributes:
        has_parts: Whether the topmost folders are parts and the classes lie below them.
        guesses: What this takes for granted, in full sentences.
    """

    has_parts: bool
    guesses: tuple[str, ...]

    def place(self, path: str) -> tuple[Part | None, str | None]:
        """Give the part and the label of a file.

        Args:
            path: Its path relative to the dataset, with ``/``.

        Returns:
            The part and the label, each None where the path says nothing about it.
        """
        top, *below = path.split("/")
        if not below:
            return None, None
        if not self.has_parts:
            return None, top
        part = part_named(top)
        if part is None or len(below) == 1:
            return part, None
        return part, below[0]


def recognise(paths: Iterable[str], *, explained: Collection[str] = ()) -> Layout:
    """Find out what the folders mean, from the paths of all files.

    The topmost folders are parts if every one of them bears a part's name, or if at least two
    different parts with classes below them stand there. A lone ``train`` beside ``plane`` and
    ``car`` is therefore a class.

    Args:
        paths: Relative paths with ``/``, in any order.
        explained: Tables of which it is said elsewhere what becomes of them.
    """
    folders: dict[str, set[str]] = {}
    tables: set[str] = set()
    loose = 0
    for path in paths:
        top, _, below = path.partition("/")
        if below:
            inner = folders.setdefault(top, set())
            if "/" in below:
                inner.add(below.partition("/")[0])
        else:
            loose += 1
            tables.update([path] if path.lower().endswith(_TABLES) else [])
    has_parts = _are_parts(folders)
    guesses = _explain_parts(folders) if has_parts else _explain_classes(folders)
    loose -= len(tables)
    if loose and folders and not has_parts:
        guesses.append(f"Files directly in the topmost folder ({loose}) have no label.")
    unread = sorted(tables.difference(explained))
    if unread:
        guesses.append(
            f"The tables beside the pictures ({some(unread)}) are not read; give a table "
            "itself in place of the folder to use its columns."
        )
    return Layout(has_parts, tuple(guesses))


def refuse_columns(path: Path, options: SourceOptions) -> None:
    """Refuse names of columns for a source that has none.

    Raises:
        SourceError: If any column is named.
    """
    given = (options.label, options.group, options.split, options.image)
    named = [name for name in given if name is not None]
    if named:
        raise SourceError(
            f"Columns were named ({some(named)}), but {path} is a folder or an archive and has no "
            "columns: its labels and parts are the names of its subfolders. Give a table (.csv, "
            ".tsv or .parquet) instead, or leave the columns away."
        )


def _are_parts(folders: Mapping[str, set[str]]) -> bool:
    parts = {top: part_named(top) for top in folders}
    if not parts:
        return False
    if all(parts.values()):
        return True
    return len({part for top, part in parts.items() if part and folders[top]}) > 1


def _explain_parts(folders: Mapping[str, set[str]]) -> list[str]:
    tops = sorted(top for top in folders if part_named(top))
    others = sorted(set(folders) - set(tops))
    classes = sorted(set().union(*(folders[top] for top in tops)))
    found = ", ".join(part for part in PARTS if part in {part_named(top) for top in tops})
    text = f"The topmost folders ({some(tops)}) are read as the parts {found}"
    if classes:
        guesses = [f"{text}, and the folders below them as classes: {some(classes)}."]
    else:
        guesses = [f"{text}; there are no folders below them, so the pictures have no label."]
    if others:
        guesses.append(f"What lies in {some(others)} has no part and no label.")
    return guesses


def _explain_classes(folders: Mapping[str, set[str]]) -> list[str]:
    names = sorted(folders)
    if not names:
        return ["There is no subfolder, so the pictures have no label."]
    if len(names) == 1:
        text = f"The only subfolder, '{names[0]}', is read as the one class of all its pictures."
        if folders[names[0]]:
            text += " If the classes are the folders below it, give that subfolder instead."
        return [text]
    guesses = [f"The {len(names)} subfolders are read as classes: {some(names)}."]
    like_parts = [name for name in names if part_named(name)]
    if like_parts:
        guesses.append(
            f"The subfolder '{like_parts[0]}' is read as a class, not as a part, because other "
            "classes stand beside it."
        )
    return guesses
