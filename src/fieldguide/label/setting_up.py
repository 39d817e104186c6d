"""Set up questions: make them, change how they are asked, and bring labels and queue after."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from fieldguide.label import editing_classes, posteriors
from fieldguide.label.editing_classes import ChoiceValues
from fieldguide.records import labels, leases, questions
from fieldguide.records.questions import Question, QuestionSettings
from fieldguide.types import QuestionKind

_RECOUNTED = {
    "answers_needed",
    "answers_most",
    "agreement",
    "count_imports",
    "label_method",
    "tolerance",
}
_REORDERED = {"order", "order_column", "seed"}


def add_question(
    connection: sa.Connection,
    *,
    dataset_id: int,
    name: str,
    kind: QuestionKind,
    author: str,
    guidelines: str = "",
    settings: QuestionSettings | None = None,
    choices: Sequence[str] = (),
) -> int:
    """Ask a new question about each picture of a dataset; return its id.

    Raises:
        InputError: If the name is taken, the settings make no sense, or a number is given classes.
    """
    question_id = questions.add(
        connection,
        dataset_id=dataset_id,
        name=name,
        kind=kind,
        guidelines=guidelines,
        settings=settings,
        client_key=f"question:{uuid4()}",
    )
    editing_classes.add_all(
        connection,
        questions.get(connection, question_id),
        [ChoiceValues(name=choice) for choice in choices],
        author=author,
        client_key=f"edit:{uuid4()}",
    )
    labels.refresh(connection, question_id)
    return question_id


def change_question(
    connection: sa.Connection,
    question: Question,
    *,
    name: str | None = None,
    guidelines: str | None = None,
    settings: Mapping[str, Any] | None = None,
    archived: bool | None = None,
) -> None:
    """Change what is given of a question.

    When answers are counted in another way all labels are computed anew, as when the question was
    archived and is asked again; when the order is another one everybody begins at its front.

    Raises:
        InputError: If the name is taken or the settings make no sense.
    """
    wanted = None if settings is None else changed(question.settings, settings)
    questions.change(
        connection,
        question.id,
        name=name,
        guidelines=guidelines,
        settings=wanted,
        archived=archived,
    )
    # Pictures that came while it was archived have no label yet.
    asked_again = archived is False and question.archived_at is not None
    different = set() if wanted is None else _differences(question.settings, wanted)
    if asked_again or different & _RECOUNTED:
        posteriors.settle_again(connection, question.id)
    if different & _REORDERED:
        labels.reorder(connection, questions.get(connection, question.id))
        leases.rewind(connection, question.id)


def changed(settings: QuestionSettings | None, given: Mapping[str, Any]) -> QuestionSettings:
    """Return settings with what is given in place of what was.

    None takes away a limit that may be absent, and leaves anything else as it was.
    """
    held = settings or QuestionSettings()
    absent = {"answers_most", "order_column", "least", "greatest"}
    values = {key: value for key, value in given.items() if value is not None or key in absent}
    if "answers_needed" in values and "answers_most" not in values:
        most = held.answers_most
        if most is not None and most < values["answers_needed"]:
            values["answers_most"] = None
    return dataclasses.replace(held, **values)


def wants_new_fit(before: QuestionSettings, after: QuestionSettings) -> bool:
    """Tell whether annotators must be weighed anew after a change of the settings."""
    return after.label_method == "dawid-skene" and bool(
        _differences(before, after) & {"label_method", "count_imports"}
    )


def _differences(before: QuestionSettings, after: QuestionSettings) -> set[str]:
    held = dataclasses.asdict(before)
    return {key for key, value in dataclasses.asdict(after).items() if held[key] != value}
