"""Review: where people disagree, a reviewer sees all answers and decides."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.label import answering, posteriors
from fieldguide.label.answering import Given, Submission
from fieldguide.records import extra_answers, gold, pictures, review_requests
from fieldguide.records.questions import Question


def decide(
    connection: sa.Connection, question: Question, submission: Submission, *, reviewer: str
) -> Given:
    """Settle what the answers left open. The decision is a vote too, and can be taken back.

    Raises:
        InputError: If the answer does not fit the question.
    """
    return answering.give(
        connection,
        question,
        submission,
        annotator=reviewer,
        decides=True,
        posterior=posteriors.posterior(connection, question),
    )


def members_of(
    connection: sa.Connection, question: Question, member_ids: Sequence[int]
) -> set[int]:
    """Return which of some pictures the question is asked about."""
    rows = pictures.by_ids(connection, member_ids, question.id)
    return {row.id for row in rows}


def ask_again(
    connection: sa.Connection, question: Question, member_ids: Sequence[int], *, author: str
) -> None:
    """Put pictures back into the queue until each has one more answer than it has now.

    To ask once more changes nothing until that answer has come. What a reviewer decided stays
    settled.
    """
    held = extra_answers.of_members(connection, question.id, member_ids)
    rows = pictures.by_ids(connection, list(dict.fromkeys(member_ids)), question.id)
    wanted = {
        row.id: max(held.get(row.id, 0), row.label.votes + 1 - question.settings.answers_needed)
        for row in rows
        if row.label is not None
    }
    extra_answers.set_extra(connection, question.id, wanted, author=author)
    review_requests.withdraw(connection, question.id, list(wanted))
    posteriors.settle_again(connection, question.id, list(wanted))


def send(
    connection: sa.Connection,
    question: Question,
    member_ids: Sequence[int],
    *,
    author: str,
    reason: str,
) -> list[int]:
    """Send pictures to review, whatever the answers say; these stay, and so does the label.

    The pictures wait there until a reviewer decides, also about those that one decided before.

    Returns:
        Those of the pictures that the question is asked about.
    """
    held = sorted(members_of(connection, question, list(dict.fromkeys(member_ids))))
    review_requests.ask(connection, question.id, held, author=author, reason=reason)
    posteriors.settle_again(connection, question.id, held)
    return held


def call_back(connection: sa.Connection, question: Question, member_ids: Sequence[int]) -> None:
    """Take back that pictures were sent to review: they stand as their answers say."""
    held = sorted(members_of(connection, question, list(dict.fromkeys(member_ids))))
    review_requests.withdraw(connection, question.id, held)
    posteriors.settle_again(connection, question.id, held)


def set_gold(
    connection: sa.Connection, question: Question, submission: Submission, *, author: str
) -> Given:
    """Make a picture a known-answer picture; what is known settles its label.

    Raises:
        InputError: If the answer does not fit the question, or says nothing.
    """
    if submission.verdict in {"skip", "withdrawn"}:
        raise InputError(
            f"A known answer cannot be {submission.verdict!r}: give a class, a number, or "
            "'cannot_tell'."
        )
    given = decide(connection, question, submission, reviewer=author)
    gold.set_answer(
        connection,
        question.id,
        submission.member_id,
        verdict=submission.verdict,
        choice_ids=submission.choice_ids,
        number=submission.number,
        author=author,
    )
    return given
