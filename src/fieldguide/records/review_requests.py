"""Review requests: pictures that somebody sends to a reviewer although the answers agree.

A request holds a picture in review until somebody decides about it later than that, or until it is
taken back. The votes stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_or_update
from fieldguide.records.schema import review_requests, votes


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """That somebody wants a reviewer to look at a picture.

    Attributes:
        after_vote: The newest vote at that time; only a decision after it
            settles the picture.
    """

    author: str
    reason: str
    after_vote: int
    asked_at: datetime


def ask(
    connection: sa.Connection,
    question_id: int,
    member_ids: Sequence[int],
    *,
    author: str,
    reason: str,
) -> None:
    """Ask that a reviewer looks at some pictures; a request that stands is replaced."""
    newest = sa.select(sa.func.coalesce(sa.func.max(votes.c.id), 0))
    after, moment = int(connection.execute(newest).scalar_one()), now()
    rows = [
        {
            "question_id": question_id,
            "member_id": member,
            "author": author,
            "reason": reason,
            "after_vote": after,
            "asked_at": moment,
        }
        for member in dict.fromkeys(member_ids)
    ]
    insert_or_update(connection, review_requests, rows, keys=("question_id", "member_id"))


def withdraw(connection: sa.Connection, question_id: int, member_ids: Sequence[int]) -> int:
    """Take requests back; return how many there were."""
    gone = 0
    for part in chunks(member_ids):
        gone += connection.execute(
            review_requests.delete().where(
                review_requests.c.question_id == question_id,
                review_requests.c.member_id.in_(part),
            )
        ).rowcount
    return gone


def after_votes(
    connection: sa.Connection, question_id: int, member_ids: Sequence[int]
) -> dict[int, int]:
    """Return after which vote each requested one of some pictures wants a decision."""
    found: dict[int, int] = {}
    for part in chunks(member_ids):
        values = {"question": question_id, "pictures": list(part)}
        found.update({r.member_id: r.after_vote for r in connection.execute(_AFTER, values)})
    return found


def find(connection: sa.Connection, question_id: int, member_id: int) -> ReviewRequest | None:
    """Return the request about one picture, or None; it may have been answered since."""
    query = sa.select(
        review_requests.c.author,
        review_requests.c.reason,
        review_requests.c.after_vote,
        review_requests.c.asked_at,
    ).where(review_requests.c.question_id == question_id, review_requests.c.member_id == member_id)
    row = connection.execute(query).first()
    return None if row is None else ReviewRequest(*row)


# Putting a statement together costs more than running it, so it is made once.
_AFTER = sa.select(review_requests.c.member_id, review_requests.c.after_vote).where(
    review_requests.c.question_id == sa.bindparam("question"),
    review_requests.c.member_id.in_(sa.bindparam("pictures", expanding=True)),
)
