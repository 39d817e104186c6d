"""Faces in pictures, kept in the cache: to look for them takes a tenth of a second a picture."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import orjson

from fieldguide.errors import PictureError, WorkspaceError
from fieldguide.models import faces
from fieldguide.models.faces import FaceDetector
from fieldguide.parallel import map_in_order
from fieldguide.pictures.decode import decode
from fieldguide.types import Progress, SilentProgress
from fieldguide.workspace import Workspace

Scores = tuple[float, ...]
"""The score of each face of a picture, the surest first."""


def face_scores(
    workspace: Workspace, hashes: Iterable[str], *, progress: Progress | None = None
) -> dict[str, Scores]:
    """Return the scores of the faces in some images, from 0.3 on; looked for where not known.

    Args:
        workspace: Where the images are.
        hashes: Their hashes.
        progress: Where to report.

    Returns:
        The scores by hash, without those whose bytes are gone or broken.

    Raises:
        MissingExtraError: If there are images to look at, and nothing can find faces.
    """
    wanted = sorted(set(hashes))
    path = workspace.root / "cache" / f"faces-{faces.MODEL_ID}" / "scores.json"
    held: dict[str, Sequence[float]] = orjson.loads(path.read_bytes()) if path.is_file() else {}
    missing = [sha256 for sha256 in wanted if sha256 not in held]
    if missing:
        held.update(_look(workspace, missing, progress or SilentProgress()))
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_bytes(orjson.dumps(held))
        beside.replace(path)
    return {sha256: tuple(held[sha256]) for sha256 in wanted if sha256 in held}


def _look(workspace: Workspace, hashes: Sequence[str], progress: Progress) -> dict[str, Scores]:
    detector = FaceDetector()

    def look(sha256: str) -> Scores | None:
        try:
            data = workspace.read_image(sha256)
            pixels = decode(data, max_pixels=workspace.config.max_pixels).pixels
        except (WorkspaceError, PictureError):
            return None
        return tuple(face.score for face in detector.find(pixels, least=faces.REPORTED))

    found: dict[str, Scores] = {}
    with progress.step("look for faces", len(hashes), "pictures") as tracker:
        seen = map_in_order(look, hashes, workers=workspace.config.workers)
        for sha256, scores in zip(hashes, seen, strict=True):
            if scores is not None:
                found[sha256] = scores
            tracker.advance()
    return found
