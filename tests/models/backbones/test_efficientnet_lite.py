"""The architecture against the published tables, the graph against plain numpy and Pillow."""

from __future__ import annotations

import dataclasses
import math
import pickle
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fieldguide.errors import MissingExtraError, ModelError
from fieldguide.models.backbones import efficientnet_lite
from fieldguide.models.backbones.efficientnet_lite import (
    LITE0,
    LITE2,
    Block,
    EfficientNetLite,
    blocks,
)
from fieldguide.models.onnx_graph import Graph
from fieldguide.models.runtime import open_session
from fieldguide.models.weights import State, read_weights

Array = np.ndarray


@cache
def state_of(model: EfficientNetLite) -> State:
    return read_weights(model._weights_file)


def test_the_blocks_of_lite0() -> None:
    # Channels, kernel, stride and repeats of table 1 of the paper, unscaled.
    rows = [
        (16, 3, 1, 1, 1),
        (24, 3, 2, 2, 6),
        (40, 5, 2, 2, 6),
        (80, 3, 2, 3, 6),
        (112, 5, 1, 3, 6),
        (192, 5, 2, 4, 6),
        (320, 3, 1, 1, 6),
    ]
    found = list(blocks(1.0, 1.0))
    assert len(found) == sum(repeats for _, _, _, repeats, _ in rows) == 16
    at, inputs = 0, 32
    for channels, kernel, stride, repeats, expansion in rows:
        for repeat in range(repeats):
            step = stride if repeat == 0 else 1
            assert found[at] == Block(inputs, inputs * expansion, channels, kernel, step)
            assert found[at].residual == (repeat > 0)
            at, inputs = at + 1, channels


def test_the_blocks_of_lite2() -> None:
    # The channels of the published checkpoint, stage by stage.
    found = list(blocks(1.1, 1.2))
    stages: list[tuple[int, int]] = []
    for block in found:
        if block.inputs == block.outputs:
            stages[-1] = (stages[-1][0], stages[-1][1] + 1)
        else:
            stages.append((block.outputs, 1))
    assert stages == [(16, 1), (24, 3), (48, 3), (88, 4), (120, 4), (208, 5), (352, 1)]
    assert len(found) == 21
    assert found[0].inputs == 32


