"""Votes: one answer by one annotator at one time. They are only ever added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

import sqlalchemy as sa

from fieldguide.records import questions as question_records
from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_if_new, insert_new
from fieldguide.records.schema import members, vote_choices, votes
from fieldguide.types import AnnotatorKind, Verdict

IMPORT_ANNOTATOR = "import"
"""The annotator under which class folders and label columns vote."""

SUGGESTIONS_ANNOTATOR = "model:suggestions"
"""The annotator under which what a live suggestion said is kept; such votes never count."""


@dataclass(frozen=True, slots=True)
class NewVote:
    """An answer about to be recorded.

    Attributes:
        member_id: The picture.
        question_id: The question.
        annotator: Who answers.
        annotator_kind: Person, import or model.
        client_key: The answer's own key: one that is known already is not stored again.
        verdict: Answer, another way out, or the withdrawal of the last answer.
        choice_ids: The chosen classes.
        number: The answer to a number question.
        decides: Whether a reviewer settles the matter with it.
        milliseconds: How long it took.
        created_at: When it was given, if not now.
        certainty: A model's probability of what it says, from 0 to 1.
        aided: Whether a person had a model's suggestion in sight.
    """

    member_id: int
    question_id: int
    annotator: str
    annotator_kind: AnnotatorKind
    client_key: str
    verdict: Verdict = "answer"
    choice_ids: tuple[int, ...] = ()
    number: float | None = None
    decides: bool = False
    milliseconds: int | None = None
    created_at: datetime | None = None
    certainty: float | None = None
    aided: bool = False


@dataclass(frozen=True, slots=True)
class VoteRow:
    """An answer as it stands in the records, its classes as they were chosen."""

    id: int
    member_id: int
    question_id: int
    annotator: str
    annotator_kind: AnnotatorKind
    verdict: Verdict
    choice_ids: tuple[int, ...]
    number: float | None
    decides: bool
    milliseconds: int | None
    created_at: datetime
    client_key: str
    certainty: float | None = None
    aided: bool = False


def add(connection: sa.Connection, vote: NewVote) -> int | None:
    """Record one answer and return its id; None when its client key is known already."""
    single = vote.choice_ids[0] if len(vote.choice_ids) == 1 else None
    found = insert_if_new(
        connection,
        votes,
        {
            "member_id": vote.member_id,
            "question_id": vote.question_id,
            "verdict": vote.verdict,
            "choice_id": single,
            "number": vote.number,
            "decides": vote.decides,
            "milliseconds": vote.milliseconds,
            "certainty": vote.certainty,
            "aided": vote.aided,
            "annotator": vote.annotator,
            "annotator_kind": vote.annotator_kind,
            "created_at": vote.created_at or now(),
            "client_key": vote.client_key,
        },
    )
    if found is not None and len(vote.choice_ids) > 1:
        connection.execute(
            vote_choices.insert(),
            [{"vote_id": found, "choice_id": choice} for choice in vote.choice_ids],
        )
    return found


def add_imported(
    connection: sa.Connection,
    *,
    question_id: int,
    answers: Mapping[int, str],
) -> int:
    """Record what an import says about pictures, where it differs from what the last one said.

    A repeated step therefore stores nothing twice: what it says has been said.

    Args:
        connection: A writing connection.
        question_id: The question that is answered.
        answers: Class name by member id.

    Returns:
        How many votes were added.
    """
    known = question_records.choice_ids(connection, question_id, set(answers.values()))
    latest = latest_by(connection, question_id, IMPORT_ANNOTATOR, list(answers))
    fresh = {
        member: known[name] for member, name in answers.items() if latest.get(member) != known[name]
    }
    moment = now()
    insert_new(
        connection,
        votes,
        [
            {
                "member_id": member,
                "question_id": question_id,
                "choice_id": choice,
                "annotator": IMPORT_ANNOTATOR,
                "annotator_kind": "import",
                "created_at": moment,
                "client_key": f"import:{uuid4()}",
            }
            for member, choice in fresh.items()
        ],
    )
    return len(fresh)


def find(connection: sa.Connection, client_key: str) -> VoteRow | None:
    """Return the vote with a client key, or None."""
    found = list(_rows(connection, _SELECTION.where(votes.c.client_key == client_key)))
    return found[0] if found else None


def by_ids(connection: sa.Connection, ids: Sequence[int]) -> list[VoteRow]:
    """Return votes by their ids, in that order; unknown ones are left out."""
    found: dict[int, VoteRow] = {}
    for part in chunks(ids):
        rows = _rows(connection, _SELECTION.where(votes.c.id.in_(part)))
        found.update({vote.id: vote for vote in rows})
    return [found[vote] for vote in ids if vote in found]


def of_member(connection: sa.Connection, member_id: int) -> list[VoteRow]:
    """Return all votes about a picture, oldest first."""
    query = _SELECTION.where(votes.c.member_id == member_id).order_by(votes.c.id)
    return list(_rows(connection, query))


def of_members(
    connection: sa.Connection, question_id: int, member_ids: Sequence[int]
) -> Iterator[VoteRow]:
    """Give a question's votes about some pictures, oldest first within each."""
    for part in chunks(member_ids):
        query = _SELECTION.where(
            votes.c.question_id == question_id, votes.c.member_id.in_(part)
        ).order_by(votes.c.id)
        yield from _rows(connection, query)


