"""Maps: a cache of where pictures lie, one file per dataset, backbone and layout.

Each row belongs to an image, known by its SHA-256. A file is replaced as a whole, so a reader sees
the old map or the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fieldguide.storage import arrays

Floats = npt.NDArray[np.float32]
Hashes = npt.NDArray[np.void]

HASH = np.dtype("V32")
"""How an image's SHA-256 is kept: its 32 bytes."""


@dataclass(frozen=True, slots=True)
class StoredMap:
    """Where images lie, and what is needed to place further ones among them.

    Attributes:
        hashes: ``(n,)`` of dtype ``HASH``, in the order of the rows below.
        places: ``(n, 2)`` float32.
        points: ``(n, k)`` float16: the images along the principal components.
        mean: ``(dimensions,)`` float32: the middle, for further images.
        directions: ``(k, dimensions)`` float32: the components.
        shares: ``(k,)`` float32: the share of the variance along each.
    """

    hashes: Hashes
    places: Floats
    points: npt.NDArray[np.float16]
    mean: Floats
    directions: Floats
    shares: Floats


class MapCache:
    """The maps of one dataset by one backbone.

    Args:
        folder: Where the files lie; made when the first one comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stamp(self, layout: str) -> str | None:
        """Return a text that changes whenever a map is made anew; None where there is none."""
        return arrays.stamp(self._path(layout))

    def made_at(self, layout: str) -> float | None:
        """Return when a map was made, in seconds since 1970; None where there is none."""
        try:
            return self._path(layout).stat().st_mtime
        except FileNotFoundError:
            return None

    def load(self, layout: str) -> StoredMap | None:
        """Return a map; None where there is none, or it is damaged and has to be made anew."""
        found = arrays.load(self._path(layout), [field.name for field in fields(StoredMap)])
        return None if found is None else StoredMap(**found)

    def save(self, layout: str, made: StoredMap) -> None:
        """Keep a map in place of the one before."""
        kept = {field.name: getattr(made, field.name) for field in fields(made)}
        arrays.save(self._path(layout), kept)

    def _path(self, layout: str) -> Path:
        return self.folder / f"{layout}.npz"


def hash_rows(hashes: Sequence[str]) -> Hashes:
    """Return SHA-256 texts as ``HASH`` rows.

    Example:
        >>> hash_rows(["00" * 31 + "ff"])[0].tobytes()[-1]
        255
    """
    return np.frombuffer(bytes.fromhex("".join(hashes)), HASH)
