"""What every backbone is: a pretrained network that turns pictures into vectors."""

from __future__ import annotations

from typing import Protocol

from fieldguide.models.onnx_graph import Graph


class Backbone(Protocol):
    """A pretrained network, known by its weights and its preprocessing."""

    name: str
    """The name by which a user picks it."""

    title: str
    """Its name in the field's words."""

    licence: str
    """SPDX identifier of the weights' licence."""

    dimensions: int
    """Length of its vectors."""

    side: int
    """Pictures are resized to ``side x side`` pixels inside the graph."""

    model_id: str
    """Key of its vectors in the cache: changes with the weights and the preprocessing."""

    def add_to(self, graph: Graph, image: str) -> str:
        """Add preprocessing and network to a graph.

        Args:
            graph: The graph to add to.
            image: Name of a value of type uint8 and shape ``(n, height, width, 3)``, RGB.

        Returns:
            Name of the value with the vectors, float32 ``(n, dimensions)``, rounded to what float16
            can hold, so that cached and fresh vectors are the same numbers.
        """


def shorter_side(backbone: Backbone) -> int:
    """Return the least shorter side to which a JPEG may be reduced while it is decoded.

    Twice the network's side leaves the resize inside the graph enough pixels to average over.
    """
    return 2 * backbone.side
