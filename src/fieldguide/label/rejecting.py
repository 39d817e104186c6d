"""Take note that pictures are not of a class that was suggested for them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fieldguide.errors import DataError
from fieldguide.label import editing_classes
from fieldguide.records import leases, pictures, rejections
from fieldguide.records.questions import Question


def reject(
    connection: sa.Connection,
    question: Question,
    member_ids: Sequence[int],
    choice_id: int,
    *,
    annotator: str,
) -> int:
    """Note that pictures are not of a class, and give them back.

    Args:
        connection: A writing connection.
        question: The question.
        member_ids: The pictures.
        choice_id: The class.
        annotator: Who says so.

    Returns:
        How many pictures it was said of.

    Raises:
        UnknownNameError: If the class is not one of the question's.
        DataError: If a picture is not in its dataset, or was taken out.
    """
    editing_classes.find(question, choice_id)
    wanted = list(dict.fromkeys(member_ids))
    known = {row.id for row in pictures.by_ids(connection, wanted, question.id) if row.label}
    lacking = [member for member in wanted if member not in known]
    if lacking:
        raise DataError(
            f"{len(lacking)} of the pictures are not in the dataset that {question.name!r} asks "
            f"about, for example {lacking[0]}."
        )
    rejections.add(connection, question.id, wanted, choice_id, annotator=annotator)
    leases.release(connection, question.id, annotator, wanted)
    return len(wanted)
