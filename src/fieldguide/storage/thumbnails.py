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

    def find(self, sha256: str) -> bytes | None:
        """Return a picture's thumbnail if it is there."""
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def get(self, sha256: str, make: Callable[[], bytes]) -> bytes:
        """Return a picture's thumbnail, made now if it is not there."""
        found = self.find(sha256)
        if found is not None:
            return found
        data = make()
        path = self._path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        beside.write_bytes(data)
        beside.replace(path)
        return data

    def delete(self, sha256: str) -> None:
        """Delete a picture's thumbnail, a half-written one included, if it is there."""
        for path in self._path(sha256).parent.glob(f"{sha256}.*"):
            path.unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / f"{sha256}.jpg"
