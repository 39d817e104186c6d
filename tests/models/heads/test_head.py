"""The contract of every head."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fieldguide.errors import DataError
from fieldguide.models.heads.available import HEADS
from fieldguide.models.heads.examples import FloatMatrix
from fieldguide.models.heads.head import Head
from fieldguide.models.heads.temperature import calibrate
from fieldguide.types import FloatArray, IntArray

Blobs = Callable[..., tuple[FloatMatrix, IntArray]]
Scores = Callable[[Head, FloatMatrix, int], FloatArray]


@pytest.fixture(params=HEADS.names())
def kind(request: pytest.FixtureRequest) -> type[Head]:
    return HEADS.get(request.param)


def check_agreement(head: Head, vectors: FloatMatrix, count: int, onnx_scores: Scores) -> None:
    ours, theirs = head.log_scores(vectors), onnx_scores(head, vectors, count)
    assert theirs.dtype == np.float64
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=1e-9)


def test_its_name_is_the_one_in_the_registry() -> None:
    for name in HEADS.names():
        head = HEADS.get(name)
        assert head.name == name
        assert head.title
        assert "seed" in head.grid(3)[0].settings()


def test_gives_finite_float64_scores_of_every_class(kind: type[Head], blobs: Blobs) -> None:
    head = kind()
    assert head.fit(*blobs((30, 20, 10)), count=3) is head
    scores = head.log_scores(blobs((5, 5, 5), seed=1)[0])
    assert scores.shape == (15, 3)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()
    assert head.log_scores(np.empty((0, 24), np.float32)).shape == (0, 3)


def test_takes_the_three_float_types(kind: type[Head], blobs: Blobs) -> None:
    vectors, classes = blobs((30, 20, 10))
    expected = kind().fit(vectors, classes, count=3).log_scores(vectors)
    for dtype in (np.float16, np.float64):
        scores = (
            kind().fit(vectors.astype(dtype), classes, count=3).log_scores(vectors.astype(dtype))
        )
        np.testing.assert_allclose(scores, expected, atol=1e-4)


def test_learns_separable_clouds(kind: type[Head], blobs: Blobs) -> None:
    head = kind().fit(*blobs((60, 60, 60), apart=4), count=3)
    vectors, classes = blobs((40, 40, 40), apart=4, seed=1)
    assert (head.log_scores(vectors).argmax(axis=1) == classes).mean() >= 0.9


def test_the_same_seed_gives_the_same_head(kind: type[Head], blobs: Blobs) -> None:
    vectors, classes = blobs((30, 20, 10))
    first, second = (kind.grid(5)[0].fit(vectors, classes, count=3) for _ in range(2))
    np.testing.assert_array_equal(first.log_scores(vectors), second.log_scores(vectors))


def test_fits_in_several_threads_at_once(kind: type[Head], blobs: Blobs) -> None:
    vectors, classes = blobs((30, 20, 10))
    expected = kind().fit(vectors, classes, count=3).log_scores(vectors)
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(kind().fit, vectors, classes, count=3) for _ in range(3)]
        for job in jobs:
            np.testing.assert_array_equal(job.result().log_scores(vectors), expected)


def test_fitting_again_forgets_the_first_fit(kind: type[Head], blobs: Blobs) -> None:
    vectors, classes = blobs((30, 20))
    again = kind().fit(*blobs((9, 9, 9, 9), dimensions=5), count=4)
    expected = kind().fit(vectors, classes, count=2).log_scores(vectors)
    np.testing.assert_array_equal(
        again.fit(vectors, classes, count=2).log_scores(vectors), expected
    )


def test_does_not_change_what_it_was_given(kind: type[Head], blobs: Blobs) -> None:
    vectors, classes = blobs((30, 20, 10))
    kept, kept_classes = vectors.copy(), classes.copy()
    vectors.setflags(write=False)
    classes.setflags(write=False)
    kind().fit(vectors, classes, count=3).log_scores(vectors)
    np.testing.assert_array_equal(vectors, kept)
    np.testing.assert_array_equal(classes, kept_classes)


def test_the_file_scores_like_python(kind: type[Head], blobs: Blobs, onnx_scores: Scores) -> None:
    head = kind().fit(*blobs((60, 40, 20)), count=3)
    for seed in (0, 1):
        check_agreement(head, blobs((300, 300, 300), seed=seed)[0], 3, onnx_scores)
    check_agreement(head, blobs((300, 300), seed=2, place=3, apart=20)[0], 3, onnx_scores)
    check_agreement(head, blobs((1,))[0], 3, onnx_scores)


def test_the_file_is_exact_in_many_dimensions(
    kind: type[Head], blobs: Blobs, onnx_scores: Scores
) -> None:
    head = kind().fit(*blobs((25,) * 8, dimensions=1280, apart=0.3), count=8)
    check_agreement(head, blobs((20,) * 8, dimensions=1280, apart=0.3, seed=1)[0], 8, onnx_scores)


def test_two_classes(kind: type[Head], blobs: Blobs, onnx_scores: Scores) -> None:
    head = kind().fit(*blobs((30, 30), apart=4), count=2)
    vectors, classes = blobs((30, 30), apart=4, seed=1)
    check_agreement(head, vectors, 2, onnx_scores)
    assert (head.log_scores(vectors).argmax(axis=1) == classes).mean() >= 0.9


@pytest.mark.parametrize("present", [(1, 3), (0, 2, 4)])
def test_a_class_without_examples_stays_unlikely(
    kind: type[Head], blobs: Blobs, onnx_scores: Scores, present: tuple[int, ...]
) -> None:
    vectors, classes = blobs((30,) * len(present))
    head = kind().fit(vectors, np.array(present)[classes], count=5)
    fresh = blobs((30,) * len(present), seed=1)[0]
    check_agreement(head, fresh, 5, onnx_scores)
    scores = head.log_scores(fresh)
    absent = sorted(set(range(5)) - set(present))
    assert np.isfinite(scores).all()
    assert calibrate(scores, 1.0)[:, absent].max() < 0.05
    assert np.isin(scores.argmax(axis=1), present).all()


@pytest.mark.parametrize("size", [1, 3])
def test_a_few_examples_are_enough(
    kind: type[Head], blobs: Blobs, onnx_scores: Scores, size: int
) -> None:
    vectors, classes = blobs((size, size), dimensions=1280)
    for head in kind.grid(0):
        head.fit(vectors, classes, count=2)
        check_agreement(head, blobs((5, 5), dimensions=1280, seed=1)[0], 2, onnx_scores)


def test_constant_columns_do_no_harm(kind: type[Head], blobs: Blobs, onnx_scores: Scores) -> None:
    vectors, classes = blobs((40, 40, 40), apart=4)
    vectors[:, ::3] = 0.0
    vectors[:, 1::3] = 1 / 3
    head = kind().fit(vectors, classes, count=3)
    fresh, truth = blobs((40, 40, 40), apart=4, seed=1)
    fresh[:, ::3] = 0.0
    fresh[:, 1::3] = 1 / 3
    assert (head.log_scores(fresh).argmax(axis=1) == truth).mean() >= 0.8
    check_agreement(head, fresh, 3, onnx_scores)
    # A column that only moves after training says nothing, but must not overflow either.
    check_agreement(head, blobs((9, 9, 9), seed=2)[0], 3, onnx_scores)


def test_vectors_that_are_all_the_same_give_the_shares(
    kind: type[Head], onnx_scores: Scores
) -> None:
    classes = np.array([0] * 30 + [1] * 10)
    vectors = np.full((40, 6), 0.7, np.float32)
    head = kind().fit(vectors, classes, count=2)
    scores = head.log_scores(vectors)
    assert np.isfinite(scores).all()
    assert (scores.argmax(axis=1) == 0).all()
    np.testing.assert_allclose(onnx_scores(head, vectors, 2), scores, atol=1e-9)


def test_copies_with_different_classes_are_bearable(
    kind: type[Head], blobs: Blobs, onnx_scores: Scores
) -> None:
    vectors, classes = blobs((20, 20, 20))
    doubled, other = np.concatenate([vectors, vectors]), np.concatenate([classes, 2 - classes])
    head = kind().fit(doubled, other, count=3)
    check_agreement(head, vectors, 3, onnx_scores)


def test_every_setting_of_the_grid_fits_and_can_be_made_again(
    kind: type[Head], blobs: Blobs
) -> None:
    vectors, classes = blobs((30, 30, 30), apart=4)
    grid = kind.grid(11)
    assert 3 <= len(grid) <= 6
    assert len({tuple(head.settings().items()) for head in grid}) == len(grid)
    for head in grid:
        assert head.settings()["seed"] == 11
        scores = head.fit(vectors, classes, count=3).log_scores(vectors)
        assert (scores.argmax(axis=1) == classes).mean() > 0.6
        again = kind(**head.settings()).fit(vectors, classes, count=3)  # type: ignore[call-arg]
        np.testing.assert_array_equal(again.log_scores(vectors), scores)


def test_one_class_is_not_enough(kind: type[Head], blobs: Blobs) -> None:
    vectors, classes = blobs((20,))
    with pytest.raises(DataError, match=r"at least two classes, but the 20 .* show 1"):
        kind().fit(vectors, classes, count=3)
    with pytest.raises(DataError, match="the 0 training pictures show 0"):
        kind().fit(vectors[:0], classes[:0], count=3)


def test_refuses_examples_that_do_not_fit(kind: type[Head], blobs: Blobs) -> None:
    vectors, classes = blobs((20, 20))
    with pytest.raises(ValueError, match=r"shape \(n, dimensions\), but it is \(24,\)"):
        kind().fit(vectors[0], classes, count=2)
    with pytest.raises(ValueError, match=r"each of the 40 vectors, but its shape is \(39,\)"):
        kind().fit(vectors, classes[1:], count=2)
    with pytest.raises(ValueError, match=r"in 0 to 0 .* but they lie in 0 to 1"):
        kind().fit(vectors, classes, count=1)
    for bad in (np.nan, np.inf):
        broken = vectors.copy()
        broken[7, 3] = bad
        with pytest.raises(ValueError, match=r"finite in float32, but 1 of 40 rows .* row 7"):
            kind().fit(broken, classes, count=2)


def test_refuses_vectors_unlike_the_training_ones(kind: type[Head], blobs: Blobs) -> None:
    vectors, classes = blobs((20, 20))
    head = kind().fit(vectors, classes, count=2)
    with pytest.raises(ValueError, match="the 24 dimensions of the training vectors"):
        head.log_scores(vectors[:, :5])
    with pytest.raises(ValueError, match=r"shape \(n, dimensions\)"):
        head.log_scores(vectors[0])
    with pytest.raises(ValueError, match="finite"):
        head.log_scores(np.full((1, 24), np.nan))
