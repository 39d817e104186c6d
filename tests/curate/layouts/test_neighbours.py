from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.manifold import trustworthiness

from fieldguide.curate.layouts import neighbours


def _groups(count: int, each: int, seed: int = 0) -> tuple[npt.NDArray[np.float32], list[int]]:
    random = np.random.default_rng(seed)
    centres = random.normal(0, 4, (count, 12))
    points = np.repeat(centres, each, axis=0) + random.normal(0, 0.6, (count * each, 12))
    return points.astype(np.float32), [number for number in range(count) for _ in range(each)]


@pytest.mark.slow
def test_groups_in_many_dimensions_are_groups_on_the_map() -> None:
    points, group = _groups(6, 60)
    steps: list[int] = []
    placed = neighbours.lay_out(points, advance=steps.append)
    assert placed.shape == (360, 2)
    assert np.allclose(placed.mean(axis=0), 0, atol=1e-3)
    assert sum(steps) == sum(neighbours.ITERATIONS)
    along_two = trustworthiness(points, points[:, :2], n_neighbors=10)
    assert trustworthiness(points, placed, n_neighbors=10) > max(0.95, along_two)
    far = np.linalg.norm(placed[:, None] - placed[None], axis=2)
    np.fill_diagonal(far, np.inf)
    closest = far.argmin(axis=1)
    assert np.mean([group[a] == group[b] for a, b in enumerate(closest)]) > 0.99


@pytest.mark.slow
def test_the_same_points_give_the_same_map() -> None:
    points, _ = _groups(3, 20)
    first = neighbours.lay_out(points, workers=2)
    assert np.array_equal(first, neighbours.lay_out(points, workers=1))


def test_what_advance_raises_ends_the_work() -> None:
    def stop(_: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        neighbours.lay_out(_groups(2, 10)[0], advance=stop)


@pytest.mark.slow
def test_pictures_that_are_all_alike_have_places_too() -> None:
    assert np.isfinite(neighbours.lay_out(np.ones((12, 3), np.float32))).all()


@pytest.mark.parametrize("shape", [(7, 5), (20, 1), (20,)])
def test_too_few_pictures_or_components_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"A layout needs points of shape"):
        neighbours.lay_out(np.zeros(shape, np.float32))


def test_further_pictures_are_placed_among_those_that_they_resemble() -> None:
    known, group = _groups(4, 40)
    places = np.array([[10 * number, -10 * number] for number in group], np.float32)
    places += np.random.default_rng(3).normal(0, 1, places.shape).astype(np.float32)
    others, _ = _groups(4, 40)
    steps: list[int] = []
    placed = neighbours.place(known, places, others + 0.05, advance=steps.append)
    assert np.abs(placed - [[10 * n, -10 * n] for n in group]).max() < 5
    assert sum(steps) == 160


def test_one_known_picture_is_enough_and_none_to_place_is_none() -> None:
    known, places = np.zeros((1, 3), np.float32), np.array([[4, 5]], np.float32)
    assert neighbours.place(known, places, np.ones((2, 3))).tolist() == [[4, 5], [4, 5]]
    assert neighbours.place(known, places, np.ones((0, 3))).shape == (0, 2)
