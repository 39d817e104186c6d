"""What an annotator may see of a picture before answering: nothing that others said."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fieldguide.errors import InputError
from fieldguide.records import answers
from fieldguide.records.pictures import PictureFilter
from fieldguide.records.questions import Question
from fieldguide.types import Role


class BlindError(InputError):
    """A filter or an order would tell an annotator what others answered."""


def is_blind(question: Question, role: Role) -> bool:
    """Tell whether somebody in this role sees others' answers only after their own.

    Annotators do, where the question says so. Viewers do not answer, and reviewers must see all.
    """
    return role == "annotator" and question.settings.blind


def hidden(
    connection: sa.Connection,
    question: Question,
    role: Role,
    name: str,
    picture_ids: Sequence[int],
) -> set[int]:
    """Return those of some pictures whose label somebody may not see yet.

    An answer opens a picture, whatever it says; a skip or one that was taken back does not.
    """
    if not is_blind(question, role):
        return set()
    mine = answers.times(connection, question.id, name, picture_ids)
    return {picture for picture in picture_ids if picture not in mine}


def check_filter(question: Question, role: Role, name: str, wanted: PictureFilter) -> None:
    """Refuse a filter that would tell what others answered.

    Raises:
        BlindError: If it would.
    """
    if not is_blind(question, role):
        return
    telling = {
        "class": bool(wanted.choice_ids),
        "unlabelled": wanted.unlabelled,
        "state": wanted.state is not None,
        "verdict": wanted.verdict is not None,
        "certainty": wanted.least_certain is not None or wanted.most_certain is not None,
        "sort=certainty": wanted.sort == "certainty",
        "annotator": wanted.annotator not in {None, name},
    }
    refused = [word for word, used in telling.items() if used]
    if refused:
        raise BlindError(
            f"{question.name!r} is answered blind, so annotators cannot filter or sort by "
            f"{', '.join(refused)}. Your own answers can be listed with annotator={name}."
        )
