"""Extra answers: pictures for which more people are asked than the question's settings say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_or_update
from fieldguide.records.schema import extra_answers


def set_extra(
    connection: sa.Connection, question_id: int, extra: Mapping[int, int], *, author: str
) -> None:
    """Ask that many further people about each of some pictures."""
    rows = [
        {
            "question_id": question_id,
            "member_id": member,
            "extra": count,
            "author": author,
            "set_at": now(),
        }
        for member, count in extra.items()
        if count > 0
    ]
    insert_or_update(connection, extra_answers, rows, keys=("question_id", "member_id"))


def of_members(
    connection: sa.Connection, question_id: int, member_ids: Sequence[int]
) -> dict[int, int]:
    """Return how many more answers each of some pictures gets; others are left out."""
    found: dict[int, int] = {}
    for part in chunks(member_ids):
        values = {"question": question_id, "pictures": list(part)}
        found.update({r.member_id: r.extra for r in connection.execute(_OF_MEMBERS, values)})
    return found


def of_member(connection: sa.Connection, question_id: int, member_id: int) -> int:
    """Return how many more answers one picture gets."""
    values = {"question": question_id, "picture": member_id}
    row = connection.execute(_OF_MEMBER, values).first()
    return 0 if row is None else int(row.extra)


_OF_QUESTION = sa.select(extra_answers.c.member_id, extra_answers.c.extra).where(
    extra_answers.c.question_id == sa.bindparam("question")
)
_OF_MEMBER = _OF_QUESTION.where(extra_answers.c.member_id == sa.bindparam("picture"))
_OF_MEMBERS = _OF_QUESTION.where(
    extra_answers.c.member_id.in_(sa.bindparam("pictures", expanding=True))
)
