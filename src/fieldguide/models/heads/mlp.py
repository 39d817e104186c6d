"""Multi-layer perceptron: a small network with one hidden layer."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from sklearn.neural_network import MLPClassifier

from fieldguide.models.heads.class_scores import ClassScores, two_sided
from fieldguide.models.heads.examples import FloatMatrix, check_examples, check_vectors
from fieldguide.models.heads.projection import Projection, add_affine
from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray, IntArray

_BATCH = 64
_STEPS = 600
_FEWEST_EPOCHS = 10
_MOST_EPOCHS = 200


class MlpHead:
    """One hidden layer of rectified units, on standardised and projected vectors.

    It is trained by Adam for about 600 steps of 64 examples, but for 10 to 200 epochs. A fixed
    length costs no examples, whereas early stopping would set some aside.

    Args:
        hidden: Units in the hidden layer, at least 1.
        alpha: Strength of the L2 penalty, at least 0; the larger, the simpler the model.
        components: Principal components to keep at most.
        seed: Seed of the first weights and of the order of the examples.

    Attributes:
        layers_: Weights and offset of both layers, float64.
        epochs_: How often each example was seen.

    Source: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors,
    Nature 323 (1986); Kingma and Ba, Adam, ICLR 2015.
    """

    name: ClassVar[str] = "mlp"
    title: ClassVar[str] = "multi-layer perceptron"

    layers_: tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
    epochs_: int

    def __init__(
        self, *, hidden: int = 128, alpha: float = 1.0, components: int = 128, seed: int = 0
    ) -> None:
        self.hidden = hidden
        self.alpha = alpha
        self.components = components
        self.seed = seed

    def fit(self, vectors: FloatMatrix, classes: IntArray, *, count: int) -> Self:
        """Learn from vectors ``(n, dimensions)``; see ``Head.fit``."""
        present = check_examples(vectors, classes, count)
        n = len(classes)
        self._projection = Projection(self.components).fit(vectors)
        batch = min(_BATCH, n)
        epochs = int(np.clip(_STEPS * batch // n, _FEWEST_EPOCHS, _MOST_EPOCHS))
        model = MLPClassifier(
            (self.hidden,),
            alpha=self.alpha,
            batch_size=batch,
            # No epoch after the first lowers the loss by so much, so that the stopping rule counts
            # epochs. Ending at max_iter would warn, and heads train in threads, where a warning
            # cannot be caught safely.
            tol=1e30,
            n_iter_no_change=epochs - 2,
            max_iter=epochs + 1,
            random_state=self.seed,
        ).fit(self._projection.apply(vectors).astype(np.float32), classes)
        (first, second), (first_offset, second_offset) = (
            [values.astype(np.float64) for values in part]
            for part in (model.coefs_, model.intercepts_)
        )
        self.layers_ = (
            (first, first_offset),
            (two_sided(second), two_sided(second_offset)),
        )
        self.epochs_ = model.n_iter_
        self._scores = ClassScores(present, count=count, n=n)
        return self

    def log_scores(self, vectors: FloatMatrix) -> FloatArray:
        """Score every class: ``(n, count)`` float64 log-probabilities."""
        rows = self._projection.apply(check_vectors(vectors, len(self._projection.weights_)))
        (first, first_offset), (second, second_offset) = self.layers_
        hidden = np.maximum(rows @ first + first_offset, 0.0)
        return self._scores.apply(hidden @ second + second_offset)

    def add_to(self, graph: Graph, vectors: str) -> str:
        """Add the nodes that compute the log-scores; see ``Head.add_to``."""
        first, second = self.layers_
        hidden = add_affine(graph, self._projection.add_to(graph, vectors), *first)
        return self._scores.add_to(graph, add_affine(graph, graph.add("Relu", hidden), *second))

    def settings(self) -> dict[str, int | float | str | None]:
        """The constructor's settings."""
        return {
            "hidden": self.hidden,
            "alpha": self.alpha,
            "components": self.components,
            "seed": self.seed,
        }

    @classmethod
    def grid(cls, seed: int) -> list[Self]:
        """Three strengths of the penalty, from strong to weak."""
        return [cls(alpha=alpha, seed=seed) for alpha in (3.0, 1.0, 0.1)]
