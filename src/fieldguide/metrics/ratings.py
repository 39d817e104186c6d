"""Who answered what, in long form: what all figures of agreement are computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import inputs
from fieldguide.types import IntArray


@dataclass(frozen=True, slots=True)
class Ratings:
    """Who answered what: ``(v,)`` int64 each, one entry an answer, no annotator twice a picture.

    Attributes:
        pictures: The picture of each answer, from 0.
        annotators: Who gave it, from 0.
        answers: The class that was chosen, from 0.
        picture_count: How many pictures there are, also those without an answer.
        annotator_count: How many annotators there are.
        class_count: How many classes there are.
    """

    pictures: IntArray
    annotators: IntArray
    answers: IntArray
    picture_count: int
    annotator_count: int
    class_count: int


def from_votes(
    pictures: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    *,
    picture_count: int | None = None,
    annotator_count: int | None = None,
    class_count: int | None = None,
) -> Ratings:
    """Check answers in long form.

    Args:
        pictures: ``(v,)`` integers, ``0 <= index < picture_count``.
        annotators: ``(v,)`` integers, ``0 <= index < annotator_count``.
        answers: ``(v,)`` integers, ``0 <= index < class_count``.
        picture_count: How many pictures there are; None takes one more than the largest index.
        annotator_count: How many annotators there are; None the same.
        class_count: How many classes there are; None the same.

    Raises:
        ValueError: If the shapes, types or ranges are wrong, or an annotator answers twice.

    Example:
        >>> from_votes([0, 0, 1], [0, 1, 0], [2, 2, 1]).class_count
        3
    """
    shown = inputs.class_indices(pictures, "pictures", class_count=_count(picture_count))
    who = inputs.class_indices(
        annotators, "annotators", size=shown.size, class_count=_count(annotator_count)
    )
    said = inputs.class_indices(
        answers, "answers", size=shown.size, class_count=_count(class_count)
    )
    ratings = Ratings(
        shown,
        who,
        said,
        _beyond(shown) if picture_count is None else picture_count,
        _beyond(who) if annotator_count is None else annotator_count,
        _beyond(said) if class_count is None else class_count,
    )
    keys = np.sort(shown * max(1, ratings.annotator_count) + who)
    twice = keys[1:][keys[1:] == keys[:-1]]
    if twice.size:
        picture, annotator = divmod(int(twice[0]), ratings.annotator_count)
        raise ValueError(
            f"An annotator may answer once a picture, got two answers of annotator {annotator} "
            f"for picture {picture}. Give the latest only."
        )
    return ratings


def from_matrix(matrix: npt.ArrayLike, *, class_count: int | None = None) -> Ratings:
    """Check answers that stand in a table.

    Args:
        matrix: ``(pictures, annotators)`` integers, the class that was chosen, -1 for no answer.
        class_count: How many classes there are; None takes one more than the largest index.

    Raises:
        ValueError: If the shape, type or range is wrong.

    Example:
        >>> from_matrix([[0, 0, -1], [1, -1, 1]]).pictures
        array([0, 0, 1, 1])
    """
    table = np.asarray(matrix)
    if table.ndim != 2:
        raise ValueError(f"matrix must have shape (pictures, annotators), got {table.shape}.")
    if table.size and not np.issubdtype(table.dtype, np.integer):
        raise ValueError(f"matrix must hold integer class indices, got type {table.dtype}.")
    if table.size and table.min() < -1:
        raise ValueError(f"matrix must hold indices from 0, or -1 for none, got {table.min()}.")
    pictures, annotators = np.nonzero(table >= 0)
    return from_votes(
        pictures,
        annotators,
        table[pictures, annotators],
        picture_count=table.shape[0],
        annotator_count=table.shape[1],
        class_count=class_count,
    )


def _beyond(indices: IntArray) -> int:
    return 1 + int(indices.max(initial=-1))


def _count(given: int | None) -> int | None:
    if given is not None and given < 0:
        raise ValueError(f"A count must not be negative, got {given}.")
    return given
