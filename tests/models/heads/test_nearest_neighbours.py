from collections.abc import Callable

import numpy as np
import pytest

from fieldguide.models.heads import nearest_neighbours
from fieldguide.models.heads.examples import FloatMatrix
from fieldguide.models.heads.head import Head
from fieldguide.models.heads.nearest_neighbours import NearestNeighboursHead
from fieldguide.models.heads.projection import Projection
from fieldguide.types import FloatArray, IntArray

Blobs = Callable[..., tuple[FloatMatrix, IntArray]]
Scores = Callable[[Head, FloatMatrix, int], FloatArray]


def test_equals_a_loop_over_the_definition(blobs: Blobs) -> None:
    vectors, classes = blobs((40, 30, 20), apart=1)
    fresh = blobs((10, 10, 10), apart=1, seed=1)[0]
    projection = Projection(8).fit(vectors)
    known, asked = projection.apply(vectors), projection.apply(fresh)
    head = NearestNeighboursHead(k=6, components=8).fit(vectors, classes, count=3)
    for row, scores in zip(asked, head.log_scores(fresh), strict=True):
        cosines = [row @ k / np.linalg.norm(row) / np.linalg.norm(k) for k in known]
        distances = 1 - np.array(cosines)
        order = np.argsort(distances)
        weights = 1 - distances[order[:6]] / distances[order[6]]
        votes = np.zeros(3)
        for index, weight in zip(order[:6], 6 * weights / weights.sum(), strict=True):
            votes[classes[index]] += weight
        expected = (votes + np.array([41, 31, 21]) / 93) / 7
        np.testing.assert_allclose(np.exp(scores), expected, atol=1e-5)


def test_changes_without_a_jump_where_neighbours_change(blobs: Blobs) -> None:
    vectors, classes = blobs((40, 40), apart=1)
    head = NearestNeighboursHead(k=3).fit(vectors, classes, count=2)
    path = np.linspace(0, 1, 20_001)[:, None] * (vectors[1] - vectors[0]) + vectors[0]
    chances = np.exp(head.log_scores(path))
    assert np.ptp(chances[:, 0]) > 0.1
    assert np.abs(np.diff(chances[:, 0])).max() < 0.01


def test_a_known_picture_among_its_copies_is_recognised(blobs: Blobs, onnx_scores: Scores) -> None:
    vectors, classes = blobs((30, 30), apart=1)
    many = np.concatenate([vectors, np.repeat(vectors[:1], 25, axis=0)])
    labels = np.concatenate([classes, np.repeat(classes[:1], 25)])
    head = NearestNeighboursHead(k=5).fit(many, labels, count=2)
    scores = head.log_scores(vectors[:1])
    assert scores.argmax() == classes[0]
    assert np.exp(scores).max() > 0.85
    np.testing.assert_allclose(onnx_scores(head, vectors[:1], 2), scores, atol=1e-9)


def test_a_vector_at_the_mean_has_finite_scores(onnx_scores: Scores) -> None:
    vectors = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    head = NearestNeighboursHead(k=2).fit(vectors, np.array([0, 0, 0, 1]), count=2)
    scores = head.log_scores(np.zeros((1, 2)))
    np.testing.assert_allclose(np.exp(scores), [[4 / 6, 2 / 6]])
    np.testing.assert_allclose(onnx_scores(head, np.zeros((1, 2)), 2), scores, atol=1e-9)


def test_keeps_a_sample_where_there_are_too_many(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest_neighbours, "_LIMIT", 50)
    vectors, classes = blobs((300, 300, 3), apart=4)
    head = NearestNeighboursHead().fit(vectors, classes, count=3)
    assert head.references_.shape[1] == len(head.classes_) == 50
    assert set(head.classes_) == {0, 1, 2}


def test_the_size_of_the_blocks_changes_nothing(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors, classes = blobs((40, 40))
    head = NearestNeighboursHead().fit(vectors, classes, count=2)
    whole = head.log_scores(vectors)
    monkeypatch.setattr(nearest_neighbours, "_BLOCK", 7)
    np.testing.assert_allclose(head.log_scores(vectors), whole, atol=1e-12)
