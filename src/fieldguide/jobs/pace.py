"""How fast a step goes, and how long it still takes, from its last seconds."""

from __future__ import annotations

from collections import deque

WINDOW = 15.0
"""Seconds over which the rate is taken."""

_SAMPLES = 60


class Pace:
    """Counts finished units and knows how fast they came lately.

    Args:
        moment: The time at which counting begins, in seconds of any steady clock.
        window: Seconds over which the rate is taken.

    Example:
        >>> pace = Pace(0.0)
        >>> pace.add(30, 2.0)
        >>> pace.rate(2.0), pace.seconds_left(90, 2.0)
        (15.0, 4.0)
    """

    def __init__(self, moment: float, *, window: float = WINDOW) -> None:
        self.done = 0
        self._counted = 0
        self._window = window
        self._samples: deque[tuple[float, int]] = deque([(moment, 0)])

    def add(self, count: int, moment: float) -> None:
        """Count units that were finished just now."""
        self.done += count
        self._counted += count
        # A sample stands for what comes within a small part of the window, so memory is bounded.
        if moment - self._samples[-1][0] >= self._window / _SAMPLES:
            self._samples.append((moment, self.done))
            self._forget(moment)

    def skip(self, count: int) -> None:
        """Count units that an earlier start had finished: they say nothing about the rate."""
        self.done += count
        self._samples = deque((when, done + count) for when, done in self._samples)

    def rate(self, moment: float) -> float | None:
        """Units per second over the window; None before anything was finished."""
        self._forget(moment)
        since, before = self._samples[0]
        if moment <= since or not self._counted:
            return None
        return (self.done - before) / (moment - since)

    def seconds_left(self, total: int | None, moment: float) -> float | None:
        """Seconds until ``total`` units at the present rate; None when that cannot be told."""
        rate = self.rate(moment)
        if total is None or not rate:
            return None
        return max(total - self.done, 0) / rate

    def _forget(self, moment: float) -> None:
        # The newest sample from before the window stays, so that the whole window is covered.
        while len(self._samples) > 1 and self._samples[1][0] <= moment - self._window:
            self._samples.popleft()
