from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from fieldguide.parallel import map_in_order


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    def work(number: int) -> int:
        time.sleep(0.002 * (number % 3))
        return number * number

    assert list(map_in_order(work, range(50), workers=workers)) == [n * n for n in range(50)]


def test_no_items() -> None:
    assert list(map_in_order(str, [], workers=2)) == []


def test_several_work_at_once() -> None:
    barrier = threading.Barrier(3, timeout=5)
    # Each waits for two others: one thread alone would never get through.
    assert len(list(map_in_order(lambda _: barrier.wait(), range(6), workers=3))) == 6


def test_items_are_taken_by_the_caller_and_only_a_few_ahead() -> None:
    taken: list[int] = []
    takers: set[int] = set()

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            takers.add(threading.get_ident())
            yield number

    results = map_in_order(lambda number: number, items(), workers=2)
    assert taken == []
    for expected in range(100):
        assert next(results) == expected
        assert len(taken) <= expected + 9
    results.close()
    assert len(taken) < 120
    assert takers == {threading.get_ident()}


def test_an_error_comes_in_its_place() -> None:
    def work(number: int) -> int:
        if number == 5:
            raise LookupError("five is not there")
        return number

    results = map_in_order(work, range(10), workers=3)
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(LookupError, match="five is not there"):
        next(results)
    assert list(results) == []


def test_an_error_of_the_items_comes_through() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        list(map_in_order(abs, items(), workers=2))


def test_closing_waits_for_what_is_under_way_and_drops_the_rest() -> None:
    begun: list[int] = []
    ended: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        time.sleep(0.02)
        ended.append(number)
        return number

    results = map_in_order(work, range(100), workers=2)
    next(results)
    results.close()
    assert begun
    assert sorted(begun) == sorted(ended)
    assert len(begun) <= 8
    before = threading.active_count()
    time.sleep(0.05)
    assert threading.active_count() == before
    assert sorted(begun) == sorted(ended)


@pytest.mark.parametrize("workers", [0, -1])
def test_no_workers(workers: int) -> None:
    with pytest.raises(ValueError, match="max_workers must be greater than 0"):
        list(map_in_order(abs, [1], workers=workers))
