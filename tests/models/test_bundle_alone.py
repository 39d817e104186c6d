"""A bundle runs where there is nothing but onnxruntime, numpy and Pillow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.bundle import Bundle, build_bundle
from fieldguide.models.heads.available import HEADS
from fieldguide.pictures.decode import decode

ALONE = """
import sys

ALLOWED = {"numpy", "onnxruntime", "PIL"} | set(sys.stdlib_module_names)


class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in ALLOWED:
            raise ModuleNotFoundError(f"{name} is not here", name=name)
        return None


sys.meta_path.insert(0, Refuse())
import json

import numpy as np
import onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
classes = json.loads(session.get_modelmeta().custom_metadata_map["classes"])
pixels = np.asarray(Image.open(sys.argv[2]).convert("RGB"))
(probabilities,) = session.run(["probabilities"], {"image": pixels[None]})
print(json.dumps(dict(zip(classes, probabilities[0].tolist()))))
foreign = {name.partition(".")[0] for name in sys.modules} & {"fieldguide", "sklearn", "scipy"}
assert not foreign, foreign
"""


@pytest.mark.parametrize("name", HEADS.names())
def test_a_bundle_needs_nothing_of_fieldguide(
    tmp_path: Path, picture: Callable[..., bytes], name: str
) -> None:
    backbone = BACKBONES.get("efficientnet-lite0")
    random = np.random.default_rng(0)
    vectors = np.abs(random.normal(0, 1, (40, backbone.dimensions))).astype(np.float32)
    head = HEADS.get(name).grid(0)[0].fit(vectors, np.arange(40) % 3, count=3)
    model, photo = tmp_path / "model.onnx", tmp_path / "photo.png"
    model.write_bytes(
        build_bundle(backbone, head, temperature=1.5, classes=["a", "b", "ç"], card={})
    )
    photo.write_bytes(picture(1, format_="PNG"))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(model), str(photo)],
        capture_output=True,
        text=True,
        check=False,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert list(found) == ["a", "b", "ç"]
    expected = Bundle(model).probabilities(decode(photo.read_bytes()).pixels)
    np.testing.assert_allclose(list(found.values()), expected, atol=1e-6)
