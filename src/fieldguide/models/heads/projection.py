"""Pre-processing of vectors: to zero mean and unit variance, and onto principal components."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import numpy as np
from scipy.linalg import eigh

from fieldguide.models.heads.examples import FloatMatrix
from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray

_BLOCK = 8192
"""Rows handled at once, so that float64 copies stay near 80 MB whatever the number of pictures."""

_RANK_TOLERANCE = 1e-10
"""Components with less than this share of the largest variance are rounding, not data."""


class Standardisation:
    """Scales every column to mean 0 and variance 1; a constant column only loses its mean.

    Attributes:
        mean_: ``(dimensions,)`` float64.
        scale_: ``(dimensions,)`` float64, above 0.
    """

    mean_: FloatArray
    scale_: FloatArray

    def fit(self, vectors: FloatMatrix) -> Self:
        """Learn mean and standard deviation of each column of ``(n, dimensions)``."""
        n = len(vectors)
        self.mean_ = sum(block.sum(axis=0) for block in _blocks(vectors)) / n
        squares = sum(((block - self.mean_) ** 2).sum(axis=0) for block in _blocks(vectors)) / n
        # A mean in float64 is off by up to n rounding errors; less variance than that is none.
        noise = (n * np.finfo(np.float64).eps * np.abs(self.mean_)) ** 2
        self.scale_ = np.sqrt(np.where(squares > noise, squares, 1.0))
        return self

    def apply(self, vectors: FloatMatrix) -> FloatMatrix:
        """Standardise ``(n, dimensions)``; the result has the type of ``vectors``."""
        result = np.empty(vectors.shape, dtype=vectors.dtype)
        for start, block in enumerate(_blocks(vectors)):
            rows = slice(start * _BLOCK, start * _BLOCK + len(block))
            result[rows] = (block - self.mean_) / self.scale_
        return result


class Projection:
    """Standardises, then projects onto the leading principal components.

    All components are divided by one number, so that their variances are 1 on average: distances
    keep their proportions and have the same size for every backbone.

    Args:
        components: How many components to keep at most; fewer are kept where the training vectors
            span fewer dimensions, but at least one.

    Attributes:
        weights_: ``(dimensions, kept)`` float64.
        offset_: ``(kept,)`` float64.

    Source: Jolliffe, Principal Component Analysis, 2nd edition, Springer 2002.
    """

    weights_: FloatArray
    offset_: FloatArray

    def __init__(self, components: int) -> None:
        self.components = components

    def fit(self, vectors: FloatMatrix) -> Self:
        """Learn from vectors ``(n, dimensions)``, ``n >= 2``."""
        standardisation = Standardisation().fit(vectors)
        axes, variances = _principal_axes(vectors, standardisation, self.components)
        spread = np.sqrt(variances.mean()) if len(variances) else 1.0
        self.weights_ = axes / standardisation.scale_[:, None] / spread
        self.offset_ = -(standardisation.mean_ @ self.weights_)
        return self

    def apply(self, vectors: FloatMatrix) -> FloatArray:
        """Project ``(n, dimensions)`` to float64 ``(n, kept)``."""
        result = np.empty((len(vectors), self.weights_.shape[1]))
        for start, block in enumerate(_blocks(vectors)):
            rows = slice(start * _BLOCK, start * _BLOCK + len(block))
            result[rows] = block @ self.weights_ + self.offset_
        return result

    def add_to(self, graph: Graph, vectors: str) -> str:
        """Add the nodes that project float64 ``(n, dimensions)`` to float64 ``(n, kept)``."""
        return add_affine(graph, vectors, self.weights_, self.offset_)


def add_affine(graph: Graph, value: str, weights: FloatArray, offset: FloatArray) -> str:
    """Add the nodes of ``value @ weights + offset``, in float64.

    Args:
        graph: The graph to add to.
        value: Name of a float64 value ``(n, a)``.
        weights: ``(a, b)``.
        offset: ``(b,)``.

    Returns:
        Name of the float64 value ``(n, b)``.
    """
    product = graph.add("MatMul", value, graph.constant(weights, "float64"))
    return graph.add("Add", product, graph.constant(offset, "float64"))


def _principal_axes(
    vectors: FloatMatrix, standardisation: Standardisation, components: int
) -> tuple[FloatArray, FloatArray]:
    """Give the axes ``(dimensions, kept)`` and the variances along them ``(kept,)``."""
    n, dimensions = vectors.shape
    # Both matrices have the same non-zero eigenvalues; the smaller one is the cheaper one.
    if n < dimensions:
        rows = standardisation.apply(vectors.astype(np.float64))
        variances, basis = _leading(rows @ rows.T / n, components)
        axes = rows.T @ (basis / np.sqrt(variances * n))
    else:
        covariance = np.zeros((dimensions, dimensions))
        for block in _blocks(vectors):
            rows = (block - standardisation.mean_) / standardisation.scale_
            covariance += rows.T @ rows / n
        variances, axes = _leading(covariance, components)
    if not len(variances):
        return np.zeros((dimensions, 1)), variances
    # Axes have no sign of their own; choosing one keeps a seeded network's start the same.
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(len(variances))]
    return axes * np.sign(largest), variances


def _leading(matrix: FloatArray, components: int) -> tuple[FloatArray, FloatArray]:
    size = len(matrix)
    wanted = (max(0, size - components), size - 1)
    values, basis = eigh(matrix, subset_by_index=wanted)
    values, basis = values[::-1], basis[:, ::-1]
    # A single varying column already has the variance 1, so that less than that is none at all.
    kept = values > _RANK_TOLERANCE * max(values[0], 1.0)
    return values[kept], basis[:, kept]


def _blocks(vectors: FloatMatrix) -> Iterator[FloatArray]:
    for start in range(0, len(vectors), _BLOCK):
        yield vectors[start : start + _BLOCK].astype(np.float64)
