from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from fieldguide.pictures.thumbnail import thumbnail
from fieldguide.types import Pixels


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1000, 500), (256, 128)),
        ((500, 1000), (128, 256)),
        ((100, 50), (100, 50)),
        ((3000, 1), (256, 1)),
        ((1, 1), (1, 1)),
    ],
)
def test_sizes(size: tuple[int, int], expected: tuple[int, int]) -> None:
    data = thumbnail(np.array(Image.new("RGB", size, "teal")))
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "JPEG"
        assert image.size == expected
        assert np.abs(np.array(image).astype(int) - [0, 128, 128]).max() <= 3


def test_it_looks_like_the_picture(scene: Pixels) -> None:
    large = Image.fromarray(scene).resize((512, 384), Image.Resampling.BICUBIC)
    data = thumbnail(np.array(large), side=64)
    with Image.open(io.BytesIO(data)) as image:
        found = np.array(image).astype(int)
    assert np.abs(found - np.array(large.resize((64, 48), Image.Resampling.BOX))).mean() < 8


def test_there_is_no_metadata(scene: Pixels) -> None:
    data = thumbnail(scene)
    with Image.open(io.BytesIO(data)) as image:
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Exif" not in data
    assert b"ICC_PROFILE" not in data


def test_wrong_arguments(scene: Pixels) -> None:
    with pytest.raises(ValueError, match="side must be at least 1"):
        thumbnail(scene, side=0)
    with pytest.raises(ValueError, match="uint8 of shape"):
        thumbnail(np.zeros((4, 4, 3)))  # type: ignore[arg-type]
