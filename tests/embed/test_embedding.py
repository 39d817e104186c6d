from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fieldguide.config import read_config
from fieldguide.embed.embedding import embed
from fieldguide.embed.extracting import VectorExtractor
from fieldguide.errors import PictureError, WorkspaceError
from fieldguide.types import Pixels
from fieldguide.workspace import Workspace


class Means:
    """Mean colours, and a note of every picture that they were taken from."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []
        self._lock = threading.Lock()

    def __call__(self, pixels: Pixels) -> np.ndarray:
        with self._lock:
            self.shapes.append(pixels.shape)
        return pixels.mean(axis=(0, 1))


def extractor(workspace: Workspace, name: str, *, shorter_side: int = 8) -> VectorExtractor:
    return VectorExtractor(workspace.vectors(name, 3), Means(), shorter_side)


@pytest.fixture
def hashes(workspace: Workspace, picture: Callable[..., bytes]) -> list[str]:
    return [
        workspace.images.put(picture(seed, (10 * seed, 100, 200 - 10 * seed), format_="PNG"))
        for seed in range(12)
    ]


class Watched:
    def __init__(self, stop_after: int | None = None) -> None:
        self.steps: list[tuple[str, int | None, str]] = []
        self.done = 0
        self.stop_after = stop_after

    @contextmanager
    def step(self, title: str, total: int | None, unit: str) -> Iterator[Watched]:
        self.steps.append((title, total, unit))
        yield self

    def advance(self, count: int = 1) -> None:
        self.done += count
        if self.done == self.stop_after:
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        raise AssertionError(text)


def test_vectors_are_those_of_the_pictures(workspace: Workspace, hashes: list[str]) -> None:
    means = extractor(workspace, "means")
    assert embed(workspace, hashes, [means]) == 12
    for sha256, vector in zip(hashes, means.cache.get(hashes), strict=True):
        with Image.open(io.BytesIO(workspace.images.read(sha256))) as image:
            expected = np.asarray(image).mean(axis=(0, 1))
        np.testing.assert_allclose(vector, expected, rtol=1e-3)


def test_only_what_is_missing_is_computed(workspace: Workspace, hashes: list[str]) -> None:
    means = extractor(workspace, "means")
    assert embed(workspace, hashes[:5], [means]) == 5
    assert embed(workspace, hashes, [means]) == 7
    assert embed(workspace, hashes, [means]) == 0
    assert len(means.compute.shapes) == 12  # type: ignore[attr-defined]
    assert embed(workspace, hashes, [extractor(workspace, "means")]) == 0


def test_no_pictures_and_no_extractors(workspace: Workspace, hashes: list[str]) -> None:
    means, watched = extractor(workspace, "means"), Watched()
    assert embed(workspace, [], [means], progress=watched) == 0
    assert embed(workspace, hashes, [], progress=watched) == 0
    assert watched.steps == []


def test_a_picture_named_twice_is_computed_once(workspace: Workspace, hashes: list[str]) -> None:
    means = extractor(workspace, "means")
    assert embed(workspace, hashes * 2, [means]) == 12
    assert len(means.cache) == 12


def test_several_caches_are_filled_from_one_decoding(
    workspace: Workspace, hashes: list[str]
) -> None:
    first, second = extractor(workspace, "first"), extractor(workspace, "second")
    assert embed(workspace, hashes[:4], [first]) == 4
    assert embed(workspace, hashes[2:], [second]) == 10
    watched = Watched()
    # Missing are 4 to 11 in the first cache, and 0 and 1 in the second.
    assert embed(workspace, hashes, [first, second], progress=watched) == 10
    assert watched.steps == [("embed", 10, "pictures")]
    assert watched.done == 10
    for e in (first, second):
        assert len(e.compute.shapes) == 12  # type: ignore[attr-defined]
        assert e.cache.missing(hashes) == []
    np.testing.assert_array_equal(first.cache.get(hashes), second.cache.get(hashes))


def test_large_jpegs_are_decoded_as_small_as_all_extractors_allow(workspace: Workspace) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (1600, 800), (10, 20, 30)).save(buffer, "JPEG")
    sha256 = workspace.images.put(buffer.getvalue())
    small = extractor(workspace, "small", shorter_side=90)
    large = extractor(workspace, "large", shorter_side=190)
    embed(workspace, [sha256], [small, large])
    assert small.compute.shapes == large.compute.shapes == [(200, 400, 3)]  # type: ignore[attr-defined]


def test_what_was_computed_before_a_stop_is_kept(workspace: Workspace, hashes: list[str]) -> None:
    means = extractor(workspace, "means")
    with pytest.raises(KeyboardInterrupt):
        embed(workspace, hashes, [means], progress=Watched(stop_after=5))
    fresh = extractor(workspace, "means")
    assert fresh.cache.missing(hashes) == hashes[5:]
    assert embed(workspace, hashes, [fresh]) == 7


def test_more_than_one_batch(
    workspace: Workspace, hashes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldguide.embed.embedding._BATCH", 5)
    means = extractor(workspace, "means")
    assert embed(workspace, hashes, [means]) == 12
    assert means.cache.missing(hashes) == []


def test_a_missing_picture_names_itself_and_keeps_the_rest(
    workspace: Workspace, hashes: list[str]
) -> None:
    means = extractor(workspace, "means")
    workspace.images.path(hashes[6]).unlink()
    with pytest.raises(WorkspaceError, match=f"The bytes of image {hashes[6]} are missing"):
        embed(workspace, hashes, [means])
    assert means.cache.missing(hashes) == hashes[6:]


def test_a_picture_that_can_no_longer_be_decoded_names_itself(
    tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    environment = {"FIELDGUIDE_WORKSPACE": str(tmp_path), "FIELDGUIDE_MAX_MEGAPIXELS": "1"}
    buffer = io.BytesIO()
    Image.new("RGB", (1100, 1000)).save(buffer, "PNG")
    with Workspace(read_config(environment)) as workspace:
        hashes = [workspace.images.put(data) for data in (picture(1), buffer.getvalue())]
        means = extractor(workspace, "means")
        with pytest.raises(PictureError, match=f"Image {hashes[1]}: .* 1100 x 1000 pixels"):
            embed(workspace, hashes, [means])


def test_a_vector_that_is_not_finite_is_never_kept(workspace: Workspace, hashes: list[str]) -> None:
    cache = workspace.vectors("infinite", 3)
    bad = VectorExtractor(cache, lambda _: np.array([1.0, np.nan, 2.0]), shorter_side=8)
    with pytest.raises(ValueError, match="must have 3 finite values"):
        embed(workspace, hashes, [bad])
    assert len(cache) == 0
