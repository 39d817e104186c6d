"""Compute the vectors that are still missing, from stored pictures."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence

from fieldguide.embed.extracting import VectorExtractor
from fieldguide.errors import PictureError
from fieldguide.parallel import map_in_order
from fieldguide.pictures.decode import decode
from fieldguide.types import Progress, SilentProgress, Vector
from fieldguide.workspace import Workspace

_BATCH = 256


def embed(
    workspace: Workspace,
    hashes: Sequence[str],
    extractors: Sequence[VectorExtractor],
    *,
    progress: Progress | None = None,
) -> int:
    """Bring caches up to date for some images.

    Args:
        workspace: Where the pictures are.
        hashes: SHA-256 of the images.
        extractors: The caches to fill; each picture is decoded once for all of them.
        progress: Where to report.

    Returns:
        How many pictures had to be decoded; 0 when every vector was there.

    Raises:
        WorkspaceError: If a picture's bytes are gone or have changed.
        PictureError: If a picture cannot be decoded, for example because the limit on its size was
            lowered since it was imported.
    """
    missing = list(
        dict.fromkeys(sha for extractor in extractors for sha in extractor.cache.missing(hashes))
    )
    if not missing:
        return 0
    watcher = progress or SilentProgress()
    with (
        watcher.step("embed", len(missing), "pictures") as tracker,
        contextlib.closing(_compute(workspace, missing, extractors)) as results,
    ):
        batch: list[tuple[str, dict[int, Vector]]] = []
        try:
            for result in results:
                batch.append(result)
                if len(batch) == _BATCH:
                    _keep(batch, extractors)
                    batch = []
                tracker.advance()
        finally:
            _keep(batch, extractors)
    return len(missing)


def _compute(
    workspace: Workspace, hashes: Sequence[str], extractors: Sequence[VectorExtractor]
) -> Generator[tuple[str, dict[int, Vector]], None, None]:
    side = max(extractor.shorter_side for extractor in extractors)
    limit = workspace.config.max_pixels

    def work(sha256: str) -> tuple[str, dict[int, Vector]]:
        wanted = [n for n, e in enumerate(extractors) if e.wants(sha256)]
        data = workspace.read_image(sha256)
        try:
            pixels = decode(data, shorter_side=side, max_pixels=limit).pixels
        except PictureError as error:
            raise PictureError(error.outcome, f"Image {sha256}: {error.reason}") from error
        return sha256, {n: extractors[n].extract(pixels) for n in wanted}

    return map_in_order(work, hashes, workers=workspace.config.workers)


def _keep(
    batch: list[tuple[str, dict[int, Vector]]], extractors: Sequence[VectorExtractor]
) -> None:
    for number, extractor in enumerate(extractors):
        extractor.keep([(sha, found[number]) for sha, found in batch if number in found])
