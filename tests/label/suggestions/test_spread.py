from __future__ import annotations

import numpy as np

from fieldguide.label.suggestions import spread


def moons(n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that reach into each other, which no straight line divides."""
    angle = np.linspace(0, np.pi, n // 2)
    one = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    two = np.stack([1 - np.cos(angle), 0.4 - np.sin(angle)], axis=1)
    return np.concatenate([one, two]).astype(np.float32), np.repeat([0, 1], n // 2)


def test_the_graph_is_symmetric_and_normalised() -> None:
    rows, _ = moons()
    edges = spread.graph(rows).toarray()
    assert np.allclose(edges, edges.T, atol=1e-6)
    assert abs(np.linalg.eigvalsh(edges).max() - 1) < 1e-4
    assert not edges.diagonal().any()


def test_neighbours_are_the_nearest_ones_across_blocks() -> None:
    rows = np.random.default_rng(0).normal(size=(1500, 4)).astype(np.float32)
    edges = spread.graph(rows, neighbours=3)
    for place in (0, 1023, 1024, 1499):
        away = ((rows - rows[place]) ** 2).sum(axis=1)
        away[place] = np.inf
        assert set(np.argsort(away)[:3]) <= set(edges[place].indices.tolist())


def test_one_label_a_class_follows_the_shape() -> None:
    rows, classes = moons()
    labelled = np.array([50, 150])
    scores = spread.log_scores(spread.graph(rows), labelled, np.array([0, 1]), count=2)
    assert (scores.argmax(axis=1) == classes).mean() > 0.97


def test_what_labels_do_not_reach_is_left_open() -> None:
    rows = np.concatenate([np.zeros((20, 2)), np.full((20, 2), 100.0)]).astype(np.float32)
    rows += np.random.default_rng(0).normal(size=rows.shape).astype(np.float32)
    scores = spread.log_scores(
        spread.graph(rows, neighbours=4), np.array([0, 1]), np.array([0, 1]), count=2
    )
    assert np.allclose(scores[20:, 0], scores[20:, 1])


def test_the_steps_come_to_the_closed_form() -> None:
    rows, _ = moons(60)
    edges = spread.graph(rows)
    scores = spread.log_scores(edges, np.array([5, 40]), np.array([0, 1]), count=2)
    start = np.zeros((60, 2))
    start[5, 0] = start[40, 1] = 1
    exact = np.linalg.solve(np.eye(60) - 0.9 * edges.toarray(), start)
    shares = exact / exact.sum(axis=1, keepdims=True)
    assert np.abs(np.exp(scores) - shares).max() < 0.05


def test_two_pictures_are_too_few_for_neighbours_of_neighbours_but_no_error() -> None:
    assert spread.graph(np.zeros((1, 3), np.float32)).nnz == 0
