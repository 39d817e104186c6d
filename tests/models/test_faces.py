from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fieldguide.errors import MissingExtraError
from fieldguide.models import faces
from fieldguide.models.faces import FaceDetector

NOISE = np.random.default_rng(1).integers(0, 256, (90, 140, 3), np.uint8)


@pytest.mark.skipif(faces.is_installed(), reason="the extra is there")
def test_without_the_extra_it_is_named() -> None:
    with pytest.raises(MissingExtraError, match=r"fieldguide\[faces\]"):
        FaceDetector().find(NOISE)


@pytest.mark.skipif(not faces.is_installed(), reason="the extra is not there")
@pytest.mark.parametrize("shape", [(90, 140, 3), (1, 1, 3), (2000, 30, 3)])
def test_noise_of_any_size_has_no_face(shape: tuple[int, int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    assert FaceDetector().find(pixels) == []


@pytest.mark.shared
@pytest.mark.skipif(not faces.is_installed(), reason="the extra is not there")
def test_leaves_have_no_faces(shared_data: Path) -> None:
    detector = FaceDetector()
    paths = sorted((shared_data / "coffee").glob("*/*.jpg"))[::20]
    assert paths
    for path in paths:
        with Image.open(path) as image:
            assert not detector.find(np.asarray(image.convert("RGB")))
