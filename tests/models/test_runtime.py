from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.backbones.backbone import Backbone
from fieldguide.models.onnx_graph import Graph
from fieldguide.models.runtime import Embedder, open_session
from fieldguide.types import Pixels


def doubling() -> bytes:
    graph = Graph("double")
    x = graph.input("x", "float32", ["n"])
    graph.output(graph.add("Add", x, x), "float32", ["n"], name="y")
    return graph.to_bytes()


def test_a_graph_is_opened_from_bytes_and_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "größer.onnx"
    path.write_bytes(doubling())
    for source in (doubling(), path):
        (found,) = open_session(source).run(["y"], {"x": np.array([1, 2], np.float32)})
        assert found.tolist() == [2, 4]


def test_a_session_keeps_to_one_thread() -> None:
    options = open_session(doubling()).get_session_options()
    assert options.intra_op_num_threads == 1
    assert options.inter_op_num_threads == 1
    assert open_session(doubling()).get_providers() == ["CPUExecutionProvider"]


def test_an_embedder_gives_float16_vectors(small_backbone: Backbone, noise: Pixels) -> None:
    vector = Embedder(small_backbone)(noise)
    assert vector.shape == (6,)
    assert vector.dtype == np.float16


def test_an_embedder_gives_what_the_bundle_computes_on(noise: Pixels) -> None:
    backbone = BACKBONES.get("efficientnet-lite0")
    graph = Graph("plain")
    vector = backbone.add_to(graph, graph.input("image", "uint8", ["n", "h", "w", 3]))
    graph.output(vector, "float32", ["n", 1280], name="vector")
    (plain,) = open_session(graph.to_bytes()).run(["vector"], {"image": noise[None]})
    np.testing.assert_array_equal(Embedder(backbone)(noise).astype(np.float32), plain[0])


def test_an_embedder_may_be_called_from_several_threads() -> None:
    embedder = Embedder(BACKBONES.get("efficientnet-lite0"))
    random = np.random.default_rng(0)
    pictures = [
        random.integers(0, 256, (20 + 7 * n, 90 - 5 * n, 3), dtype=np.uint8) for n in range(12)
    ]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(embedder, pictures))
    for picture, vector in zip(pictures, together, strict=True):
        np.testing.assert_array_equal(embedder(picture), vector)


class Unbuildable:
    name = "unbuildable"
    dimensions = 6
    built = 0

    def add_to(self, graph: Graph, image: str) -> str:
        del graph, image
        self.built += 1
        raise LookupError("the network is not there")


def test_the_network_is_built_with_the_first_picture(noise: Pixels) -> None:
    backbone = Unbuildable()
    embedder = Embedder(backbone)  # type: ignore[arg-type]
    assert backbone.built == 0
    with pytest.raises(LookupError, match="the network is not there"):
        embedder(noise)
    assert backbone.built == 1


def test_a_picture_that_is_not_read_only_stays_as_it_is(
    small_backbone: Backbone, noise: Pixels
) -> None:
    before = noise.copy()
    Embedder(small_backbone)(noise[::2, ::-1])
    np.testing.assert_array_equal(noise, before)
