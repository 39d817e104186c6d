"""Run ONNX graphs: sessions of one thread, several calls at once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fieldguide.models.backbones.backbone import Backbone
from fieldguide.models.onnx_graph import Graph
from fieldguide.types import Pixels

if TYPE_CHECKING:
    import onnxruntime

_LARGE = 6_000_000
"""Values in a picture's pixels above which memory is given back after the call."""


def open_session(model: bytes | Path) -> onnxruntime.InferenceSession:
    """Open a graph for calls that each keep to the calling thread.

    Parallel work comes from several threads calling at once; a session that also spread each call
    over threads of its own would have them wait for one another on busy cores.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = str(model) if isinstance(model, Path) else model
    # Its fallback would print to standard output and then fail in the same way again.
    return onnxruntime.InferenceSession(
        source, options, providers=["CPUExecutionProvider"], enable_fallback=0
    )


def run_on(
    session: onnxruntime.InferenceSession, pixels: Pixels, output: str
) -> npt.NDArray[np.float32]:
    """Run a graph on one picture.

    Args:
        session: A graph with the input ``image``.
        pixels: uint8 ``(height, width, 3)``.
        output: Name of the output.

    Returns:
        The output's only row, float32.
    """
    import onnxruntime

    options = onnxruntime.RunOptions()
    if pixels.size > _LARGE:
        # The session keeps memory for its next call; what a large picture took is given back.
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    (rows,) = session.run([output], {"image": pixels[None]}, options)
    row: npt.NDArray[np.float32] = rows[0]
    return row


class Embedder:
    """Turns pictures into vectors with one backbone; may be called from several threads at once.

    Args:
        backbone: The network.

    Example:
        >>> from fieldguide.models.backbones.available import BACKBONES
        >>> embedder = Embedder(BACKBONES.get("efficientnet-lite0"))
        >>> embedder(np.zeros((50, 80, 3), np.uint8)).shape
        (1280,)
    """

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone
        self._lock = threading.Lock()
        self._session: onnxruntime.InferenceSession | None = None

    def __call__(self, pixels: Pixels) -> npt.NDArray[np.float16]:
        """Return the vector of one picture, float16 ``(dimensions,)``."""
        return run_on(self._opened(), pixels, "vector").astype(np.float16)

    def _opened(self) -> onnxruntime.InferenceSession:
        # The network is only built when a picture needs it: often all vectors are cached.
        with self._lock:
            if self._session is None:
                graph = Graph(self.backbone.name)
                image = graph.input("image", "uint8", ["n", "height", "width", 3])
                vector = self.backbone.add_to(graph, image)
                graph.output(vector, "float32", ["n", self.backbone.dimensions], name="vector")
                self._session = open_session(graph.to_bytes())
            return self._session
