"""Examples: the rows that a head is fitted on or measured by, each distinct picture once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.records.versions import VersionItem
from fieldguide.storage.vectors import VectorCache
from fieldguide.types import IntArray


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows of one part.

    Attributes:
        items: The picture behind each row.
        classes: ``(n,)`` int64, index of each row's class.
        clusters: ``(n,)`` int64, equal for rows that belong together.
    """

    items: tuple[VersionItem, ...]
    classes: IntArray
    clusters: IntArray

    def __len__(self) -> int:
        return len(self.items)

    def vectors(self, cache: VectorCache) -> npt.NDArray[np.float32]:
        """Return the rows' vectors, float32 ``(n, dimensions)``."""
        return cache.get([item.sha256 for item in self.items]).astype(np.float32)

    @property
    def cluster_count(self) -> int:
        """How many independent clusters the rows come from."""
        return len(np.unique(self.clusters))


def class_names(items: Sequence[VersionItem]) -> list[str]:
    """Return the classes that occur in any part, sorted."""
    return sorted({item.label for item in items if item.label is not None and item.part})


def select(
    items: Sequence[VersionItem],
    classes: Sequence[str],
    part: str,
    *,
    without: Collection[int] = (),
    copies: bool = False,
) -> Examples:
    """Return the labelled rows of one part.

    Args:
        items: All pictures of a version.
        classes: Class names; their order gives the indices.
        part: ``train``, ``val`` or ``test``.
        without: Members to leave out.
        copies: Keep each copy of the same bytes as a row of its own.
    """
    index = {name: number for number, name in enumerate(classes)}
    chosen: list[VersionItem] = []
    seen: set[str] = set()
    for item in items:
        if item.part != part or item.label is None or item.member_id in without:
            continue
        if not copies and item.sha256 in seen:
            continue
        seen.add(item.sha256)
        chosen.append(item)
    numbers: dict[str, int] = {}
    clusters = [numbers.setdefault(item.cluster, len(numbers)) for item in chosen]
    return Examples(
        items=tuple(chosen),
        classes=np.array([index[str(item.label)] for item in chosen], np.int64),
        clusters=np.array(clusters, np.int64),
    )
