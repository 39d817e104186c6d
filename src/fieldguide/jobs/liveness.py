"""Tell whether a worker still lives, on this machine or another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SILENCE = 30.0
"""Seconds without a sign of life after which a worker on another machine is taken for gone."""

_START_FIELD = 19
"""Place of the start time in ``/proc/PID/stat``, counted after the name in brackets."""


@dataclass(frozen=True, slots=True)
class Vital:
    """What a worker tells about itself.

    Attributes:
        id: Its name, new with every start.
        host: Names the machine since it was switched on, and its table of processes.
        pid: Number of its process.
        pid_began: When that process began, as the system counts; numbers of processes come again.
        beats: Grows while it lives.
    """

    id: str
    host: str
    pid: int
    pid_began: str
    beats: int


class Watch:
    """Remembers when each worker last gave a sign of life.

    Clocks of several machines differ, so only this one's is read: what counts is for how long the
    number of beats has not changed before these eyes.

    Args:
        clock: Gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[int, float]] = {}

    def is_gone(self, worker: Vital) -> bool:
        """Whether a worker is dead for certain, or has been silent for too long elsewhere."""
        if worker.host == this_host():
            return process_began(worker.pid) != worker.pid_began
        beats, since = self._seen.get(worker.id, (-1, 0.0))
        moment = self._clock()
        if beats != worker.beats:
            self._seen[worker.id] = (worker.beats, moment)
            return False
        return moment - since > SILENCE


def this_host() -> str:
    """Name this machine since it was switched on, and its table of processes."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"


def process_began(pid: int) -> str | None:
    """Return when a process began, in the system's own count; None if there is none."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = line.rpartition(")")[2].split()
    # A process that has ended but was not waited for does nothing any more.
    return None if fields[0] in {"Z", "X"} else fields[_START_FIELD]


def own_vital(worker_id: str) -> Vital:
    """Describe this process as a worker."""
    pid = os.getpid()
    return Vital(worker_id, this_host(), pid, str(process_began(pid)), 0)
