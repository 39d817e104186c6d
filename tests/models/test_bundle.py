"""The bundle file: equal to Python, self-describing, and refused where it is damaged."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest

from fieldguide.errors import ModelError
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.backbones.backbone import Backbone
from fieldguide.models.bundle import Bundle, build_bundle
from fieldguide.models.heads.available import HEADS
from fieldguide.models.heads.head import Head
from fieldguide.models.heads.logistic import LogisticRegressionHead
from fieldguide.models.heads.temperature import calibrate
from fieldguide.models.onnx_graph import Graph
from fieldguide.models.runtime import Embedder
from fieldguide.types import Pixels

CLASSES = ("Ahorn", "Бук", 'oak "red"\n')
CARD = {"dataset": "Blätter", "run": 3, "test": {"accuracy": {"value": 0.5, "low": None}}}


def fitted(head: Head, dimensions: int, seed: int = 0) -> Head:
    random = np.random.default_rng(seed)
    vectors = np.abs(random.normal(1, 1, (90, dimensions))).astype(np.float16).astype(np.float32)
    vectors[:, :3] += np.eye(3, dtype=np.float32)[np.arange(90) % 3]
    return head.fit(vectors, np.arange(90) % 3, count=3)


@pytest.fixture
def file(tmp_path: Path, small_backbone: Backbone) -> Path:
    head = fitted(LogisticRegressionHead(c=1.0), 6)
    path = tmp_path / "model.onnx"
    path.write_bytes(
        build_bundle(small_backbone, head, temperature=0.7, classes=CLASSES, card=CARD)
    )
    return path


def pictures() -> list[Pixels]:
    random = np.random.default_rng(2)
    shapes = [(1, 1), (1, 300), (300, 1), (64, 48), (200, 333)]
    return [
        np.repeat(np.repeat(random.integers(0, 256, (1, 1, 3), np.uint8), h, 0), w, 1)
        if h > 100
        else random.integers(0, 256, (h, w, 3), dtype=np.uint8)
        for h, w in shapes
    ]


@pytest.mark.parametrize("name", HEADS.names())
@pytest.mark.parametrize("temperature", [0.05, 1.0, 3.7])
def test_probabilities_are_those_of_python(
    tmp_path: Path, small_backbone: Backbone, name: str, temperature: float
) -> None:
    head = fitted(HEADS.get(name).grid(0)[0], 6)
    path = tmp_path / "model.onnx"
    path.write_bytes(
        build_bundle(small_backbone, head, temperature=temperature, classes=CLASSES, card={})
    )
    onnx.checker.check_model(onnx.load(path), full_check=True)
    bundle, embedder = Bundle(path), Embedder(small_backbone)
    for pixels in pictures():
        vector = embedder(pixels)[None].astype(np.float32)
        expected = calibrate(head.log_scores(vector), temperature)[0]
        found = bundle.probabilities(pixels)
        assert found.dtype == np.float64
        assert found.shape == (3,)
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("name", BACKBONES.names())
def test_probabilities_are_those_of_python_with_every_backbone(tmp_path: Path, name: str) -> None:
    backbone = BACKBONES.get(name)
    head = fitted(LogisticRegressionHead(c=1.0), backbone.dimensions)
    path = tmp_path / "model.onnx"
    path.write_bytes(build_bundle(backbone, head, temperature=1.3, classes=CLASSES, card=CARD))
    onnx.checker.check_model(onnx.load(path), full_check=True)
    bundle, embedder = Bundle(path), Embedder(backbone)
    for pixels in pictures():
        vector = embedder(pixels)[None].astype(np.float32)
        expected = calibrate(head.log_scores(vector), 1.3)[0]
        np.testing.assert_allclose(bundle.probabilities(pixels), expected, atol=1e-6)
    assert bundle.shorter_side == 2 * backbone.side


def test_the_file_describes_itself(file: Path) -> None:
    bundle = Bundle(file)
    assert bundle.classes == CLASSES
    assert bundle.card == CARD
    assert bundle.shorter_side == 16
    assert repr(bundle) == f"Bundle({str(file)!r}, classes={list(CLASSES)!r})"
    model = onnx.load(file)
    metadata = {prop.key: prop.value for prop in model.metadata_props}
    assert json.loads(metadata["classes"]) == list(CLASSES)
    assert json.loads(metadata["card"]) == CARD
    assert metadata["format"] == "fieldguide-bundle-1"
    (image,) = model.graph.input
    assert image.name == "image"
    assert image.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    assert [d.dim_value for d in image.type.tensor_type.shape.dim] == [0, 0, 0, 3]
    outputs = {o.name: o.type.tensor_type for o in model.graph.output}
    assert list(outputs) == ["probabilities", "vector"]
    assert outputs["probabilities"].shape.dim[1].dim_value == 3
    assert outputs["vector"].shape.dim[1].dim_value == 6
    assert {t.elem_type for t in outputs.values()} == {onnx.TensorProto.FLOAT}


def test_the_same_model_gives_the_same_bytes(file: Path, small_backbone: Backbone) -> None:
    head = fitted(LogisticRegressionHead(c=1.0), 6)
    card = dict(reversed(CARD.items()))
    again = build_bundle(small_backbone, head, temperature=0.7, classes=CLASSES, card=card)
    assert again == file.read_bytes()


def test_several_threads_at_once(file: Path) -> None:
    bundle, images = Bundle(file), pictures() * 5
    with ThreadPoolExecutor(5) as pool:
        together = list(pool.map(bundle.probabilities, images))
    for pixels, found in zip(images, together, strict=True):
        np.testing.assert_array_equal(found, bundle.probabilities(pixels))


def test_a_missing_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none.onnx", tmp_path):
        with pytest.raises(ModelError, match=f"There is no model file at {path}"):
            Bundle(path)


@pytest.mark.parametrize("data", [b"no model", b"", b"\x00" * 100, b"PK\x03\x04", b"{}\n"])
def test_a_file_of_another_kind(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "text.onnx"
    path.write_bytes(data)
    with pytest.raises(
        ModelError, match=r"text\.onnx is (not a readable ONNX|an ONNX file but not)"
    ):
        Bundle(path)


def test_a_foreign_onnx_file(tmp_path: Path) -> None:
    graph = Graph("foreign")
    x = graph.input("x", "float32", ["n"])
    graph.output(graph.add("Add", x, x), "float32", ["n"], name="y")
    path = tmp_path / "foreign.onnx"
    path.write_bytes(graph.to_bytes())
    with pytest.raises(ModelError, match="an ONNX file but not a Fieldguide bundle of format 1"):
        Bundle(path)


def test_a_bundle_of_a_later_format(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"fieldguide-bundle-1", b"fieldguide-bundle-2"))
    with pytest.raises(ModelError, match="its format says 'fieldguide-bundle-2'"):
        Bundle(file)


def test_cut_short_anywhere(file: Path) -> None:
    data = file.read_bytes()
    places = {*range(0, len(data), 41), *range(len(data) - 450, len(data))}
    for length in sorted(places):
        file.write_bytes(data[:length])
        with pytest.raises(ModelError, match=r"model\.onnx is "):
            Bundle(file)


def test_flipped_bits_give_a_bundle_or_a_model_error(
    file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = file.read_bytes()
    random = np.random.default_rng(4)
    opened = 0
    for place in [*random.integers(len(data), size=300), *range(len(data) - 400, len(data))]:
        damaged = bytearray(data)
        damaged[place] ^= 1 << random.integers(8)
        file.write_bytes(damaged)
        with contextlib.suppress(ModelError):
            bundle = Bundle(file)
            opened += len(bundle.classes) == 3 and isinstance(bundle.card, dict)
    assert 0 < opened < 700
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"classes": "[", "card": "{}", "shorter_side": "16"},
        {"classes": "{}", "card": "{}", "shorter_side": "16"},
        {"classes": "[1, 2, 3]", "card": "{}", "shorter_side": "16"},
        {"classes": '["a", "b"]', "card": "[]", "shorter_side": "16"},
        {"classes": '["a", "b"]', "card": "{}", "shorter_side": "many"},
        {"classes": '["a", "b"]', "card": "{}"},
        {"card": "{}", "shorter_side": "16"},
    ],
)
def test_damaged_metadata(file: Path, metadata: dict[str, str]) -> None:
    model = onnx.load(file)
    onnx.helper.set_model_props(model, {"format": "fieldguide-bundle-1", **metadata})
    onnx.save(model, file)
    with pytest.raises(ModelError, match=r"model\.onnx is a damaged bundle"):
        Bundle(file)


def test_classes_and_outputs_must_be_equally_many(file: Path) -> None:
    model = onnx.load(file)
    properties = {p.key: p.value for p in model.metadata_props} | {"classes": '["a", "b"]'}
    onnx.helper.set_model_props(model, properties)
    onnx.save(model, file)
    with pytest.raises(ModelError, match=r"model\.onnx is a damaged bundle"):
        Bundle(file)
