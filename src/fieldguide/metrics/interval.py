"""A figure with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldguide.types import FloatArray


@dataclass(frozen=True, slots=True, repr=False)
class Interval:
    """A value and the bounds between which the truth is expected.

    Attributes:
        value: The figure; nan where it is undefined.
        low: Lower bound, at most the value; nan where no interval can be given.
        high: Upper bound, at least the value; nan where no interval can be given.

    Example:
        >>> Interval(0.9, 0.84, 0.95)
        Interval(0.900 [0.840, 0.950])
    """

    value: float
    low: float
    high: float

    def __repr__(self) -> str:
        return f"Interval({self.value:.3f} [{self.low:.3f}, {self.high:.3f}])"


def widest(values: FloatArray, *bounds: tuple[FloatArray, FloatArray]) -> list[Interval]:
    """Give each value the widest of several intervals, widened further to hold the value.

    Args:
        values: ``(k,)``; nan where undefined.
        bounds: Lower and upper bounds, ``(k,)`` each; nan where a method gives none.

    Returns:
        k intervals; their bounds are nan where the value is, or where no method gives any.
    """
    unknown = np.full(values.shape, np.nan)
    low = np.fmin.reduce([unknown, *(low for low, _ in bounds)])
    high = np.fmax.reduce([unknown, *(high for _, high in bounds)])
    return [
        Interval(float(v), float(a), float(b))
        for v, a, b in zip(values, np.minimum(low, values), np.maximum(high, values), strict=True)
    ]
