"""Run work on several threads, in order, with a bounded number under way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

_WAITING_PER_WORKER = 4


def map_in_order(
    work: Callable[[A], B], items: Iterable[A], *, workers: int
) -> Generator[B, None, None]:
    """Apply ``work`` to items on threads and give the results in the items' order.

    Items are taken from their iterator by the calling thread, and only a few ahead of the results
    that were consumed, so memory stays bounded however many there are. Closing the iterator waits
    for what is under way and drops the rest.

    Example:
        >>> list(map_in_order(abs, [-1, 2, -3], workers=2))
        [1, 2, 3]
    """
    waiting: deque[Future[B]] = deque()
    pool = ThreadPoolExecutor(workers)
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= workers * _WAITING_PER_WORKER:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
