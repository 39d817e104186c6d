"""Paces: how fast annotators answer, from the times of their votes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from fieldguide.records.schema import votes


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one annotator answers; ``active`` leaves breaks out."""

    annotator: str
    answers: int
    active: timedelta
    last_at: datetime


def of_question(connection: sa.Connection, question_id: int, pause: timedelta) -> list[Pace]:
    """Compute the pace of each annotator; a gap longer than ``pause`` is a break.

    What an answer took is the time that the browser measured, else the gap to the one before.
    """
    query = (
        sa.select(votes.c.annotator, votes.c.created_at, votes.c.milliseconds)
        .where(
            votes.c.question_id == question_id,
            votes.c.annotator_kind == "person",
            votes.c.verdict != "withdrawn",
        )
        .order_by(votes.c.annotator, votes.c.created_at, votes.c.id)
    )
    found: dict[str, Pace] = {}
    for annotator, moment, milliseconds in connection.execute(query):
        held = found.get(annotator)
        spent = timedelta()
        if milliseconds is not None:
            spent = min(timedelta(milliseconds=milliseconds), pause)
        elif held is not None and moment - held.last_at <= pause:
            spent = moment - held.last_at
        if held is None:
            found[annotator] = Pace(annotator, 1, spent, moment)
        else:
            found[annotator] = Pace(annotator, held.answers + 1, held.active + spent, moment)
    return list(found.values())


def seconds_per_answer(
    connection: sa.Connection, question_id: int, pause: timedelta, *, least: int = 10
) -> dict[bool, float]:
    """Compute how long people take for an answer, with and without a suggestion in sight.

    A page that is confirmed as a whole gives many answers at once; what it took is shared by them.

    Args:
        connection: Reads.
        question_id: The question.
        pause: A longer gap is a break.
        least: With fewer answers of a kind nothing can be said of it.

    Returns:
        Seconds by whether a suggestion was in sight, of those that can be told.
    """
    query = (
        sa.select(votes.c.annotator, votes.c.created_at, votes.c.milliseconds, votes.c.aided)
        .where(
            votes.c.question_id == question_id,
            votes.c.annotator_kind == "person",
            votes.c.verdict != "withdrawn",
        )
        .order_by(votes.c.annotator, votes.c.created_at, votes.c.id)
    )
    spent = {False: timedelta(), True: timedelta()}
    counts = {False: 0, True: 0}
    last: tuple[str, datetime] | None = None
    for annotator, moment, milliseconds, aided in connection.execute(query):
        gap = moment - last[1] if last is not None and last[0] == annotator else None
        last = annotator, moment
        if milliseconds is not None:
            gap = min(timedelta(milliseconds=milliseconds), pause)
        if gap is not None and gap <= pause:
            spent[aided] += gap
            counts[aided] += 1
    return {
        aided: spent[aided].total_seconds() / count
        for aided, count in counts.items()
        if count >= least and spent[aided]
    }
