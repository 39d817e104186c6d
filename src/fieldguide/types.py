"""The words that all layers share: parts, outcomes, entries of a source, progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""A decoded picture: uint8 ``(height, width, 3)``, RGB (sRGB), upright."""

Vector = npt.NDArray[np.float16]
"""A picture's vector: float16 ``(dimensions,)``."""

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

Part = Literal["train", "val", "test"]
PARTS: tuple[Part, ...] = ("train", "val", "test")

ColumnValue = str | float | None

QuestionKind = Literal["single", "many", "number"]
"""What a question asks for: one class, any number of classes, or a number."""

Verdict = Literal["answer", "unsure", "cannot_tell", "skip", "withdrawn"]
"""What a vote says: an answer, two honest ways of having none, "later", or that it is undone."""

AnnotatorKind = Literal["person", "import", "model"]

Role = Literal["viewer", "annotator", "reviewer", "maintainer"]
"""What a person may do in a dataset; each role may do all that those before it may."""

ROLES: tuple[Role, ...] = ("viewer", "annotator", "reviewer", "maintainer")


class Outcome(StrEnum):
    """What became of one file of a source. Every file ends in exactly one of these."""

    ADDED = "added"
    PRESENT = "already present"
    DUPLICATE = "duplicate of another name"
    CHANGED = "changed since the last import"
    BROKEN = "broken"
    NOT_AN_IMAGE = "not an image"
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    REFUSED = "refused"
    GONE = "no longer in the source"
    TRASHED = "in the trash"
    FORGOTTEN = "forgotten at somebody's wish"

    @property
    def in_dataset(self) -> bool:
        """Whether the file is in the dataset afterwards."""
        return self in _IN_DATASET

    @property
    def is_problem(self) -> bool:
        """Whether the file is not in the dataset although nobody decided that."""
        return self not in _IN_DATASET and self not in _DECIDED


_IN_DATASET = frozenset({Outcome.ADDED, Outcome.PRESENT, Outcome.DUPLICATE, Outcome.CHANGED})
_DECIDED = frozenset({Outcome.TRASHED})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a reader of a format will not hand out a file, in place of its bytes."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a source, as a format's reader hands it out.

    Attributes:
        name: Its name in the dataset: the path relative to the source, with ``/``.
        read: Gives its bytes; may raise ``OSError``. At most ``limit`` bytes are read, and one
            more, by which the caller sees that the file is larger.
        path: Where it lies, when it is a file of its own.
        label: The class that the source gives it, if any.
        group: What it was photographed together with, if the source says so.
        part: The part that the source puts it in, if any.
        columns: Any further values that the source gives.
        refusal: Set when the file must not be read; ``read`` is then never called.
    """

    name: str
    read: Callable[[int], bytes]
    path: Path | None = None
    label: str | None = None
    group: str | None = None
    part: Part | None = None
    columns: Mapping[str, ColumnValue] = field(default_factory=dict)
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset on disk, opened by a format's reader.

    Attributes:
        format: The format's name, for example ``"class-folder"``.
        location: The resolved path of the folder or file.
        suggested_name: A name for the dataset, made from the location.
        count: How many entries there will be, or None when only reading tells.
        guesses: What the reader took for granted, in full sentences, to be announced.
        entries: Gives a fresh iterator over the entries, in a fixed order.
    """

    format: str
    location: Path
    suggested_name: str
    count: int | None
    guesses: tuple[str, ...]
    entries: Callable[[], Iterator[Entry]]


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What a person says about a source; None leaves the choice to the reader.

    Attributes:
        label: Name of the table's column that holds the class.
        group: Name of the table's column that holds the group.
        split: Name of the table's column that holds the part.
        image: Name of the table's column that holds the picture's path or bytes.
    """

    label: str | None = None
    group: str | None = None
    split: str | None = None
    image: str | None = None


class Tracker(Protocol):
    """Counts the finished units of one step."""

    def advance(self, count: int = 1) -> None:
        """Note that ``count`` further units are finished."""


class Progress(Protocol):
    """Where steps report how far they are; the command line draws bars from it."""

    def step(self, title: str, total: int | None, unit: str) -> AbstractContextManager[Tracker]:
        """Begin a step of ``total`` units (None when unknown)."""

    def note(self, text: str) -> None:
        """Say something that a person should know."""


class _SilentTracker:
    def advance(self, count: int = 1) -> None:
        """Do nothing."""


class SilentProgress:
    """Reports nothing; the default of the Python API.

    Example:
        >>> with SilentProgress().step("embed", 10, "pictures") as tracker:
        ...     tracker.advance()
    """

    def step(self, title: str, total: int | None, unit: str) -> AbstractContextManager[Tracker]:
        """Begin a step that nobody watches."""
        del title, total, unit
        return nullcontext(_SilentTracker())

    def note(self, text: str) -> None:
        """Drop the note."""
