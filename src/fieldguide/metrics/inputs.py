"""Checks what a metric is given; every metric accepts and refuses the same things."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from fieldguide.types import FloatArray, IntArray

SUM_TOLERANCE = 1e-3
"""How far from 1 the probabilities of a picture may add up; float16 scores stay within it."""


def class_indices(
    values: npt.ArrayLike, name: str, *, size: int | None = None, class_count: int | None = None
) -> IntArray:
    """Check class indices.

    Args:
        values: ``(n,)`` integers, ``0 <= index < class_count``.
        name: What they are, for the words of the error.
        size: How many there must be; None allows any number.
        class_count: How many classes there are; None allows any index from 0.

    Returns:
        ``(n,)`` int64.

    Raises:
        ValueError: If the shape, the type or the range is wrong.
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must have shape (n,), got {array.shape}.")
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} must hold integer class indices, got type {array.dtype}.")
    if size is not None and array.size != size:
        raise ValueError(f"{name} must have {size} entries, one a picture, got {array.size}.")
    if array.size and array.min() < 0:
        raise ValueError(f"{name} must hold indices from 0, got {array.min()}.")
    if class_count is not None and array.size and array.max() >= class_count:
        raise ValueError(
            f"{name} must hold indices below the {class_count} classes, got {array.max()}."
        )
    return array.astype(np.int64)


def truth_and_predicted(
    truth: npt.ArrayLike, predicted: npt.ArrayLike, class_count: int | None = None
) -> tuple[IntArray, IntArray, int]:
    """Check two lists of class indices that belong together.

    Args:
        truth: ``(n,)`` integers, the true class of each picture.
        predicted: ``(n,)`` integers, the class given to each picture.
        class_count: How many classes there are; None takes one more than the largest index.

    Returns:
        Both as ``(n,)`` int64, and the number of classes.

    Raises:
        ValueError: If the shapes, types or ranges are wrong, or there are fewer than one class.
    """
    if class_count is not None and class_count < 1:
        raise ValueError(f"class_count must be at least 1, got {class_count}.")
    true = class_indices(truth, "truth", class_count=class_count)
    given = class_indices(predicted, "predicted", size=true.size, class_count=class_count)
    if class_count is None:
        class_count = 1 + max(int(true.max(initial=0)), int(given.max(initial=0)))
    return true, given, class_count


def truth_and_probabilities(
    truth: npt.ArrayLike, probabilities: npt.ArrayLike
) -> tuple[IntArray, FloatArray]:
    """Check true classes and the probabilities that belong to them.

    Args:
        truth: ``(n,)`` integers, ``0 <= index < k``.
        probabilities: ``(n, k)`` floats from 0 to 1; each row adds up to 1 within
            ``SUM_TOLERANCE``.

    Returns:
        ``(n,)`` int64 and ``(n, k)`` float64.

    Raises:
        ValueError: If a shape, type or range is wrong, a value is nan, or a row does not add up.
    """
    rows = np.asarray(probabilities)
    if rows.ndim != 2 or rows.shape[1] < 1:
        raise ValueError(f"probabilities must have shape (n, k) with k >= 1, got {rows.shape}.")
    rows = rows.astype(np.float64)
    if not np.isfinite(rows).all():
        where = np.flatnonzero(~np.isfinite(rows).all(axis=1))
        raise ValueError(f"probabilities must be finite, got nan or infinity in {_rows(where)}.")
    if rows.size and (rows.min() < 0.0 or rows.max() > 1.0 + SUM_TOLERANCE):
        raise ValueError(
            f"probabilities must lie from 0 to 1, got {rows.min():.6g} to {rows.max():.6g}."
        )
    sums = rows.sum(axis=1)
    off = np.flatnonzero(np.abs(sums - 1.0) > SUM_TOLERANCE)
    if off.size:
        raise ValueError(
            f"probabilities of a picture must add up to 1, got {sums[off[0]]:.6g} in {_rows(off)}."
        )
    true = class_indices(truth, "truth", size=rows.shape[0], class_count=rows.shape[1])
    return true, rows


def picture_weights(weights: npt.ArrayLike | None, size: int) -> FloatArray:
    """Check weights: how often each picture counts.

    Args:
        weights: ``(n,)`` finite numbers from 0; None counts each picture once.
        size: How many pictures there are.

    Returns:
        ``(n,)`` float64.

    Raises:
        ValueError: If the shape is wrong or a weight is negative, nan or infinite.
    """
    if weights is None:
        return np.ones(size)
    array = np.asarray(weights, dtype=np.float64)
    if array.shape != (size,):
        raise ValueError(f"weights must have shape ({size},), got {array.shape}.")
    if not np.isfinite(array).all() or (array < 0.0).any():
        raise ValueError("weights must be finite and not negative.")
    return array


def group_codes(groups: npt.ArrayLike | None, size: int) -> IntArray:
    """Number the groups.

    Args:
        groups: ``(n,)`` names or numbers; pictures with equal ones belong together. A picture whose
            group is None stands for itself, and with ``groups=None`` all pictures do.
        size: How many pictures there are.

    Returns:
        ``(n,)`` int64, from 0 without gaps, in order of first appearance.

    Raises:
        ValueError: If the shape is wrong or a group is nan.
    """
    if groups is None:
        return np.arange(size, dtype=np.int64)
    array = np.asarray(groups)
    if array.shape != (size,):
        raise ValueError(f"groups must have shape ({size},), got {array.shape}.")
    codes = np.empty(size, dtype=np.int64)
    known: dict[Any, int] = {}
    for row, group in enumerate(array.tolist()):
        if isinstance(group, float) and np.isnan(group):
            raise ValueError(f"groups must be names or numbers, got nan in row {row}.")
        # A tuple cannot equal a name, so the picture stays alone.
        codes[row] = known.setdefault((row, None) if group is None else group, len(known))
    return codes


def _rows(where: npt.NDArray[np.intp]) -> str:
    shown = ", ".join(str(row) for row in where[:5])
    rest = f" and {where.size - 5} more" if where.size > 5 else ""
    return f"row{'s' if where.size > 1 else ''} {shown}{rest}"
