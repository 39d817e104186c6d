"""What several routes answer with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from fieldguide.label.editing_classes import effective_colours, effective_keys
from fieldguide.records.pictures import PictureLabel, PictureRow
from fieldguide.records.questions import Choice, Example, Question, QuestionSettings
from fieldguide.records.settling import LabelState, Settled
from fieldguide.types import QuestionKind, Verdict


class ExampleShape(BaseModel):
    """A picture that shows what a class looks like, and what its address needs."""

    id: int
    sha256: str


class ChoiceShape(BaseModel):
    """A class of a question.

    Attributes:
        key: The key that answers with it; None for classes that are no longer offered, and beyond
            the keys that there are.
        offered: Whether it can be chosen.
        merged_into: The class that its votes count for.
        split: Whether it was split; its votes wait for new answers.
        examples: Pictures that show what it looks like.
    """

    id: int
    name: str
    position: int
    key: str | None
    colour: str
    description: str
    parent_id: int | None
    offered: bool
    archived: bool
    merged_into: int | None
    split: bool
    examples: list[ExampleShape]


class SettingsShape(BaseModel):
    """How a question is asked; see ``QuestionSettings`` for the meanings."""

    answers_needed: int
    answers_most: int | None
    agreement: float
    order: str
    order_column: str | None
    seed: int
    blind: bool
    count_imports: bool
    gold_share: float
    show_accuracy: bool
    label_method: str
    lease_minutes: int
    least: float | None
    greatest: float | None
    unit: str
    tolerance: float
    suggestions: bool
    holdout_share: float


class QuestionShape(BaseModel):
    """A question with its classes."""

    id: int
    dataset_id: int
    name: str
    kind: QuestionKind
    guidelines: str
    archived: bool
    revision: int
    settings: SettingsShape
    choices: list[ChoiceShape]


class LabelShape(BaseModel):
    """The label of a picture.

    Attributes:
        state: Open (wants answers), review (people disagree) or closed.
        verdict: What the label says; None where the answers settle nothing.
        certainty: From 0 to 1; None without an answer.
        votes: How many people answered.
    """

    state: LabelState
    verdict: Verdict | None
    choice_ids: list[int]
    number: float | None
    certainty: float | None
    votes: int


class PictureShape(BaseModel):
    """A picture in a grid.

    Attributes:
        flagged: Whether somebody flagged it and nobody cleared the flag.
        hidden: Whether its label is kept from who asks until they have answered themselves.
    """

    id: int
    name: str
    sha256: str
    width: int
    height: int
    group: str | None
    part: str | None
    label: LabelShape | None
    flagged: bool
    hidden: bool = False


class SuggestionShape(BaseModel):
    """What a model thinks of a picture; ``certainty`` is a probability from 0 to 1."""

    choice_id: int
    certainty: float


class SamePicture(BaseModel):
    """A picture handed out for labelling; ``expires_at`` says until when it is kept."""

    id: int
    name: str
    sha256: str
    width: int
    height: int
    expires_at: datetime


class LeasedPicture(SamePicture):
    """A picture handed out for labelling, with what a model thinks of it.

    Attributes:
        suggestion: None where there is no model, where none was wanted, and for pictures that are
            answered without help.
        same: Copies of it and pictures of its burst; they were handed out with it, and one answer
            may be given to all of them.
    """

    suggestion: SuggestionShape | None = None
    same: list[SamePicture] = []


def choice_shapes(question: Question, examples: dict[int, list[Example]]) -> list[ChoiceShape]:
    """Return a question's classes in their order."""
    keys, colours = effective_keys(question), effective_colours(question)
    return [
        _choice(choice, keys.get(choice.id), colours[choice.id], examples.get(choice.id, []))
        for choice in question.choices
    ]


def question_shape(question: Question, examples: dict[int, list[Example]]) -> QuestionShape:
    """Return a question as the API shows it."""
    return QuestionShape(
        id=question.id,
        dataset_id=question.dataset_id,
        name=question.name,
        kind=question.kind,
        guidelines=question.guidelines,
        archived=question.archived_at is not None,
        revision=question.revision,
        settings=_settings(question.settings),
        choices=choice_shapes(question, examples),
    )


def settled_shape(settled: Settled) -> LabelShape:
    """Return a label that was just computed."""
    return LabelShape(
        state=settled.state,
        verdict=settled.verdict,
        choice_ids=list(settled.choices),
        number=settled.number,
        certainty=settled.certainty,
        votes=settled.votes,
    )


def label_shape(label: PictureLabel) -> LabelShape:
    """Return a label as it is kept."""
    return LabelShape(
        state=label.state,
        verdict=label.verdict,
        choice_ids=list(label.choice_ids),
        number=label.number,
        certainty=label.certainty,
        votes=label.votes,
    )


def picture_json(row: PictureRow, *, flagged: bool, hidden: bool = False) -> dict[str, Any]:
    """Return a ``PictureShape`` as JSON holds it; with ``hidden`` its label stays out."""
    label = row.label
    return {
        "id": row.id,
        "name": row.name,
        "sha256": row.sha256,
        "width": row.width,
        "height": row.height,
        "group": row.group,
        "part": row.part,
        "label": None
        if label is None or hidden
        else {
            "state": label.state,
            "verdict": label.verdict,
            "choice_ids": label.choice_ids,
            "number": label.number,
            "certainty": label.certainty,
            "votes": label.votes,
        },
        "flagged": flagged,
        "hidden": hidden,
    }


def _settings(settings: QuestionSettings) -> SettingsShape:
    return SettingsShape.model_validate(settings, from_attributes=True)


def _choice(choice: Choice, key: str | None, colour: str, examples: list[Example]) -> ChoiceShape:
    return ChoiceShape(
        id=choice.id,
        name=choice.name,
        position=choice.position,
        key=key,
        colour=colour,
        description=choice.description,
        parent_id=choice.parent_id,
        offered=choice.offered,
        archived=choice.archived_at is not None,
        merged_into=choice.merged_into,
        split=choice.split_at is not None,
        examples=[ExampleShape(id=shown.id, sha256=shown.sha256) for shown in examples],
    )
