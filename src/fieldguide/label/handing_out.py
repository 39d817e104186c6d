"""Hand pictures out to annotators, with known-answer pictures mixed in."""

from __future__ import annotations

from collections.abc import Collection
from math import floor

import sqlalchemy as sa

from fieldguide.errors import DataError
from fieldguide.records import gold, leases
from fieldguide.records.leases import Lease
from fieldguide.records.questions import Question

MOST_AT_ONCE = 200
"""Pictures that one request can lease."""


def hand_out(
    connection: sa.Connection,
    question: Question,
    annotator: str,
    *,
    count: int,
    held: Collection[int] = (),
) -> list[Lease]:
    """Lease the next pictures to an annotator.

    Known-answer pictures come among the others without a mark, so that their share of all that the
    annotator answers is the one that the question's settings ask for.

    Args:
        connection: A writing connection.
        question: The question.
        annotator: To whom.
        count: How many pictures, from 1 to 200.
        held: Pictures that the annotator has before her already.

    Raises:
        DataError: If the question is archived.
    """
    if question.archived_at is not None:
        raise DataError(
            f"The question {question.name!r} is archived; a maintainer can restore it in the "
            "dataset's settings."
        )
    known = _known_due(connection, question, annotator, count, held)
    ordinary = leases.hand_out(connection, question, annotator, count=count - len(known), held=held)
    mixed = list(ordinary)
    for place, member in enumerate(known):
        # Spread over the batch, at places that a person cannot foretell from their number.
        at = (member * 7 + place * 13) % (len(mixed) + 1)
        mixed[at:at] = leases.lease(connection, question, annotator, [member])
    return mixed


def _known_due(
    connection: sa.Connection,
    question: Question,
    annotator: str,
    count: int,
    held: Collection[int],
) -> list[int]:
    share = question.settings.gold_share
    if share == 0:
        return []
    known, everything = gold.answered_by(connection, question.id, annotator)
    outstanding = everything + len(held) + count
    due = min(count, floor(share * outstanding) - known)
    if due <= 0:
        return []
    return gold.unanswered(connection, question.id, annotator, count=due, besides=held)
