"""One folder per class, with the pictures in it.

What survives: the name and the hash of each picture, and its class by one question. What does not:
votes, certainties, groups, parts, columns, pictures without exactly one class, other questions.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fieldguide.formats.labels.folders import read_folders, write_folders
from fieldguide.formats.labels.reading import LabelOptions
from fieldguide.formats.labels.record import LabelFile, LabelledPicture, Manifest
from fieldguide.formats.labels.writing import Fetch, WriteReport

NAME = "class-folders"
SUFFIXES: tuple[str, ...] = ()


def matches(path: Path) -> bool:
    """Whether the path is a folder."""
    return path.is_dir()


def write(
    target: Path,
    manifest: Manifest,
    pictures: Iterable[LabelledPicture],
    *,
    fetch: Fetch | None = None,
    labels_only: bool = False,
    question: str | None = None,
) -> WriteReport:
    """Write the pictures into one folder per class.

    Args:
        target: The folder, which must not exist.
        manifest: What the export says of itself.
        pictures: The pictures.
        fetch: Gives a picture's bytes; needed.
        labels_only: Changes nothing, for votes have no place here.
        question: Name of the question that sorts them; None for the first that can.

    Raises:
        InputError: If the target exists, there are no bytes, or no question asks for a class.
    """
    del labels_only
    return write_folders(
        target, manifest, pictures, fetch=fetch, question=question, place=lambda _: ""
    )


def read(path: Path, options: LabelOptions | None = None) -> LabelFile:
    """Open a folder of class folders, with or without ``train``, ``val`` and ``test`` above.

    Raises:
        SourceError: If it cannot be listed, or an export's own files are damaged.
    """
    return read_folders(path, options or LabelOptions(), NAME)
