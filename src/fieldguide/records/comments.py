"""Comments and flags: what people say about a picture beside its labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new
from fieldguide.records.schema import comments, flags


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark about a picture."""

    id: int
    author: str
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Flag:
    """A mark that somebody should look at a picture; cleared when somebody has."""

    id: int
    author: str
    raised_at: datetime
    cleared_by: str | None
    cleared_at: datetime | None


def add(
    connection: sa.Connection, member_id: int, *, author: str, text: str, client_key: str
) -> None:
    """Record a remark; a second call with the same key changes nothing."""
    row = {
        "member_id": member_id,
        "author": author,
        "text": text,
        "created_at": now(),
        "client_key": client_key,
    }
    insert_new(connection, comments, [row])


def of_member(connection: sa.Connection, member_id: int) -> list[Comment]:
    """Return the remarks about a picture, oldest first."""
    query = (
        sa.select(comments.c.id, comments.c.author, comments.c.text, comments.c.created_at)
        .where(comments.c.member_id == member_id)
        .order_by(comments.c.id)
    )
    return [Comment(*row) for row in connection.execute(query)]


def raise_flag(connection: sa.Connection, member_id: int, *, author: str, client_key: str) -> None:
    """Flag a picture; one that is flagged already stays as it is."""
    if any(flag.cleared_at is None for flag in flags_of_member(connection, member_id)):
        return
    row = {
        "member_id": member_id,
        "author": author,
        "raised_at": now(),
        "client_key": client_key,
    }
    insert_new(connection, flags, [row])


def clear_flag(connection: sa.Connection, member_id: int, *, author: str) -> bool:
    """Clear a picture's flag; tell whether there was one."""
    cleared = connection.execute(
        flags.update()
        .where(flags.c.member_id == member_id, flags.c.cleared_at.is_(None))
        .values(cleared_by=author, cleared_at=now())
    )
    return cleared.rowcount > 0


def flagged(connection: sa.Connection, member_ids: Sequence[int]) -> set[int]:
    """Return those of some pictures that have a flag which nobody cleared."""
    found: set[int] = set()
    for part in chunks(member_ids):
        query = sa.select(flags.c.member_id).where(
            flags.c.member_id.in_(part), flags.c.cleared_at.is_(None)
        )
        found.update(connection.scalars(query))
    return found


def flags_of_member(connection: sa.Connection, member_id: int) -> list[Flag]:
    """Return all flags of a picture, cleared ones too, oldest first."""
    query = (
        sa.select(
            flags.c.id, flags.c.author, flags.c.raised_at, flags.c.cleared_by, flags.c.cleared_at
        )
        .where(flags.c.member_id == member_id)
        .order_by(flags.c.id)
    )
    return [Flag(*row) for row in connection.execute(query)]
