"""Where the pictures of a dataset lie on its map, kept in memory while nothing changes."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from fieldguide.curate.layouts import neighbours, pca
from fieldguide.curate.layouts.pca import Components
from fieldguide.embed.extracting import backbone_cache
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import map_facts
from fieldguide.storage.maps import MapCache, StoredMap, hash_rows
from fieldguide.storage.vectors import VectorCache
from fieldguide.workspace import Workspace

Layout = Literal["pca", "neighbours"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

COMPONENTS = 50
"""So many principal components tell who resembles whom."""

_MOST_HELD = 6
_MOST_FRESH = 0.25
_REFERENCE = 20_000


@dataclass(frozen=True, slots=True)
class MapPoints:
    """A map, drawn.

    Attributes:
        ids: ``(n,)`` uint32, the pictures, ascending: those present that have a vector.
        places: ``(n, 2)`` float32, in units of the layout.
        version: Changes whenever anything above does.
        set_version: Changes whenever ``ids`` do; the same for all layouts.
        added: How many were not there when the layout was computed, and were put beside those that
            they resemble.
    """

    ids: npt.NDArray[np.uint32]
    places: npt.NDArray[np.float32]
    version: str
    set_version: str
    added: int


@dataclass(frozen=True, slots=True)
class LayoutStatus:
    """How a layout stands.

    Attributes:
        ready: Whether it can be shown at once, or within seconds.
        made_at: When it was computed; None while it has not been.
    """

    name: Layout
    ready: bool
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class MapStatus:
    """How a dataset's map stands.

    Attributes:
        pictures: How many are present.
        embedded: How many of them have a vector, and so a place.
        layouts: Each layout.
    """

    pictures: int
    embedded: int
    layouts: tuple[LayoutStatus, ...]


class Maps:
    """The maps of a workspace's datasets by its default backbone.

    Args:
        workspace: Whose.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._held: OrderedDict[tuple[int, Layout], MapPoints] = OrderedDict()
        self._lock = threading.Lock()

    def status(self, dataset_id: int) -> MapStatus:
        """Tell what there is of a dataset's map."""
        with self._workspace.records.read() as connection:
            pictures = map_facts.pictures(connection, dataset_id)
        vectors = open_vectors(self._workspace)
        embedded = sum(sha256 in vectors for _, sha256 in pictures)
        cache = map_cache(self._workspace, dataset_id)
        return MapStatus(
            len(pictures), embedded, tuple(_status(cache, name, embedded) for name in LAYOUTS)
        )

    def points(self, dataset_id: int, layout: Layout) -> MapPoints | None:
        """Return a dataset's map; None where the layout has not been computed.

        Principal components are computed here when they are missing; it takes seconds for very
        many pictures. Pictures that are new since are put beside those that they resemble.
        """
        # One at a time: a second caller would only compute the same.
        with self._lock:
            held = self._held.get((dataset_id, layout))
            if held is not None and held.version == self._versions(dataset_id, layout)[0]:
                self._held.move_to_end((dataset_id, layout))
                return held
            found = self._compute(dataset_id, layout)
            if found is not None:
                self._held[dataset_id, layout] = found
                while len(self._held) > _MOST_HELD:
                    self._held.popitem(last=False)
            return found

    def pictures(self, dataset_id: int) -> MapPoints:
        """Return a map for the sake of its pictures, by whatever layout it is at hand."""
        with self._lock:
            for layout in LAYOUTS:
                held = self._held.get((dataset_id, layout))
                if held and held.set_version == self._versions(dataset_id, layout)[1]:
                    return held
        found = self.points(dataset_id, "pca")
        if found is None:
            raise RuntimeError("Main directions are computed whenever they are asked for.")
        return found

    def _versions(self, dataset_id: int, layout: Layout) -> tuple[str, str]:
        with self._workspace.records.read() as connection:
            present = map_facts.stamp(connection, dataset_id)
        held = f"{dataset_id}/{present}/{vector_stamp(self._workspace)}"
        made = map_cache(self._workspace, dataset_id).stamp(layout)
        return _digest(f"{held}/{layout}/{made}"), _digest(held)

    def _compute(self, dataset_id: int, layout: Layout) -> MapPoints | None:
        vectors = open_vectors(self._workspace)
        with self._workspace.records.read() as connection:
            pictures = map_facts.pictures(connection, dataset_id)
        pictures = [(number, sha256) for number, sha256 in pictures if sha256 in vectors]
        ids = np.array([number for number, _ in pictures], np.uint32)
        hashes = [sha256 for _, sha256 in pictures]
        cache = map_cache(self._workspace, dataset_id)
        stored = cache.load(layout)
        if layout == "pca" and hashes and (stored is None or _is_outgrown(stored, hashes)):
            stored = make_pca(vectors, hashes)
            cache.save("pca", stored)
        if not hashes:
            version, set_version = self._versions(dataset_id, layout)
            return MapPoints(ids, np.empty((0, 2), np.float32), version, set_version, 0)
        if stored is None:
            return None
        places, added = _drawn(stored, hashes, vectors, layout)
        version, set_version = self._versions(dataset_id, layout)
        return MapPoints(ids, places, version, set_version, added)


