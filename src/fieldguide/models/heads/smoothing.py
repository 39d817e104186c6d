"""From counted evidence to log-probabilities that are never infinite."""

from __future__ import annotations

import numpy as np

from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray, IntArray


class Smoothing:
    """Mixes evidence for classes with the classes' share among the training examples.

    The probability of a class is ``(evidence + strength * prior) / (all evidence + strength)``, the
    m-estimate. The prior is Laplace's ``(n_class + 1) / (n + count)``, so that a class that was
    never seen becomes less likely the more examples there were.

    Args:
        classes: The class of each training example, ``(n,)``.
        count: How many classes there are.
        strength: How many units of evidence the prior is worth, above 0.

    Source: Cestnik, Estimating probabilities, ECAI 1990; Provost and Domingos, Tree induction for
    probability-based ranking, Machine Learning 52 (2003).
    """

    def __init__(self, classes: IntArray, *, count: int, strength: float) -> None:
        seen = np.bincount(classes, minlength=count)
        self._strength = strength
        self._prior = strength * (seen + 1.0) / (len(classes) + count)

    def apply(self, evidence: FloatArray) -> FloatArray:
        """Turn evidence ``(n, count)``, at least 0, into log-probabilities ``(n, count)``."""
        total = evidence.sum(axis=1, keepdims=True)
        logs: FloatArray = np.log((evidence + self._prior) / (total + self._strength))
        return logs

    def add_to(self, graph: Graph, evidence: str) -> str:
        """Add the same as nodes: float64 ``(n, count)`` to float64 ``(n, count)``."""
        axis = graph.constant([1], "int64")
        total = graph.add("ReduceSum", evidence, axis, keepdims=1)
        below = graph.add("Add", total, graph.constant(self._strength, "float64"))
        above = graph.add("Add", evidence, graph.constant(self._prior, "float64"))
        return graph.add("Log", graph.add("Div", above, below))
