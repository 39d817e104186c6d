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
from typing import BinaryIO, Self

import numpy as np
import numpy.typing as npt

from fieldguide.locking import locked
from fieldguide.types import Vector

_ENTRY = np.dtype([("sha256", "V32"), ("crc", "<u4")])
_READ_ROWS = 4096
_ERASED = bytes(_ENTRY.itemsize)
"""An entry whose row was erased: neither a hash nor a checksum."""


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

    @classmethod
    def open_any(cls, folder: Path) -> Self | None:
        """Open a cache whose vectors' length is not known; None when its files do not tell it."""
        entries = np.fromfile(folder / "index.bin", _ENTRY)
        held = [n for n, entry in enumerate(entries) if entry.tobytes() != _ERASED]
        if not held:
            return None
        row = held[0]
        stored = np.memmap(folder / "vectors.f16", np.uint8, "r")
        # A kill can leave further rows without entries, so the size alone does not tell the length.
        for length in range(len(stored) // len(entries), 1, -1):
            found = stored[row * length : (row + 1) * length].tobytes()
            if length % 2 == 0 and zlib.crc32(found) == entries["crc"][row]:
                return cls(folder, length // 2)
        return None

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

    def erase(self, hashes: Sequence[str]) -> int:
        """Overwrite the vectors of some images with zeros, for good; return how many there were.

        Their rows stay, empty and under no image's name, so that the rows behind them keep their
        places for other processes that have the cache open.
        """
        with locked(self.folder / "lock"):
            self._read, self._rows = 0, {}
            self._refresh()
            wanted = {bytes.fromhex(sha256) for sha256 in hashes}
            if not self._read:
                return 0
            # From the file itself: a row that was found damaged has its name there still.
            entries = np.fromfile(self._index_file, _ENTRY, count=self._read)
            rows = [n for n, key in enumerate(entries["sha256"]) if key.tobytes() in wanted]
            row_bytes = self.dimensions * 2
            with self._vectors_file.open("r+b") as vectors, self._index_file.open("r+b") as index:
                for row in rows:
                    _overwrite(vectors, row * row_bytes, row_bytes)
                    _overwrite(index, row * _ENTRY.itemsize, _ENTRY.itemsize)
            self._read, self._rows = 0, {}
            self._refresh()
        return len(rows)

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

    def cosines(
        self, hashes: Sequence[str], query: npt.NDArray[np.floating]
    ) -> npt.NDArray[np.float32]:
        """Compare images with one vector, exactly and with memory that does not grow with them.

        Args:
            hashes: The images.
            query: ``(dimensions,)``.

        Returns:
            float32 ``(len(hashes),)``: the cosine of each in [-1, 1]; NaN for those without a
            vector.

        Raises:
            ValueError: If the query has another length or no direction.
        """
        wanted = np.asarray(query, np.float32)
        length = float(np.linalg.norm(wanted)) if wanted.shape == (self.dimensions,) else 0.0
        if not np.isfinite(length) or length == 0:
            raise ValueError(
                f"What is compared must have {self.dimensions} finite values that are not all 0, "
                f"not shape {wanted.shape}."
            )
        self._refresh()
        found = np.full(len(hashes), np.nan, np.float32)
        rows = np.array([self._rows.get(bytes.fromhex(sha), -1) for sha in hashes], np.int64)
        held = np.flatnonzero(rows >= 0)
        # In the order of the file, so that it is read from front to back.
        held = held[np.argsort(rows[held], kind="stable")]
        for start in range(0, len(held), _READ_ROWS):
            places = held[start : start + _READ_ROWS]
            stored = np.memmap(self._vectors_file, "<f2", "r", shape=(self._read, self.dimensions))
            block = stored[rows[places]].astype(np.float32)
            lengths = np.linalg.norm(block, axis=1) * length
            with np.errstate(invalid="ignore", divide="ignore"):
                found[places] = block @ wanted / lengths
        return found

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
        keys, erased = entries["sha256"], _erased(entries)
        for position, key in enumerate(keys):
            if not erased[position]:
                self._rows[key.tobytes()] = self._read + position
        self._read = whole


def _erased(entries: npt.NDArray[np.void]) -> npt.NDArray[np.bool_]:
    raw = entries.view(np.uint8).reshape(-1, _ENTRY.itemsize)
    return np.asarray(raw.max(axis=1, initial=0) == 0, np.bool_)


def _overwrite(file: BinaryIO, at: int, length: int) -> None:
    file.seek(at, os.SEEK_SET)
    file.write(bytes(length))
    file.flush()
    os.fsync(file.fileno())


def _append(path: Path, data: bytes, *, at: int) -> None:
    with path.open("r+b" if path.exists() else "w+b") as file:
        # What lies beyond the last whole entry was left by a process that was killed.
        file.truncate(at)
        file.seek(at, os.SEEK_SET)
        file.write(data)
