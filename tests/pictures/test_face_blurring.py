from __future__ import annotations

import numpy as np
import pytest
from tests.pictures import planted

from fieldguide.pictures.face_blurring import blur_faces
from fieldguide.types import Pixels


def _noise(height: int = 200, width: int = 160, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def test_only_the_area_with_its_margin_changes() -> None:
    pixels = _noise()
    blurred = blur_faces(pixels, [(50, 60, 100, 120)])
    inside = np.zeros(pixels.shape[:2], bool)
    inside[42:138, 35:115] = True
    assert np.array_equal(blurred[~inside], pixels[~inside])
    assert (blurred[inside] != pixels[inside]).any(axis=1).mean() > 0.95


def test_details_cannot_be_computed_back() -> None:
    # Two faces of the same coarse colours come out alike, whatever their details were.
    pixels = np.full((200, 160, 3), 120, np.uint8)
    other = pixels.copy()
    other[60:120:2, 50:100:2] = 140
    other[60:120:2, 51:100:2] = 100
    boxes = [(50.0, 60.0, 100.0, 120.0)]
    apart = np.abs(blur_faces(pixels, boxes).astype(int) - blur_faces(other, boxes).astype(int))
    assert np.abs(pixels.astype(int) - other.astype(int)).max() == 20
    assert apart.max() <= 1


def test_the_given_array_stays() -> None:
    pixels = _noise()
    before = pixels.copy()
    blur_faces(pixels, [(0, 0, 50, 50)])
    assert np.array_equal(pixels, before)


@pytest.mark.parametrize(
    "box", [(-30, -30, 10, 10), (150, 190, 400, 400), (10, 10, 11, 11), (300, 300, 310, 310)]
)
def test_boxes_at_and_beyond_the_edge_are_borne(box: tuple[float, float, float, float]) -> None:
    assert blur_faces(_noise(), [box]).shape == (200, 160, 3)


def test_without_faces_nothing_changes() -> None:
    assert np.array_equal(blur_faces(planted.scene(), []), planted.scene())


def test_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="uint8"):
        blur_faces(np.zeros((4, 4, 3)), [])  # type: ignore[arg-type]
