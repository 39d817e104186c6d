"""The majority vote: each answer counts the same, and a tie has no winner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.errors import InputError
from fieldguide.metrics import ratings
from fieldguide.metrics.ratings import Ratings
from fieldguide.metrics.tally import ratio, tally
from fieldguide.types import FloatArray, IntArray

_SAME = 1e-12
"""Scores that are closer than this are a tie."""


@dataclass(frozen=True, slots=True)
class Majority:
    """What most people said of each picture: ``(pictures,)`` each.

    Attributes:
        winners: int64, the class with the most votes; -1 for a tie or without votes.
        certainty: float64, the share of the votes that the leading class has, in a tie that of each
            of the leading ones; nan without votes.
        votes: int64, how many votes there are.
    """

    winners: IntArray
    certainty: FloatArray
    votes: IntArray


@dataclass(frozen=True, slots=True)
class Standings:
    """Who leads: ``(pictures,)`` each, but the last.

    Attributes:
        most: float64, the votes of a leading class; 0 without votes.
        leading: int64, how many classes lead.
        leader: int64, the sum of the leading classes' indices: the leader, where one leads.
        next_most: float64, the most votes of a class that does not lead; 0 if there is none.
        mine: ``(v,)`` float64, for each vote, how many chose the same class for the picture.
    """

    most: FloatArray
    leading: IntArray
    leader: IntArray
    next_most: FloatArray
    mine: FloatArray


def check_votes(
    pictures: npt.ArrayLike,
    annotators: npt.ArrayLike,
    choices: npt.ArrayLike,
    *,
    picture_count: int | None = None,
    annotator_count: int | None = None,
    class_count: int | None = None,
) -> Ratings:
    """Check votes in long form, as all functions of this stage take them.

    Args:
        pictures: ``(v,)`` integers, ``0 <= index < picture_count``.
        annotators: ``(v,)`` integers, ``0 <= index < annotator_count``.
        choices: ``(v,)`` integers, ``0 <= index < class_count``.
        picture_count: How many pictures there are; None takes one more than the largest index.
        annotator_count: How many annotators there are; None the same.
        class_count: How many classes there are; None the same.

    Raises:
        InputError: If the shapes, types or ranges are wrong, or an annotator answers twice.
    """
    try:
        return ratings.from_votes(
            pictures,
            annotators,
            choices,
            picture_count=picture_count,
            annotator_count=annotator_count,
            class_count=class_count,
        )
    except ValueError as error:
        raise InputError(f"These votes cannot be counted: {error}") from error


def majority(votes: Ratings) -> Majority:
    """Count the votes of each picture.

    Args:
        votes: From ``check_votes``.

    Returns:
        The winners and their shares.

    Example:
        >>> found = majority(check_votes([0, 0, 0, 1, 1], [0, 1, 2, 0, 1], [2, 2, 0, 1, 0]))
        >>> found.winners, found.certainty
        (array([ 2, -1]), array([0.66666667, 0.5       ]))
    """
    found = standings(votes)
    totals = np.bincount(votes.pictures, minlength=votes.picture_count).astype(np.int64)
    return Majority(
        winners=np.where(found.leading == 1, found.leader, -1),
        certainty=ratio(found.most, totals.astype(np.float64)),
        votes=totals,
    )


def standings(votes: Ratings) -> Standings:
    """Find for each picture which classes lead, and by how much."""
    classes, size = max(1, votes.class_count), votes.picture_count
    keys, place, counts = np.unique(
        votes.pictures * classes + votes.answers, return_inverse=True, return_counts=True
    )
    rows, chosen = keys // classes, keys % classes
    most, next_most = np.zeros(size), np.zeros(size)
    np.maximum.at(most, rows, counts)
    leads = counts == most[rows]
    np.maximum.at(next_most, rows[~leads], counts[~leads])
    return Standings(
        most=most,
        leading=np.bincount(rows[leads], minlength=size).astype(np.int64),
        leader=tally(rows[leads], size, chosen[leads].astype(np.float64)).astype(np.int64),
        next_most=next_most,
        mine=counts[place].astype(np.float64),
    )


def shares(votes: Ratings) -> FloatArray:
    """Compute the share of the votes that each class has.

    Returns:
        ``(pictures, classes)`` float64, each row adding up to 1; nan without votes.
    """
    cells = votes.pictures * votes.class_count + votes.answers
    counts = np.bincount(cells, minlength=votes.picture_count * votes.class_count)
    table = counts.reshape(votes.picture_count, votes.class_count).astype(np.float64)
    return ratio(table, table.sum(axis=1, keepdims=True))


def credit(scores: npt.ArrayLike, truth: npt.ArrayLike) -> FloatArray:
    """Compute how likely the class of the highest score is true when ties are drawn by lot.

    So a tie of k classes counts ``1 / k`` where one of them is true, and no rule for ties, such as
    "the first of them", makes a way of counting look better or worse.

    Args:
        scores: ``(n, k)`` finite, for example ``shares`` or posteriors.
        truth: ``(n,)`` integers, ``0 <= index < k``.

    Returns:
        ``(n,)`` float64 from 0 to 1.

    Raises:
        InputError: If the shapes do not fit, an index is out of range or a score is nan.

    Example:
        >>> credit([[0.6, 0.4, 0.0], [0.5, 0.5, 0.0]], [0, 1])
        array([1. , 0.5])
    """
    table, true = np.asarray(scores, dtype=np.float64), np.asarray(truth)
    if table.ndim != 2 or true.shape != table.shape[:1]:
        raise InputError(
            f"scores must have shape (n, k) and truth (n,), got {table.shape} and {true.shape}."
        )
    if not np.isfinite(table).all():
        raise InputError("scores must be finite; leave out pictures without votes.")
    if true.size and (
        not np.issubdtype(true.dtype, np.integer) or true.min() < 0 or true.max() >= table.shape[1]
    ):
        raise InputError(f"truth must hold class indices from 0 to {table.shape[1] - 1}.")
    if not true.size:
        return np.zeros(0)
    best = table >= table.max(axis=1, keepdims=True) - _SAME
    return ratio(best[np.arange(true.size), true].astype(np.float64), best.sum(axis=1) * 1.0)
