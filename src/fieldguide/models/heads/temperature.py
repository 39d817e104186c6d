"""Temperature scaling: one number that makes a head's probabilities honest.

Source: Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks, ICML 2017.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray, IntArray

LOWEST = 0.05
HIGHEST = 20.0
"""A temperature outside of these says that the scores hold no probabilities at all."""


def fit_temperature(log_scores: FloatArray, classes: IntArray) -> float:
    """Find the temperature with which the scores fit the classes best.

    It minimises the mean of ``loss`` over temperatures from ``LOWEST`` to ``HIGHEST``. The scores
    must come from examples that the head did not learn from.

    Args:
        log_scores: ``(n, count)`` float, finite.
        classes: ``(n,)``, the index of each example's class.

    Returns:
        The temperature; below 1 sharpens the probabilities, above 1 flattens them. It is 1 where
        the scores say nothing about it: without examples, with one class, or where every example
        has equal scores for all classes.

    Raises:
        ValueError: If the shapes do not match or a score is not finite.

    Example:
        >>> scores = np.log([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.1]])
        >>> round(fit_temperature(scores, np.array([0, 0, 1, 1])), 1)
        2.6
    """
    _check(log_scores, classes)
    if not np.ptp(log_scores, axis=1).any():
        return 1.0

    def loss_at(logarithm: float) -> float:
        return loss(log_scores, classes, float(np.exp(logarithm)))

    found = minimize_scalar(
        loss_at,
        bounds=(np.log(LOWEST), np.log(HIGHEST)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    # The search comes close to a bound, but never tries it.
    best = min((float(found.x), np.log(LOWEST), np.log(HIGHEST)), key=loss_at)
    return float(np.clip(np.exp(best), LOWEST, HIGHEST))


def loss(log_scores: FloatArray, classes: IntArray, temperature: float) -> float:
    """Mean negative log likelihood, as if one example in ``n + 1`` had an unknown class.

    The unknown class stands equally for all. Without it, scores that put every example in its class
    would be sharpened without end, and twenty pictures would claim certainty; with it, the
    confidence of such scores stays near Laplace's ``1 - 1 / n``. On a thousand examples its effect
    is not noticeable.

    Args:
        log_scores: ``(n, count)`` float, finite.
        classes: ``(n,)``, the index of each example's class.
        temperature: Above 0.
    """
    n = len(classes)
    logs = log_softmax(log_scores / temperature, axis=1)
    known = -logs[np.arange(n), classes].mean()
    unknown = -logs.mean()
    return float((n * known + unknown) / (n + 1))


def calibrate(log_scores: FloatArray, temperature: float) -> FloatArray:
    """Turn log-scores ``(n, count)`` into probabilities ``(n, count)`` whose rows sum to 1."""
    probabilities: FloatArray = softmax(np.asarray(log_scores, np.float64) / temperature, axis=1)
    return probabilities


def add_calibration_to(graph: Graph, log_scores: str, temperature: float) -> str:
    """Add the nodes of ``calibrate``: float64 ``(n, count)`` to float64 ``(n, count)``."""
    scaled = graph.add("Div", log_scores, graph.constant(temperature, "float64"))
    return graph.add("Softmax", scaled, axis=1)


def _check(log_scores: FloatArray, classes: IntArray) -> None:
    if log_scores.ndim != 2 or log_scores.shape[1] == 0:
        raise ValueError(f"log_scores must have the shape (n, count), not {log_scores.shape}.")
    n, count = log_scores.shape
    if classes.shape != (n,):
        raise ValueError(f"classes must have the shape ({n},), but it is {classes.shape}.")
    if n and not (classes.min() >= 0 and classes.max() < count):
        raise ValueError(
            f"classes must lie in 0 to {count - 1}, but lie in {classes.min()} to {classes.max()}."
        )
    if not np.isfinite(log_scores).all():
        raise ValueError("log_scores must be finite, but some are not.")
