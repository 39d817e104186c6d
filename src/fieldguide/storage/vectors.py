"""Vectors: a cache of one float16 vector per image and backbone, appended to as they come.

Two files make a cache. ``vectors.f16`` holds the rows; ``index.bin`` holds, for each row, the
image's SHA-256 and a checksum of the row. Rows are written before their index entries, so that
after a kill at any moment the index never names a row that is not there; what is beyond the index
is cut off.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fieldguide.locking import locked
from fieldguide.types import Vector

_ENTRY = np.dtype([("sha256", "V32"), ("crc", "<u4")])
_READ_ROWS = 4096


class VectorCache:
    """The vectors of one backbone.

    Args:
        folder: Where the two files lie; made when the first vector comes.
        dimensions: Length of each vector.
    """

    def __init__(self, folder: Path, dimensions: int) -> None:
        self.folder = folder
        self.dimensions = dimensions
        self._rows: dict[bytes, int] = {}
        self._read = 0
        self._refresh()

    def __contains__(self, sha256: str) -> bool:
        return bytes.fromhex(sha256) in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def missing(self, hashes: Sequence[str]) -> list[str]:
        """Return the hashes without a sound vector, each once, in their order.

        A vector whose checksum does not fit is forgotten here, and a new one can take its place.
        """
        self._refresh()
        known = [sha for sha in hashes if sha in self]
        for start in range(0, len(known), _READ_ROWS):
            block = known[start : start + _READ_ROWS]
            _, sound = self._read_rows(block)
            for sha256, fits in zip(block, sound, strict=True):
                if not fits:
                    self._rows.pop(bytes.fromhex(sha256), None)
        return list(dict.fromkeys(sha for sha in hashes if sha not in self))

    def add(self, vectors: Sequence[tuple[str, Vector]]) -> None:
        """Append vectors; images that have one keep it.

        Raises:
            ValueError: If a vector has another length or a value that is not finite.
        """
        for sha256, vector in vectors:
            if vector.shape != (self.dimensions,) or not np.isfinite(vector).all():
                raise ValueError(
                    f"The vector of image {sha256} must have {self.dimensions} finite values, "
                    f"not shape {vector.shape}."
                )
        with locked(self.folder / "lock"):
            self._refresh()
            fresh = dict(pair for pair in vectors if pair[0] not in self)
            if not fresh:
                return
            rows = np.stack(list(fresh.values())).astype("<f2")
            entries = np.zeros(len(fresh), _ENTRY)
            for entry, sha256, row in zip(entries, fresh, rows, strict=True):
                entry["sha256"] = np.void(bytes.fromhex(sha256))
                entry["crc"] = zlib.crc32(row.tobytes())
            _append(
                self._vectors_file, rows.tobytes(), at=self._read * rows.itemsize * rows.shape[1]
            )
            _append(self._index_file, entries.tobytes(), at=self._read * _ENTRY.itemsize)
            self._refresh()

    def get(self, hashes: Sequence[str]) -> npt.NDArray[np.float16]:
        """Return the vectors of images, float16 ``(len(hashes), dimensions)``.

        Raises:
            KeyError: If one is missing or damaged; see ``missing``.
        """
        result = np.empty((len(hashes), self.dimensions), np.float16)
        if not hashes:
            return result
        for start in range(0, len(hashes), _READ_ROWS):
            block = hashes[start : start + _READ_ROWS]
            found, sound = self._read_rows(block)
            if not all(sound):
                raise KeyError(block[sound.index(False)])
            result[start : start + len(block)] = found
        return result

    def _read_rows(self, hashes: Sequence[str]) -> tuple[npt.NDArray[np.float16], list[bool]]:
        positions = np.array([self._rows[bytes.fromhex(sha)] for sha in hashes])
        stored = np.memmap(self._vectors_file, "<f2", "r", shape=(self._read, self.dimensions))
        checks = np.memmap(self._index_file, _ENTRY, "r", shape=(self._read,))["crc"][positions]
        found = stored[positions]
        sound = [
            zlib.crc32(row.tobytes()) == check for row, check in zip(found, checks, strict=True)
        ]
        return found, sound

    @property
    def _vectors_file(self) -> Path:
        return self.folder / "vectors.f16"

    @property
    def _index_file(self) -> Path:
        return self.folder / "index.bin"

    def _refresh(self) -> None:
        if not (self._index_file.is_file() and self._vectors_file.is_file()):
            self._rows, self._read = {}, 0
            return
        row_bytes = self.dimensions * 2
        whole = min(
            self._index_file.stat().st_size // _ENTRY.itemsize,
            self._vectors_file.stat().st_size // row_bytes,
        )
        if whole < self._read:
            self._rows, self._read = {}, 0
        if whole == self._read:
            return
        entries = np.fromfile(
            self._index_file,
            _ENTRY,
            count=whole - self._read,
            offset=self._read * _ENTRY.itemsize,
        )
        for position, key in enumerate(entries["sha256"], start=self._read):
            self._rows[key.tobytes()] = position
        self._read = whole


def _append(path: Path, data: bytes, *, at: int) -> None:
    with path.open("r+b" if path.exists() else "w+b") as file:
        # What lies beyond the last whole entry was left by a process that was killed.
        file.truncate(at)
        file.seek(at, os.SEEK_SET)
        file.write(data)
