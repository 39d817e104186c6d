"""Decision trees fitted by scikit-learn: their leaves' evidence in Python and in ONNX, bit by bit.

ONNX's tree operator works in float32. scikit-learn casts a vector to float32 and compares it with
thresholds in float64; the largest float32 that is not above a threshold takes the same decisions.
Leaves hold whole numbers whose sums stay below 2**24, which float32 adds without rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fieldguide.models.heads.examples import FloatMatrix
from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray

EXACT_IN_FLOAT32 = 2**24
_LEAF = -1


class TreeEnsemble:
    """Trees and, for each of their nodes, the evidence for every class.

    Args:
        trees: The ``tree_`` of fitted scikit-learn trees.
        evidence: For each tree whole numbers ``(nodes, count)``, at least 0. The largest ones of
            all trees, and so every sum over trees, must add up to at most 2**24.
        count: How many classes there are.

    Raises:
        ValueError: If the evidence is too large to be added without rounding.
    """

    def __init__(
        self, trees: Sequence[Any], evidence: Sequence[npt.NDArray[np.int32]], *, count: int
    ) -> None:
        largest = sum(int(table.max()) for table in evidence)
        if largest > EXACT_IN_FLOAT32:
            raise ValueError(f"The evidence must sum to at most {EXACT_IN_FLOAT32}, not {largest}.")
        self._trees = trees
        self._evidence = evidence
        self._count = count

    def apply(self, vectors: FloatMatrix) -> FloatArray:
        """Sum the evidence of the leaves of vectors ``(n, dimensions)``: float64 ``(n, count)``."""
        single = np.ascontiguousarray(vectors, dtype=np.float32)
        total = np.zeros((len(vectors), self._count))
        for tree, table in zip(self._trees, self._evidence, strict=True):
            total += table[tree.apply(single)]
        return total

    def add_to(self, graph: Graph, vectors: str) -> str:
        """Add the same as nodes: float64 ``(n, dimensions)`` to float64 ``(n, count)``."""
        node_lists = [_node_attributes(number, tree) for number, tree in enumerate(self._trees)]
        leaf_lists = [
            _leaf_attributes(number, tree, table)
            for number, (tree, table) in enumerate(zip(self._trees, self._evidence, strict=True))
        ]
        value = graph.add(
            "TreeEnsembleRegressor",
            graph.cast(vectors, "float32"),
            domain="ai.onnx.ml",
            n_targets=self._count,
            aggregate_function="SUM",
            post_transform="NONE",
            **_joined(node_lists),
            **_joined(leaf_lists),
        )
        return graph.cast(value, "float64")


def _node_attributes(number: int, tree: Any) -> dict[str, list[Any]]:
    leaf = tree.children_left == _LEAF
    return {
        "nodes_treeids": [number] * tree.node_count,
        "nodes_nodeids": list(range(tree.node_count)),
        "nodes_featureids": np.where(leaf, 0, tree.feature).tolist(),
        "nodes_values": round_down(np.where(leaf, 0.0, tree.threshold)).tolist(),
        "nodes_modes": np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        "nodes_truenodeids": np.where(leaf, 0, tree.children_left).tolist(),
        "nodes_falsenodeids": np.where(leaf, 0, tree.children_right).tolist(),
    }


def _leaf_attributes(
    number: int,
    tree: Any,
    table: npt.NDArray[np.int32],
) -> dict[str, list[Any]]:
    weights = np.where((tree.children_left == _LEAF)[:, None], table, 0)
    nodes, classes = np.nonzero(weights)
    return {
        "target_treeids": [number] * len(nodes),
        "target_nodeids": nodes.tolist(),
        "target_ids": classes.tolist(),
        "target_weights": weights[nodes, classes].astype(np.float64).tolist(),
    }


def _joined(parts: Sequence[dict[str, list[Any]]]) -> dict[str, list[Any]]:
    return {key: [item for part in parts for item in part[key]] for key in parts[0]}


def round_down(thresholds: FloatArray) -> npt.NDArray[np.float32]:
    """Give the largest float32 that is not above each threshold, ``(n,)``."""
    nearest = thresholds.astype(np.float32)
    above = nearest.astype(np.float64) > thresholds
    return np.where(above, np.nextafter(nearest, np.float32(-np.inf)), nearest)
