"""Weigh annotators by their skill: fit it from all answers, and say where one more tells most.

A fit over 100,000 answers takes about as long as reading them; it is made in the background. In
between, each new answer settles its picture's label with the last fit at once.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fieldguide.label import dawid_skene, ratings
from fieldguide.label.ratings import QuestionRatings
from fieldguide.records.questions import Question

_LEAST_ANSWERS = 20
"""With fewer answers than this there is nothing to learn; each annotator counts alike."""


def fit(connection: sa.Connection, question: Question) -> dict[str, Any] | None:
    """Estimate how well each annotator knows each class, from all answers.

    Reviewers' decisions and known answers count as the truth.

    Returns:
        What ``posteriors`` needs, as JSON holds it; None with too few answers to learn from.
    """
    held = _ratings(connection, question)
    if held is None or held.ratings.answers.size < _LEAST_ANSWERS or len(held.choices) < 2:
        return None
    model = dawid_skene.fit(held.ratings, known=held.known)
    return {
        "classes": list(held.choices),
        "prior": model.prior.tolist(),
        "average": model.average.tolist(),
        "annotators": {
            name: model.confusion[index].tolist() for index, name in enumerate(held.annotators)
        },
    }


def most_useful(
    connection: sa.Connection, question: Question, *, count: int
) -> list[tuple[int, float]]:
    """Return the pictures about which one more answer tells most, with the bits that it brings.

    Pictures that a reviewer decided or whose answer is known are left out.
    """
    held = _ratings(connection, question)
    if held is None or held.ratings.answers.size < _LEAST_ANSWERS or len(held.choices) < 2:
        return []
    model = dawid_skene.fit(held.ratings, known=held.known)
    gains = dawid_skene.most_useful(model.posteriors, model.average)
    gains[held.known >= 0] = 0.0
    best = (-gains).argsort(kind="stable")[:count]
    return [(held.members[index], float(gains[index])) for index in best if gains[index] > 0]


def _ratings(connection: sa.Connection, question: Question) -> QuestionRatings | None:
    # Against a truth that they gave themselves, people would seem more skilled than they are.
    imports = question.settings.count_imports
    return ratings.of_question(connection, question, imports=imports, own=False, aided=True)
