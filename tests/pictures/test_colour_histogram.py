from __future__ import annotations

import colorsys

import numpy as np
import pytest

from fieldguide.pictures.colour_histogram import DIMENSIONS, MODEL_ID, colour_histogram
from fieldguide.types import Pixels


def test_shape_type_and_length(scene: Pixels) -> None:
    found = colour_histogram(scene)
    assert found.shape == (DIMENSIONS,)
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-6)
    assert MODEL_ID == "colour-histogram-1"


def test_bins_equal_those_of_the_standard_library() -> None:
    rng = np.random.default_rng(5)
    pixels = rng.integers(0, 256, (40, 40, 3), np.uint8)
    expected = np.zeros(DIMENSIONS)
    for colour in pixels.reshape(-1, 3):
        hue, saturation, value = colorsys.rgb_to_hsv(*(colour / 255))
        # Pillow rounds down to 8 bits before the bins are cut.
        parts = [int(x * 255) / 256 for x in (hue, saturation, value)]
        place = int(parts[0] * 16) * 32 + int(parts[1] * 4) * 8 + int(parts[2] * 8)
        expected[place] += 1
    # At the edge of a bin the two may round differently.
    assert np.abs(colour_histogram(pixels) ** 2 - expected / 1600).sum() < 0.03


def test_one_colour_fills_one_bin() -> None:
    red = np.zeros((5, 7, 3), np.uint8)
    red[:, :, 0] = 255
    found = colour_histogram(red)
    assert found[3 * 8 + 7] == 1
    assert np.count_nonzero(found) == 1


def test_the_place_of_colours_does_not_matter(scene: Pixels) -> None:
    np.testing.assert_array_equal(colour_histogram(scene[::-1, ::-1]), colour_histogram(scene))


def test_size_hardly_matters(scene: Pixels) -> None:
    large = np.repeat(np.repeat(scene, 9, axis=0), 9, axis=1)
    assert colour_histogram(large) @ colour_histogram(scene) > 0.99


def test_thin_pictures() -> None:
    for shape in ((1, 1, 3), (1, 900, 3), (900, 1, 3)):
        assert colour_histogram(np.zeros(shape, np.uint8))[0] == 1


def test_wrong_shapes() -> None:
    with pytest.raises(ValueError, match="uint8 of shape"):
        colour_histogram(np.zeros((4, 4, 4), np.uint8))
