"""What reading any file of labels needs: its JSON, the names in it, and votes made from answers."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NoReturn
from urllib.parse import unquote

from fieldguide.errors import SourceError
from fieldguide.formats.labels.as_json import dump
from fieldguide.formats.labels.record import ChoiceRecord, VoteRecord
from fieldguide.formats.members import normal_path
from fieldguide.formats.names import clean, some
from fieldguide.types import AnnotatorKind, Verdict

QUESTION = "class"
"""The question that a file answers which names none; class folders answer the same."""

IMPORT_ANNOTATOR = "import"
"""Who answers in a file that names no annotator."""

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/]*")
_DRIVE = re.compile(r"[A-Za-z]:/")
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class LabelOptions:
    """What a person says about a file of labels; None leaves the choice to the reader.

    Attributes:
        picture: Name of the table's column with the picture's name.
        label: Name of the table's column with the label.
        annotator: Name of the table's column that says who answered.
        question: Name of the question that the labels answer, where the file names none.
        several: What several classes on one picture mean where the file does not say: an answer to
            a question with many choices, or the most frequent class.
    """

    picture: str | None = None
    label: str | None = None
    annotator: str | None = None
    question: str | None = None
    several: Literal["many", "most_frequent"] = "many"


@contextmanager
def placing(path: Path, place: str) -> Iterator[None]:
    """Name the file and the place in it in any error that the block raises."""
    try:
        yield
    except SourceError as error:
        raise SourceError(
            f"{path} cannot be read at {place}: {error}. Correct it there, or export the file "
            "again."
        ) from error


def encoding_of(path: Path) -> str:
    """Give a text file's encoding, for ``open``: UTF-8, or what its first bytes say.

    Raises:
        SourceError: If it cannot be opened.
    """
    with opening(path), path.open("rb") as stream:
        start = stream.read(4)
    return next((name for mark, name in _ENCODINGS if start.startswith(mark)), "utf-8")


def beginning_of(path: Path) -> str:
    """Give a text file's first thousand characters, whatever they are.

    Raises:
        SourceError: If it cannot be opened.
    """
    encoding = encoding_of(path)
    with opening(path), path.open(encoding=encoding, errors="replace") as stream:
        return stream.read(1000)


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Explain why a file cannot be opened or is not text.

    Raises:
        SourceError: In place of ``OSError`` and ``UnicodeError``.
    """
    try:
        yield
    except OSError as error:
        raise SourceError(
            f"{path} cannot be read: {error.strerror or error}. Check the path and its permissions."
        ) from error
    except UnicodeError as error:
        raise SourceError(
            f"{path} is not text in UTF-8: {error}. Save it as UTF-8, and start again."
        ) from error


def load_json(path: Path) -> Any:
    """Read a JSON file as a whole.

    Raises:
        SourceError: If it is not JSON; the words name the line.
    """
    encoding = encoding_of(path)
    with opening(path):
        text = path.read_text(encoding=encoding)
    if not text.strip():
        raise SourceError(f"{path} is empty. Export it again.")
    try:
        return parse_json(text)
    except json.JSONDecodeError as error:
        ends = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        reason = "it ends in the middle and was cut off" if ends else error.msg
        raise SourceError(
            f"{path} is not JSON: {reason} (line {error.lineno}, column {error.colno}). Export or "
            "download it again."
        ) from error
    except SourceError as error:
        raise SourceError(f"{path} is not JSON: {error}. Export it again.") from error


def parse_json(text: str) -> Any:
    """Parse JSON without its dialects.

    Raises:
        json.JSONDecodeError: If it is not JSON.
        SourceError: If it has NaN, a number too long, or braces in braces without end.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise SourceError("it is nested too deeply") from None
    except ValueError as error:
        raise SourceError(str(error)) from error


def time_of(path: Path) -> datetime:
    """Give the time at which a file was last changed, for answers that have none."""
    with opening(path):
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)


class ForeignNames:
    r"""Turns what other tools write for a picture into a name, and remembers what it changed.

    Backslashes become ``/``, and the beginning of an absolute path or an address is dropped; a name
    with ``..`` is refused, for nobody can say what it means.

    Example:
        >>> names = ForeignNames()
        >>> names.take("C:\\pictures\\1.jpg"), names.take("../1.jpg")
        ('pictures/1.jpg', None)
    """

    def __init__(self) -> None:
        self._changed: list[str] = []
        self._changes = 0
        self._refused: list[str] = []
        self._refusals = 0

    def take(self, text: str) -> str | None:
        """Give the picture's name, or None where there is none to be had."""
        plain = text.replace("\\", "/")
        address = _ADDRESS.match(plain)
        if address:
            plain = unquote(re.split("[?#]", plain[address.end() :])[0])
        plain = _DRIVE.sub("", plain, count=1) if _DRIVE.match(plain) else plain
        name = normal_path(plain)
        if not name or ".." in name.split("/"):
            self._refusals += 1
            _keep(self._refused, clean(text))
            return None
        if name != normal_path(text) or text.startswith("/"):
            self._changes += 1
            _keep(self._changed, f"{clean(text)} as {name}")
        return name

    def notes(self) -> list[str]:
        """Say in full sentences what was changed and refused."""
        notes = []
        if self._changed:
            notes.append(
                f"Absolute paths, addresses and backslashes in {self._changes} names were turned "
                f"into plain names: {some(self._changed)}."
            )
        if self._refused:
            notes.append(
                f"{self._refusals} names are empty or contain '..' and were left out: "
                f"{some(self._refused)}."
            )
        return notes


def answer(
    *,
    picture: str,
    question: str,
    at: datetime,
    given: Sequence[str] = (),
    annotator: str = IMPORT_ANNOTATOR,
    kind: AnnotatorKind = "import",
    verdict: Verdict = "answer",
    choices: Iterable[str] = (),
    number: float | None = None,
) -> VoteRecord:
    """Make a vote of an answer in a file from elsewhere.

    Its key is a hash of what the file says, so that reading the file twice gives the same votes;
    the time is no part of it unless the file gives it, for copying a file changes its date.

    Args:
        picture: The picture's name.
        question: The question's name.
        at: When it was given, or the file's own time.
        given: What else tells it from other answers by the same annotator: a time, an id.
        annotator: Who gave it.
        kind: What the annotator is.
        verdict: What it says.
        choices: The names of the classes.
        number: The number.
    """
    classes = tuple(choices)
    said = [picture, question, annotator, kind, verdict, list(classes), number, *given]
    digest = hashlib.sha256(dump(said).encode()).hexdigest()[:32]
    return VoteRecord(
        question=question,
        annotator=annotator,
        kind=kind,
        verdict=verdict,
        choices=classes,
        number=number,
        decides=False,
        at=at,
        milliseconds=None,
        key=f"import:{digest}",
    )


def choices_named(names: Iterable[str]) -> tuple[ChoiceRecord, ...]:
    """Make a class of each name, in this order."""
    return tuple(ChoiceRecord(name) for name in dict.fromkeys(names))


def _keep(examples: list[str], example: str) -> None:
    if len(examples) < 5:
        examples.append(example)


def _refuse_constant(name: str) -> NoReturn:
    raise SourceError(f"{name} is no JSON number")
