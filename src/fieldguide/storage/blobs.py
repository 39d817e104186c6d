"""Blobs: bytes kept in a folder under their SHA-256."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

_INCOMING = "incoming"


class Blobs:
    """A folder of files named by the hash of their bytes.

    A blob appears whole or not at all: it is written beside and then renamed.

    Args:
        root: The folder; made when the first blob comes.

    Example:
        >>> import tempfile
        >>> blobs = Blobs(Path(tempfile.mkdtemp()))
        >>> blobs.read(blobs.put(b"bytes"))
        b'bytes'
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Where the blob lies, or would lie."""
        return self.root / sha256[:2] / sha256

    def exists(self, sha256: str) -> bool:
        """Whether the blob is there."""
        return self.path(sha256).is_file()

    def put(self, data: bytes, sha256: str | None = None) -> str:
        """Store bytes and return their hash; known bytes are not written again."""
        digest = hashlib.sha256(data).hexdigest() if sha256 is None else sha256
        target = self.path(digest)
        if target.is_file() and target.stat().st_size == len(data):
            return digest
        incoming = self.root / _INCOMING / f"{os.getpid()}-{threading.get_ident()}-{digest}"
        try:
            incoming.write_bytes(data)
            incoming.replace(target)
        except FileNotFoundError:
            # Folders are made when first needed: asking for them each time costs more.
            for folder in (incoming.parent, target.parent):
                folder.mkdir(parents=True, exist_ok=True)
            incoming.write_bytes(data)
            incoming.replace(target)
        return digest

    def read(self, sha256: str) -> bytes:
        """Return a blob's bytes.

        Raises:
            FileNotFoundError: If it is not there.
        """
        return self.path(sha256).read_bytes()

    def size(self, sha256: str) -> int | None:
        """Return how many bytes a blob has, None when it is not there."""
        try:
            return self.path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, sha256: str) -> bool:
        """Delete a blob and return whether it was there."""
        try:
            self.path(sha256).unlink()
        except FileNotFoundError:
            return False
        return True

    def hashes(self) -> Iterator[str]:
        """All stored hashes, sorted."""
        for folder in sorted(self.root.glob("??")):
            yield from sorted(file.name for file in folder.iterdir())

    def clear_incoming(self) -> None:
        """Remove what processes that no longer run left half-written."""
        for file in (self.root / _INCOMING).glob("*-*"):
            if not _is_running(file.name.split("-")[0]):
                with contextlib.suppress(FileNotFoundError):
                    file.unlink()


def _is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
