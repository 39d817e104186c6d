"""The answers to a question as arrays, for agreement and for the weighing of annotators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from fieldguide.label import majority
from fieldguide.metrics.ratings import Ratings
from fieldguide.records import answers, gold
from fieldguide.records.answers import ChoiceRow
from fieldguide.records.questions import Question
from fieldguide.types import IntArray


@dataclass(frozen=True, slots=True)
class QuestionRatings:
    """Who answered what to a single-choice question.

    Attributes:
        ratings: The answers, by index.
        members: The pictures' ids, by index.
        annotators: The annotators' names, by index.
        choices: The classes' ids, by index; merged ones count as the one that they were merged
            into.
        known: ``(pictures,)``, the class that a reviewer or a known answer gives, else -1.
        own: ``(v,)`` bool, whether an answer is by the very person who gave ``known``.
        days: ``(pictures,)``, the day of each picture's latest answer, as an ordinal.
        aided: How many answers were left out because a model's suggestion was in sight.
    """

    ratings: Ratings
    members: tuple[int, ...]
    annotators: tuple[str, ...]
    choices: tuple[int, ...]
    known: IntArray
    own: npt.NDArray[np.bool_]
    days: IntArray
    aided: int = 0


@dataclass(frozen=True, slots=True)
class _Truth:
    choice: int
    author: str


def of_question(
    connection: sa.Connection,
    question: Question,
    *,
    imports: bool,
    own: bool,
    aided: bool = False,
) -> QuestionRatings | None:
    """Read the answers to a single-choice question that were given independently.

    A reviewer decides after having seen all answers, so a decision is no answer beside them: it is
    what the answers are compared with. What she answered before she first decided counts instead.
    What cannot be told apart counts: the records do not say whether an answer was given where
    others' answers were shown, as they are to reviewers, and to all where a question is not blind.

    Args:
        connection: Reads.
        question: The question.
        imports: Whether what imports say counts as an annotator.
        own: Whether the answers of whoever gave a picture's truth count.
        aided: Whether answers count that were given with a model's suggestion in sight: two people
            who see the same suggestion agree more than they would by themselves.

    Returns:
        The answers, or None where there are none, or the question is of another kind.
    """
    if question.kind != "single":
        return None
    choices = tuple(sorted({c for c in question.resolved.values() if c is not None}))
    kinds = {"person", "import"} if imports else {"person"}
    standing = list(answers.choices_of_question(connection, question.id))
    truths = _truths(connection, question, standing)
    rows = [
        row
        for row in _independent(connection, question, standing)
        if row.annotator_kind in kinds
        and question.resolved.get(row.choice_id) is not None
        and (own or not _is_own(row, truths))
    ]
    unaided = [row for row in rows if aided or not row.aided]
    if not unaided:
        return None
    found = _indexed(unaided, truths, question, choices)
    return replace(found, aided=len(rows) - len(unaided))


def _independent(
    connection: sa.Connection, question: Question, standing: Sequence[ChoiceRow]
) -> Iterator[ChoiceRow]:
    earlier = answers.before_deciding(connection, question.id)
    for row in standing:
        if not row.decides and (row.member_id, row.annotator) not in earlier:
            yield row
    yield from (row for row in earlier.values() if row is not None)


def _truths(
    connection: sa.Connection, question: Question, standing: Sequence[ChoiceRow]
) -> dict[int, _Truth]:
    truths: dict[int, _Truth] = {}
    for row in standing:
        choice = question.resolved.get(row.choice_id)
        if row.decides and choice is not None:
            truths[row.member_id] = _Truth(choice, row.annotator)
    for known in gold.of_question(connection, question.id):
        alone = known.choice_ids[0] if len(known.choice_ids) == 1 else None
        choice = None if alone is None else question.resolved.get(alone)
        if choice is not None:
            truths[known.member_id] = _Truth(choice, known.author)
    return truths


def _is_own(row: ChoiceRow, truths: Mapping[int, _Truth]) -> bool:
    truth = truths.get(row.member_id)
    return truth is not None and truth.author == row.annotator


def _indexed(
    rows: Sequence[ChoiceRow],
    truths: Mapping[int, _Truth],
    question: Question,
    choices: tuple[int, ...],
) -> QuestionRatings:
    place: dict[int | None, int] = {choice: index for index, choice in enumerate(choices)}
    members = tuple(sorted({row.member_id for row in rows}))
    annotators = tuple(sorted({row.annotator for row in rows}))
    at = {member: index for index, member in enumerate(members)}
    who = {annotator: index for index, annotator in enumerate(annotators)}
    days = np.zeros(len(members), np.int64)
    for row in rows:
        index = at[row.member_id]
        days[index] = max(days[index], row.answered_at.date().toordinal())
    known = [truths.get(member) for member in members]
    return QuestionRatings(
        ratings=majority.check_votes(
            [at[row.member_id] for row in rows],
            [who[row.annotator] for row in rows],
            [place[question.resolved[row.choice_id]] for row in rows],
            picture_count=len(members),
            annotator_count=len(annotators),
            class_count=len(choices),
        ),
        members=members,
        annotators=annotators,
        choices=choices,
        known=np.array([-1 if truth is None else place[truth.choice] for truth in known], np.int64),
        own=np.array([_is_own(row, truths) for row in rows], np.bool_),
        days=days,
    )


def day_of(ordinal: int) -> date:
    """Return the day that an ordinal means."""
    return date.fromordinal(ordinal)
