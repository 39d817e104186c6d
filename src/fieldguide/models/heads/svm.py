"""Support vector machine: the widest margin between a class and the rest."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from sklearn.svm import SVC

from fieldguide.models.heads.class_scores import ClassScores, two_sided
from fieldguide.models.heads.examples import FloatMatrix, check_examples, check_vectors, thin
from fieldguide.models.heads.projection import Projection, add_affine
from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray, IntArray

_LIMIT = 10_000
_SHARPNESS = 2.0
"""Temperatures near 0.4 calibrated the bare decision values on three real picture sets; doubled,
the scores are roughly log-probabilities before any calibration."""

_BLOCK = 1024


class SupportVectorHead:
    """One machine with an RBF kernel per class, each telling its class from all others.

    Vectors are standardised and projected onto principal components. The softmax of twice the
    decision values is taken as the probabilities; one temperature calibrates it well, whereas votes
    of pairwise machines would jump where a vote turns.

    Training time grows with the square of the examples. Beyond 10,000 the machines see a sample of
    10,000, each class in proportion.

    Args:
        c: Price of an example inside the margin, above 0; the smaller, the simpler the model.
        gamma: Width of the kernel, ``exp(-gamma * squared distance / dimensions)``, above 0; the
            smaller, the smoother the model.
        components: Principal components to keep at most.
        seed: Seed of the sample.

    Attributes:
        support_: ``(dimensions, support vectors)`` float64, holding float32 values.
        coefficients_: ``(support vectors, present)`` float64.
        offset_: ``(present,)`` float64.

    Source: Cortes and Vapnik, Support-vector networks, Machine Learning 20 (1995); Rifkin and
    Klautau, In defense of one-vs-all classification, JMLR 5 (2004).
    """

    name: ClassVar[str] = "svm"
    title: ClassVar[str] = "support vector machine"

    support_: FloatArray
    coefficients_: FloatArray
    offset_: FloatArray

    def __init__(
        self, *, c: float = 3.0, gamma: float = 0.4, components: int = 128, seed: int = 0
    ) -> None:
        self.c = c
        self.gamma = gamma
        self.components = components
        self.seed = seed

    def fit(self, vectors: FloatMatrix, classes: IntArray, *, count: int) -> Self:
        """Learn from vectors ``(n, dimensions)``; see ``Head.fit``."""
        present = check_examples(vectors, classes, count)
        chosen = thin(classes, _LIMIT, self.seed)
        shown = classes[chosen]
        self._projection = Projection(self.components).fit(vectors[chosen])
        # Rounded before training, so that the file can hold float32 and still be exact.
        rows = self._projection.apply(vectors[chosen]).astype(np.float32).astype(np.float64)
        self._width = self.gamma / rows.shape[1]
        # Of two classes, the machine of the first one is that of the second one turned round.
        told_apart = present[1:] if len(present) == 2 else present
        coefficients = np.zeros((len(rows), len(told_apart)))
        offset = np.zeros(len(told_apart))
        for column, index in enumerate(told_apart):
            machine = SVC(C=self.c, gamma=self._width).fit(rows, shown == index)
            coefficients[machine.support_, column] = machine.dual_coef_[0]
            offset[column] = machine.intercept_[0]
        used = np.flatnonzero(coefficients.any(axis=1))
        self.support_ = rows[used].T
        self.coefficients_ = two_sided(_SHARPNESS * coefficients[used])
        self.offset_ = two_sided(_SHARPNESS * offset)
        self._scores = ClassScores(present, count=count, n=len(classes))
        return self

    def log_scores(self, vectors: FloatMatrix) -> FloatArray:
        """Score every class: ``(n, count)`` float64, log-probabilities up to a temperature."""
        rows = self._projection.apply(check_vectors(vectors, len(self._projection.weights_)))
        values = np.empty((len(rows), len(self.offset_)))
        lengths = (self.support_**2).sum(axis=0)
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            apart = (block**2).sum(axis=1, keepdims=True) + lengths - 2 * block @ self.support_
            values[start : start + _BLOCK] = np.exp(-self._width * apart) @ self.coefficients_
        return self._scores.apply(values + self.offset_)

    def add_to(self, graph: Graph, vectors: str) -> str:
        """Add the nodes that compute the log-scores; see ``Head.add_to``."""
        rows = self._projection.add_to(graph, vectors)
        axis = graph.constant([1], "int64")
        own = graph.add("ReduceSum", graph.add("Mul", rows, rows), axis, keepdims=1)
        support = graph.cast(graph.constant(self.support_, "float32"), "float64")
        lengths = graph.constant((self.support_**2).sum(axis=0), "float64")
        product = graph.add("MatMul", rows, support)
        twice = graph.add("Mul", product, graph.constant(2.0, "float64"))
        apart = graph.add("Sub", graph.add("Add", own, lengths), twice)
        narrow = graph.add("Mul", apart, graph.constant(-self._width, "float64"))
        kernel = graph.add("Exp", narrow)
        values = add_affine(graph, kernel, self.coefficients_, self.offset_)
        return self._scores.add_to(graph, values)

    def settings(self) -> dict[str, int | float | str | None]:
        """The constructor's settings."""
        return {
            "c": self.c,
            "gamma": self.gamma,
            "components": self.components,
            "seed": self.seed,
        }

    @classmethod
    def grid(cls, seed: int) -> list[Self]:
        """Four pairs of price and width, from smooth to wavy."""
        pairs = ((1.0, 0.4), (3.0, 0.2), (3.0, 0.4), (10.0, 0.2))
        return [cls(c=c, gamma=gamma, seed=seed) for c, gamma in pairs]
