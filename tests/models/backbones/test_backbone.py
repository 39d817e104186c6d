"""What holds for every backbone."""

from __future__ import annotations

from functools import cache

import numpy as np
import onnx
import onnxruntime
import pytest

from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.backbones.backbone import Backbone, shorter_side
from fieldguide.models.onnx_graph import Graph
from fieldguide.models.runtime import open_session
from fieldguide.types import Pixels

every_backbone = pytest.mark.parametrize("name", BACKBONES.names())


@cache
def graph_of(name: str) -> bytes:
    backbone = BACKBONES.get(name)
    graph = Graph(name)
    vector = backbone.add_to(graph, graph.input("image", "uint8", ["n", "height", "width", 3]))
    graph.output(vector, "float32", ["n", backbone.dimensions], name="vector")
    return graph.to_bytes()


@cache
def session_of(name: str) -> onnxruntime.InferenceSession:
    return open_session(graph_of(name))


def vectors(name: str, pictures: Pixels) -> np.ndarray:
    (found,) = session_of(name).run(["vector"], {"image": pictures})
    return found


def pictures(count: int, height: int, width: int, seed: int = 0) -> Pixels:
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 5, 7, 3), dtype=np.uint8)
    rows, columns = np.arange(height) * 5 // height, np.arange(width) * 7 // width
    return coarse[:, rows][:, :, columns]


@every_backbone
def test_the_graph_is_valid(name: str) -> None:
    onnx.checker.check_model(onnx.load_model_from_string(graph_of(name)), full_check=True)


@every_backbone
@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (1, 5000), (5000, 1), (2, 3), (64, 64), (481, 333), (700, 1200)]
)
def test_every_size_gives_one_vector(name: str, height: int, width: int) -> None:
    backbone: Backbone = BACKBONES.get(name)
    found = vectors(name, pictures(1, height, width))
    assert found.shape == (1, backbone.dimensions)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert np.ptp(found) > 0


@every_backbone
def test_vectors_are_what_float16_can_hold(name: str) -> None:
    found = vectors(name, pictures(2, 90, 70))
    np.testing.assert_array_equal(found, found.astype(np.float16).astype(np.float32))


@every_backbone
def test_the_same_picture_gives_the_same_vector(name: str) -> None:
    image = pictures(1, 120, 80)
    first = vectors(name, image)
    np.testing.assert_array_equal(first, vectors(name, image))
    fresh = open_session(graph_of(name)).run(["vector"], {"image": image})[0]
    np.testing.assert_array_equal(first, fresh)
    assert np.abs(first - vectors(name, pictures(1, 120, 80, seed=1))).max() > 0.1


@every_backbone
def test_a_batch_gives_what_single_pictures_give(name: str) -> None:
    images = pictures(3, 100, 150)
    single = np.concatenate([vectors(name, image[None]) for image in images])
    together = vectors(name, images)
    # Where a batch is summed in another order, a value may fall to the float16 beside it.
    np.testing.assert_allclose(together, single, rtol=2**-10, atol=1e-4)


@every_backbone
def test_the_graph_does_not_change(name: str) -> None:
    once = graph_of(name)
    graph_of.cache_clear()
    assert graph_of(name) == once


@every_backbone
def test_what_it_says_of_itself(name: str) -> None:
    backbone: Backbone = BACKBONES.get(name)
    assert backbone.name == name
    assert backbone.title
    assert backbone.licence == "Apache-2.0"
    assert backbone.model_id.startswith(f"{name}-")
    assert backbone.model_id.replace("-", "").isalnum()
    assert backbone.model_id == BACKBONES.get(name).model_id
    assert shorter_side(backbone) == 2 * backbone.side


def test_no_two_share_their_vectors() -> None:
    identities = [BACKBONES.get(name).model_id for name in BACKBONES.names()]
    assert len(set(identities)) == len(identities)
