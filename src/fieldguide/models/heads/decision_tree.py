"""Decision tree: a short list of questions about single dimensions."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from fieldguide.models.heads.examples import FloatMatrix, check_examples, check_vectors, thin
from fieldguide.models.heads.smoothing import Smoothing
from fieldguide.models.heads.tree_ensemble import TreeEnsemble
from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray, IntArray

_LIMIT = 5_000
_STRENGTH = 4.0


class DecisionTreeHead:
    """A tree that splits on one dimension of the vector at a time.

    It is weaker than every other head here on vectors of a network; it is offered because each of
    its decisions can be read. A leaf's probabilities are its examples, smoothed by four examples'
    worth of the classes' shares, since small leaves are overconfident.

    Beyond 5,000 examples the tree sees a sample of 5,000, each class in proportion: sorting every
    dimension in every node would take minutes.

    Args:
        depth: At most so many questions, at least 1.
        leaf: At least so many examples in a leaf.
        seed: Seed of the sample, and of the order in which equally good splits are tried.

    Source: Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984.
    """

    name: ClassVar[str] = "tree"
    title: ClassVar[str] = "decision tree"

    def __init__(self, *, depth: int = 8, leaf: int = 10, seed: int = 0) -> None:
        self.depth = depth
        self.leaf = leaf
        self.seed = seed

    def fit(self, vectors: FloatMatrix, classes: IntArray, *, count: int) -> Self:
        """Learn from vectors ``(n, dimensions)``; see ``Head.fit``."""
        present = check_examples(vectors, classes, count)
        chosen = thin(classes, _LIMIT, self.seed)
        model = DecisionTreeClassifier(
            max_depth=self.depth, min_samples_leaf=self.leaf, random_state=self.seed
        ).fit(vectors[chosen].astype(np.float32), classes[chosen])
        tree = model.tree_
        examples = np.zeros((tree.node_count, count), dtype=np.int32)
        examples[:, present] = np.rint(tree.value[:, 0] * tree.n_node_samples[:, None])
        self._dimensions = vectors.shape[1]
        self._ensemble = TreeEnsemble([tree], [examples], count=count)
        self._smoothing = Smoothing(classes, count=count, strength=_STRENGTH)
        return self

    def log_scores(self, vectors: FloatMatrix) -> FloatArray:
        """Score every class: ``(n, count)`` float64 log-probabilities."""
        rows = check_vectors(vectors, self._dimensions)
        return self._smoothing.apply(self._ensemble.apply(rows))

    def add_to(self, graph: Graph, vectors: str) -> str:
        """Add the nodes that compute the log-scores; see ``Head.add_to``."""
        return self._smoothing.add_to(graph, self._ensemble.add_to(graph, vectors))

    def settings(self) -> dict[str, int | float | str | None]:
        """The constructor's settings."""
        return {"depth": self.depth, "leaf": self.leaf, "seed": self.seed}

    @classmethod
    def grid(cls, seed: int) -> list[Self]:
        """Four trees, from shallow to deep."""
        pairs = ((3, 10), (5, 10), (8, 10), (12, 5))
        return [cls(depth=depth, leaf=leaf, seed=seed) for depth, leaf in pairs]
