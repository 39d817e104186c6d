"""What every head is: trained on vectors, gives one score per class, and can be written to ONNX."""

from __future__ import annotations

from typing import ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray, IntArray

FloatMatrix = npt.NDArray[np.floating]


class Head(Protocol):
    """A classifier on vectors.

    The constructor only stores its settings; ``fit`` learns and returns self; learned values end in
    ``_``. Both ``log_scores`` and the ONNX nodes work in float64, so that they agree within 1e-9.
    Fitting the same numbers with the same seed gives the same head.
    """

    name: ClassVar[str]
    """The name by which a user picks it, for example ``"logistic"``."""

    title: ClassVar[str]
    """Its name in the field's words, for example ``"logistic regression"``."""

    def fit(self, vectors: FloatMatrix, classes: IntArray, *, count: int) -> Self:
        """Learn from examples.

        Args:
            vectors: ``(n, dimensions)``, float.
            classes: ``(n,)``, the index of each example's class, ``0 <= index < count``.
            count: How many classes there are. One without an example is allowed; its probability
                stays small.

        Raises:
            DataError: If fewer than two classes have an example.
            ValueError: If the shapes do not match or a value is not finite.
        """

    def log_scores(self, vectors: FloatMatrix) -> FloatArray:
        """Score every class: ``(n, count)`` float64, unnormalised log-probabilities, all finite."""

    def add_to(self, graph: Graph, vectors: str) -> str:
        """Add the nodes that compute the log-scores.

        Args:
            graph: The graph to add to.
            vectors: Name of a value of type float64 and shape ``(n, dimensions)``.

        Returns:
            Name of the value with the log-scores, float64 ``(n, count)``.
        """

    def settings(self) -> dict[str, int | float | str | None]:
        """The constructor's settings, as recorded in the recipe."""

    @classmethod
    def grid(cls, seed: int) -> list[Self]:
        """The settings among which cross-validation chooses, from simple to complex."""
