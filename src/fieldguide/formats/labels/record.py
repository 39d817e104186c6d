"""What a file of labels carries: questions, and per picture its label and its votes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fieldguide.types import AnnotatorKind, ColumnValue, QuestionKind, Verdict


@dataclass(frozen=True, slots=True)
class ChoiceRecord:
    """A class of a question.

    Attributes:
        name: Its name, unique in the question.
        key: The key that answers with it, one character or None.
        colour: ``#rrggbb``, or None for one of the palette.
        description: How to recognise it.
        parent: The name of the class above it, if any.
        archived: Whether it is no longer offered as an answer.
        merged_into: The name of the class that its votes count for, if any.
        split: Whether it was replaced by finer classes, so that its votes count for none.
    """

    name: str
    key: str | None = None
    colour: str | None = None
    description: str = ""
    parent: str | None = None
    archived: bool = False
    merged_into: str | None = None
    split: bool = False


Setting = str | int | float | bool | None
"""The value of one of a question's settings."""


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """A question that annotators answer about each picture.

    Attributes:
        name: Its name, unique in the dataset.
        kind: What it asks for.
        guidelines: How to answer it.
        choices: Its classes, in their order.
        settings: How it is asked and how its answers are counted, by the names that
            ``QuestionSettings`` has for it; empty when a file does not say.
    """

    name: str
    kind: QuestionKind
    guidelines: str = ""
    choices: tuple[ChoiceRecord, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """One answer by one annotator.

    Attributes:
        question: The question's name.
        annotator: Who answered.
        kind: Whether that is a person, an import or a model.
        verdict: Whether it is an answer, or which other way out was taken.
        choices: Names of the classes: one for ``single``, any number for ``many``, none for
            ``number`` and for every verdict other than ``answer``.
        number: The answer to a ``number`` question.
        decides: Whether a reviewer gave it to settle a disagreement.
        at: When, with a time zone.
        milliseconds: How long the annotator took, if known.
        key: The vote's own key; reading the same file twice stores nothing twice.
        certainty: A model's probability of what it says, from 0 to 1.
        aided: Whether a person had a model's suggestion in sight.
    """

    question: str
    annotator: str
    kind: AnnotatorKind
    verdict: Verdict
    choices: tuple[str, ...]
    number: float | None
    decides: bool
    at: datetime
    milliseconds: int | None
    key: str
    certainty: float | None = None
    aided: bool = False


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """The current answer to a question about one picture, computed from its votes.

    Attributes:
        choices: As in a vote; empty when the votes settle nothing.
        number: The answer to a ``number`` question, if there is one.
        certainty: From 0 to 1, or None without a vote.
        votes: How many annotators answered.
    """

    choices: tuple[str, ...]
    number: float | None
    certainty: float | None
    votes: int


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture with what is known of it.

    Attributes:
        name: Its name in the dataset, with ``/``.
        sha256: Hash of its bytes; None when a file read from elsewhere does not say.
        width: In pixels, or None.
        height: In pixels, or None.
        group: What it was photographed together with, if known.
        part: The part that its source put it in, if any.
        columns: Further values.
        labels: The current label by question name.
        votes: All votes, oldest first.
    """

    name: str
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    group: str | None = None
    part: str | None = None
    columns: Mapping[str, ColumnValue] = field(default_factory=dict)
    labels: Mapping[str, LabelRecord] = field(default_factory=dict)
    votes: tuple[VoteRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export says of itself.

    Attributes:
        dataset: The dataset's name.
        filter: What was asked for, in the words of the address or the command; empty for all.
        named: Whether annotators appear under their own names.
        exported_at: When, with a time zone.
        fieldguide: The release that wrote it.
        questions: The questions with their classes.
        dataset_identity: What the dataset is known by, whatever its name; None where an export does
            not say.
    """

    dataset: str
    filter: Mapping[str, str]
    named: bool
    exported_at: datetime
    fieldguide: str
    questions: tuple[QuestionRecord, ...]
    dataset_identity: str | None = None


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A file of labels, opened for reading.

    Attributes:
        format: The format's name.
        questions: The questions that it answers, as far as it says.
        manifest: What it says of itself, when it is an export of ours.
        notes: What was taken for granted or left out, in full sentences.
        pictures: Gives a fresh iterator over the pictures.
    """

    format: str
    questions: tuple[QuestionRecord, ...]
    manifest: Manifest | None
    notes: tuple[str, ...]
    pictures: Callable[[], Iterator[LabelledPicture]]
