"""The answers to a question as arrays, for agreement and for the weighing of annotators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa

from fieldguide.label import majority
from fieldguide.metrics.percent_agreement import Ratings
from fieldguide.records import answers, gold
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
        days: ``(pictures,)``, the day of each picture's latest answer, as an ordinal.
    """

    ratings: Ratings
    members: tuple[int, ...]
    annotators: tuple[str, ...]
    choices: tuple[int, ...]
    known: IntArray
    days: IntArray


def of_question(
    connection: sa.Connection, question: Question, *, imports: bool
) -> QuestionRatings | None:
    """Read the standing answers to a single-choice question.

    Args:
        connection: Reads.
        question: The question.
        imports: Whether what imports say counts as an annotator.

    Returns:
        The answers, or None where there are none, or the question is of another kind.
    """
    if question.kind != "single":
        return None
    resolved = question.resolved
    choices = tuple(sorted({c for c in resolved.values() if c is not None}))
    place = {choice: index for index, choice in enumerate(choices)}
    kinds = {"person", "import"} if imports else {"person"}
    rows: list[tuple[int, str, int]] = []
    truths: dict[int, int] = {}
    days: dict[int, int] = {}
    for row in answers.choices_of_question(connection, question.id):
        choice = resolved.get(row.choice_id)
        if choice is None:
            continue
        if row.decides:
            truths[row.member_id] = place[choice]
        elif row.annotator_kind in kinds:
            rows.append((row.member_id, row.annotator, place[choice]))
            day = row.answered_at.date().toordinal()
            days[row.member_id] = max(days.get(row.member_id, 0), day)
    if not rows:
        return None
    for known in gold.of_question(connection, question.id):
        choice = resolved.get(known.choice_ids[0]) if len(known.choice_ids) == 1 else None
        if choice is not None:
            truths[known.member_id] = place[choice]
    members = tuple(sorted({member for member, _, _ in rows}))
    annotators = tuple(sorted({annotator for _, annotator, _ in rows}))
    at = {member: index for index, member in enumerate(members)}
    who = {annotator: index for index, annotator in enumerate(annotators)}
    ratings = majority.check_votes(
        [at[member] for member, _, _ in rows],
        [who[annotator] for _, annotator, _ in rows],
        [choice for _, _, choice in rows],
        picture_count=len(members),
        annotator_count=len(annotators),
        class_count=len(choices),
    )
    return QuestionRatings(
        ratings=ratings,
        members=members,
        annotators=annotators,
        choices=choices,
        known=np.array([truths.get(member, -1) for member in members], np.int64),
        days=np.array([days[member] for member in members], np.int64),
    )


def day_of(ordinal: int) -> date:
    """Return the day that an ordinal means."""
    return date.fromordinal(ordinal)
