"""Draw the report of a run, with thumbnails of the pictures that it shows."""

from __future__ import annotations

from pathlib import Path

from fieldguide.errors import PictureError, WorkspaceError
from fieldguide.evaluate.record import EvaluationRecord
from fieldguide.evaluate.report import render
from fieldguide.pictures.decode import decode
from fieldguide.pictures.thumbnail import thumbnail
from fieldguide.workspace import Workspace

_SIDE = 256


def write_report(workspace: Workspace, record: EvaluationRecord, path: Path) -> None:
    """Write the report as one HTML file."""

    def thumbnail_of(sha256: str) -> bytes | None:
        def make() -> bytes:
            data = workspace.read_image(sha256)
            limit = workspace.config.max_pixels
            return thumbnail(decode(data, shorter_side=_SIDE, max_pixels=limit).pixels, _SIDE)

        try:
            return workspace.thumbnails.get(sha256, make)
        except (WorkspaceError, PictureError):
            # A linked picture may be gone since; the report says so in its place.
            return None

    path.write_text(render(record, thumbnail_of), encoding="utf-8")
