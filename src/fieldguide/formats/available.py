"""The formats that a source may have, and the choice among them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from fieldguide.errors import SourceError
from fieldguide.registry import Registry
from fieldguide.types import Source, SourceOptions


class Format(Protocol):
    """A reader of one format; it takes no arguments to make."""

    def matches(self, path: Path) -> bool:
        """Whether the path, which exists, looks like this format. Reads little or nothing."""

    def open(self, path: Path, options: SourceOptions) -> Source:
        """Open the path as a dataset, without reading its pictures.

        Raises:
            SourceError: If that is not possible.
        """


FORMATS: Registry[type[Format]] = Registry(
    "format",
    {
        "class-folder": "fieldguide.formats.class_folder:ClassFolder",
        "archive": "fieldguide.formats.archive:Archive",
        "table": "fieldguide.formats.table:Table",
        "parquet": "fieldguide.formats.parquet:Parquet",
    },
    group="fieldguide.formats",
)
"""All formats by name; other packages add theirs through the entry point ``fieldguide.formats``."""

_ALLOWED = (
    "Allowed are a folder of pictures with one subfolder per class, an archive of one (.zip, .tar, "
    ".tar.gz, .tar.bz2, .tar.xz), or a table with a row per picture (.csv, .tsv, .parquet)"
)
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
_SHEETS = frozenset({".xls", ".xlsx", ".ods", ".numbers"})


def open_source(path: Path, options: SourceOptions | None = None) -> Source:
    """Open a folder, archive or table as a dataset; the first format that matches reads it.

    Args:
        path: What a person gave.
        options: The columns that a person named, for a table.

    Raises:
        SourceError: If nothing is there, no format matches, or it cannot be read.
        UnknownNameError: If a named column does not exist.
        MissingExtraError: If an optional part is needed and not installed.
    """
    if not path.exists():
        raise SourceError(f"There is no file or folder {path}. {_ALLOWED}. Check the path.")
    for name in FORMATS.names():
        reader = FORMATS.get(name)()
        if reader.matches(path):
            return reader.open(path, options or SourceOptions())
    raise SourceError(f"{path} is not a dataset. {_ALLOWED}. {_advise(path)}")


def _advise(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix in _PICTURES:
        return "It looks like one picture: give the folder that it lies in."
    if suffix in _SHEETS:
        return "Save the sheet as CSV, and give that file."
    if not path.is_file():
        return "It is neither a file nor a folder: copy the pictures into a folder."
    return "Give the folder with the pictures, or convert the file."
