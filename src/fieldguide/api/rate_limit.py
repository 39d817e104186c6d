"""Slow down who guesses passwords."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fieldguide.api.errors import ApiError

PER_NAME = 5
"""So many failures are free for one name; typing errors are no attack."""

PER_ADDRESS = 20
"""So many are free for one address, behind which a whole course may sit."""

LONGEST_WAIT = 300.0
"""The longest time that somebody must wait, in seconds."""

FORGOTTEN_AFTER = 3600.0
"""After how many seconds without a failure the earlier ones are forgotten."""

_MOST_KEPT = 10_000


@dataclass(slots=True)
class _Failures:
    count: int = 0
    last: float = 0.0


class SignInLimit:
    """Counts failed sign-ins per name and per address; each further one doubles the wait.

    The counts are in this process's memory. The server is one process, so that is enough; with
    several, each would count by itself, and so allow as many times more. A restart forgets them.

    An attempt counts as failed from its beginning, so that many at once gain nothing.

    Args:
        clock: Tells the time in seconds; any that does not go backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._names: OrderedDict[str, _Failures] = OrderedDict()
        self._addresses: OrderedDict[str, _Failures] = OrderedDict()

    def begin(self, name: str, address: str) -> None:
        """Note an attempt.

        Raises:
            ApiError: 429 with ``Retry-After`` if it comes too early; it is then not to be made.
        """
        wait = max(
            self._wait(self._names, name.lower(), PER_NAME),
            self._wait(self._addresses, address, PER_ADDRESS),
        )
        if wait > 0:
            seconds = int(wait) + 1
            raise ApiError(
                429,
                "too_many_attempts",
                f"Too many sign-ins have failed. Try again in {seconds} seconds.",
                {"seconds": seconds},
                {"Retry-After": str(seconds)},
            )
        self._note(self._names, name.lower())
        self._note(self._addresses, address)

    def succeed(self, name: str, address: str) -> None:
        """Forget the failures of who has signed in; the address keeps those of other names."""
        own = self._names.pop(name.lower(), None)
        shared = self._addresses.get(address)
        if own is not None and shared is not None:
            shared.count = max(0, shared.count - own.count)

    def _wait(self, kept: OrderedDict[str, _Failures], key: str, free: int) -> float:
        failures = kept.get(key)
        if failures is None:
            return 0.0
        since = self._clock() - failures.last
        if since > FORGOTTEN_AFTER:
            del kept[key]
            return 0.0
        if failures.count < free:
            return 0.0
        return float(min(LONGEST_WAIT, 2.0 ** min(failures.count - free, 30))) - since

    def _note(self, kept: OrderedDict[str, _Failures], key: str) -> None:
        failures = kept.setdefault(key, _Failures())
        failures.count += 1
        failures.last = self._clock()
        kept.move_to_end(key)
        if len(kept) > _MOST_KEPT:
            kept.popitem(last=False)
