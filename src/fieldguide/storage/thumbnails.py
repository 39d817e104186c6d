"""Thumbnails: a cache of small JPEG files by the hash of the picture."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path


class ThumbnailCache:
    """A folder of thumbnails.

    Args:
        folder: Where they lie; made when the first one comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, sha256: str, make: Callable[[], bytes]) -> bytes:
        """Return a picture's thumbnail, made now if it is not there."""
        path = self.folder / sha256[:2] / f"{sha256}.jpg"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            data = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        beside.write_bytes(data)
        beside.replace(path)
        return data
