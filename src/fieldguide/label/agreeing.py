"""Agreement on a question, with the names of its classes and annotators put back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa

from fieldguide.label import agreement, ratings
from fieldguide.label.agreement import AgreementSummary
from fieldguide.label.ratings import QuestionRatings
from fieldguide.metrics.percent_agreement import percent_agreement
from fieldguide.metrics.ratings import Ratings
from fieldguide.records.questions import Question

_MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class QuestionAgreement:
    """How far people agree on a question.

    Attributes:
        summary: The figures, by index.
        ratings: What the indices mean.
        over_time: Percent agreement of the pictures whose latest answer came on a day, the last 60
            such days: day, share (nan where no picture has two answers), pictures.
    """

    summary: AgreementSummary
    ratings: QuestionRatings
    over_time: tuple[tuple[date, float, int], ...]


def of_question(connection: sa.Connection, question: Question) -> QuestionAgreement | None:
    """Compute how far people agree; None where nobody has answered, or for other kinds.

    Only answers that were given independently count, and without a suggestion in sight: see
    ``ratings.of_question``. A reviewer's
    decision is no such answer. It is, like a known answer, what annotators are compared with, but
    never its own author; without any of either they are compared with what most others say.
    """
    held = ratings.of_question(connection, question, imports=False, own=True)
    if held is None:
        return None
    comparable = (held.known[held.ratings.pictures] >= 0) & ~held.own
    known = held.known if comparable.any() else None
    return QuestionAgreement(
        summary=agreement.summarise(held.ratings, truth=known, own=held.own),
        ratings=held,
        over_time=_over_time(held),
    )


def _over_time(held: QuestionRatings) -> tuple[tuple[date, float, int], ...]:
    found = []
    for day in np.unique(held.days)[-_MOST_DAYS:]:
        pictures = np.flatnonzero(held.days == day)
        chosen = np.isin(held.ratings.pictures, pictures)
        part = Ratings(
            held.ratings.pictures[chosen],
            held.ratings.annotators[chosen],
            held.ratings.answers[chosen],
            held.ratings.picture_count,
            held.ratings.annotator_count,
            held.ratings.class_count,
        )
        found.append((ratings.day_of(int(day)), percent_agreement(part), int(pictures.size)))
    return tuple(found)
