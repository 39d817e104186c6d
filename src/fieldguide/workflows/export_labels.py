"""The job that writes labels into a file for download."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fieldguide.config import read_config
from fieldguide.formats.labels import available
from fieldguide.formats.labels.pseudonyms import without_names
from fieldguide.formats.labels.record import LabelledPicture
from fieldguide.jobs.context import JobContext
from fieldguide.jobs.job import KEPT_DAYS
from fieldguide.label import exporting
from fieldguide.label.exporting import Selection
from fieldguide.records.pictures import PictureFilter
from fieldguide.workflows.leaving_pictures import LeavingPictures
from fieldguide.workspace import Workspace

_SETTINGS_SAY = "the dataset's privacy settings say"


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is to be exported, and how.

    Attributes:
        dataset_id: The dataset.
        format_name: Name of a format of labels.
        question_ids: Its questions; None takes all that are not archived.
        named: Whether annotators appear under their own names.
        with_pictures: Whether a format that can carry pictures does; one of folders always does.
        labels_only: Whether only the labels are written, without the votes.
        wanted: Which pictures.
        stated: The filter in words.
    """

    dataset_id: int
    format_name: str
    question_ids: tuple[int, ...] | None = None
    named: bool = False
    with_pictures: bool = False
    labels_only: bool = False
    wanted: PictureFilter = field(default_factory=PictureFilter)
    stated: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the order as JSON holds it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> ExportOrder:
        """Return the order that JSON holds."""
        values = dict(held)
        wanted = dict(values["wanted"])
        wanted["choice_ids"] = tuple(wanted["choice_ids"])
        # A list that was made before words looked at classes has none.
        for name in ("text_questions", "text_without"):
            wanted[name] = tuple(wanted.get(name, ()))
        ids = values["question_ids"]
        values["question_ids"] = None if ids is None else tuple(ids)
        return cls(**{**values, "wanted": PictureFilter(**wanted)})


def run(context: JobContext, *, order: dict[str, Any]) -> dict[str, Any]:
    """Write the labels of a dataset, as one file to download."""
    with Workspace(read_config(workspace=context.folder)) as workspace:
        folder = workspace.export_folder(context.job.id)
        wanted = ExportOrder.from_json(order)
        _discard_old(folder.parent)
        return dict(context.step("Write the export", _write, workspace, context, folder, wanted))


def _write(
    workspace: Workspace, context: JobContext, folder: Path, order: ExportOrder
) -> dict[str, Any]:
    # A step that is repeated begins anew.
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "content").mkdir(parents=True)
    with workspace.records.read() as connection:
        selection = exporting.select(
            connection,
            order.dataset_id,
            question_ids=order.question_ids,
            wanted=order.wanted,
            stated=order.stated,
            named=order.named,
        )
    chosen = available.get(order.format_name)
    suffix = chosen.SUFFIXES[0] if chosen.SUFFIXES else ""
    stem = f"{_file_name(selection.manifest.dataset)}-labels"
    # Where a folder says the class of what lies in it, there is no label without its picture.
    carries = order.with_pictures or not chosen.SUFFIXES
    leaving = LeavingPictures(workspace, selection.privacy)
    report = chosen.write(
        folder / "content" / f"{stem}{suffix}",
        selection.manifest,
        _stream(workspace, context, selection, named=order.named),
        fetch=(lambda p: leaving.picture(str(p.sha256))) if carries else None,
        labels_only=order.labels_only,
    )
    files = [path for path in report.files if path.is_file()]
    if len(files) == 1 and report.path.is_file():
        download = folder / files[0].name
        files[0].replace(download)
    else:
        download = folder / f"{stem}.zip"
        _zip(folder / "content", download)
    shutil.rmtree(folder / "content", ignore_errors=True)
    return {
        "file": download.name,
        "bytes": download.stat().st_size,
        "pictures": report.pictures,
        "rows": report.rows,
        "left_out": [
            {"reason": left.reason, "count": left.count, "examples": list(left.examples)}
            for left in report.left_out
        ],
        "notes": [*report.notes, *_privacy_notes(selection, carried=leaving.given > 0)],
    }


def _privacy_notes(selection: Selection, *, carried: bool) -> list[str]:
    """Say what is not in the export although the dataset has it."""
    rules, notes = selection.privacy, []
    kept = [name for name in selection.changed_columns if name in rules.columns_kept_back]
    places = [name for name in selection.changed_columns if name not in kept]
    if places and rules.coordinates == "removed":
        notes.append(f"The coordinates ({', '.join(places)}) are left out, as {_SETTINGS_SAY}.")
    elif places:
        digits = "1 decimal" if rules.decimals == 1 else f"{rules.decimals} decimals"
        notes.append(
            f"The coordinates ({', '.join(places)}) are rounded to {digits} of a degree, and left "
            f"out where they are no degrees, as {_SETTINGS_SAY}."
        )
    if kept:
        notes.append(f"The columns {', '.join(kept)} are kept back, as {_SETTINGS_SAY}.")
    if carried:
        notes.append(
            "The pictures go without their metadata (EXIF, XMP, IPTC, comments, thumbnails), so "
            "their bytes differ from those of the originals, whose hashes the export names."
        )
        if rules.faces == "blurred":
            notes.append("Faces that were found in the pictures are blurred.")
    return notes


def _discard_old(exports: Path) -> None:
    """Delete the files of exports whose jobs nobody can find any more."""
    before = time.time() - KEPT_DAYS * 86_400
    for folder in exports.glob("*"):
        # Another export may be at the same work.
        with contextlib.suppress(FileNotFoundError):
            if folder.stat().st_mtime < before:
                shutil.rmtree(folder, ignore_errors=True)


def _stream(
    workspace: Workspace, context: JobContext, selection: Selection, *, named: bool
) -> Iterator[LabelledPicture]:
    found = exporting.labelled_pictures(workspace.records, selection)
    with context.progress.step("Write", len(selection.member_ids), "pictures") as tracker:
        for picture in found if named else without_names(found, secret=selection.secret):
            yield picture
            tracker.advance()


def _zip(folder: Path, target: Path) -> None:
    beside = target.with_suffix(".partial")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    beside.replace(target)


def _file_name(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_" else "-" for c in name).strip("-")
    return kept[:80] or "dataset"