@pytest.mark.parametrize("model", [LITE0, LITE2], ids=lambda m: m.name)
def test_the_weights_have_the_shapes_of_the_blocks(model: EfficientNetLite) -> None:
    state = state_of(model)
    for number, block in enumerate(blocks(model.width, model.depth)):
        name = f"_blocks.{number}"
        depthwise = state[f"{name}._depthwise_conv.weight"].shape
        assert depthwise == (block.expanded, 1, block.kernel, block.kernel)
        project = state[f"{name}._project_conv.weight"].shape
        assert project == (block.outputs, block.expanded, 1, 1)
        if block.expanded != block.inputs:
            expand = state[f"{name}._expand_conv.weight"].shape
            assert expand == (block.expanded, block.inputs, 1, 1)
    assert state["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert state["_conv_head.weight"].shape[0] == model.dimensions == 1280


def reference_channels(channels: int, width: float) -> int:
    """The nearest multiple of eight, or the next one where that takes away more than a tenth."""
    multiples = np.arange(8, 4096, 8)
    distance = np.abs(multiples - channels * width)
    nearest = int(multiples[np.flatnonzero(distance == distance.min())[-1]])
    return nearest if nearest >= 0.9 * channels * width else nearest + 8


@pytest.mark.parametrize("width", [1.0, 1.1, 1.2, 1.4, 0.5, 2.0])
def test_channels_are_rounded_to_eights(width: float) -> None:
    expected = [reference_channels(stage.channels, width) for stage in efficientnet_lite.STAGES]
    found = {block.outputs: None for block in blocks(width, 1.0)}
    assert list(found) == list(dict.fromkeys(expected))


@pytest.mark.parametrize(("depth", "count"), [(1.0, 16), (1.1, 21), (1.2, 21), (1.4, 24)])
def test_repeats_are_rounded_up_between_the_ends(depth: float, count: int) -> None:
    inner = sum(math.ceil(repeats * depth) for repeats in (2, 2, 3, 3, 4))
    assert len(list(blocks(1.0, depth))) == inner + 2 == count


def same_padded(x: Array, kernel: int, stride: int) -> Array:
    """Pad as TensorFlow's "same" does: what is odd goes to the lower right."""
    pads = [(0, 0)]
    for size in x.shape[1:]:
        total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
        pads.append((total // 2, total - total // 2))
    return np.pad(x, pads)


def convolve(x: Array, weight: Array, stride: int, *, depthwise: bool) -> Array:
    kernel = weight.shape[2]
    padded = same_padded(x, kernel, stride)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    if depthwise:
        return np.einsum("chwij,cij->chw", windows, weight[:, 0], optimize=True)
    return np.einsum("chwij,ocij->ohw", windows, weight, optimize=True)


def normalise(x: Array, state: State, name: str) -> Array:
    mean, variance, weight, bias = (
        state[f"{name}.{part}"].astype(np.float64)[:, None, None]
        for part in ("running_mean", "running_var", "weight", "bias")
    )
    return (x - mean) / np.sqrt(variance + 1e-3) * weight + bias


def relu6(x: Array) -> Array:
    return np.minimum(np.maximum(x, 0), 6)


def reference_block(x: Array, state: State, name: str, block: Block) -> Array:
    y = x
    if block.expanded != block.inputs:
        y = convolve(y, state[f"{name}._expand_conv.weight"], 1, depthwise=False)
        y = relu6(normalise(y, state, f"{name}._bn0"))
    y = convolve(y, state[f"{name}._depthwise_conv.weight"], block.stride, depthwise=True)
    y = relu6(normalise(y, state, f"{name}._bn1"))
    y = convolve(y, state[f"{name}._project_conv.weight"], 1, depthwise=False)
    y = normalise(y, state, f"{name}._bn2")
    return y + x if block.residual else y


def reference_network(x: Array, model: EfficientNetLite, count: int | None = None) -> Array:
    """Stem, blocks and head in float64, one picture ``(3, height, width)``."""
    state = state_of(model)
    x = convolve(x, state["_conv_stem.weight"], 2, depthwise=False)
    x = relu6(normalise(x, state, "_bn0"))
    for number, block in enumerate(list(blocks(model.width, model.depth))[:count]):
        x = reference_block(x, state, f"_blocks.{number}", block)
    if count is not None:
        return x
    x = convolve(x, state["_conv_head.weight"], 1, depthwise=False)
    return relu6(normalise(x, state, "_bn1")).mean(axis=(1, 2))


def first_layers(x: Array, model: EfficientNetLite, count: int) -> Array:
    graph = Graph("first")
    builder = efficientnet_lite._Builder(graph, state_of(model))
    value = graph.input("x", "float32", ["n", 3, "height", "width"])
    value = builder.convolution(value, "_conv_stem", "_bn0", kernel=3, stride=2)
    for number, block in enumerate(list(blocks(model.width, model.depth))[:count]):
        value = builder.block(value, f"_blocks.{number}", block)
    graph.output(value, "float32", ["n", "c", "h", "w"], name="y")
    (found,) = open_session(graph.to_bytes()).run(["y"], {"x": x[None].astype(np.float32)})
    return found[0]


@pytest.mark.parametrize("size", [(24, 24), (25, 25), (23, 30), (1, 1), (2, 37)])
@pytest.mark.parametrize("count", [0, 1, 3, 6])
def test_the_first_layers_equal_plain_numpy(size: tuple[int, int], count: int) -> None:
    x = np.random.default_rng(count).uniform(-1, 1, (3, *size))
    expected = reference_network(x, LITE0, count)
    found = first_layers(x, LITE0, count)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=2e-4)


@pytest.mark.parametrize("model", [LITE0, LITE2], ids=lambda m: m.name)
def test_the_whole_network_equals_plain_numpy(model: EfficientNetLite) -> None:
    # At the network's own size nothing is resized.
    pixels = smooth_picture(model.side, model.side)
    expected = reference_network((pixels.transpose(2, 0, 1) - 127.0) / 128.0, model)
    graph = Graph("whole")
    vector = model.add_to(graph, graph.input("image", "uint8", ["n", "h", "w", 3]))
    graph.output(vector, "float32", ["n", model.dimensions], name="vector")
    (found,) = open_session(graph.to_bytes()).run(["vector"], {"image": pixels[None]})
    np.testing.assert_allclose(found[0], expected, rtol=2**-10, atol=2e-3)
    assert np.corrcoef(found[0], expected)[0, 1] > 0.99999


def smooth_picture(height: int, width: int) -> Array:
    coarse = np.random.default_rng(3).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def resized(pixels: Array) -> tuple[Array, Array]:
    """What the graph makes of a picture, and what Pillow does, both ``(224, 224, 3)`` floats."""
    graph = Graph("resize")
    image = graph.input("image", "uint8", ["n", "height", "width", 3])
    value = efficientnet_lite._add_preprocessing(graph, image, 224)
    graph.output(value, "float32", ["n", 3, 224, 224], name="x")
    (found,) = open_session(graph.to_bytes()).run(["x"], {"image": pixels[None]})
    floats = [Image.fromarray(pixels[:, :, c].astype(np.float32)) for c in range(3)]
    pillows = [np.asarray(f.resize((224, 224), Image.Resampling.BILINEAR)) for f in floats]
    return found[0].transpose(1, 2, 0) * 128 + 127, np.stack(pillows, axis=2)


SIZES = [(224, 224), (448, 448), (1000, 700), (301, 99), (50, 80), (1, 1), (1, 5000), (3000, 2)]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_the_resize_equals_pillows_on_noise(height: int, width: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    found, expected = resized(pixels)
    # In the outermost row and column the two may weigh what lies beyond the picture otherwise.
    np.testing.assert_allclose(found[1:-1, 1:-1], expected[1:-1, 1:-1], atol=0.01)
    assert found.min() >= -0.01
    assert found.max() <= 255.01


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_the_resize_equals_pillows_up_to_the_border(height: int, width: int) -> None:
    found, expected = resized(smooth_picture(height, width))
    np.testing.assert_allclose(found, expected, atol=3)
    assert np.abs(found - expected).mean() < 0.05


def test_the_key_changes_with_the_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        package = tmp_path / f"weights_{number}"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "w.pth").write_bytes(b"%d" % number)
    monkeypatch.syspath_prepend(tmp_path)
    first, second, again = (
        dataclasses.replace(LITE0, package=f"weights_{number}", file="w.pth")
        for number in (0, 1, 0)
    )
    assert first.model_id != second.model_id
    assert first.model_id == again.model_id
    assert first.model_id.endswith("-squash-linear-1")


def test_weights_that_are_not_installed() -> None:
    graph = Graph("none")
    without = dataclasses.replace(LITE0, package="no_such_package_of_weights")
    with pytest.raises(ModelError, match="weights of efficientnet-lite0 are not installed"):
        without.add_to(graph, "image")
    extra = dataclasses.replace(LITE2, package="no_such_package_of_weights")
    with pytest.raises(MissingExtraError, match=r"efficientnet-lite2 needs the extra 'lite2'"):
        _ = extra.model_id


def test_weights_of_another_network_are_refused() -> None:
    graph = Graph("other")
    other = dataclasses.replace(LITE2, package=LITE0.package, file=LITE0.file)
    with pytest.raises(ModelError, match="have 16 blocks; efficientnet-lite2 has 21"):
        other.add_to(graph, graph.input("image", "uint8", ["n", "h", "w", 3]))


def test_damaged_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "damaged_weights"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "w.pth").write_bytes(pickle.dumps("nothing"))
    monkeypatch.syspath_prepend(tmp_path)
    damaged = dataclasses.replace(LITE0, package="damaged_weights", file="w.pth")
    with pytest.raises(ModelError, match=r"damaged_weights/w\.pth cannot be read"):
        damaged.add_to(Graph("damaged"), "image")
