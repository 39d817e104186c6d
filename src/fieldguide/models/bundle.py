"""The bundle: one ONNX file from raw pixels to calibrated probabilities, with its card inside.

It needs nothing but an ONNX runtime. Input ``image`` is uint8 ``(n, height, width, 3)``, RGB,
upright, of any size. Outputs are ``probabilities``, float32 ``(n, classes)``, and ``vector``,
float32 ``(n, dimensions)``. The metadata hold ``classes`` (a JSON list in the order of the
probabilities) and ``card`` (a JSON object: where the model comes from and how good it is).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fieldguide.errors import ModelError
from fieldguide.models.backbones.backbone import Backbone, shorter_side
from fieldguide.models.heads.head import Head
from fieldguide.models.heads.temperature import add_calibration_to
from fieldguide.models.onnx_graph import Graph
from fieldguide.models.runtime import open_session, run_on
from fieldguide.types import FloatArray, Pixels

BUNDLE_FORMAT = "1"


def build_bundle(
    backbone: Backbone,
    head: Head,
    *,
    temperature: float,
    classes: Sequence[str],
    card: Mapping[str, Any],
) -> bytes:
    """Join backbone, head and calibration into one ONNX file.

    Args:
        backbone: The network.
        head: A fitted head.
        temperature: What the log-scores are divided by.
        classes: Class names in the head's order.
        card: Anything that JSON can hold; kept in the file's metadata.

    Returns:
        The file's bytes.
    """
    graph = Graph("fieldguide")
    image = graph.input("image", "uint8", ["n", "height", "width", 3])
    vector = backbone.add_to(graph, image)
    scores = head.add_to(graph, graph.cast(vector, "float64"))
    probabilities = graph.cast(add_calibration_to(graph, scores, temperature), "float32")
    graph.output(probabilities, "float32", ["n", len(classes)], name="probabilities")
    graph.output(vector, "float32", ["n", backbone.dimensions], name="vector")
    return graph.to_bytes(
        {
            "format": f"fieldguide-bundle-{BUNDLE_FORMAT}",
            "classes": json.dumps(list(classes), ensure_ascii=False),
            "card": json.dumps(dict(card), ensure_ascii=False, sort_keys=True),
            "shorter_side": str(shorter_side(backbone)),
        }
    )


class Bundle:
    """An opened bundle; may be called from several threads at once.

    Args:
        path: The ONNX file.

    Raises:
        ModelError: If the file is missing, is not ONNX or is not a bundle.
    """

    def __init__(self, path: Path) -> None:
        from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

        self.path = path
        if not path.is_file():
            raise ModelError(f"There is no model file at {path}.")
        try:
            self._session = open_session(path)
            metadata = self._session.get_modelmeta().custom_metadata_map
        except (
            ort_errors.InvalidProtobuf,
            ort_errors.InvalidGraph,
            ort_errors.InvalidArgument,
            ort_errors.Fail,
            ort_errors.NotImplemented,
            UnicodeDecodeError,
        ) as error:
            raise ModelError(f"{path} is not a readable ONNX file: {error}") from error
        found = metadata.get("format", "")
        if found != f"fieldguide-bundle-{BUNDLE_FORMAT}":
            raise ModelError(
                f"{path} is an ONNX file but not a Fieldguide bundle of format {BUNDLE_FORMAT} "
                f"(its format says {found!r}). Give a model.onnx that `fieldguide train` wrote."
            )
        try:
            self.classes: tuple[str, ...] = tuple(json.loads(metadata["classes"]))
            self.card: dict[str, Any] = json.loads(metadata["card"])
            self.shorter_side = int(metadata["shorter_side"])
            self._check()
        except (LookupError, ValueError, TypeError) as error:
            raise ModelError(
                f"{path} is a damaged bundle: what it says about itself cannot be read ({error}). "
                "Copy it again from its run's folder, or train again."
            ) from error

    def __repr__(self) -> str:
        return f"Bundle({str(self.path)!r}, classes={list(self.classes)!r})"

    def _check(self) -> None:
        columns = {output.name: output.shape[1] for output in self._session.get_outputs()}
        if not all(isinstance(name, str) for name in self.classes):
            raise TypeError("its classes are no names")
        if columns["probabilities"] != len(self.classes):
            raise ValueError(
                f"{len(self.classes)} classes and {columns['probabilities']} probabilities"
            )
        if not isinstance(self.card, dict):
            raise TypeError("its card is no object")

    def probabilities(self, pixels: Pixels) -> FloatArray:
        """Classify one picture.

        Args:
            pixels: uint8 ``(height, width, 3)``, RGB, upright.

        Returns:
            float64 ``(classes,)``, which sum to 1.
        """
        found = run_on(self._session, pixels, "probabilities")
        probabilities: FloatArray = found.astype(np.float64)
        return probabilities
