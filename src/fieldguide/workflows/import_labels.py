"""The job that imports labels from a file that a browser sent."""

from __future__ import annotations

import dataclasses
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import Any

from fieldguide.config import read_config
from fieldguide.errors import SourceError
from fieldguide.formats.labels.available import open_labels
from fieldguide.jobs.context import JobContext
from fieldguide.label import importing_labels, posteriors
from fieldguide.label.recording import LabelImportReport
from fieldguide.records import questions
from fieldguide.types import Progress
from fieldguide.workflows.weigh_annotators import weigh_annotators
from fieldguide.workspace import Workspace

_MOST_UNPACKED = 4_000_000_000


def run(
    context: JobContext,
    *,
    dataset_id: int,
    folder: str,
    file_name: str,
    format_name: str | None,
    author: str,
) -> dict[str, Any]:
    """Import labels from ``uploads/<folder>/<file_name>`` and remove the file."""
    with Workspace(read_config(workspace=context.folder)) as workspace:
        place = workspace.upload_folder(folder)
        result = context.step(
            "Import labels",
            import_labels,
            workspace,
            dataset_id,
            place / file_name,
            format_name=format_name,
            author=author,
            progress=context.progress,
        )
        context.step("Tidy up", shutil.rmtree, place, ignore_errors=True)
        for question_id in context.step("Look at the questions", _to_weigh, workspace, dataset_id):
            weigh_annotators(context, workspace, question_id)
    return dict(result)


def import_labels(
    workspace: Workspace,
    dataset_id: int,
    path: Path,
    *,
    format_name: str | None,
    author: str,
    progress: Progress,
) -> dict[str, Any]:
    """Import the labels of a file into a dataset.

    Args:
        workspace: Where to.
        dataset_id: The dataset that holds the pictures.
        path: A file of labels, or a ZIP file of one that has several files.
        format_name: Its format; None recognises it.
        author: Who imports.
        progress: Where to report.

    Returns:
        What became of it, as JSON holds it.

    Raises:
        SourceError: If the file cannot be read.
        DataError: If none of its pictures is in the dataset, or a question is of another kind.
    """
    file = open_labels(_unpacked(path), format_name)
    report = LabelImportReport(notes=list(file.notes))
    for note in file.notes:
        progress.note(note)
    question_ids = workspace.records.write(
        lambda c: importing_labels.prepare(c, dataset_id, file, author=author, notes=report.notes)
    )
    with workspace.records.read() as connection:
        known = importing_labels.places(connection, dataset_id)
        origin = importing_labels.origin_of(connection, dataset_id, file)
    with progress.step("Import labels", None, "pictures") as tracker:
        for part in importing_labels.in_chunks(file.pictures()):
            importing_labels.import_pictures(
                workspace.records,
                known,
                part,
                question_ids,
                report,
                origin=origin,
            )
            tracker.advance(len(part))
    importing_labels.check_report(report)
    return dataclasses.asdict(report)


def _to_weigh(workspace: Workspace, dataset_id: int) -> list[int]:
    with workspace.records.read() as connection:
        return [
            question.id
            for question in questions.of_dataset(connection, dataset_id)
            if posteriors.is_outdated(connection, question)
        ]


def _unpacked(path: Path) -> Path:
    if not zipfile.is_zipfile(path):
        return path
    target = path.with_name(f"{path.name}.unpacked")
    shutil.rmtree(target, ignore_errors=True)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
                raise SourceError(
                    f"{path.name} holds more than {_MOST_UNPACKED // 10**9} GB; import its labels "
                    "without the pictures."
                )
            archive.extractall(target)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        # A wrong password is a RuntimeError, a way of packing that is not known the last.
        raise SourceError(
            f"{path.name} cannot be unpacked: {error}. Pack it again, without a password."
        ) from error
    entries = [entry for entry in target.iterdir() if not entry.name.startswith(("__MACOSX", "."))]
    tables = [
        entry
        for entry in entries
        if entry.suffix in {".jsonl", ".json", ".csv"} and not entry.match("*.manifest.json")
    ]
    if len(tables) == 1:
        return tables[0]
    return entries[0] if len(entries) == 1 else target
