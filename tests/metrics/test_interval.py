import math

import numpy as np

from fieldguide.metrics.interval import Interval, widest

NAN = np.array([np.nan])


def test_repr_is_short() -> None:
    assert repr(Interval(0.12345, 0.1, math.nan)) == "Interval(0.123 [0.100, nan])"


def test_takes_the_wider_bound_on_each_side() -> None:
    first, second = (np.array([0.2]), np.array([0.6])), (np.array([0.3]), np.array([0.9]))
    assert widest(np.array([0.5]), first, second) == [Interval(0.5, 0.2, 0.9)]


def test_always_holds_its_value() -> None:
    bounds = np.array([0.6]), np.array([0.7])
    assert widest(np.array([0.5]), bounds) == [Interval(0.5, 0.5, 0.7)]


def test_a_method_without_bounds_does_not_count() -> None:
    assert widest(np.array([0.5]), (NAN, NAN), (np.array([0.4]), np.array([0.6]))) == [
        Interval(0.5, 0.4, 0.6)
    ]


def test_without_bounds_or_value_there_is_no_interval() -> None:
    alone = widest(np.array([0.5]))[0]
    assert alone.value == 0.5
    assert math.isnan(alone.low)
    assert math.isnan(alone.high)
    undefined = widest(NAN, (np.array([0.4]), np.array([0.6])))[0]
    assert math.isnan(undefined.value)
    assert math.isnan(undefined.low)
    assert math.isnan(undefined.high)