def of_question(connection: sa.Connection, question_id: int) -> Iterator[VoteRow]:
    """Give a question's votes about present pictures, oldest first."""
    query = (
        _SELECTION.join(members, members.c.id == votes.c.member_id)
        .where(votes.c.question_id == question_id, members.c.removed_at.is_(None))
        .order_by(votes.c.id)
    )
    yield from _rows(connection, query)


def of_deciders(connection: sa.Connection, question_id: int) -> Iterator[VoteRow]:
    """Give all votes of people about present pictures that they have decided, oldest first."""
    decided = (
        sa.select(votes.c.member_id, votes.c.annotator)
        .where(votes.c.question_id == question_id, votes.c.decides)
        .distinct()
        .subquery()
    )
    query = (
        _SELECTION.join(
            decided,
            sa.and_(
                decided.c.member_id == votes.c.member_id,
                decided.c.annotator == votes.c.annotator,
            ),
        )
        .join(members, members.c.id == votes.c.member_id)
        .where(votes.c.question_id == question_id, members.c.removed_at.is_(None))
        .order_by(votes.c.id)
    )
    yield from _rows(connection, query)


def per_day(connection: sa.Connection, question_id: int, *, days: int) -> list[tuple[date, int]]:
    """Count people's answers on each of the last days (UTC) on which there were any."""
    day = sa.func.date(votes.c.created_at)
    query = (
        sa.select(day.label("day"), sa.func.count().label("answers"))
        .where(
            votes.c.question_id == question_id,
            votes.c.annotator_kind == "person",
            votes.c.verdict != "withdrawn",
        )
        .group_by(day)
        .order_by(day.desc())
        .limit(days)
    )
    found = [
        (row.day if isinstance(row.day, date) else date.fromisoformat(row.day), row.answers)
        for row in connection.execute(query)
    ]
    return found[::-1]


def newest_id(connection: sa.Connection, question_id: int) -> int:
    """Return the id of a question's newest vote, 0 without one."""
    query = sa.select(sa.func.max(votes.c.id)).where(votes.c.question_id == question_id)
    return int(connection.execute(query).scalar() or 0)


def latest_by(
    connection: sa.Connection, question_id: int, annotator: str, member_ids: list[int]
) -> dict[int, int | None]:
    """Return an annotator's latest choice for each of the pictures that have one."""
    found: dict[int, int | None] = {}
    for part in chunks(member_ids):
        query = (
            sa.select(votes.c.member_id, votes.c.choice_id)
            .where(
                votes.c.question_id == question_id,
                votes.c.annotator == annotator,
                votes.c.member_id.in_(part),
            )
            .order_by(votes.c.id)
        )
        found.update({row.member_id: row.choice_id for row in connection.execute(query)})
    return found


def many_choices(connection: sa.Connection, ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return the classes of the votes that name none or several."""
    found: dict[int, tuple[int, ...]] = {}
    for part in chunks(ids):
        query = (
            sa.select(vote_choices.c.vote_id, vote_choices.c.choice_id)
            .where(vote_choices.c.vote_id.in_(part))
            .order_by(vote_choices.c.vote_id, vote_choices.c.choice_id)
        )
        for vote, choice in connection.execute(query):
            found[vote] = (*found.get(vote, ()), choice)
    return found


_SELECTION = sa.select(
    votes.c.id,
    votes.c.member_id,
    votes.c.question_id,
    votes.c.annotator,
    votes.c.annotator_kind,
    votes.c.verdict,
    votes.c.choice_id,
    votes.c.number,
    votes.c.decides,
    votes.c.milliseconds,
    votes.c.created_at,
    votes.c.client_key,
    votes.c.certainty,
    votes.c.aided,
)


def _rows(connection: sa.Connection, query: sa.Select[tuple[object, ...]]) -> Iterator[VoteRow]:
    for part in connection.execute(query).partitions(500):
        many = many_choices(connection, [row.id for row in part if row.choice_id is None])
        for row in part:
            chosen = many.get(row.id, ()) if row.choice_id is None else (row.choice_id,)
            yield VoteRow(
                row.id,
                row.member_id,
                row.question_id,
                row.annotator,
                row.annotator_kind,
                row.verdict,
                chosen,
                row.number,
                row.decides,
                row.milliseconds,
                row.created_at,
                row.client_key,
                row.certainty,
                row.aided,
            )
