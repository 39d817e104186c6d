"""Arrays under names in one file, which is replaced as a whole; for caches."""

from __future__ import annotations

import os
import threading
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def save(path: Path, arrays: Mapping[str, Array]) -> None:
    """Keep arrays in place of those before; a reader sees the old ones or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    with beside.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    beside.replace(path)


def load(path: Path, names: Iterable[str]) -> dict[str, Array] | None:
    """Return arrays; None where there are none, or they are damaged and have to be made anew."""
    try:
        with path.open("rb") as raw, np.load(raw) as file:
            return {name: file[name] for name in names}
    except FileNotFoundError:
        return None
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError):
        # A cache may be cut short or of an older make; whoever wants it makes it again.
        return None


def stamp(path: Path) -> str | None:
    """Return a text that changes whenever a file is replaced; None where there is none."""
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return f"{facts.st_mtime_ns}-{facts.st_size}"
