"""Put pictures into the trash and take them out again, with what follows for their labels."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fieldguide.errors import UnknownNameError
from fieldguide.label import posteriors
from fieldguide.records import labels, members, questions, trash


def restore(
    connection: sa.Connection, dataset_id: int, member_ids: Sequence[int], *, author: str
) -> list[int]:
    """Take pictures out of the trash; their labels are computed from the votes that they kept.

    In a random order of labelling they have the place that they had; in any other all pictures
    are numbered through anew.

    Args:
        connection: A writing connection.
        dataset_id: The dataset; what is not in its trash stays as it is.
        member_ids: The pictures.
        author: Who does it.

    Returns:
        Those that came back, by id.

    Raises:
        InputError: If a name is held by another picture by now; nothing is restored then.
    """
    back = trash.take_back(connection, dataset_id, member_ids, author=author)
    if not back:
        return back
    for question in questions.of_dataset(connection, dataset_id):
        posteriors.settle_again(connection, question.id, back)
        if question.settings.order != "random":
            labels.reorder(connection, question)
    return back


def merge(
    connection: sa.Connection,
    dataset_id: int,
    member_ids: Sequence[int],
    *,
    keep: int,
    author: str,
    client_key: str,
) -> list[int]:
    """Treat pictures as one: one is kept, and the others go to the trash.

    The kept picture stays as it is, with its own label; the votes about the others stay with them,
    and come back when they are restored.

    Args:
        connection: A writing connection.
        dataset_id: The dataset.
        member_ids: The pictures that are one.
        keep: The one that is kept; if it is not in the dataset any more, nothing is done.
        author: Who does it.
        client_key: A second call with the same key changes nothing.

    Returns:
        Those that went into the trash, by id.
    """
    place = members.place(connection, keep)
    if place is None or place.removed or place.dataset_id != dataset_id:
        return []
    return trash.put(
        connection,
        dataset_id,
        [member for member in member_ids if member != keep],
        author=author,
        reason=f"the same picture as {place.name}, which was kept",
        client_key=client_key,
    )


def present_ids(connection: sa.Connection, dataset_id: int, names: Sequence[str]) -> list[int]:
    """Return the pictures of a dataset that have some names.

    Raises:
        UnknownNameError: If a name is none of them.
    """
    rows = {row.name: row.id for row in members.of_dataset(connection, dataset_id)}
    for name in names:
        if name not in rows:
            raise UnknownNameError("picture", name, list(rows))
    return [rows[name] for name in names]


def trashed_ids(connection: sa.Connection, dataset_id: int, names: Sequence[str]) -> list[int]:
    """Return the pictures in a dataset's trash that have some names.

    Where several had the name, the one that was put there last.

    Raises:
        UnknownNameError: If a name is none of them.
    """
    found = trash.ids_by_name(connection, dataset_id, names)
    for name in names:
        if name not in found:
            raise UnknownNameError(
                "picture in the trash", name, list(trash.held(connection, dataset_id))
            )
    return [found[name][-1] for name in names]
