from __future__ import annotations

import random

import pytest

from fieldguide.jobs.pace import Pace


def test_nothing_is_known_before_something_is_finished() -> None:
    pace = Pace(100.0)
    assert pace.rate(100.0) is None
    assert pace.rate(105.0) is None
    assert pace.seconds_left(10, 105.0) is None


@pytest.mark.parametrize("speed", [1, 7, 400])
def test_a_steady_speed_is_the_rate(speed: int) -> None:
    pace = Pace(0.0)
    for second in range(1, 61):
        pace.add(speed, float(second))
        assert pace.rate(float(second)) == pytest.approx(speed)
        assert pace.seconds_left(100 * speed, float(second)) == pytest.approx(100 - second)


def test_the_rate_is_that_of_the_last_seconds() -> None:
    draw = random.Random(1)  # noqa: S311
    pace = Pace(0.0, window=10.0)
    moment = 0.0
    events: list[tuple[float, int]] = []
    for _ in range(3000):
        moment += draw.expovariate(20)
        count = draw.randrange(1, 4)
        events.append((moment, count))
        pace.add(count, moment)
    # Counted from all events, not from samples of them.
    recent = sum(count for when, count in events if when > moment - 10.0)
    assert pace.rate(moment) == pytest.approx(recent / 10.0, rel=0.05)


def test_a_slower_second_half_is_noticed_and_a_standstill_too() -> None:
    pace = Pace(0.0, window=10.0)
    for second in range(1, 31):
        pace.add(100, float(second))
    for second in range(31, 61):
        pace.add(2, float(second))
    assert pace.rate(60.0) == pytest.approx(2)
    assert pace.seconds_left(pace.done + 10, 60.0) == pytest.approx(5)
    assert pace.rate(100.0) == 0
    assert pace.seconds_left(pace.done + 10, 100.0) is None


def test_what_an_earlier_start_did_says_nothing_about_the_rate() -> None:
    pace = Pace(0.0)
    pace.skip(900)
    pace.add(5, 1.0)
    assert pace.done == 905
    assert pace.rate(1.0) == pytest.approx(5)
    assert pace.seconds_left(1000, 1.0) == pytest.approx(19)


def test_more_than_expected_leaves_no_time() -> None:
    pace = Pace(0.0)
    pace.add(12, 1.0)
    assert pace.seconds_left(10, 1.0) == 0


def test_memory_is_bounded() -> None:
    pace = Pace(0.0)
    for number in range(100_000):
        pace.add(1, number / 1000)
    assert len(pace._samples) < 100
