"""Gold: pictures whose answer is known, shown among the others to see how well people answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from fieldguide.records import votes
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_or_update
from fieldguide.records.questions import Question
from fieldguide.records.schema import answers, gold_answers, members
from fieldguide.types import Verdict


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """What is known of a picture."""

    member_id: int
    verdict: Verdict
    choice_ids: tuple[int, ...]
    number: float | None
    author: str
    set_at: datetime


def set_answer(
    connection: sa.Connection,
    question_id: int,
    member_id: int,
    *,
    verdict: Verdict,
    choice_ids: tuple[int, ...],
    number: float | None,
    author: str,
) -> None:
    """Make a picture a known-answer picture, or give it another known answer."""
    chosen = sorted(set(choice_ids))
    row = {
        "question_id": question_id,
        "member_id": member_id,
        "verdict": verdict,
        "choice_id": chosen[0] if len(chosen) == 1 else None,
        "choice_ids": chosen,
        "number": number,
        "author": author,
        "set_at": now(),
    }
    insert_or_update(connection, gold_answers, [row], keys=("question_id", "member_id"))


def unset(connection: sa.Connection, question_id: int, member_id: int) -> bool:
    """Make a picture an ordinary one again; tell whether it was not."""
    gone = connection.execute(
        gold_answers.delete().where(
            gold_answers.c.question_id == question_id, gold_answers.c.member_id == member_id
        )
    )
    return gone.rowcount > 0


def of_question(connection: sa.Connection, question_id: int) -> list[GoldAnswer]:
    """Return the known answers about present pictures."""
    query = (
        sa.select(
            gold_answers.c.member_id,
            gold_answers.c.verdict,
            gold_answers.c.choice_ids,
            gold_answers.c.number,
            gold_answers.c.author,
            gold_answers.c.set_at,
        )
        .join(members, members.c.id == gold_answers.c.member_id)
        .where(gold_answers.c.question_id == question_id, members.c.removed_at.is_(None))
        .order_by(gold_answers.c.member_id)
    )
    return [
        GoldAnswer(r.member_id, r.verdict, tuple(r.choice_ids or ()), r.number, r.author, r.set_at)
        for r in connection.execute(query)
    ]


def is_gold(connection: sa.Connection, question_id: int, member_id: int) -> bool:
    """Tell whether a picture's answer is known."""
    query = sa.select(gold_answers.c.member_id).where(
        gold_answers.c.question_id == question_id, gold_answers.c.member_id == member_id
    )
    return connection.execute(query).first() is not None


def unanswered(
    connection: sa.Connection,
    question_id: int,
    annotator: str,
    *,
    count: int,
    besides: Collection[int],
) -> list[int]:
    """Return known-answer pictures that an annotator has not answered, in a fixed order."""
    mine = sa.exists().where(
        answers.c.question_id == gold_answers.c.question_id,
        answers.c.member_id == gold_answers.c.member_id,
        answers.c.annotator == annotator,
    )
    query = (
        sa.select(gold_answers.c.member_id)
        .join(members, members.c.id == gold_answers.c.member_id)
        .where(
            gold_answers.c.question_id == question_id,
            gold_answers.c.member_id.not_in(list(besides)),
            members.c.removed_at.is_(None),
            ~mine,
        )
        .order_by(gold_answers.c.member_id)
        .limit(count)
    )
    return list(connection.scalars(query))


def answered_by(connection: sa.Connection, question_id: int, annotator: str) -> tuple[int, int]:
    """Return how many known-answer pictures an annotator has answered, and how many in all."""
    mine = [answers.c.question_id == question_id, answers.c.annotator == annotator]
    everything = sa.select(sa.func.count()).select_from(answers).where(*mine)
    known = (
        sa.select(sa.func.count())
        .select_from(answers)
        .join(
            gold_answers,
            sa.and_(
                gold_answers.c.question_id == answers.c.question_id,
                gold_answers.c.member_id == answers.c.member_id,
            ),
        )
        .where(*mine)
    )
    return (
        int(connection.execute(known).scalar_one()),
        int(connection.execute(everything).scalar_one()),
    )


def accuracy(connection: sa.Connection, question: Question) -> dict[str, tuple[int, int]]:
    """Return how many known-answer pictures each person answered rightly, and how many in all.

    Merged classes count as the one that they were merged into, and numbers within the question's
    tolerance as the same. Whoever set the known answer is not measured by it.
    """
    query = (
        sa.select(
            answers.c.annotator,
            answers.c.vote_id,
            answers.c.verdict,
            answers.c.choice_id,
            answers.c.number,
            gold_answers.c.verdict.label("known_verdict"),
            gold_answers.c.choice_ids.label("known_choices"),
            gold_answers.c.number.label("known_number"),
        )
        .join(
            gold_answers,
            sa.and_(
                gold_answers.c.question_id == answers.c.question_id,
                gold_answers.c.member_id == answers.c.member_id,
            ),
        )
        .where(
            answers.c.question_id == question.id,
            answers.c.annotator_kind == "person",
            answers.c.annotator != gold_answers.c.author,
            answers.c.verdict != "skip",
            ~answers.c.decides,
        )
    )
    rows = connection.execute(query).all()
    many = votes.many_choices(connection, [row.vote_id for row in rows if row.choice_id is None])
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        chosen = many.get(row.vote_id, ()) if row.choice_id is None else (row.choice_id,)
        alike = (
            row.verdict == row.known_verdict
            and _resolved(question, chosen) == _resolved(question, row.known_choices or ())
            and _near(row.number, row.known_number, question.settings.tolerance)
        )
        right, total = found.get(row.annotator, (0, 0))
        found[row.annotator] = (right + alike, total + 1)
    return found


def _resolved(question: Question, choice_ids: Iterable[int]) -> set[int | None]:
    return {question.resolved.get(choice, choice) for choice in choice_ids}


def _near(number: float | None, known: float | None, tolerance: float) -> bool:
    if number is None or known is None:
        return number is known
    return abs(number - known) <= tolerance
