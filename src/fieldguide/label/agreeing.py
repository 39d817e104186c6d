"""Agreement on a question, with the names of its classes and annotators put back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa

from fieldguide.label import agreement, ratings
from fieldguide.label.agreement import AgreementSummary
from fieldguide.label.ratings import QuestionRatings
from fieldguide.metrics.percent_agreement import Ratings, percent_agreement
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
    """Compute how far people agree; None where nobody has answered, or for other kinds."""
    held = ratings.of_question(connection, question, imports=False)
    if held is None:
        return None
    known = held.known if (held.known >= 0).any() else None
    return QuestionAgreement(
        summary=agreement.summarise(held.ratings, truth=known),
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
