"""Logistic regression, the default head: a linear score per class."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import OptimizeResult, minimize

from fieldguide.models.heads.class_scores import ClassScores
from fieldguide.models.heads.examples import FloatMatrix, check_examples, check_vectors
from fieldguide.models.heads.projection import Standardisation, add_affine
from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray, IntArray

_SMALLEST_GRADIENT = 1e-4


class LogisticRegressionHead:
    """Multinomial logistic regression with an L2 penalty, on standardised vectors.

    It minimises ``c * (sum of negative log likelihoods) + (sum of squared weights) / 2`` by L-BFGS,
    as scikit-learn does for three and more classes; two classes are treated alike. The gradient is
    computed in float32, which halves the time; what was found is applied in float64.

    The solver is called directly, because scikit-learn reports a missed convergence by a warning,
    and heads train in threads, where a warning cannot be caught safely.

    Args:
        c: Inverse strength of the penalty, above 0; the smaller, the simpler the model.
        seed: Recorded like that of every head; the solver draws no random numbers.
        iterations: At most so many steps of the solver.

    Attributes:
        weights_: ``(dimensions, present)`` float64, on vectors as they come.
        offset_: ``(present,)`` float64.
        converged_: Whether the solver reached the minimum within ``iterations``.

    Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
    section 4.4; Liu and Nocedal, On the limited memory BFGS method, Mathematical Programming 45
    (1989).
    """

    name: ClassVar[str] = "logistic"
    title: ClassVar[str] = "logistic regression"

    weights_: FloatArray
    offset_: FloatArray
    converged_: bool

    def __init__(self, *, c: float = 0.01, seed: int = 0, iterations: int = 1000) -> None:
        self.c = c
        self.seed = seed
        self.iterations = iterations

    def fit(self, vectors: FloatMatrix, classes: IntArray, *, count: int) -> Self:
        """Learn from vectors ``(n, dimensions)``; see ``Head.fit``."""
        present = check_examples(vectors, classes, count)
        standardisation = Standardisation().fit(vectors)
        rows = standardisation.apply(vectors.astype(np.float32, copy=False))
        targets = np.searchsorted(present, classes)
        start = np.zeros((rows.shape[1] + 1, len(present)))
        result = _minimise(rows, targets, start, c=self.c, iterations=self.iterations)
        if result.status == _STUCK:
            # Close to the minimum the noise of float32 can hide the way down.
            result = _minimise(
                rows.astype(np.float64), targets, result.x, c=self.c, iterations=self.iterations
            )
        self.converged_ = bool(result.success)
        found = result.x.reshape(start.shape)
        self.weights_ = found[:-1] / standardisation.scale_[:, None]
        self.offset_ = found[-1] - standardisation.mean_ @ self.weights_
        self._scores = ClassScores(present, count=count, n=len(classes))
        return self

    def log_scores(self, vectors: FloatMatrix) -> FloatArray:
        """Score every class: ``(n, count)`` float64 log-probabilities."""
        rows = check_vectors(vectors, len(self.weights_))
        return self._scores.apply(rows @ self.weights_ + self.offset_)

    def add_to(self, graph: Graph, vectors: str) -> str:
        """Add the nodes that compute the log-scores; see ``Head.add_to``."""
        return self._scores.add_to(graph, add_affine(graph, vectors, self.weights_, self.offset_))

    def settings(self) -> dict[str, int | float | str | None]:
        """The constructor's settings."""
        return {"c": self.c, "seed": self.seed, "iterations": self.iterations}

    @classmethod
    def grid(cls, seed: int) -> list[Self]:
        """Six strengths of the penalty, each a tenth of the one before."""
        return [cls(c=c, seed=seed) for c in (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)]


_STUCK = 2
"""SciPy's status of an L-BFGS whose line search found no lower point."""


def _minimise(
    rows: FloatMatrix,
    targets: npt.NDArray[np.intp],
    start: FloatArray,
    *,
    c: float,
    iterations: int,
) -> OptimizeResult:
    n, dimensions = rows.shape
    penalty = 1.0 / (c * n)
    own = (np.arange(n), targets)

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        weights = flat.reshape(dimensions + 1, -1)
        scores = rows @ weights[:-1].astype(rows.dtype) + weights[-1].astype(rows.dtype)
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        totals = chances.sum(axis=1, keepdims=True)
        likelihood = np.mean(scores[own] - np.log(totals[:, 0]), dtype=np.float64)
        chances /= totals
        chances[own] -= 1.0
        gradient = np.empty_like(weights)
        gradient[:-1] = rows.T @ chances / n + penalty * weights[:-1]
        gradient[-1] = chances.mean(axis=0, dtype=np.float64)
        squares = float((weights[:-1] ** 2).sum())
        return float(penalty / 2 * squares - likelihood), gradient.ravel()

    return minimize(
        loss,
        start.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": iterations, "maxfun": 2 * iterations, "gtol": _SMALLEST_GRADIENT},
    )
