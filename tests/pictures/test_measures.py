from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from fieldguide.pictures.measures import MEASURES, MODEL_ID, measure
from fieldguide.types import Pixels


def of(name: str, pixels: Pixels) -> float:
    return float(measure(pixels)[MEASURES.index(name)])


def landscape(width: int = 640, height: int = 480) -> Pixels:
    """An even sky over a dark ground with sharp edges, and a round sun."""
    y, x = np.mgrid[:height, :width]
    grey = np.where(y < 0.6 * height, 170 + 40 * y / height, 60 + 40 * ((x * 24 // width) % 2))
    grey = np.where(np.hypot(x - width / 3, y - height / 4) < height / 8, 240, grey)
    return np.stack([grey, grey * 0.9, grey * 0.8], axis=2).astype(np.uint8)


def blur(pixels: Pixels, radius: float) -> Pixels:
    return np.array(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


def test_numbers_are_what_the_cache_can_hold() -> None:
    rng = np.random.default_rng(0)
    for shape in [(1, 1), (1, 500), (500, 1), (7, 9), (32, 32), (300, 451), (448, 597)]:
        for pixels in (
            rng.integers(0, 256, (*shape, 3), np.uint8),
            np.zeros((*shape, 3), np.uint8),
            np.full((*shape, 3), 255, np.uint8),
        ):
            found = measure(pixels)
            assert found.shape == (len(MEASURES),)
            assert found.dtype == np.float32
            assert np.isfinite(found).all()
            assert found.min() >= -1
            assert found.max() <= 1
            np.testing.assert_allclose(found.astype(np.float16), found, atol=1e-3)
    assert MODEL_ID == "measures-1"


def test_light_and_colour_are_those_of_a_plain_count() -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (60, 60, 3), np.uint8)
    pixels[:, :20] = 3
    pixels[:, 45:] = 253
    luma = np.asarray(Image.fromarray(pixels).convert("L"))
    assert of("brightness", pixels) == pytest.approx(luma.mean() / 255, abs=1e-5)
    assert of("dark", pixels) == pytest.approx((luma <= 16).mean(), abs=1e-5)
    assert of("bright", pixels) == pytest.approx((luma >= 250).mean(), abs=1e-5)
    middle = luma[15:45, 15:45]
    assert of("centre_dark", pixels) == pytest.approx((middle <= 16).mean(), abs=1e-5)
    assert of("centre_bright", pixels) == pytest.approx((middle >= 250).mean(), abs=1e-5)
    expected = (np.quantile(luma, 0.98) - np.quantile(luma, 0.02)) / 255
    assert of("contrast", pixels) == pytest.approx(expected, abs=0.01)
    chroma = pixels.max(axis=2).astype(int) - pixels.min(axis=2)
    assert of("saturation", pixels) == pytest.approx(chroma.mean() / 255, abs=1e-5)
    assert of("colourfulness", pixels) == pytest.approx(np.quantile(chroma, 0.99) / 255, abs=0.01)


def test_frame_and_middle_are_told_apart() -> None:
    pixels = np.full((64, 64, 3), (255, 0, 0), np.uint8)
    pixels[8:-8, 8:-8] = (0, 255, 0)
    assert [of(f"frame_{c}", pixels) for c in ("red", "green", "blue")] == [1, 0, 0]
    assert [of(f"centre_{c}", pixels) for c in ("red", "green", "blue")] == [0, 1, 0]
    assert of("frame_spread", pixels) == 0


def test_sharpness_falls_with_blur() -> None:
    found = [of("sharpness", blur(landscape(), radius)) for radius in (0, 2, 4, 8, 16)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.6
    assert found[3] < 0.25


def test_sharpness_is_the_width_of_an_edge() -> None:
    for width in (2, 4, 8):
        ramp = np.clip((np.arange(200) - 100) / width, 0, 1) * 200 + 20
        pixels = np.repeat(np.tile(ramp, (100, 1))[..., None], 3, axis=2).astype(np.uint8)
        assert of("sharpness", pixels) == pytest.approx(1 / width, rel=0.1)


def test_sharpness_does_not_depend_on_size_or_contrast() -> None:
    large = landscape(1792, 1344)
    blurred = blur(large, 18)
    for pixels, least, most in ((large, 0.6, 1.0), (blurred, 0.1, 0.3)):
        whole = of("sharpness", pixels)
        assert least < whole <= most
        half = np.array(Image.fromarray(pixels).reduce(2))
        assert of("sharpness", half) == pytest.approx(whole, rel=0.15)
        pale = (pixels * 0.5 + 60).astype(np.uint8)
        assert of("sharpness", pale) == pytest.approx(whole, rel=0.15)


def test_what_has_no_edges_is_not_called_blurred() -> None:
    y = np.mgrid[:300, :400][0]
    sky = np.stack([100 + y / 6, 140 + y / 6, 200 + y / 8], axis=2)
    noise = np.random.default_rng(0).normal(0, 2, sky.shape)
    assert of("sharpness", np.clip(sky + noise, 0, 255).astype(np.uint8)) == -1


def test_a_sharp_object_before_a_soft_background_is_sharp() -> None:
    pixels = blur(landscape(), 12)
    stripes = 120 * ((np.arange(160) // 8) % 2)
    pixels[160:320, 240:400] = stripes[None, :, None]
    assert of("sharpness", pixels) > 0.6


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="pixels must be uint8"):
        measure(np.zeros((4, 4), np.uint8))
