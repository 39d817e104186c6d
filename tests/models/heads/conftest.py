from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import pytest

from fieldguide.models.heads.examples import FloatMatrix
from fieldguide.models.heads.head import Head
from fieldguide.models.onnx_graph import Graph
from fieldguide.types import FloatArray, IntArray

Run = Callable[[Callable[[Graph, str], str], FloatMatrix, int], FloatArray]
Blobs = Callable[..., tuple[FloatMatrix, IntArray]]


@pytest.fixture
def run() -> Run:
    """Build a graph on float64 vectors, check it with the onnx package, run it with onnxruntime."""

    def run_nodes(
        add: Callable[[Graph, str], str], vectors: FloatMatrix, columns: int
    ) -> FloatArray:
        graph = Graph("test")
        value = add(graph, graph.input("x", "float64", ["n", vectors.shape[1]]))
        graph.output(value, "float64", ["n", columns], name="y")
        data = graph.to_bytes()
        onnx.checker.check_model(onnx.load_model_from_string(data), full_check=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        result: FloatArray = session.run(None, {"x": vectors.astype(np.float64)})[0]
        return result

    return run_nodes


@pytest.fixture
def onnx_scores(run: Run) -> Callable[[Head, FloatMatrix, int], FloatArray]:
    return lambda head, vectors, count: run(head.add_to, vectors, count)


@pytest.fixture
def blobs() -> Blobs:
    """Make vectors like a network's: not negative, float16 values, one cloud per class.

    ``apart`` is the distance of the clouds in units of their width. The same ``place`` gives the
    same clouds, and ``seed`` other points of them.
    """

    def make(
        sizes: tuple[int, ...],
        *,
        dimensions: int = 24,
        apart: float = 2.0,
        seed: int = 0,
        place: int = 7,
    ) -> tuple[FloatMatrix, IntArray]:
        centres = np.random.default_rng(place).normal(0, apart, (len(sizes), dimensions))
        classes = np.repeat(np.arange(len(sizes)), sizes)
        random = np.random.default_rng(seed)
        points = np.abs(centres[classes] + random.normal(0, 1, (len(classes), dimensions)))
        order = random.permutation(len(classes))
        return points[order].astype(np.float16).astype(np.float32), classes[order]

    return make
