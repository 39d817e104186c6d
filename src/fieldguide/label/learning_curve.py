"""The learning curve: accuracy over the number of labels, and what further labels would bring.

Accuracy is taken to near its limit as an inverse power of the number of labels,
``a - b * n ** -c``, with ``b`` and ``c`` above 0 and ``a`` at most 1. How sure the fit is, the
bootstrap says: pictures
(whole scenes) and drawings of labels are drawn anew, and the curve is fitted to each.

Source: Figueroa et al. (2012), Predicting sample size required for classification performance, BMC
    Medical Informatics and Decision Making 12. Cortes et al. (1993), Learning curves: asymptotic
    values and rate of convergence, NIPS.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldguide.metrics import bootstrap
from fieldguide.types import FloatArray, IntArray

RATES = np.geomspace(0.1, 2.0, 25)
"""The powers ``c`` among which a fit chooses; curves of real classifiers lie well within."""

_TYPICAL = 0.5
_SPREAD = 0.6
_REPEATS = 600
_LEVEL = 0.95


@dataclass(frozen=True)
class Measured:
    """How often models that learned from fewer labels were right.

    Attributes:
        sizes: ``(s,)``, how many labels they learned from, ascending.
        hits: For each size ``(drawings, pictures)``, 1 where the model of a drawing was right; the
            pictures are the same throughout.
        clusters: ``(pictures,)``, equal for pictures of one scene, from 0 without gaps.
    """

    sizes: FloatArray
    hits: tuple[FloatArray, ...]
    clusters: IntArray


@dataclass(frozen=True)
class Curves:
    """Fitted curves, one per drawing of the bootstrap.

    Attributes:
        limit: ``(r,)``, the accuracy that they near.
        loss: ``(r,)``, what is missing at one label.
        rate: ``(r,)``, the power.
    """

    limit: FloatArray
    loss: FloatArray
    rate: FloatArray

    def at(self, size: float) -> FloatArray:
        """Return the accuracy at a number of labels, ``(r,)``, not below 0."""
        return np.maximum(self.limit - self.loss * size**-self.rate, 0.0)


def fit(sizes: FloatArray, accuracies: FloatArray, errors: FloatArray, rates: FloatArray) -> Curves:
    """Fit a curve to each row of accuracies by weighted least squares.

    A few points say little about the rate, so that it is drawn towards one that is expected.

    Args:
        sizes: ``(s,)``, numbers of labels, above 0.
        accuracies: ``(r, s)``.
        errors: ``(s,)``, standard errors of the accuracies, above 0.
        rates: ``(r,)``, the expected rates.
    """
    weights = 1.0 / np.square(errors)
    best = np.full(len(accuracies), np.inf)
    found = np.zeros((3, len(accuracies)))
    for rate in RATES:
        limit, loss = _line(sizes**-rate, accuracies, weights)
        rest = accuracies - (limit[:, None] - loss[:, None] * sizes**-rate)
        misfit = np.square(rest) @ weights + np.square(np.log(rate / rates) / _SPREAD)
        better = misfit < best
        best = np.where(better, misfit, best)
        found[:, better] = np.stack([limit, loss, np.full_like(limit, rate)])[:, better]
    return Curves(*found)


def draw(measured: Measured, *, seed: int) -> Curves:
    """Fit curves to what was measured, many times with scenes and drawings of labels drawn anew."""
    errors = drawing_errors(measured)
    means = np.stack([hits.mean(axis=0) for hits in measured.hits])
    rows = [
        weights @ means.T / weights.sum(axis=1, keepdims=True)
        for weights in bootstrap.drawings(measured.clusters, repeats=_REPEATS, seed=seed)
    ]
    accuracies = np.concatenate(rows)
    generator = np.random.default_rng(seed)
    accuracies += generator.normal(0.0, errors, accuracies.shape)
    # Were the same rate expected in each drawing, what is not known of it would not be seen.
    rates = _TYPICAL * np.exp(generator.normal(0.0, _SPREAD, len(accuracies)))
    least = 0.25 / len(measured.clusters) ** 0.5
    return fit(measured.sizes, accuracies, np.maximum(errors, least), rates)


def drawing_errors(measured: Measured) -> FloatArray:
    """Compute how far each size's accuracy may be off because other labels could have been drawn.

    Returns:
        ``(s,)`` standard errors. Where a size has one drawing only, models differ as much as at the
        size before it; without any size of several drawings, 0.
    """
    errors, spread = [], 0.0
    for hits in measured.hits:
        if len(hits) > 1:
            spread = float(hits.mean(axis=1).std(ddof=1))
        errors.append(spread / len(hits) ** 0.5)
    return np.array(errors)


def middle(values: FloatArray) -> tuple[float, float, float]:
    """Return the median of drawings and the bounds of their middle 95 %."""
    low, high = bootstrap.percentiles(values[:, None], _LEVEL)
    return float(np.median(values)), float(low[0]), float(high[0])


def _line(x: FloatArray, y: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean_x, mean_y = np.average(x, weights=weights), y @ weights / weights.sum()
    spread = weights @ np.square(x - mean_x)
    slope = np.maximum(-(y - mean_y[:, None]) @ (weights * (x - mean_x)) / spread, 0.0)
    limit = mean_y + slope * mean_x
    # No model is right more often than always: then the curve through 1 that fits best.
    at_most = np.maximum((1.0 - y) @ (weights * x) / (weights @ np.square(x)), 0.0)
    beyond = limit > 1.0
    return np.where(beyond, 1.0, limit), np.where(beyond, at_most, slope)
