"""How likely each class is for one picture, by the last fit of its annotators' skill."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa

from fieldguide.records import annotator_fits, labels, questions, votes
from fieldguide.records.annotator_fits import Fit
from fieldguide.records.questions import Question
from fieldguide.records.settling import Posterior


def posterior(connection: sa.Connection, question: Question) -> Posterior | None:
    """Return what weighs the answers about one picture, or None where each counts alike."""
    if question.settings.label_method != "dawid-skene" or question.kind != "single":
        return None
    held = annotator_fits.find(connection, question.id)
    return None if held is None else _posterior(held, question)


def settle_again(
    connection: sa.Connection, question_id: int, picture_ids: Sequence[int] | None = None
) -> None:
    """Compute the labels of some pictures, or of all, anew in the way that their question wants."""
    weigh = posterior(connection, questions.get(connection, question_id))
    labels.refresh(connection, question_id, picture_ids, weigh)


def is_outdated(connection: sa.Connection, question: Question) -> bool:
    """Tell whether a question's annotators are to be weighed anew.

    They are when the question weighs them, and answers came or its classes changed since.
    """
    if question.settings.label_method != "dawid-skene" or question.kind != "single":
        return False
    held = annotator_fits.find(connection, question.id)
    if held is None or held.last_vote_id < votes.newest_id(connection, question.id):
        return True
    classes: list[int] = held.fit["classes"]
    return classes != sorted({c for c in question.resolved.values() if c is not None})


def _posterior(held: Fit, question: Question) -> Posterior:
    classes: list[int] = held.fit["classes"]
    place = {choice: index for index, choice in enumerate(classes)}
    log_prior = np.log(np.array(held.fit["prior"]))
    log_average = np.log(np.array(held.fit["average"]))
    log_known = {name: np.log(np.array(rows)) for name, rows in held.fit["annotators"].items()}
    # Classes that were merged since the fit count together; those that were split are no answer.
    counted = [question.resolved.get(choice) for choice in classes]
    targets = sorted({choice for choice in counted if choice is not None})
    adds_to = np.array([[choice == target for choice in counted] for target in targets], float)

    def weigh(answers: Sequence[tuple[str, int]]) -> tuple[int, float] | None:
        if any(choice not in place for _, choice in answers):
            return None
        scores = log_prior.copy()
        for annotator, choice in answers:
            scores += log_known.get(annotator, log_average)[:, place[choice]]
        shares = adds_to @ np.exp(scores - scores.max())
        if not shares.sum() > 0:
            return None
        shares /= shares.sum()
        best = int(shares.argmax())
        return targets[best], float(shares[best])

    return weigh
