"""The examples that a head learns from: checked, and thinned where there are too many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fieldguide.errors import DataError
from fieldguide.types import FloatArray, IntArray

FloatMatrix = npt.NDArray[np.floating]


def check_examples(vectors: FloatMatrix, classes: IntArray, count: int) -> IntArray:
    """Check what ``fit`` was given.

    Args:
        vectors: ``(n, dimensions)``, float, finite.
        classes: ``(n,)``, whole numbers, ``0 <= index < count``.
        count: How many classes there are.

    Returns:
        The indices of the classes that have an example, ascending, int64 ``(present,)``.

    Raises:
        DataError: If fewer than two classes have an example.
        ValueError: If a shape, a type or a value is not as above.
    """
    _check_matrix(vectors)
    if classes.ndim != 1 or len(classes) != len(vectors):
        raise ValueError(
            f"classes must have one index for each of the {len(vectors)} vectors, "
            f"but its shape is {classes.shape}."
        )
    if not np.issubdtype(classes.dtype, np.integer):
        raise ValueError(f"classes must be whole numbers, but its type is {classes.dtype}.")
    present = np.unique(classes).astype(np.int64)
    if len(present) and (present[0] < 0 or present[-1] >= count):
        raise ValueError(
            f"classes must lie in 0 to {count - 1} (count is {count}), "
            f"but they lie in {present[0]} to {present[-1]}."
        )
    if len(present) < 2:
        raise DataError(
            f"A classifier needs examples of at least two classes, but the {len(vectors)} "
            f"training pictures show {len(present)}. Label pictures of a second class."
        )
    return present


def check_vectors(vectors: FloatMatrix, dimensions: int) -> FloatArray:
    """Check what a fitted head is to score, and give it as float64 ``(n, dimensions)``.

    Raises:
        ValueError: If the shape is another one or a value is not finite.
    """
    _check_matrix(vectors)
    if vectors.shape[1] != dimensions:
        raise ValueError(
            f"vectors must have the {dimensions} dimensions of the training vectors, "
            f"but they have {vectors.shape[1]}."
        )
    return vectors.astype(np.float64, copy=False)


def thin(classes: IntArray, limit: int, seed: int) -> IntArray:
    """Choose at most ``limit`` examples, each class in proportion and at least one of each.

    Args:
        classes: ``(n,)``, the index of each example's class.
        limit: How many to choose at most; not below the number of classes with an example.
        seed: Seed of the choice.

    Returns:
        The chosen rows, ascending, int64 ``(min(n, limit),)``.
    """
    n = len(classes)
    if n <= limit:
        return np.arange(n, dtype=np.int64)
    shuffled = np.random.default_rng(seed).permutation(n)
    turn = np.empty(n)
    for index in np.unique(classes):
        rows = shuffled[classes[shuffled] == index]
        turn[rows] = np.arange(len(rows)) / len(rows)
    chosen = shuffled[np.argsort(turn[shuffled], kind="stable")[:limit]]
    return np.sort(chosen).astype(np.int64)


def _check_matrix(vectors: FloatMatrix) -> None:
    if vectors.ndim != 2 or vectors.shape[1] == 0:
        raise ValueError(f"vectors must have the shape (n, dimensions), but it is {vectors.shape}.")
    if not np.issubdtype(vectors.dtype, np.floating):
        raise ValueError(f"vectors must be floats, but their type is {vectors.dtype}.")
    # Solvers and trees work on float32, so that a value beyond its range counts as infinite too.
    largest = np.float64(np.finfo(np.float32).max)
    inside = (vectors.max(axis=1) <= largest) & (vectors.min(axis=1) >= -largest)
    if not inside.all():
        rows = np.flatnonzero(~inside)
        named = ", ".join(str(row) for row in rows[:5])
        raise ValueError(
            f"vectors must be finite in float32, but {len(rows)} of {len(vectors)} rows hold "
            f"another value: row {named}{' ...' if len(rows) > 5 else ''}."
        )
