"""The job that makes a dataset's thumbnails before anybody waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fieldguide.config import read_config
from fieldguide.errors import PictureError, WorkspaceError
from fieldguide.jobs.context import JobContext
from fieldguide.parallel import map_in_order
from fieldguide.pictures.showing import small
from fieldguide.records import members
from fieldguide.workspace import Workspace

_CHUNK = 200


def run(context: JobContext, *, dataset_id: int) -> dict[str, Any]:
    """Make the thumbnails that a dataset lacks."""
    with Workspace(read_config(workspace=context.folder)) as workspace:
        return make_thumbnails(context, workspace, dataset_id)


def make_thumbnails(context: JobContext, workspace: Workspace, dataset_id: int) -> dict[str, Any]:
    """Make the thumbnails that a dataset lacks, in steps of 200 pictures."""
    with workspace.records.read() as connection:
        hashes = sorted(set(members.names_by_hash(connection, dataset_id).values()))

    def work(chunk: Sequence[str]) -> list[str]:
        made = map_in_order(
            lambda sha: _make(workspace, sha), chunk, workers=workspace.config.workers
        )
        return [sha for sha in made if sha is not None]

    failed = context.for_each("Make thumbnails", hashes, work, unit="pictures", size=_CHUNK)
    missing = [sha for part in failed for sha in part]
    if missing:
        context.note(f"{len(missing)} pictures cannot be shown: their bytes are gone or broken.")
    return {"pictures": len(hashes), "failed": missing}


def _make(workspace: Workspace, sha256: str) -> str | None:
    try:
        workspace.thumbnails.get(sha256, lambda: small(workspace.read_image(sha256)))
    except (PictureError, WorkspaceError):
        return sha256
    return None
