"""Nearest neighbours: the classes of the most similar training pictures."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np

from fieldguide.models.heads.examples import FloatMatrix, check_examples, check_vectors, thin
from fieldguide.models.heads.projection import Projection
from fieldguide.models.heads.smoothing import Smoothing
from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray, IntArray

_LIMIT = 20_000
_STRENGTH = 1.0
_BLOCK = 1024
_SHORTEST = 1e-12
_NEAREST = 1e-6
"""Cosine distances below this are rounding of the float32 references."""


class NearestNeighboursHead:
    """The k most similar examples vote; the nearer, the more.

    Vectors are standardised, projected onto principal components and compared by their cosine. An
    example at distance ``d`` has the weight ``1 - d / D``, where ``D`` is the distance of the first
    example that no longer votes. Probabilities thus change without a jump when an example enters
    or leaves. The votes are scaled to k and smoothed by one vote for the classes' shares. Where
    all examples are equally far, only those shares remain.

    All examples are in the file. Beyond 20,000 a sample of 20,000 is kept, each class in
    proportion.

    Args:
        k: How many examples vote, at least 1; fewer where there are not so many.
        components: Principal components to keep at most.
        seed: Seed of the sample.

    Attributes:
        references_: ``(kept, examples)`` float64 of length 1, holding float32 values.
        classes_: ``(examples,)``, their classes.

    Source: Dudani, The distance-weighted k-nearest-neighbor rule, IEEE Transactions on Systems, Man
    and Cybernetics 6 (1976); Hechenbichler and Schliep, Weighted k-nearest-neighbor techniques and
    ordinal classification, 2004.
    """

    name: ClassVar[str] = "neighbours"
    title: ClassVar[str] = "nearest neighbours"

    references_: FloatArray
    classes_: IntArray

    def __init__(self, *, k: int = 20, components: int = 128, seed: int = 0) -> None:
        self.k = k
        self.components = components
        self.seed = seed

    def fit(self, vectors: FloatMatrix, classes: IntArray, *, count: int) -> Self:
        """Learn from vectors ``(n, dimensions)``; see ``Head.fit``."""
        check_examples(vectors, classes, count)
        chosen = thin(classes, _LIMIT, self.seed)
        self._projection = Projection(self.components).fit(vectors[chosen])
        rows = _unit(self._projection.apply(vectors[chosen]))
        self.references_ = rows.astype(np.float32).astype(np.float64).T
        self.classes_ = classes[chosen].astype(np.int64)
        self._voters = min(self.k, len(chosen) - 1)
        self._count = count
        self._smoothing = Smoothing(classes, count=count, strength=_STRENGTH)
        return self

    def log_scores(self, vectors: FloatMatrix) -> FloatArray:
        """Score every class: ``(n, count)`` float64 log-probabilities."""
        rows = _unit(self._projection.apply(check_vectors(vectors, len(self._projection.weights_))))
        votes = np.empty((len(rows), self._count))
        for start in range(0, len(rows), _BLOCK):
            votes[start : start + _BLOCK] = self._votes(rows[start : start + _BLOCK])
        return self._smoothing.apply(votes)

    def _votes(self, rows: FloatArray) -> FloatArray:
        similarity = rows @ self.references_
        # One more than there are voters: the last one gives the distance at which votes end.
        near = np.argpartition(-similarity, self._voters, axis=1)[:, : self._voters + 1]
        distance = np.maximum(1.0 - np.take_along_axis(similarity, near, axis=1), 0.0)
        reach = np.maximum(distance.max(axis=1, keepdims=True), _NEAREST)
        weights = 1.0 - distance / reach
        weights *= self._voters / (weights.sum(axis=1, keepdims=True) + _NEAREST)
        votes = np.zeros((len(rows), self._count))
        np.add.at(votes, (np.arange(len(rows))[:, None], self.classes_[near]), weights)
        return votes

    def add_to(self, graph: Graph, vectors: str) -> str:
        """Add the nodes that compute the log-scores; see ``Head.add_to``."""
        axis = graph.constant([1], "int64")
        least = graph.constant(_NEAREST, "float64")
        one = graph.constant(1.0, "float64")
        projected = self._projection.add_to(graph, vectors)
        length = graph.add("ReduceL2", projected, axis, keepdims=1)
        length = graph.add("Max", length, graph.constant(_SHORTEST, "float64"))
        references = graph.cast(graph.constant(self.references_, "float32"), "float64")
        similarity = graph.add("MatMul", graph.add("Div", projected, length), references)
        size = graph.constant([self._voters + 1], "int64")
        nearest, rows = graph.add_many("TopK", 2, similarity, size, axis=1)
        distance = graph.add("Relu", graph.add("Sub", one, nearest))
        reach = graph.add("Max", graph.add("ReduceMax", distance, axis, keepdims=1), least)
        weights = graph.add("Sub", one, graph.add("Div", distance, reach))
        total = graph.add("ReduceSum", weights, axis, keepdims=1)
        voters = graph.constant(float(self._voters), "float64")
        scale = graph.add("Div", voters, graph.add("Add", total, least))
        weights = graph.add("Unsqueeze", graph.add("Mul", weights, scale), axis)
        classes = graph.add("Gather", graph.constant(self.classes_), rows, axis=0)
        one_hot = graph.add("Gather", graph.constant(np.eye(self._count)), classes, axis=0)
        votes = graph.add("Squeeze", graph.add("MatMul", weights, one_hot), axis)
        return self._smoothing.add_to(graph, votes)

    def settings(self) -> dict[str, int | float | str | None]:
        """The constructor's settings."""
        return {"k": self.k, "components": self.components, "seed": self.seed}

    @classmethod
    def grid(cls, seed: int) -> list[Self]:
        """Four numbers of voters, from many to few."""
        return [cls(k=k, seed=seed) for k in (40, 20, 10, 5)]


def _unit(rows: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: FloatArray = rows / np.maximum(lengths, _SHORTEST)
    return scaled
