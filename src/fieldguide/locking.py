"""Let one process at a time do something."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file; wait while another process or another opening of it holds it.

    The system releases the lock when its process ends, however it ends, so a kill leaves nothing
    behind that would have to be cleared.

    Args:
        path: The lock file; made, with its folder, if it is not there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
