"""A backbone of nine numbers, for tests that are about what lies around the network."""

from __future__ import annotations

import numpy as np
import pytest

from fieldguide.models.backbones.backbone import Backbone
from fieldguide.models.onnx_graph import Graph
from fieldguide.types import Pixels


class MeanColours:
    """The mean colour of a picture, and of its upper and its left half as far as that goes."""

    name = "mean-colours"
    title = "Mean colours"
    licence = "Apache-2.0"
    dimensions = 6
    side = 8
    model_id = "mean-colours-1"

    def add_to(self, graph: Graph, image: str) -> str:
        x = graph.add("Transpose", graph.cast(image, "float32"), perm=[0, 3, 1, 2])
        small = graph.add(
            "Resize", x, "", "", graph.constant([2, 2], "int64"), axes=[2, 3], mode="linear"
        )
        rows = graph.add("ReduceMean", small, graph.constant([3], "int64"), keepdims=0)
        flat = graph.add("Flatten", rows, axis=1)
        scaled = graph.add("Div", flat, graph.constant(64.0, "float32"))
        return graph.cast(graph.cast(scaled, "float16"), "float32")


@pytest.fixture
def small_backbone() -> Backbone:
    return MeanColours()


@pytest.fixture
def noise() -> Pixels:
    return np.random.default_rng(8).integers(0, 256, (40, 30, 3), dtype=np.uint8)
