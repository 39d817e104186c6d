from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fieldguide.embed.embedding import embed
from fieldguide.embed.extracting import (
    VectorExtractor,
    backbone_cache,
    backbone_extractor,
    extractors,
    histogram_cache,
    histogram_extractor,
    measures_cache,
    measures_extractor,
)
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.runtime import Embedder
from fieldguide.pictures.colour_histogram import DIMENSIONS, colour_histogram
from fieldguide.pictures.measures import MEASURES, measure
from fieldguide.types import Pixels
from fieldguide.workspace import Workspace

A, B = "aa" * 32, "bb" * 32


@pytest.fixture
def noise() -> Pixels:
    return np.random.default_rng(8).integers(0, 256, (40, 30, 3), dtype=np.uint8)


def test_a_vector_is_wanted_until_it_is_kept(workspace: Workspace, noise: Pixels) -> None:
    extractor = VectorExtractor(
        workspace.vectors("means", 3), lambda p: p.mean(axis=(0, 1)), shorter_side=8
    )
    assert extractor.wants(A)
    vector = extractor.extract(noise)
    assert vector.dtype == np.float16
    extractor.keep([(A, vector)])
    assert not extractor.wants(A)
    assert extractor.wants(B)
    np.testing.assert_array_equal(extractor.cache.get([A])[0], vector)
    extractor.keep([])


def test_the_backbones_vectors(workspace: Workspace, noise: Pixels) -> None:
    backbone = BACKBONES.get("efficientnet-lite0")
    extractor = backbone_extractor(workspace, backbone)
    np.testing.assert_array_equal(extractor.extract(noise), Embedder(backbone)(noise))
    assert extractor.shorter_side == 2 * backbone.side
    assert extractor.cache.dimensions == backbone.dimensions
    extractor.keep([(A, extractor.extract(noise))])
    assert A in backbone_cache(workspace, backbone)
    assert A not in backbone_cache(workspace, BACKBONES.get("efficientnet-lite2"))


def test_the_colour_histograms(workspace: Workspace, noise: Pixels) -> None:
    backbone = BACKBONES.get("efficientnet-lite0")
    extractor = histogram_extractor(workspace, backbone)
    vector = extractor.extract(noise)
    assert vector.shape == (DIMENSIONS,)
    np.testing.assert_allclose(vector, colour_histogram(noise), rtol=1e-3, atol=1e-6)
    extractor.keep([(A, vector)])
    assert A in histogram_cache(workspace)
    assert extractor.shorter_side == 2 * backbone.side


def test_the_measures(workspace: Workspace, noise: Pixels) -> None:
    backbone = BACKBONES.get("efficientnet-lite0")
    extractor = measures_extractor(workspace, backbone)
    vector = extractor.extract(noise)
    assert vector.shape == (len(MEASURES),)
    np.testing.assert_allclose(vector, measure(noise), atol=1e-3)
    extractor.keep([(A, vector)])
    assert A in measures_cache(workspace)
    assert extractor.shorter_side == 2 * backbone.side


def test_pictures_that_were_embedded_before_only_get_what_is_missing(
    workspace: Workspace, picture: Callable[..., bytes]
) -> None:
    backbone = BACKBONES.get("efficientnet-lite0")
    sha256 = workspace.images.put(picture(1))
    assert embed(workspace, [sha256], [backbone_extractor(workspace, backbone)]) == 1
    before = (backbone_cache(workspace, backbone).folder / "vectors.f16").read_bytes()
    assert embed(workspace, [sha256], extractors(workspace, backbone)) == 1
    assert sha256 in measures_cache(workspace)
    assert sha256 in histogram_cache(workspace)
    assert (backbone_cache(workspace, backbone).folder / "vectors.f16").read_bytes() == before
    assert embed(workspace, [sha256], extractors(workspace, backbone)) == 0
