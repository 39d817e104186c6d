"""From the scores of the classes that had examples to log-probabilities of all classes."""

from __future__ import annotations

import numpy as np
from scipy.special import log_softmax

from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray, IntArray


class ClassScores:
    """Normalises scores and gives a class without an example a small, constant score.

    Such a class gets the log-score ``-log(n + count)``: what Laplace's rule says of something not
    seen in ``n`` examples. It never is the likeliest class, since one of the others has at least
    the mean probability.

    Args:
        present: The classes that had examples, ascending, ``(present,)``.
        count: How many classes there are.
        n: How many examples there were.
    """

    def __init__(self, present: IntArray, *, count: int, n: int) -> None:
        self._complete = len(present) == count
        self._place = np.zeros((len(present), count))
        self._place[np.arange(len(present)), present] = 1.0
        self._unseen = np.full(count, -np.log(n + count))
        self._unseen[present] = 0.0

    def apply(self, scores: FloatArray) -> FloatArray:
        """Turn scores ``(n, present)`` into log-scores, float64 ``(n, count)``."""
        normalised: FloatArray = log_softmax(scores, axis=1)
        return normalised if self._complete else normalised @ self._place + self._unseen

    def add_to(self, graph: Graph, scores: str) -> str:
        """Add the same as nodes: float64 ``(n, present)`` to float64 ``(n, count)``."""
        normalised = graph.add("LogSoftmax", scores, axis=1)
        if self._complete:
            return normalised
        placed = graph.add("MatMul", normalised, graph.constant(self._place))
        return graph.add("Add", placed, graph.constant(self._unseen))


def two_sided(scores: FloatArray) -> FloatArray:
    """Give the score of the second of two classes ``(..., 1)`` to both: ``(..., 2)``.

    The softmax of the two columns is the logistic function of the one; more columns stay as they
    are. It works on scores and, the scores being linear in them, on weights and offsets.
    """
    return np.concatenate([-scores / 2, scores / 2], axis=-1) if scores.shape[-1] == 1 else scores
