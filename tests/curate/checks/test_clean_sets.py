"""Sets of made pictures without a fault, of many kinds: no check names a single picture of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageFilter
from tests.curate.checks import plain
from tests.curate.checks.pools import make_pool, run

from fieldguide.curate.checks import (
    blurred,
    broken_times,
    class_balance,
    coverage,
    dark,
    drift,
    grey,
    low_contrast,
    odd_shape,
    outliers,
    over_exposed,
    sensitive_files,
    shortcuts,
    tiny,
)
from fieldguide.pictures.colour_histogram import colour_histogram
from fieldguide.pictures.measures import measure
from fieldguide.types import Pixels

CHECKS = [
    blurred.CHECK,
    broken_times.CHECK,
    class_balance.CHECK,
    coverage.CHECK,
    dark.CHECK,
    drift.CHECK,
    grey.CHECK,
    low_contrast.CHECK,
    odd_shape.CHECK,
    outliers.CHECK,
    over_exposed.CHECK,
    sensitive_files.CHECK,
    shortcuts.CHECK,
    tiny.CHECK,
]

Maker = Callable[[np.random.Generator], Pixels]


def textured(rng: np.random.Generator, size: tuple[int, int], low: float, high: float) -> Pixels:
    """Draw patches of all sizes in colours between two levels."""
    height, width = size
    layers = np.zeros((height, width, 3))
    for cells in (4, 12, 40):
        coarse = rng.integers(0, 256, (cells, cells, 3), np.uint8)
        enlarged = Image.fromarray(coarse).resize((width, height), Image.Resampling.NEAREST)
        layers += np.asarray(enlarged) / 3
    return np.clip(low + (high - low) * layers / 255, 0, 255).astype(np.uint8)


def photograph(rng: np.random.Generator) -> Pixels:
    shift = rng.uniform(-30, 30)
    return textured(rng, (300, 400), 10 + shift, 240 + shift)


def night(rng: np.random.Generator) -> Pixels:
    pixels = textured(rng, (300, 400), 0, 14)
    y, x = rng.integers(20, 250), rng.integers(20, 350)
    pixels[y : y + 12, x : x + 12] = 230
    return pixels


def aerial(rng: np.random.Generator) -> Pixels:
    return textured(rng, (256, 256), 60, 140)


def stamp(rng: np.random.Generator) -> Pixels:
    return textured(rng, (32, 32), 20, 230)


def on_white(rng: np.random.Generator) -> Pixels:
    pixels = np.full((300, 300, 3), 255, np.uint8)
    side = int(rng.integers(100, 200))
    pixels[60 : 60 + side, 60 : 60 + side] = textured(rng, (side, side), 20, 180)
    return pixels


def microscope(rng: np.random.Generator) -> Pixels:
    pixels = np.full((240, 240, 3), 4, np.uint8)
    for _ in range(12):
        y, x = rng.integers(10, 210, 2)
        pixels[y : y + 16, x : x + 16] = rng.integers(150, 220)
    return pixels


def soft(rng: np.random.Generator) -> Pixels:
    image = Image.fromarray(textured(rng, (300, 300), 10, 240))
    return np.array(image.filter(ImageFilter.GaussianBlur(9)))


def sky(rng: np.random.Generator) -> Pixels:
    y = np.mgrid[:240, :320][0] / 240
    base = rng.uniform(90, 150) + 40 * y
    colours = np.stack([base * 0.7, base * 0.9, base * 1.2], axis=2)
    return np.clip(colours + rng.normal(0, 2, colours.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "maker", [photograph, night, aerial, stamp, on_white, microscope, soft, sky]
)
@pytest.mark.parametrize("n", [20, 120])
def test_no_picture_of_a_clean_set_is_named(maker: Maker, n: int) -> None:
    rng = np.random.default_rng(n)
    pictures = [maker(rng) for _ in range(n)]
    height, width, _ = pictures[0].shape
    rows = plain.rows(n, size=(width, height))
    for number, row in enumerate(rows):
        row["part"] = ("train", "train", "test", "test")[number % 4]
        row["columns"] = {"site": f"S{rng.integers(3)}", "camera": f"C{rng.integers(2)}"}
    measured = np.stack([measure(pixels) for pixels in pictures])
    colours = np.stack([colour_histogram(pixels) for pixels in pictures])
    pool = make_pool(
        rows,
        measures=lambda: measured,
        colours=lambda: colours,
        vectors=lambda: plain.vectors(n, n, 64),
    )
    findings = [finding for check in CHECKS for finding in run(check, pool)]
    assert [finding.check for finding in findings if finding.member_ids] == []
    # What all pictures of a set have in common is said once, as a hint.
    assert {finding.severity for finding in findings} <= {"hint"}
    assert len(findings) <= 2
    if maker in {photograph, aerial, on_white, microscope, sky}:
        assert findings == []
