from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax

from fieldguide.models.heads.temperature import (
    HIGHEST,
    LOWEST,
    add_calibration_to,
    calibrate,
    fit_temperature,
    loss,
)
from fieldguide.types import FloatArray, IntArray


def drawn(n: int, count: int, factor: float, seed: int) -> tuple[FloatArray, IntArray]:
    """Honest log-probabilities times ``factor``, and classes that are drawn by them."""
    random = np.random.default_rng(seed)
    logs = log_softmax(random.normal(0, 2, (n, count)), axis=1)
    classes = np.array([random.choice(count, p=np.exp(row)) for row in logs])
    return logs * factor, classes


@pytest.mark.parametrize("factor", [0.2, 1.0, 5.0])
def test_undoes_a_factor(factor: float) -> None:
    scores, classes = drawn(4000, 5, factor, seed=0)
    assert fit_temperature(scores, classes) == pytest.approx(factor, rel=0.06)


@pytest.mark.parametrize(("n", "count"), [(1, 2), (7, 3), (50, 2), (300, 20)])
@pytest.mark.parametrize("factor", [0.3, 3.0])
def test_finds_what_a_search_of_every_step_finds(n: int, count: int, factor: float) -> None:
    scores, classes = drawn(n, count, factor, seed=n)
    steps = np.geomspace(LOWEST, HIGHEST, 3000)
    best = min(loss(scores, classes, step) for step in steps)
    assert loss(scores, classes, fit_temperature(scores, classes)) <= best + 1e-9


def test_with_many_examples_the_loss_is_the_negative_log_likelihood() -> None:
    scores, classes = drawn(4000, 5, 2.0, seed=1)
    plain = min(
        np.geomspace(1, 4, 2000),
        key=lambda t: -log_softmax(scores / t, axis=1)[np.arange(4000), classes].mean(),
    )
    assert fit_temperature(scores, classes) == pytest.approx(plain, rel=0.005)


def test_a_few_pictures_without_an_error_do_not_make_certain() -> None:
    scores = np.array([[0.0, -5.0], [-5.0, 0.0]] * 15)
    classes = np.array([0, 1] * 15)
    confidence = calibrate(scores, fit_temperature(scores, classes)).max()
    assert 0.96 < confidence < 0.995


def test_stays_within_its_bounds() -> None:
    truth = np.array([0, 1] * 5000)
    right = np.where(np.arange(2) == truth[:, None], 1e-3, 0.0)
    assert fit_temperature(right, truth) == pytest.approx(LOWEST)
    assert fit_temperature(1e6 * right, 1 - truth) == pytest.approx(HIGHEST)


def test_is_one_where_the_scores_say_nothing() -> None:
    assert fit_temperature(np.zeros((0, 3)), np.zeros(0, np.int64)) == 1.0
    assert fit_temperature(np.full((4, 3), -2.0), np.array([0, 1, 2, 0])) == 1.0
    assert fit_temperature(np.array([[0.0], [3.0]]), np.array([0, 0])) == 1.0


@given(st.integers(0, 10**6), st.floats(LOWEST, HIGHEST))
def test_leaves_every_decision_as_it_was(seed: int, temperature: float) -> None:
    scores = np.random.default_rng(seed).normal(0, 1, (20, 4))
    probabilities = calibrate(scores, temperature)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), scores.argmax(axis=1))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (probabilities >= 0).all()


def test_the_nodes_calibrate_like_python(run: Callable[..., FloatArray]) -> None:
    scores = np.random.default_rng(0).normal(0, 40, (50, 4))
    theirs = run(lambda graph, x: add_calibration_to(graph, x, 0.7), scores, 4)
    np.testing.assert_allclose(theirs, calibrate(scores, 0.7), atol=1e-13)


def test_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match=r"\(n, count\), not \(3,\)"):
        fit_temperature(np.zeros(3), np.zeros(3, np.int64))
    with pytest.raises(ValueError, match=r"shape \(3,\), but it is \(2,\)"):
        fit_temperature(np.zeros((3, 2)), np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="in 0 to 1, but lie in 0 to 2"):
        fit_temperature(np.zeros((3, 2)), np.array([0, 1, 2]))
    with pytest.raises(ValueError, match="must be finite"):
        fit_temperature(np.full((1, 2), -np.inf), np.array([0]))
