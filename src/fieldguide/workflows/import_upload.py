"""The job that imports what a browser sent."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from fieldguide.collect import receiving
from fieldguide.collect.outcome_list import read_problems
from fieldguide.config import read_config
from fieldguide.jobs.context import JobContext
from fieldguide.records import datasets, uploads
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workflows.make_thumbnails import make_thumbnails
from fieldguide.workspace import Workspace

MOST_PROBLEMS = 200
"""Files that the job's result lists with their reasons; the list on disk holds all."""


def run(context: JobContext, *, upload_id: str, labels_from_folders: bool) -> dict[str, Any]:
    """Import an upload's files, make their thumbnails, and remove what was sent."""
    with Workspace(read_config(workspace=context.folder)) as workspace:
        report = context.step(
            "Import pictures",
            _import,
            workspace,
            context,
            upload_id,
            labels_from_folders=labels_from_folders,
        )
        with workspace.records.read() as connection:
            upload = uploads.find(connection, upload_id)
        if upload is not None:
            make_thumbnails(context, workspace, upload.dataset_id)
        context.step("Tidy up", receiving.discard, workspace.upload_folder(upload_id))
    return dict(report)


def _import(
    workspace: Workspace, context: JobContext, upload_id: str, *, labels_from_folders: bool
) -> dict[str, Any]:
    with workspace.records.read() as connection:
        upload = uploads.find(connection, upload_id)
        if upload is None:
            raise LookupError(f"upload {upload_id}")
        name = datasets.name_of(connection, upload.dataset_id)
    if upload.job is None:
        # The server may have died between asking for this job and noting it.
        workspace.records.write(lambda c: uploads.finish(c, upload_id, str(context.job.id)))
    report = import_pictures(
        workspace,
        _root(workspace.upload_folder(upload_id) / "files"),
        dataset=name,
        take_labels=labels_from_folders,
        progress=context.progress,
    )
    return {
        "outcomes": {str(outcome): count for outcome, count in report.outcomes.items()},
        "problems": [
            dataclasses.asdict(problem)
            for problem in read_problems(report.list_path, most=MOST_PROBLEMS)
        ],
        "taken_in": report.taken_in,
        "refused": report.refused,
    }


def _root(folder: Path) -> Path:
    # A folder that was dragged as a whole brings its own name, which is not a class.
    entries = list(folder.iterdir())
    if len(entries) == 1 and entries[0].is_dir() and any(e.is_dir() for e in entries[0].iterdir()):
        return entries[0]
    return folder
