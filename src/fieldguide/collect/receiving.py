"""Receive files from a browser piece by piece, so that a broken connection costs nothing.

Each upload has a folder of its own, with its files under the numbers in which they were announced.
A piece is appended only where the last one ended. When all are there, the files are moved to the
names under which they were announced, from where they are imported like any other folder.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath

from fieldguide.errors import DataError, InputError
from fieldguide.formats.names import some
from fieldguide.locking import locked

_LONGEST_NAME = 1000
_LONGEST_PART = 240


class WrongOffsetError(InputError):
    """A piece does not begin where the last one ended.

    Args:
        received: How many bytes are there.
    """

    def __init__(self, received: int) -> None:
        super().__init__(f"{received} bytes of this file are there; go on from that offset.")
        self.received = received


def check_names(names: Sequence[str]) -> None:
    """Refuse names that could lead out of the upload's folder, or that come twice.

    Raises:
        InputError: Naming the first five of them.
    """
    bad = [name for name in names if not _is_safe(name)]
    if bad:
        raise InputError(
            f"These are not names of files in a folder: {some(bad)}. A name is a relative path "
            f"with '/', without '..', of at most {_LONGEST_NAME} bytes and {_LONGEST_PART} a part."
        )
    counts = Counter(name.casefold() for name in names)
    twice = sorted({name for name in names if counts[name.casefold()] > 1})
    if twice:
        raise InputError(f"These names come twice, if case is not looked at: {some(twice)}.")
    folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    both = [name for name in names if name in folders]
    if both:
        raise InputError(f"These are names of a file and of a folder: {some(both)}.")


def received(folder: Path, numbers: Sequence[int]) -> dict[int, int]:
    """Return how many bytes of each file are there."""
    pieces = folder / "pieces"
    present = {entry.name: entry.stat().st_size for entry in _scan(pieces)}
    return {number: present.get(str(number), 0) for number in numbers}


def append(folder: Path, number: int, offset: int, piece: bytes, *, size: int) -> int:
    """Add a piece to a file and return how many bytes are there now.

    Args:
        folder: The upload's folder.
        number: The file's number.
        offset: Where the piece belongs; a piece that is there already changes nothing.
        piece: The bytes.
        size: The size that was announced.

    Raises:
        WrongOffsetError: If the piece would leave a hole or overlaps another way.
        InputError: If the file would grow beyond its announced size.
    """
    if offset + len(piece) > size:
        raise InputError(
            f"File {number} was announced with {size} bytes; this piece would make it "
            f"{offset + len(piece)}."
        )
    path = folder / "pieces" / str(number)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two browsers may send the same piece at once; only one of them finds the offset free.
    with _alone(folder), path.open("ab") as file:
        there = file.tell()
        if there != offset:
            if offset + len(piece) <= there:
                return there
            raise WrongOffsetError(there)
        file.write(piece)
        return there + len(piece)


def leave_out(
    files: Mapping[int, tuple[str, int]], without: Collection[int]
) -> dict[int, tuple[str, int]]:
    """Return the files of an upload but some.

    Args:
        files: Name and size by number.
        without: Numbers of those to leave out.

    Raises:
        InputError: If the upload has no file of such a number, or none would be left.
    """
    unknown = sorted(set(without) - set(files))
    if unknown:
        raise InputError(f"This upload has no files with the numbers {some(map(str, unknown))}.")
    kept = {number: file for number, file in files.items() if number not in set(without)}
    if files and not kept:
        raise InputError("No file of this upload would be left. Begin another upload instead.")
    return kept


def assemble(folder: Path, files: Mapping[int, tuple[str, int]]) -> Path:
    """Move complete files to their names and return the folder that holds them.

    Args:
        folder: The upload's folder.
        files: Name and size by number.

    Raises:
        DataError: If a file is not complete; nothing is moved then.
    """
    with _alone(folder):
        return _assemble(folder, files)


def discard(folder: Path) -> None:
    """Remove what is left of an upload."""
    shutil.rmtree(folder, ignore_errors=True)


def _assemble(folder: Path, files: Mapping[int, tuple[str, int]]) -> Path:
    target = folder / "files"
    pieces = folder / "pieces"
    missing = []
    for number, (name, size) in files.items():
        piece, placed = pieces / str(number), target / name
        there = placed if placed.exists() else piece
        if (there.stat().st_size if there.exists() else 0) != size and size > 0:
            missing.append(name)
    if missing:
        raise DataError(f"These files are not complete yet: {some(missing)}. Send the rest first.")
    for number, (name, _) in files.items():
        placed = target / name
        placed.parent.mkdir(parents=True, exist_ok=True)
        if (pieces / str(number)).exists():
            (pieces / str(number)).replace(placed)
        elif not placed.exists():
            placed.touch()
    return target


def _alone(folder: Path) -> AbstractContextManager[None]:
    return locked(folder / "lock")


def _is_safe(name: str) -> bool:
    if not name or "\\" in name or any(ord(c) < 32 for c in name):
        return False
    if len(os.fsencode(name)) > _LONGEST_NAME:
        return False
    parts = name.split("/")
    return all(
        part not in {"", ".", ".."} and len(os.fsencode(part)) <= _LONGEST_PART for part in parts
    )


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []
