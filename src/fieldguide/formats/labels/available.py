"""The formats that a file of labels may have, and the choice among them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, cast

from fieldguide.errors import SourceError, UnknownNameError
from fieldguide.formats.labels import (
    class_folders,
    coco,
    comma_separated,
    json_lines,
    label_studio,
    yolo,
)
from fieldguide.formats.labels.reading import LabelOptions
from fieldguide.formats.labels.record import LabelFile, LabelledPicture, Manifest
from fieldguide.formats.labels.writing import Fetch, WriteReport


class LabelFormat(Protocol):
    """A module that reads and writes one format.

    Attributes:
        NAME: The name by which a person picks it.
        SUFFIXES: The suffixes of its files, the usual one first; none for folders.
    """

    NAME: str
    SUFFIXES: tuple[str, ...]

    def matches(self, path: Path) -> bool:
        """Whether the path looks like this format. Reads little or nothing."""

    def read(self, path: Path, options: LabelOptions | None = None) -> LabelFile:
        """Open a file or folder of labels.

        Raises:
            SourceError: If that is not possible.
        """

    def write(
        self,
        target: Path,
        manifest: Manifest,
        pictures: Iterable[LabelledPicture],
        *,
        fetch: Fetch | None = None,
        labels_only: bool = False,
    ) -> WriteReport:
        """Write pictures with their labels; nothing half-written is ever left.

        Raises:
            InputError: If that is not possible.
        """


FORMATS: tuple[LabelFormat, ...] = cast(
    "tuple[LabelFormat, ...]",
    (json_lines, comma_separated, coco, label_studio, yolo, class_folders),
)
"""All formats; the first that matches reads a file."""

_ALLOWED = (
    "Allowed are JSON Lines (.jsonl) and CSV (.csv) of Fieldguide, CSV with a column of pictures "
    "and one of labels, COCO (.json), Label Studio's JSON (.json), a YOLO folder with its "
    "data.yaml, and a folder with one subfolder per class"
)


def names() -> list[str]:
    """Name all formats."""
    return [known.NAME for known in FORMATS]


def get(name: str) -> LabelFormat:
    """Give the format called ``name``.

    Raises:
        UnknownNameError: If there is none.
    """
    for known in FORMATS:
        if name == known.NAME:
            return known
    raise UnknownNameError("format of labels", name, names())


def open_labels(
    path: Path,
    format: str | None = None,  # noqa: A002 - the word of LabelFile and of Source
    options: LabelOptions | None = None,
) -> LabelFile:
    """Open a file or folder of labels; the first format that matches reads it.

    Args:
        path: What a person gave.
        format: The name of its format, or None to recognise it.
        options: What a person said about it.

    Raises:
        SourceError: If nothing is there, no format matches, or it cannot be read.
        UnknownNameError: If a format or a column is named that does not exist.
    """
    chosen = None if format is None else get(format)
    if not path.exists():
        raise SourceError(f"There is no file or folder {path}. {_ALLOWED}. Check the path.")
    for known in FORMATS if chosen is None else (chosen,):
        if chosen is not None or known.matches(path):
            return known.read(path, options)
    raise SourceError(f"{path} is not a file of labels. {_ALLOWED}. {_advise(path)}")


def _advise(path: Path) -> str:
    if path.suffix.lower() in {".xls", ".xlsx", ".ods", ".numbers"}:
        return "Save the sheet as CSV, and give that file."
    if path.suffix.lower() in {".zip", ".gz", ".tar"}:
        return "Unpack it first, and give the file or folder in it."
    return "Convert the file, or name its format if its suffix is unusual."
