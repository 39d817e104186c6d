"""Answers: what each annotator says of each picture as things stand; a cache made from votes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.records import votes as vote_records
from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_or_update
from fieldguide.records.schema import answers, members
from fieldguide.records.settling import Answer, standing
from fieldguide.records.votes import NewVote, VoteRow
from fieldguide.types import Verdict


@dataclass(frozen=True, slots=True)
class AnnotatorCount:
    """How many pictures an annotator has answered, by verdict and class."""

    annotator: str
    kind: str
    verdict: str
    choice_id: int | None
    pictures: int


def stand(connection: sa.Connection, vote_id: int, vote: NewVote) -> None:
    """Bring the standing answer of one annotator up to a vote that was just recorded."""
    if vote.verdict == "withdrawn":
        refresh(connection, vote.question_id, [vote.member_id])
        return
    insert_or_update(
        connection,
        answers,
        [
            {
                "question_id": vote.question_id,
                "member_id": vote.member_id,
                "annotator": vote.annotator,
                "annotator_kind": vote.annotator_kind,
                "vote_id": vote_id,
                "verdict": vote.verdict,
                "choice_id": vote.choice_ids[0] if len(vote.choice_ids) == 1 else None,
                "number": vote.number,
                "decides": vote.decides,
                "aided": vote.aided,
                "answered_at": vote.created_at or now(),
            }
        ],
        keys=("question_id", "member_id", "annotator"),
    )


def refresh(connection: sa.Connection, question_id: int, member_ids: Sequence[int]) -> None:
    """Compute the standing answers about some pictures anew from their votes."""
    for part in chunks(member_ids):
        connection.execute(
            answers.delete().where(
                answers.c.question_id == question_id, answers.c.member_id.in_(part)
            )
        )
        said: dict[int, list[VoteRow]] = {}
        for vote in vote_records.of_members(connection, question_id, part):
            said.setdefault(vote.member_id, []).append(vote)
        rows = [row for votes in said.values() for row in _standing_rows(votes)]
        if rows:
            connection.execute(answers.insert(), rows)


def of_members(
    connection: sa.Connection, question_id: int, member_ids: Sequence[int]
) -> dict[int, list[Answer]]:
    """Return the standing answers about some pictures, decisions in the order of their time."""
    found: dict[int, list[Answer]] = {}
    for part in chunks(member_ids):
        rows = connection.execute(*_of_members(question_id, part)).all()
        many = vote_records.many_choices(
            connection, [r.vote_id for r in rows if r.choice_id is None]
        )
        for row in rows:
            chosen = many.get(row.vote_id, ()) if row.choice_id is None else (row.choice_id,)
            found.setdefault(row.member_id, []).append(
                Answer(
                    row.annotator,
                    row.annotator_kind,
                    row.verdict,
                    chosen,
                    row.number,
                    row.decides,
                    row.vote_id,
                )
            )
    return found


def latest_of(
    connection: sa.Connection,
    question_id: int,
    annotator: str,
    *,
    verdict: Verdict | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[VoteRow]:
    """Return an annotator's standing answers, newest first.

    Args:
        connection: Reads.
        question_id: The question.
        annotator: Whose.
        verdict: Only those of this verdict.
        before: Only votes older than this id.
        limit: At most so many.
    """
    query = sa.select(answers.c.vote_id).where(
        answers.c.question_id == question_id, answers.c.annotator == annotator
    )
    if verdict is not None:
        query = query.where(answers.c.verdict == verdict)
    if before is not None:
        query = query.where(answers.c.vote_id < before)
    ids = connection.scalars(query.order_by(answers.c.vote_id.desc()).limit(limit)).all()
    return vote_records.by_ids(connection, ids)


def times(
    connection: sa.Connection, question_id: int, annotator: str, member_ids: Sequence[int]
) -> dict[int, datetime]:
    """Return when an annotator answered each of the pictures that she has answered."""
    found: dict[int, datetime] = {}
    for part in chunks(member_ids):
        query = sa.select(answers.c.member_id, answers.c.answered_at).where(
            answers.c.question_id == question_id,
            answers.c.annotator == annotator,
            answers.c.member_id.in_(part),
            answers.c.verdict != "skip",
        )
        found.update({row.member_id: row.answered_at for row in connection.execute(query)})
    return found


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """A standing answer that names one class."""

    member_id: int
    annotator: str
    annotator_kind: str
    choice_id: int
    decides: bool
    answered_at: datetime
    aided: bool = False


def choices_of_question(connection: sa.Connection, question_id: int) -> Iterator[ChoiceRow]:
    """Give the standing answers about present pictures that name one class, oldest first."""
    query = (
        sa.select(
            answers.c.member_id,
            answers.c.annotator,
            answers.c.annotator_kind,
            answers.c.choice_id,
            answers.c.decides,
            answers.c.answered_at,
            answers.c.aided,
        )
        .join(members, members.c.id == answers.c.member_id)
        .where(
            answers.c.question_id == question_id,
            answers.c.verdict == "answer",
            answers.c.choice_id.is_not(None),
            members.c.removed_at.is_(None),
        )
        .order_by(answers.c.vote_id)
    )
    for row in connection.execute(query):
        yield ChoiceRow(*row)


def before_deciding(
    connection: sa.Connection, question_id: int
) -> dict[tuple[int, str], ChoiceRow | None]:
    """Return what people said of the pictures that they decided, before they saw all answers.

    Returns:
        By picture and annotator, for each who ever decided there: her last answer before her first
        decision that she has not taken back, if it names one class, else None.
    """
    said: dict[tuple[int, str], list[VoteRow]] = {}
    decided: set[tuple[int, str]] = set()
    for vote in vote_records.of_deciders(connection, question_id):
        place = (vote.member_id, vote.annotator)
        pile = said.setdefault(place, [])
        decided.update([place] if vote.decides else [])
        if vote.verdict == "withdrawn":
            del pile[-1:]
        else:
            pile.append(dataclasses.replace(vote, decides=place in decided))
    return {place: _last_independent(pile) for place, pile in said.items()}


def counts(connection: sa.Connection, question_id: int) -> list[AnnotatorCount]:
    """Count the standing answers of each annotator by verdict and class."""
    query = (
        sa.select(
            answers.c.annotator,
            answers.c.annotator_kind,
            answers.c.verdict,
            answers.c.choice_id,
            sa.func.count(),
        )
        .where(answers.c.question_id == question_id)
        .group_by(
            answers.c.annotator, answers.c.annotator_kind, answers.c.verdict, answers.c.choice_id
        )
        .order_by(answers.c.annotator, answers.c.verdict, answers.c.choice_id)
    )
    return [AnnotatorCount(*row) for row in connection.execute(query)]


def _last_independent(pile: Sequence[VoteRow]) -> ChoiceRow | None:
    vote = next((vote for vote in reversed(pile) if not vote.decides), None)
    if vote is None or vote.verdict != "answer" or len(vote.choice_ids) != 1:
        return None
    return ChoiceRow(
        vote.member_id,
        vote.annotator,
        vote.annotator_kind,
        vote.choice_ids[0],
        decides=False,
        answered_at=vote.created_at,
        aided=vote.aided,
    )


def _standing_rows(votes: Sequence[VoteRow]) -> list[Mapping[str, Any]]:
    latest = standing((vote.annotator, vote.verdict, vote) for vote in votes)
    return [
        {
            "question_id": vote.question_id,
            "member_id": vote.member_id,
            "annotator": vote.annotator,
            "annotator_kind": vote.annotator_kind,
            "vote_id": vote.id,
            "verdict": vote.verdict,
            "choice_id": vote.choice_ids[0] if len(vote.choice_ids) == 1 else None,
            "number": vote.number,
            "decides": vote.decides,
            "aided": vote.aided,
            "answered_at": vote.created_at,
        }
        for vote in latest.values()
    ]


# Putting a statement together costs more than running it, so it is made once.
def _of_members(
    question_id: int, member_ids: Sequence[int]
) -> tuple[sa.Select[Any], dict[str, Any]]:
    # A list has to be written into the statement each time; most often one picture is asked for.
    if len(member_ids) == 1:
        return _OF_MEMBER, {"question": question_id, "picture": member_ids[0]}
    return _OF_MEMBERS, {"question": question_id, "pictures": list(member_ids)}


_OF_QUESTION = (
    sa.select(
        answers.c.member_id,
        answers.c.vote_id,
        answers.c.annotator,
        answers.c.annotator_kind,
        answers.c.verdict,
        answers.c.choice_id,
        answers.c.number,
        answers.c.decides,
    )
    .where(answers.c.question_id == sa.bindparam("question"))
    .order_by(answers.c.vote_id)
)
_OF_MEMBER = _OF_QUESTION.where(answers.c.member_id == sa.bindparam("picture"))
_OF_MEMBERS = _OF_QUESTION.where(answers.c.member_id.in_(sa.bindparam("pictures", expanding=True)))
