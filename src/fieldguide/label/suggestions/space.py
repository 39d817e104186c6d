"""A dataset's pictures as all its questions share them: loaded once, and kept up to date."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import cached_property

from scipy import sparse

from fieldguide.label.suggestions import clusters, features, spread
from fieldguide.label.suggestions.clusters import Clusters
from fieldguide.label.suggestions.features import Features
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import suggestion_facts
from fieldguide.storage.vectors import VectorCache
from fieldguide.workspace import Workspace

_EVERY = 3.0
"""Seconds after which pictures are looked at for change."""


@dataclass(frozen=True)
class Scene:
    """The pictures at one moment, with what is made of them where it is needed."""

    features: Features

    @cached_property
    def edges(self) -> sparse.csr_matrix | None:
        """The graph of neighbours; None where there are too many pictures for it, or too few."""
        if not 2 < len(self.features) <= spread.MOST_PICTURES:
            return None
        return spread.graph(self.features.rows)

    @property
    def has_edges(self) -> bool:
        """Whether the graph has been made, or never will be."""
        return "edges" in self.__dict__

    def clusters(self, classes: int) -> Clusters:
        """Return heaps of pictures that look alike, some for each of so many classes."""
        count = clusters.wanted_count(len(self.features), classes)
        return clusters.cluster(self.features.rows, count)


class Space:
    """The pictures of one dataset.

    Args:
        workspace: Where they are.
        dataset_id: The dataset.
    """

    def __init__(self, workspace: Workspace, dataset_id: int) -> None:
        self.dataset_id = dataset_id
        self._workspace = workspace
        self._lock = threading.Lock()
        self._cache: VectorCache | None = None
        self._stamp: tuple[int, int, int] | None = None
        self._looked_at = 0.0
        self._scene: Scene | None = None

    def may_have_changed(self) -> bool:
        """Tell whether it is time to look for pictures that came or went."""
        return time.monotonic() - self._looked_at > _EVERY

    def scene(self) -> Scene:
        """Return the pictures as they are now.

        Raises:
            MissingExtraError: If the backbone of the workspace is not installed.
        """
        with self._lock:
            if self._scene is not None and not self.may_have_changed():
                return self._scene
            cache = self._opened()
            cache.missing([])  # Looks at what other processes have added meanwhile.
            with self._workspace.records.read() as connection:
                stamp = suggestion_facts.pictures_stamp(connection, self.dataset_id)
                full = (*stamp, len(cache))
                if self._scene is None or full != self._stamp:
                    facts = suggestion_facts.pictures(connection, self.dataset_id)
                    before = None if self._scene is None else self._scene.features
                    self._scene = Scene(features.load(facts, cache, before))
                    self._stamp = full
            self._looked_at = time.monotonic()
            return self._scene

    def _opened(self) -> VectorCache:
        if self._cache is None:
            backbone = BACKBONES.get(self._workspace.config.backbone)
            self._cache = self._workspace.vectors(backbone.model_id, backbone.dimensions)
        return self._cache
