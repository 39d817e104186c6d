"""Leases: which pictures are in whose hands, so that nobody is handed one too many."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_or_update
from fieldguide.records.questions import Question
from fieldguide.records.schema import (
    UtcTime,
    answers,
    gold_answers,
    labels,
    leases,
    queue_positions,
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A picture in somebody's hands until a moment."""

    member_id: int
    expires_at: datetime


def hand_out(
    connection: sa.Connection,
    question: Question,
    annotator: str,
    *,
    count: int,
    held: Collection[int] = (),
) -> list[Lease]:
    """Lease the next open pictures to an annotator, in one step that nothing can come between.

    A picture is handed out while its answers and the live leases of others are together fewer than
    the answers wanted, and never to somebody who has answered or skipped it. What the annotator has
    on lease already comes first, but for what the browser says it holds.

    Args:
        connection: A writing connection.
        question: The question.
        annotator: To whom.
        count: How many pictures at most, with those that come again.
        held: Pictures that the annotator has before her; their leases are renewed.

    Returns:
        The leases, in the order in which the pictures should be shown.
    """
    _alone(connection, question.id)
    moment = now()
    until = moment + timedelta(minutes=question.settings.lease_minutes)
    connection.execute(_DELETE_ENDED, {"question": question.id, "moment": moment})
    again = _on_lease(connection, question.id, annotator)
    taken = [member for member in again if member not in held][:count]
    fresh = _next(connection, question, annotator, count - len(taken))
    _lease(
        connection,
        question.id,
        annotator,
        [*(member for member in held if member in again), *taken, *(m for m, _ in fresh)],
        moment,
        until,
    )
    if fresh:
        _move_on(connection, question.id, annotator, *fresh[-1])
    return [Lease(member, until) for member in (*taken, *(m for m, _ in fresh))]


def lease(
    connection: sa.Connection, question: Question, annotator: str, member_ids: Sequence[int]
) -> list[Lease]:
    """Lease given pictures to an annotator beside those of the queue."""
    moment = now()
    until = moment + timedelta(minutes=question.settings.lease_minutes)
    _lease(connection, question.id, annotator, member_ids, moment, until)
    return [Lease(member, until) for member in member_ids]


def of_annotator(connection: sa.Connection, question_id: int, annotator: str) -> list[int]:
    """Return the pictures that an annotator has on lease, in the order in which they were given."""
    return _on_lease(connection, question_id, annotator)


def take(
    connection: sa.Connection,
    question: Question,
    annotator: str,
    candidates: Sequence[int],
    *,
    count: int,
    alike: Sequence[int] | None = None,
    held: Collection[int] = (),
) -> list[Lease]:
    """Lease the first of given pictures that can be handed out, in one step as ``hand_out``.

    The conditions are those of the queue. What the annotator has on lease already may come again,
    but for what the browser says it holds, whose leases are renewed.

    Args:
        connection: A writing connection.
        question: The question.
        annotator: To whom.
        candidates: The pictures, in the order in which they are wanted; any number of them.
        count: How many pictures at most.
        alike: A number for each candidate; of those with equal ones only the first that can be had
            is taken.
        held: Pictures that the annotator has before her.

    Returns:
        The leases, in the order of the candidates.
    """
    _alone(connection, question.id)
    moment = now()
    until = moment + timedelta(minutes=question.settings.lease_minutes)
    connection.execute(_DELETE_ENDED, {"question": question.id, "moment": moment})
    mine = set(_on_lease(connection, question.id, annotator))
    kinds = candidates if alike is None else alike
    taken: dict[int, int] = {}
    size, start = max(2 * count, _FEWEST), 0
    while start < len(candidates) and len(taken) < count:
        part = candidates[start : start + size]
        free = _free_among(connection, question.id, annotator, part)
        for member, kind in zip(part, kinds[start : start + size], strict=True):
            if len(taken) < count and member in free and member not in held:
                taken.setdefault(kind, member)
        start, size = start + size, min(2 * size, _MOST)
    found = list(taken.values())
    kept = [member for member in held if member in mine]
    _lease(connection, question.id, annotator, [*kept, *found], moment, until)
    return [Lease(member, until) for member in found]


