"""Writing of exports: whole or not at all, and what became of each picture."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from fieldguide.errors import InputError
from fieldguide.formats.labels.as_json import safe_name
from fieldguide.formats.labels.checking import Checker
from fieldguide.formats.labels.record import LabelledPicture, Manifest

Fetch = Callable[[LabelledPicture], bytes]
"""Gives the bytes of a picture; may raise ``OSError`` or an error of ours where it cannot."""

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What an export does not hold, for one reason.

    Attributes:
        reason: Why, to stand after "left out because".
        count: How many pictures or votes.
        examples: The names of the first pictures concerned, at most five.
    """

    reason: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What became of an export.

    Attributes:
        path: The file or folder.
        files: All that was written: the file and what lies beside it, or the folder alone.
        pictures: How many pictures it holds.
        rows: How many rows, lines or annotations it holds.
        bytes: How many bytes were written.
        left_out: What it does not hold, and why; empty when nothing was lost.
        notes: What else a person should know, in full sentences.
    """

    path: Path
    files: tuple[Path, ...]
    pictures: int
    rows: int
    bytes: int
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


class Tally:
    """Counts what a writer has written and left out, in a space that does not grow."""

    def __init__(self) -> None:
        self.pictures = 0
        self.rows = 0
        self.bytes = 0
        self._left_out: dict[str, tuple[int, tuple[str, ...]]] = {}

    def leave_out(self, name: str, reason: str, count: int = 1) -> None:
        """Note that something of the picture ``name`` is not written."""
        before, examples = self._left_out.get(reason, (0, ()))
        if len(examples) < _EXAMPLES and name not in examples:
            examples = (*examples, name)
        self._left_out[reason] = (before + count, examples)

    def report(self, *files: Path, notes: Iterable[str] = ()) -> WriteReport:
        """Sum up; the first of the files is the export itself."""
        size = self.bytes + sum(file.stat().st_size for file in files if file.is_file())
        left_out = tuple(LeftOut(reason, *rest) for reason, rest in self._left_out.items())
        return WriteReport(files[0], files, self.pictures, self.rows, size, left_out, tuple(notes))


def chosen(
    pictures: Iterable[LabelledPicture], manifest: Manifest, *, labels_only: bool
) -> Iterator[LabelledPicture]:
    """Go through the pictures of an export, without their votes where only labels are wanted.

    Raises:
        InputError: If a picture's labels or votes do not fit the manifest's questions, or its name
            could lead out of a folder.
    """
    checker = Checker(manifest.questions)
    for given in pictures:
        safe_name(given.name)
        picture = replace(given, votes=()) if labels_only else given
        fault = checker.fault_of(picture)
        if fault:
            raise InputError(
                f"The picture '{picture.name}' cannot be exported: {fault}. Export the questions "
                "and the votes of one dataset at one time."
            )
        yield picture


@contextmanager
def new_files(target: Path, *beside: Path) -> Iterator[tuple[Path, ...]]:
    """Give temporary siblings to write to, which take their names when the block ends well.

    A file that exists is replaced, in one step; the target comes last, so that whoever sees it
    sees all of them. When the block fails, nothing is left and nothing is replaced.

    Yields:
        The temporary path of each file, the target's first.

    Raises:
        InputError: If the files cannot be written.
    """
    finals = (target, *beside)
    for final in finals:
        if final.is_dir():
            raise InputError(f"{final} is a folder. Give the name of a file to write.")
    partials = tuple(_sibling(final) for final in finals)
    with ExitStack() as stack:
        for partial in partials:
            stack.callback(partial.unlink, missing_ok=True)
        with _explaining(target):
            yield partials
            for partial, final in reversed(list(zip(partials, finals, strict=True))):
                partial.replace(final)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give a temporary sibling folder, which takes its name when the block ends well.

    Raises:
        InputError: If the target exists already, or cannot be written.
    """
    if os.path.lexists(target):
        raise InputError(
            f"{target} exists already, and an export never writes into a folder that does. Choose "
            "another name, or remove it first."
        )
    partial = _sibling(target)
    with _explaining(target):
        partial.mkdir()
        try:
            yield partial
            partial.rename(target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


def _sibling(final: Path) -> Path:
    if not final.parent.is_dir():
        raise InputError(f"There is no folder {final.parent}. Make it, or choose another place.")
    return final.with_name(f".{final.name[:100]}.{uuid4().hex[:12]}.partial")


@contextmanager
def _explaining(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror or error}. Check the space that is left "
            "and the permissions of its folder."
        ) from error
