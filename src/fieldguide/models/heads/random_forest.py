"""Random forest: many trees, each grown on a sample, and their mean."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from fieldguide.models.heads.examples import FloatMatrix, check_examples, check_vectors
from fieldguide.models.heads.smoothing import Smoothing
from fieldguide.models.heads.tree_ensemble import EXACT_IN_FLOAT32, TreeEnsemble
from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray, IntArray

_SAMPLE = 5_000
_STEPS = 2**16
_STRENGTH = 1.0
MOST_TREES = EXACT_IN_FLOAT32 // _STEPS


class RandomForestHead:
    """The mean of trees that each see other examples and, in every node, other dimensions.

    A tree's probabilities are rounded to steps of 2**-16, by which they add up without rounding in
    any order: the file gives the same numbers as Python. The mean is smoothed as if one more tree
    had voted by the classes' shares among the examples.

    Every tree sees as many examples as there are, drawn with repetition, but at most 5,000: time
    and size of the file stay bounded, and all examples still take part through other trees.

    Args:
        trees: How many trees, 1 to 256. Twice as many as the default 100 take twice the time and
            gained half a point of accuracy on three real picture sets.
        leaf: At least so many examples in a leaf.
        seed: Seed of all draws.

    Raises:
        ValueError: If ``trees`` is not from 1 to 256 (when fitted).

    Source: Breiman, Random forests, Machine Learning 45 (2001).
    """

    name: ClassVar[str] = "forest"
    title: ClassVar[str] = "random forest"

    def __init__(self, *, trees: int = 100, leaf: int = 3, seed: int = 0) -> None:
        self.trees = trees
        self.leaf = leaf
        self.seed = seed

    def fit(self, vectors: FloatMatrix, classes: IntArray, *, count: int) -> Self:
        """Learn from vectors ``(n, dimensions)``; see ``Head.fit``."""
        if not 1 <= self.trees <= MOST_TREES:
            raise ValueError(f"trees must be from 1 to {MOST_TREES}, but it is {self.trees}.")
        present = check_examples(vectors, classes, count)
        model = RandomForestClassifier(
            self.trees,
            min_samples_leaf=self.leaf,
            max_samples=min(len(classes), _SAMPLE),
            random_state=self.seed,
        ).fit(vectors.astype(np.float32, copy=False), classes)
        trees = [estimator.tree_ for estimator in model.estimators_]
        evidence = []
        for tree in trees:
            table = np.zeros((tree.node_count, count), dtype=np.int32)
            table[:, present] = np.rint(tree.value[:, 0] * _STEPS)
            evidence.append(table)
        self._dimensions = vectors.shape[1]
        self._ensemble = TreeEnsemble(trees, evidence, count=count)
        self._smoothing = Smoothing(classes, count=count, strength=_STRENGTH)
        return self

    def log_scores(self, vectors: FloatMatrix) -> FloatArray:
        """Score every class: ``(n, count)`` float64 log-probabilities."""
        rows = check_vectors(vectors, self._dimensions)
        return self._smoothing.apply(self._ensemble.apply(rows) / _STEPS)

    def add_to(self, graph: Graph, vectors: str) -> str:
        """Add the nodes that compute the log-scores; see ``Head.add_to``."""
        total = self._ensemble.add_to(graph, vectors)
        votes = graph.add("Div", total, graph.constant(float(_STEPS), "float64"))
        return self._smoothing.add_to(graph, votes)

    def settings(self) -> dict[str, int | float | str | None]:
        """The constructor's settings."""
        return {"trees": self.trees, "leaf": self.leaf, "seed": self.seed}

    @classmethod
    def grid(cls, seed: int) -> list[Self]:
        """Three forests, from large leaves to single examples."""
        return [cls(leaf=leaf, seed=seed) for leaf in (8, 3, 1)]
