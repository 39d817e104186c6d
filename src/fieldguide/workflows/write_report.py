"""Draw the report of a run, with thumbnails of the pictures that it shows."""

from __future__ import annotations

from pathlib import Path

from fieldguide.errors import PictureError, WorkspaceError
from fieldguide.evaluate.record import EvaluationRecord
from fieldguide.evaluate.report import render
from fieldguide.records import datasets, privacy
from fieldguide.workflows.leaving_pictures import LeavingPictures
from fieldguide.workspace import Workspace


def write_report(workspace: Workspace, record: EvaluationRecord, path: Path) -> None:
    """Write the report as one HTML file.

    Raises:
        MissingExtraError: If the dataset's faces are to be blurred and nothing can find them.
    """
    with workspace.records.read() as connection:
        dataset = datasets.find(connection, record["data"]["dataset"])
        rules = None if dataset is None else privacy.of_dataset(connection, dataset.id)
    leaving = LeavingPictures(workspace, rules or privacy.Privacy())

    def thumbnail_of(sha256: str) -> bytes | None:
        try:
            return leaving.thumbnail(sha256)
        except (WorkspaceError, PictureError):
            # A linked picture may be gone since; the report says so in its place.
            return None

    path.write_text(render(record, thumbnail_of), encoding="utf-8")
