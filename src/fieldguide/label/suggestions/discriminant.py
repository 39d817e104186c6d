"""The head of live suggestions: a linear discriminant, drawn towards plain class means.

One number leads from the nearest class mean, which is best with a handful of labels, to the linear
discriminant with the full covariance, which is best with hundreds. It has a closed form, so that a
fit takes milliseconds and always ends, and all strengths share one decomposition.

Source: Friedman, Regularized discriminant analysis, Journal of the American Statistical Association
84 (1989); here with one covariance for all classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.types import FloatArray, IntArray

Rows = npt.NDArray[np.float32]

STRENGTHS = (0.03, 0.1, 0.3, 0.6, 1.0)
"""How far the covariance is drawn towards a sphere: 1 compares distances to class means."""

_PRIOR_ROWS = 2.0
_ABSENT = 0.5

_SCALE = 8.0
"""Components of a vector are not as independent as the density says, so that its log is far too
large; divided by this, the temperature that makes it honest lies near 1."""


@dataclass(frozen=True, slots=True)
class Discriminant:
    """A linear score per class: the log of its share times its density, up to a constant.

    Attributes:
        weights: ``(dimensions, count)`` float32.
        offsets: ``(count,)`` float32; of a class without an example it is 0.
        present: ``(count,)`` bool, which classes had an example.
    """

    weights: Rows
    offsets: npt.NDArray[np.float32]
    present: npt.NDArray[np.bool_]

    def log_scores(self, rows: Rows) -> npt.NDArray[np.float32]:
        """Score ``(n, dimensions)`` rows: ``(n, count)`` float32, finite.

        A class without an example comes behind all others by a fixed distance, so that a picture of
        such a class, where one turns up in cross-validation, makes the probabilities modest.
        """
        scores = rows @ self.weights + self.offsets
        if not self.present.all():
            lowest = scores[:, self.present].min(axis=1) - _ABSENT
            scores[:, ~self.present] = lowest[:, None]
        found: npt.NDArray[np.float32] = scores
        return found


def fit(rows: Rows, classes: IntArray, *, count: int, strength: float) -> Discriminant:
    """Fit one discriminant; see ``fit_all``."""
    return fit_all(rows, classes, count=count, strengths=(strength,))[0]


def fit_all(
    rows: Rows, classes: IntArray, *, count: int, strengths: tuple[float, ...] = STRENGTHS
) -> list[Discriminant]:
    """Fit a discriminant for each strength.

    Args:
        rows: ``(n, dimensions)`` float32 with a mean variance of about 1; at least one row.
        classes: ``(n,)``, from 0 to ``count - 1``.
        count: How many classes there are.
        strengths: From 0 (the covariance as it is) to 1 (a sphere).

    Returns:
        One per strength, in their order.
    """
    numbers = np.bincount(classes, minlength=count)
    present = numbers > 0
    means = _means(rows, classes, numbers)
    values, axes = _covariance(rows, classes, means, int(present.sum()))
    sphere = values.mean()
    turned = means @ axes
    shares = np.log((numbers + 1.0) / (len(rows) + count))
    found = []
    for strength in strengths:
        scaled = turned / ((1 - strength) * values + strength * sphere)
        offsets = np.where(present, shares - 0.5 * (scaled * turned).sum(axis=1), 0.0)
        found.append(
            Discriminant(
                np.asarray(axes @ scaled.T / _SCALE, np.float32),
                (offsets / _SCALE).astype(np.float32),
                present,
            )
        )
    return found


def _means(rows: Rows, classes: IntArray, numbers: IntArray) -> FloatArray:
    order = np.argsort(classes, kind="stable")
    present = np.flatnonzero(numbers)
    starts = np.r_[0, np.cumsum(numbers[present])[:-1]]
    means = np.zeros((len(numbers), rows.shape[1]))
    means[present] = np.add.reduceat(rows[order], starts, axis=0) / numbers[present, None]
    return means


def _covariance(
    rows: Rows, classes: IntArray, means: FloatArray, present: int
) -> tuple[FloatArray, FloatArray]:
    """Return variances and axes of the pooled covariance, with two rows' worth of a unit sphere."""
    rest = rows - means.astype(np.float32)[classes]
    pooled = (rest.T @ rest).astype(np.float64)
    pooled[np.diag_indices_from(pooled)] += _PRIOR_ROWS
    values, axes = np.linalg.eigh(pooled / (max(len(rows) - present, 0) + _PRIOR_ROWS))
    return np.maximum(values, 1e-6), axes