def release(
    connection: sa.Connection,
    question_id: int,
    annotator: str,
    member_ids: Collection[int] | None = None,
) -> int:
    """Give pictures back, all of an annotator's where none are named; return how many."""
    mine = {"question": question_id, "me": annotator}
    if member_ids is None:
        return int(connection.execute(_DELETE_MINE, mine).rowcount)
    return sum(
        int(connection.execute(_DELETE_ONE, {**mine, "picture": member}).rowcount)
        for member in member_ids
    )


def rewind(connection: sa.Connection, question_id: int) -> None:
    """Let everybody begin at the front again, as after a change of the order."""
    connection.execute(queue_positions.delete().where(queue_positions.c.question_id == question_id))


def count_open(connection: sa.Connection, question_id: int, annotator: str) -> int:
    """Count the open pictures that an annotator has not answered or skipped."""
    query = (
        sa.select(sa.func.count())
        .select_from(labels)
        .where(labels.c.question_id == _QUESTION, labels.c.state == "open", ~_ANSWERED_BY_ME)
    )
    values = {"question": question_id, "me": annotator}
    return int(connection.execute(query, values).scalar_one())


def open_among(
    connection: sa.Connection, question_id: int, annotator: str, member_ids: Sequence[int]
) -> set[int]:
    """Return those of a few hundred pictures that could be handed out to an annotator now."""
    values = {"question": question_id, "me": annotator, "pictures": list(member_ids)}
    return set(connection.scalars(_OPEN_AMONG, values))


def _alone(connection: sa.Connection, question_id: int) -> None:
    # SQLite's writer is alone already; on PostgreSQL two servers must not count at the same time.
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(question_id)))


def _on_lease(connection: sa.Connection, question_id: int, annotator: str) -> list[int]:
    return list(connection.scalars(_MINE, {"question": question_id, "me": annotator}))


def _next(
    connection: sa.Connection, question: Question, annotator: str, count: int
) -> list[tuple[int, float]]:
    if count <= 0:
        return []
    mine = {"question": question.id, "me": annotator}
    place = connection.execute(_POSITION, mine).first()
    if place is None:
        return _taken(connection, _OPEN_TO_ME, {**mine, "most": count})
    here = {**mine, "order_key": place.order_key, "picture": place.member_id}
    found = _taken(connection, _OPEN_BEYOND, {**here, "most": count})
    if len(found) < count:
        # What others gave back, or what came in between, lies before the place that was reached.
        found += _taken(connection, _OPEN_BEFORE, {**here, "most": count - len(found)})
    return found


def _free_among(
    connection: sa.Connection, question_id: int, annotator: str, member_ids: Sequence[int]
) -> set[int]:
    values = {"question": question_id, "me": annotator, "pictures": list(member_ids)}
    return set(connection.scalars(_FREE_AMONG, values))


def _taken(
    connection: sa.Connection, query: sa.Select[tuple[int, float]], values: Mapping[str, object]
) -> list[tuple[int, float]]:
    return [(row.member_id, row.order_key) for row in connection.execute(query, values)]


def _lease(
    connection: sa.Connection,
    question_id: int,
    annotator: str,
    member_ids: Sequence[int],
    moment: datetime,
    until: datetime,
) -> None:
    rows = [
        {
            "question_id": question_id,
            "member_id": member,
            "annotator": annotator,
            "given_at": moment,
            "expires_at": until,
        }
        for member in member_ids
    ]
    keys = ("question_id", "member_id", "annotator")
    insert_or_update(connection, leases, rows, keys=keys, keep=("given_at",))


def _move_on(
    connection: sa.Connection, question_id: int, annotator: str, member_id: int, order_key: float
) -> None:
    row = {
        "question_id": question_id,
        "annotator": annotator,
        "order_key": order_key,
        "member_id": member_id,
    }
    insert_or_update(connection, queue_positions, [row], keys=("question_id", "annotator"))


