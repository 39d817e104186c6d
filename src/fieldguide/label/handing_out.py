"""Hand pictures out to annotators, with known-answer and hold-out pictures mixed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from math import floor

import sqlalchemy as sa

from fieldguide.errors import DataError
from fieldguide.label import holdout
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
    """Lease the next pictures of the queue to an annotator.

    Known-answer pictures come among the others without a mark, so that their share of all that the
    annotator answers is the one that the question's settings ask for; so do pictures of the
    hold-out, where the queue alone does not bring enough of them.

    Args:
        connection: A writing connection.
        question: The question.
        annotator: To whom.
        count: How many pictures, from 1 to 200.
        held: Pictures that the annotator has before her already.

    Raises:
        DataError: If the question is archived.
    """
    check_asked(question)
    known = known_due(connection, question, annotator, count=count, held=held)
    drawn = _drawn(connection, question, annotator, count=count - len(known), held=held)
    left = count - len(known) - len(drawn)
    # On lease first, or the queue might bring them a second time.
    leases.lease(connection, question, annotator, drawn)
    ordinary = leases.hand_out(connection, question, annotator, count=left, held=[*held, *drawn])
    return mixed_in(connection, question, annotator, ordinary, [*known, *drawn])


def check_asked(question: Question) -> None:
    """Refuse a question that is no longer asked.

    Raises:
        DataError: If it is archived.
    """
    if question.archived_at is not None:
        raise DataError(
            f"The question {question.name!r} is archived; a maintainer can restore it in the "
            "dataset's settings."
        )


def mixed_in(
    connection: sa.Connection,
    question: Question,
    annotator: str,
    ordinary: Sequence[Lease],
    member_ids: Sequence[int],
) -> list[Lease]:
    """Lease further pictures and put them among others."""
    mixed = list(ordinary)
    for place, member in enumerate(member_ids):
        # Spread over the batch, at places that a person cannot foretell from their number.
        at = (member * 7 + place * 13) % (len(mixed) + 1)
        mixed[at:at] = leases.lease(connection, question, annotator, [member])
    return mixed


def draws_holdout(question: Question) -> bool:
    """Tell whether a hold-out is labelled, to measure a model of the question on."""
    return question.kind == "single" and question.settings.holdout_share > 0


def _drawn(
    connection: sa.Connection,
    question: Question,
    annotator: str,
    *,
    count: int,
    held: Collection[int],
) -> list[int]:
    """Return the hold-out pictures that are due and are not on their way already."""
    if not draws_holdout(question):
        return []
    due = holdout.due(connection, question, annotator, count=count, coming=count, held=held)
    if due == 0:
        return []
    again = [m for m in leases.of_annotator(connection, question.id, annotator) if m not in held]
    coming = sum(holdout.is_held_out(question.settings, member) for member in again[:count])
    return holdout.next_ones(
        connection, question, annotator, count=due - coming, besides=[*held, *again]
    )


def known_due(
    connection: sa.Connection,
    question: Question,
    annotator: str,
    *,
    count: int,
    held: Collection[int],
    fits: Callable[[int], bool] | None = None,
) -> list[int]:
    """Return the known-answer pictures that are due among the next ones.

    Args:
        connection: Reads.
        question: The question.
        annotator: To whom they will be handed.
        count: How many pictures she is about to get.
        held: Pictures that she has before her.
        fits: Tells whether a picture would not stand out among the others; None takes any.
    """
    share = question.settings.gold_share
    if share == 0:
        return []
    known, everything = gold.answered_by(connection, question.id, annotator)
    outstanding = everything + len(held) + count
    due = min(count, floor(share * outstanding) - known)
    if due <= 0:
        return []
    if fits is None:
        return gold.unanswered(connection, question.id, annotator, count=due, besides=held)
    some = gold.unanswered(connection, question.id, annotator, count=MOST_AT_ONCE, besides=held)
    return [member for member in some if fits(member)][:due]
