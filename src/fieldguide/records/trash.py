"""The trash: pictures taken out of their dataset by somebody, for a reason, until they come back.

A trashed picture is a removed member with a row of its own here. Its votes, columns, comments and
places in versions stay; an import does not bring it back, only somebody who restores it does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.records import members as member_records
from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new
from fieldguide.records.members import Held
from fieldguide.records.schema import images, members, trash


@dataclass(frozen=True, slots=True)
class TrashedPicture:
    """A picture in the trash.

    Attributes:
        id: The picture's, as everywhere.
        entry: Numbers what went into the trash in its order; the cursor of a page.
        width: Pixels across, upright.
        height: Pixels down, upright.
    """

    id: int
    entry: int
    name: str
    sha256: str
    width: int
    height: int
    author: str
    reason: str
    trashed_at: datetime


def put(
    connection: sa.Connection,
    dataset_id: int,
    member_ids: Sequence[int],
    *,
    author: str,
    reason: str,
    client_key: str,
) -> list[int]:
    """Put present pictures of a dataset into the trash.

    Args:
        connection: A writing connection.
        dataset_id: The dataset; pictures of others, and those that are gone already, stay as they
            are.
        member_ids: The pictures.
        author: Who does it.
        reason: Why; may be empty.
        client_key: Tells this call from all others: a second one with the same key changes
            nothing, also where its pictures were restored since.

    Returns:
        Those that went into the trash by this call, by id.
    """
    moment = now()
    keys = {member: f"trash:{client_key}:{member}" for member in member_ids}
    done = _known_keys(connection, list(keys.values()))
    gone: list[int] = []
    for part in chunks([member for member, key in keys.items() if key not in done]):
        query = sa.select(members.c.id).where(
            members.c.dataset_id == dataset_id,
            members.c.removed_at.is_(None),
            members.c.id.in_(part),
        )
        gone.extend(connection.scalars(query.order_by(members.c.id)))
    rows = [
        {
            "member_id": member,
            "author": author,
            "reason": reason,
            "trashed_at": moment,
            "client_key": keys[member],
        }
        for member in gone
    ]
    insert_new(connection, trash, rows)
    member_records.take_out(connection, gone, moment)
    return sorted(gone)


def take_back(
    connection: sa.Connection, dataset_id: int, member_ids: Sequence[int], *, author: str
) -> list[int]:
    """Take pictures out of the trash and put them back into their dataset.

    Their labels are not in the table of labels yet; see ``labels.refresh``.

    Args:
        connection: A writing connection.
        dataset_id: The dataset; what is not in its trash stays as it is.
        member_ids: The pictures.
        author: Who does it.

    Returns:
        Those that came back by this call, by id.

    Raises:
        InputError: If a name is held by another picture by now; nothing is restored then.
    """
    wanted: dict[int, str] = {}
    for part in chunks(list(dict.fromkeys(member_ids))):
        query = _open(sa.select(members.c.id, members.c.name), dataset_id)
        rows = connection.execute(query.where(members.c.id.in_(part)))
        wanted.update({row.id: row.name for row in rows})
    _check_names(connection, dataset_id, wanted)
    moment, back = now(), sorted(wanted)
    for part in chunks(back):
        connection.execute(members.update().where(members.c.id.in_(part)).values(removed_at=None))
        connection.execute(
            trash.update()
            .where(trash.c.member_id.in_(part), trash.c.restored_at.is_(None))
            .values(restored_by=author, restored_at=moment)
        )
    return back


def page(
    connection: sa.Connection, dataset_id: int, *, after: int | None = None, limit: int = 100
) -> list[TrashedPicture]:
    """Return what is in a dataset's trash, the newest first.

    Args:
        connection: A reading connection.
        dataset_id: The dataset.
        after: The ``entry`` that the page before ended with.
        limit: At most so many.
    """
    query = _open(
        sa.select(
            members.c.id,
            trash.c.id.label("entry"),
            members.c.name,
            members.c.sha256,
            images.c.width,
            images.c.height,
            trash.c.author,
            trash.c.reason,
            trash.c.trashed_at,
        ),
        dataset_id,
    ).join(images, images.c.sha256 == members.c.sha256)
    if after is not None:
        query = query.where(trash.c.id < after)
    rows = connection.execute(query.order_by(trash.c.id.desc()).limit(limit))
    return [TrashedPicture(*row) for row in rows]


def count(connection: sa.Connection, dataset_id: int) -> int:
    """Count the pictures in a dataset's trash."""
    query = _open(sa.select(sa.func.count()), dataset_id)
    return int(connection.execute(query).scalar_one())


def ids_by_name(
    connection: sa.Connection, dataset_id: int, names: Sequence[str]
) -> dict[str, list[int]]:
    """Return the pictures in the trash under some names, each name's in the order of their time.

    Several pictures may have had one name, one after the other.
    """
    found: dict[str, list[int]] = {}
    for part in chunks(names):
        query = _open(sa.select(members.c.id, members.c.name), dataset_id)
        query = query.where(members.c.name.in_(part)).order_by(trash.c.id)
        for row in connection.execute(query):
            found.setdefault(row.name, []).append(row.id)
    return found


def held(connection: sa.Connection, dataset_id: int) -> dict[str, list[Held]]:
    """Return what the names in a dataset's trash hold, by name."""
    query = _open(sa.select(members.c.name, members.c.sha256, members.c.source), dataset_id)
    found: dict[str, list[Held]] = {}
    for row in connection.execute(query):
        found.setdefault(row.name, []).append(Held(row.sha256, row.source))
    return found


def _open(query: sa.Select[Any], dataset_id: int) -> sa.Select[Any]:
    return (
        query.select_from(trash)
        .join(members, members.c.id == trash.c.member_id)
        .where(members.c.dataset_id == dataset_id, trash.c.restored_at.is_(None))
    )


def _known_keys(connection: sa.Connection, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for part in chunks(keys):
        query = sa.select(trash.c.client_key).where(trash.c.client_key.in_(part))
        found.update(connection.scalars(query))
    return found


def _check_names(connection: sa.Connection, dataset_id: int, wanted: Mapping[int, str]) -> None:
    counts = Counter(wanted.values())
    names = list(counts)
    taken = {name for name, times in counts.items() if times > 1}
    for part in chunks(names):
        query = sa.select(members.c.name).where(
            members.c.dataset_id == dataset_id,
            members.c.removed_at.is_(None),
            members.c.name.in_(part),
        )
        taken.update(connection.scalars(query))
    if taken:
        shown = ", ".join(repr(name) for name in sorted(taken)[:5])
        raise InputError(
            f"These names cannot come back, because another picture has or would have the same: "
            f"{shown}. Restore only one of each name, and put the one that has it into the trash "
            "first."
        )