# Putting a statement together costs more than running it, so each is made once.

_QUESTION = sa.bindparam("question", type_=sa.BigInteger)
_ME = sa.bindparam("me", type_=sa.Text)

_OF_MINE = (leases.c.question_id == _QUESTION, leases.c.annotator == _ME)
_DELETE_ENDED = leases.delete().where(
    leases.c.question_id == _QUESTION, leases.c.expires_at <= sa.bindparam("moment", type_=UtcTime)
)
_DELETE_MINE = leases.delete().where(*_OF_MINE)
_DELETE_ONE = leases.delete().where(
    *_OF_MINE, leases.c.member_id == sa.bindparam("picture", type_=sa.BigInteger)
)
_MINE = (
    sa.select(leases.c.member_id)
    .join(
        labels,
        sa.and_(
            labels.c.question_id == leases.c.question_id, labels.c.member_id == leases.c.member_id
        ),
    )
    .where(*_OF_MINE)
    .order_by(leases.c.given_at, labels.c.order_key, leases.c.member_id)
)
_POSITION = sa.select(queue_positions.c.order_key, queue_positions.c.member_id).where(
    queue_positions.c.question_id == _QUESTION, queue_positions.c.annotator == _ME
)
_ANSWERED_BY_ME = sa.exists().where(
    answers.c.question_id == labels.c.question_id,
    answers.c.member_id == labels.c.member_id,
    answers.c.annotator == _ME,
)
_LEASED_TO_ME = sa.exists().where(
    leases.c.question_id == labels.c.question_id,
    leases.c.member_id == labels.c.member_id,
    leases.c.annotator == _ME,
)
_KNOWN = sa.exists().where(
    gold_answers.c.question_id == labels.c.question_id,
    gold_answers.c.member_id == labels.c.member_id,
)
_OUT = (
    sa.select(sa.func.count())
    .select_from(leases)
    .where(leases.c.question_id == labels.c.question_id, leases.c.member_id == labels.c.member_id)
    .scalar_subquery()
)
_OPEN_TO_ME = (
    sa.select(labels.c.member_id, labels.c.order_key)
    .where(
        labels.c.question_id == _QUESTION,
        labels.c.state == "open",
        ~_ANSWERED_BY_ME,
        ~_LEASED_TO_ME,
        ~_KNOWN,
        labels.c.vote_count + _OUT < labels.c.wanted,
    )
    .order_by(labels.c.order_key, labels.c.member_id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_PLACE = sa.tuple_(labels.c.order_key, labels.c.member_id)
_HERE = sa.tuple_(
    sa.bindparam("order_key", type_=sa.Double), sa.bindparam("picture", type_=sa.BigInteger)
)
_OPEN_BEYOND = _OPEN_TO_ME.where(_PLACE > _HERE)
_OPEN_BEFORE = _OPEN_TO_ME.where(_PLACE <= _HERE)

_FEWEST, _MOST = 40, 800
"""Candidates that are looked at in one statement."""

_OUT_TO_OTHERS = (
    sa.select(sa.func.count())
    .select_from(leases)
    .where(
        leases.c.question_id == labels.c.question_id,
        leases.c.member_id == labels.c.member_id,
        leases.c.annotator != _ME,
    )
    .scalar_subquery()
)
# Not the column itself, by whose index SQLite would look at all open pictures.
_IS_OPEN = labels.c.state.concat("") == "open"

_AMONG = sa.select(labels.c.member_id).where(
    labels.c.question_id == _QUESTION,
    labels.c.member_id.in_(sa.bindparam("pictures", expanding=True)),
    _IS_OPEN,
    ~_ANSWERED_BY_ME,
    ~_KNOWN,
)
_FREE_AMONG = _AMONG.where(labels.c.vote_count + _OUT_TO_OTHERS < labels.c.wanted)
_OPEN_AMONG = _AMONG.where(~_LEASED_TO_ME, labels.c.vote_count + _OUT < labels.c.wanted)
