from typing import Any

import numpy as np
import pytest

from fieldguide.metrics import bootstrap

SIZES = np.array([3.0, 4.0, 5.0, 8.0, 2.0, 6.0])


def mean(weights: Any) -> float:
    return float(weights @ SIZES / weights.sum())


def test_draws_whole_groups() -> None:
    codes = np.array([0, 0, 1, 2, 2, 2])
    rows = np.concatenate(list(bootstrap.drawings(codes, repeats=50, seed=1)))
    assert rows.shape == (50, 6)
    assert (rows[:, 0] == rows[:, 1]).all()
    assert (rows[:, 3] == rows[:, 5]).all()
    assert (rows[:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_drawings_equal_a_loop_over_the_same_numbers() -> None:
    codes = np.array([0, 1, 1, 2])
    random = np.random.default_rng(5)
    for row in np.concatenate(list(bootstrap.drawings(codes, repeats=20, seed=5))):
        drawn = random.integers(3, size=3)
        assert row.tolist() == [float((drawn == code).sum()) for code in codes]


def test_the_memory_does_not_grow_with_the_repeats() -> None:
    chunks = [rows.shape for rows in bootstrap.drawings(np.arange(60_000), repeats=5, seed=0)]
    assert chunks == [(2, 60_000), (2, 60_000), (1, 60_000)]


def test_percentiles_equal_numpy_and_leave_out_nan() -> None:
    values = np.random.default_rng(0).normal(size=(200, 3))
    values[:20, 1] = np.nan
    values[:, 2] = np.nan
    low, high = bootstrap.percentiles(values, 0.9)
    assert low[:2] == pytest.approx(
        [np.quantile(values[:, 0], 0.05), np.quantile(values[20:, 1], 0.05)]
    )
    assert high[0] == pytest.approx(np.quantile(values[:, 0], 0.95))
    assert np.isnan([low[2], high[2]]).all()


def test_the_same_seed_gives_the_same_interval() -> None:
    first = bootstrap.interval(mean, 6, repeats=20, seed=3)
    assert first == bootstrap.interval(mean, 6, repeats=20, seed=3)
    assert first != bootstrap.interval(mean, 6, repeats=20, seed=4)


def test_is_as_wide_as_theory_says() -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=400)
    low, high = bootstrap.interval(
        lambda w: float(w @ values / w.sum()), 400, repeats=2000, level=0.95
    )
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.06)


@pytest.mark.parametrize(("size", "groups"), [(0, None), (1, None), (6, ["a"] * 6)])
def test_fewer_than_two_groups_give_no_interval(size: int, groups: Any) -> None:
    assert bootstrap.interval(mean, size, groups=groups) is None


def test_a_figure_that_is_never_defined_gives_no_interval() -> None:
    assert bootstrap.interval(lambda _: float("nan"), 6) is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"repeats": 0}, "repeats must be at least 1, got 0"),
        ({"level": 1.0}, "level must lie between 0 and 1, got 1.0"),
        ({"groups": ["a", "b"]}, r"groups must have shape \(6,\), got \(2,\)"),
    ],
)
def test_refuses_settings_out_of_range(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        bootstrap.interval(mean, 6, **settings)


def test_covers_grouped_data_where_single_pictures_do_not() -> None:
    """Of 95 % intervals of a mean, 40 groups of 8 with half of the variance between groups."""
    random = np.random.default_rng(11)
    groups = np.repeat(np.arange(40), 8)
    held = {"groups": 0, "single": 0}
    trials = 150
    for trial in range(trials):
        values = np.repeat(random.normal(size=40), 8) + random.normal(size=320)
        for name, given in (("groups", groups), ("single", None)):
            low, high = bootstrap.interval(
                lambda w, v=values: float(w @ v / w.sum()),
                320,
                groups=given,
                repeats=200,
                seed=trial,
            )
            held[name] += low <= 0.0 <= high
    # Over 1,500 trials the coverages are 0.93 and 0.61; the bounds are three standard errors off.
    assert held["groups"] / trials >= 0.87
    assert held["single"] / trials <= 0.73
