"""Extractors: vectors taken from pixels and kept in a cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.models.backbones.backbone import Backbone, shorter_side
from fieldguide.models.runtime import Embedder
from fieldguide.pictures import aligning, colour_histogram, measures
from fieldguide.storage.vectors import VectorCache
from fieldguide.types import Pixels, Vector
from fieldguide.workspace import Workspace


@dataclass(frozen=True)
class VectorExtractor:
    """Computes a vector per picture and keeps it in a cache.

    Attributes:
        cache: Where the vectors are kept.
        compute: Gives a picture's vector; called from several threads.
        shorter_side: Least shorter side to which a JPEG may be reduced while it is decoded.
    """

    cache: VectorCache
    compute: Callable[[Pixels], npt.NDArray[np.floating]]
    shorter_side: int

    def wants(self, sha256: str) -> bool:
        """Whether the image has no vector yet."""
        return sha256 not in self.cache

    def extract(self, pixels: Pixels) -> Vector:
        """Return the picture's vector, float16."""
        return self.compute(pixels).astype(np.float16)

    def keep(self, results: Sequence[tuple[str, Vector]]) -> None:
        """Append vectors to the cache."""
        self.cache.add(results)


def backbone_cache(workspace: Workspace, backbone: Backbone) -> VectorCache:
    """Open the cache of a backbone's vectors."""
    return workspace.vectors(backbone.model_id, backbone.dimensions)


def histogram_cache(workspace: Workspace) -> VectorCache:
    """Open the cache of the colour histograms, which a baseline uses."""
    return workspace.vectors(colour_histogram.MODEL_ID, colour_histogram.DIMENSIONS)


def measures_cache(workspace: Workspace) -> VectorCache:
    """Open the cache of the measures of pixels, which quality checks use."""
    return workspace.vectors(measures.MODEL_ID, len(measures.MEASURES))


def sketch_cache(workspace: Workspace) -> VectorCache:
    """Open the cache of the small grey sketches by which copies with cut borders are known."""
    return workspace.vectors(aligning.MODEL_ID, aligning.DIMENSIONS)


def backbone_extractor(workspace: Workspace, backbone: Backbone) -> VectorExtractor:
    """Return what computes and keeps a backbone's vectors."""
    return VectorExtractor(
        cache=backbone_cache(workspace, backbone),
        compute=Embedder(backbone),
        shorter_side=shorter_side(backbone),
    )


def histogram_extractor(workspace: Workspace, backbone: Backbone) -> VectorExtractor:
    """Return what computes and keeps colour histograms, at the size that a backbone wants."""
    return VectorExtractor(
        cache=histogram_cache(workspace),
        compute=colour_histogram.colour_histogram,
        shorter_side=shorter_side(backbone),
    )


def measures_extractor(workspace: Workspace, backbone: Backbone) -> VectorExtractor:
    """Return what computes and keeps measures of pixels, at the size that a backbone wants."""
    return VectorExtractor(
        cache=measures_cache(workspace),
        compute=measures.measure,
        shorter_side=shorter_side(backbone),
    )


def sketch_extractor(workspace: Workspace, backbone: Backbone) -> VectorExtractor:
    """Return what computes and keeps grey sketches, at the size that a backbone wants."""
    return VectorExtractor(
        cache=sketch_cache(workspace),
        compute=aligning.sketch,
        shorter_side=shorter_side(backbone),
    )


def extractors(workspace: Workspace, backbone: Backbone) -> list[VectorExtractor]:
    """Return everything that is taken from a picture when it is decoded: one decoding serves all.

    The backbone's vectors come first, then the colour histograms, the measures of pixels and the
    grey sketches.
    """
    return [
        backbone_extractor(workspace, backbone),
        histogram_extractor(workspace, backbone),
        measures_extractor(workspace, backbone),
        sketch_extractor(workspace, backbone),
    ]
