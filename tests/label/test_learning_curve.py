from __future__ import annotations

import numpy as np
import pytest

from fieldguide.label import learning_curve
from fieldguide.label.learning_curve import Measured

SIZES = np.array([50.0, 100.0, 200.0, 300.0, 400.0])


def _fit(accuracies: np.ndarray, rate: float = 0.5) -> learning_curve.Curves:
    rows = np.atleast_2d(accuracies)
    return learning_curve.fit(SIZES, rows, np.full(5, 0.001), np.full(len(rows), rate))


def _measured(accuracy: np.ndarray, pictures: int, seed: int = 0) -> Measured:
    """Hold-out pictures of which each is right from a size of its own on."""
    hardness = np.random.default_rng(seed).random(pictures)
    hits = tuple(np.tile((hardness < a).astype(float), (2, 1)) for a in accuracy)
    return Measured(SIZES, hits, np.arange(pictures))


@pytest.mark.parametrize("rate", [0.3, 0.5, 1.0])
def test_a_planted_curve_is_found(rate: float) -> None:
    planted = 0.95 - 1.5 * SIZES**-rate
    found = _fit(planted)
    assert found.at(500.0)[0] == pytest.approx(0.95 - 1.5 * 500**-rate, abs=0.004)


def test_a_flat_curve_stays_flat_and_none_falls() -> None:
    assert _fit(np.full(5, 0.8)).at(500.0)[0] == pytest.approx(0.8)
    falling = _fit(np.array([0.9, 0.88, 0.86, 0.84, 0.82]))
    assert falling.loss[0] == 0.0
    assert falling.at(500.0)[0] == pytest.approx(0.86)


def test_no_curve_goes_beyond_1() -> None:
    steep = _fit(np.array([0.5, 0.7, 0.9, 0.97, 1.0]))
    assert steep.limit[0] <= 1.0
    assert (steep.at(1e9) <= 1.0).all()


def test_each_row_has_a_curve_of_its_own() -> None:
    rows = np.stack([0.9 - SIZES**-0.5, np.full(5, 0.7)])
    assert _fit(rows).at(400.0) == pytest.approx([0.85, 0.7], abs=1e-3)


def test_more_pictures_make_the_curve_surer() -> None:
    accuracy = 0.95 - 2.0 * SIZES**-0.5
    widths = []
    for pictures in (40, 1000):
        curves = learning_curve.draw(_measured(accuracy, pictures), seed=1)
        value, low, high = learning_curve.middle(curves.at(400.0))
        assert low < value < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2
    assert low <= 0.85 <= high


def test_scenes_are_drawn_as_a_whole() -> None:
    accuracy = np.full(5, 0.5)
    alone = _measured(accuracy, 120)
    right = np.repeat(np.arange(12) % 2, 10).astype(float)
    hits = tuple(np.tile(right, (2, 1)) for _ in SIZES)
    scenes = Measured(SIZES, hits, np.repeat(np.arange(12), 10))

    def width(measured: Measured) -> float:
        _, low, high = learning_curve.middle(learning_curve.draw(measured, seed=1).at(400.0))
        return high - low

    assert width(scenes) > 2 * width(alone)


def test_a_single_drawing_is_as_unsure_as_those_before_it() -> None:
    generator = np.random.default_rng(0)
    hits = (generator.random((4, 50)) < 0.6).astype(float)
    last = (generator.random((1, 50)) < 0.7).astype(float)
    measured = Measured(np.array([10.0, 20.0]), (hits, last), np.arange(50))
    spread = hits.mean(axis=1).std(ddof=1)
    assert learning_curve.drawing_errors(measured) == pytest.approx([spread / 2, spread])