def map_cache(workspace: Workspace, dataset_id: int) -> MapCache:
    """Open the cache of a dataset's maps by the default backbone."""
    network = BACKBONES.get(workspace.config.backbone)
    return MapCache(workspace.root / "cache" / "maps" / str(dataset_id) / network.model_id)


def open_vectors(workspace: Workspace) -> VectorCache:
    """Open the vectors of the default backbone."""
    return backbone_cache(workspace, BACKBONES.get(workspace.config.backbone))


def vector_stamp(workspace: Workspace) -> str:
    """Return a text that changes whenever vectors come or go."""
    network = BACKBONES.get(workspace.config.backbone)
    index = workspace.root / "cache" / "vectors" / network.model_id / "index.bin"
    try:
        facts = index.stat()
    except FileNotFoundError:
        return "none"
    return f"{facts.st_mtime_ns}-{facts.st_size}"


def learn_components(vectors: VectorCache, hashes: Sequence[str], most: int) -> Components:
    """Learn the principal components of some images."""
    rows = pca.sample_rows(hashes)
    return pca.learn(vectors.get([hashes[row] for row in rows]), most)


def make_pca(vectors: VectorCache, hashes: Sequence[str]) -> StoredMap:
    """Compute the map along the two main components.

    Args:
        vectors: Holds a vector for each image.
        hashes: The images, each once or more.
    """
    distinct = sorted(set(hashes))
    components = learn_components(vectors, distinct, COMPONENTS)
    points = pca.places(components, len(distinct), lambda a, b: vectors.get(distinct[a:b]))
    return stored_map(distinct, flat(points), points, components)


def flat(points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the first two components; where there is only one, all lie on a line."""
    found = np.zeros((len(points), 2), np.float32)
    found[:, : points.shape[1]] = points[:, :2]
    return found


def stored_map(
    hashes: Sequence[str],
    places: npt.NDArray[np.float32],
    points: npt.NDArray[np.float32],
    components: Components,
) -> StoredMap:
    """Return a map as it is kept; of the components the first ``COMPONENTS``."""
    return StoredMap(
        hashes=hash_rows(hashes),
        places=places,
        points=points[:, :COMPONENTS].astype(np.float16),
        mean=components.mean,
        directions=components.directions[:COMPONENTS],
        shares=components.shares[:COMPONENTS].astype(np.float32),
    )


def _drawn(
    stored: StoredMap, hashes: Sequence[str], vectors: VectorCache, layout: Layout
) -> tuple[npt.NDArray[np.float32], int]:
    row_of = {key.tobytes(): row for row, key in enumerate(stored.hashes)}
    rows = np.array([row_of.get(bytes.fromhex(sha256), -1) for sha256 in hashes], np.int64)
    places = np.zeros((len(hashes), 2), np.float32)
    known = rows >= 0
    places[known] = stored.places[rows[known]]
    fresh = np.flatnonzero(~known)
    if len(fresh):
        components = Components(stored.mean, stored.directions, stored.shares.astype(np.float64))
        wanted = [hashes[int(row)] for row in fresh]
        points = pca.places(components, len(wanted), lambda a, b: vectors.get(wanted[a:b]))
        places[fresh] = flat(points) if layout == "pca" else _beside(stored, points)
    return places, len(fresh)


def _beside(stored: StoredMap, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    # A caller waits for it, so very many are not all compared.
    some = np.linspace(0, len(stored.places) - 1, min(_REFERENCE, len(stored.places))).astype(int)
    return neighbours.place(stored.points[some], stored.places[some], points)


def _is_outgrown(stored: StoredMap, hashes: Sequence[str]) -> bool:
    known = {key.tobytes() for key in stored.hashes}
    fresh = sum(bytes.fromhex(sha256) not in known for sha256 in hashes)
    return fresh > _MOST_FRESH * len(stored.hashes)


def _status(cache: MapCache, name: Layout, embedded: int) -> LayoutStatus:
    made = cache.made_at(name)
    ready = embedded > 0 if name == "pca" else made is not None
    return LayoutStatus(name, ready, None if made is None else datetime.fromtimestamp(made, UTC))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
