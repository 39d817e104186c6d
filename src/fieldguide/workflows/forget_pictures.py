"""Forget pictures: nothing of them is left in the workspace, and they cannot come back.

The records go first, in one transaction that also notes what is to be erased; the files follow. A
process that is killed in between leaves the note behind: the job goes on by itself, and on the
command line whoever forgets next finishes the work.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fieldguide.config import read_config
from fieldguide.evaluate.record import EvaluationRecord
from fieldguide.evaluate.scrubbing import without_pictures
from fieldguide.jobs.context import JobContext
from fieldguide.records import datasets, forgotten
from fieldguide.records.forgotten import Footprint
from fieldguide.types import Progress, SilentProgress
from fieldguide.workflows.train_dataset import METRICS_FILE, REPORT_FILE, write_metrics
from fieldguide.workflows.write_report import write_report
from fieldguide.workspace import Workspace

_KEPT_CACHES = frozenset({"thumbnails", "vectors"})
"""Caches that are kept by image, so that single ones can be taken out; the others go as a whole."""


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What forgetting did.

    Attributes:
        found: Where the pictures were known.
        notes: What a person must know or do: files outside the workspace, backups, models.
    """

    found: Footprint
    notes: tuple[str, ...]


def find_pictures(workspace: Workspace, dataset: str, names: Sequence[str]) -> Footprint:
    """Tell where pictures are known, to be shown before they are forgotten.

    Raises:
        UnknownNameError: If there is no such dataset, or a name was never in it.
    """
    with workspace.records.read() as connection:
        row = datasets.get(connection, dataset)
        return forgotten.footprint(connection, forgotten.hashes_of(connection, row.id, names))


def forget_pictures(
    workspace: Workspace,
    hashes: Sequence[str],
    *,
    author: str,
    reason: str = "",
    progress: Progress | None = None,
) -> ForgetReport:
    """Delete pictures from the workspace under all their names, with all that is known about them.

    Versions keep an empty row for each, without name and label; models stay, for a picture cannot
    be taken out of one: the report names both.

    Args:
        workspace: Where they are.
        hashes: SHA-256 of the images.
        author: At whose command.
        reason: Why; kept with the hash.
        progress: Where to report.
    """
    # What the files hold is told by their bytes, which are gone afterwards.
    sizes = {sha256: workspace.images.size(sha256) for sha256 in hashes}
    found = workspace.records.write(
        partial(forgotten.forget, hashes=hashes, author=author, reason=reason)
    )
    erase_forgotten(workspace, sizes=sizes, names=found, progress=progress)
    return ForgetReport(found, tuple(_notes(workspace, found)))


def erase_forgotten(
    workspace: Workspace,
    *,
    sizes: dict[str, int | None] | None = None,
    names: Footprint | None = None,
    progress: Progress | None = None,
) -> int:
    """Delete the files of pictures that the records have forgotten; return how many there were.

    Safe to be repeated; does nothing when all is erased.

    Args:
        workspace: Where they are.
        sizes: Bytes of each image, where known, so that copies among uploads are found quickly.
        names: Where the pictures were known, where known.
        progress: Where to report.
    """
    with workspace.records.read() as connection:
        hashes = forgotten.unerased(connection)
        runs = forgotten.runs_with(connection, hashes)
    if not hashes:
        return 0
    steps: list[Callable[[], object]] = [
        lambda: workspace.erase_vectors(hashes),
        lambda: _erase_uploads(workspace, hashes, sizes or {}),
        lambda: _erase_caches(workspace),
        lambda: _erase_exports(workspace),
        lambda: _erase_from_lists(workspace, hashes, names),
        *(partial(_erase_from_run, workspace, run, hashes) for run in runs),
        # Last, so that after a kill it is still known how long the files are.
        *(partial(_erase_bytes, workspace, sha256) for sha256 in hashes),
        workspace.records.compact,
    ]
    with (progress or SilentProgress()).step("Erase files", len(steps), "steps") as tracker:
        for step in steps:
            step()
            tracker.advance()
    workspace.records.write(partial(forgotten.erased, hashes=hashes))
    return len(hashes)


def _erase_bytes(workspace: Workspace, sha256: str) -> None:
    workspace.images.delete(sha256)
    workspace.thumbnails.delete(sha256)


def _erase_caches(workspace: Workspace) -> None:
    for folder in (workspace.root / "cache").glob("*"):
        if folder.name not in _KEPT_CACHES:
            if folder.is_dir():
                shutil.rmtree(folder)
            else:
                folder.unlink()


def _erase_exports(workspace: Workspace) -> None:
    # An archive cannot be searched through quickly, and an export can be made again.
    for folder in (workspace.root / "exports").glob("*"):
        shutil.rmtree(folder)


def _erase_uploads(
    workspace: Workspace, hashes: Collection[str], sizes: dict[str, int | None]
) -> None:
    lengths = {sizes.get(sha256) for sha256 in hashes}
    for file in _files(workspace.root / "uploads"):
        known = None not in lengths
        if known and file.stat().st_size not in lengths:
            continue
        if hashlib.sha256(file.read_bytes()).hexdigest() in hashes:
            file.unlink()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _erase_from_lists(
    workspace: Workspace, hashes: Collection[str], found: Footprint | None
) -> None:
    names = set() if found is None else {name.name for name in found.names}
    for path in (workspace.root / "imports").glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        kept = [row for row in rows if not (set(row[3:]) & set(hashes) or row[0] in names)]
        if len(kept) < len(rows):
            beside = path.with_suffix(".forgetting")
            with beside.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(kept)
            beside.replace(path)


def _erase_from_run(workspace: Workspace, run: int, hashes: Collection[str]) -> None:
    folder = workspace.run_folder(run)
    path = folder / METRICS_FILE
    if not path.is_file():
        return
    record: EvaluationRecord = json.loads(path.read_text(encoding="utf-8"))
    scrubbed = without_pictures(record, hashes)
    if scrubbed is None:
        return
    # The page first: while it is old, so is the record, and a repetition finds the work to do.
    write_report(workspace, scrubbed, folder / f"{REPORT_FILE}.forgetting")
    (folder / f"{REPORT_FILE}.forgetting").replace(folder / REPORT_FILE)
    write_metrics(path, scrubbed)


def _notes(workspace: Workspace, found: Footprint) -> Iterator[str]:
    outside = sorted({name.linked_path for name in found.names if name.linked_path})
    for path in outside:
        yield f"The file {path!r} was linked and lies outside the workspace; delete it yourself."
    sources = sorted({name.source for name in found.names if name.source and not name.linked_path})
    for source in sources:
        yield (
            f"It was imported from {source!r}. Copies there are not touched; another import leaves "
            "it out."
        )
    for backup in sorted(workspace.root.glob("fieldguide.db.before-*")):
        yield (
            f"The backup {str(backup)!r} still has its names and votes. Delete it when you do not "
            "need it any more."
        )
    for model in found.model_names:
        yield f"The model {model} was trained on a version that contained it. Train it again."


def run(
    context: JobContext, *, hashes: Sequence[str], author: str, reason: str
) -> dict[str, object]:
    """Forget pictures in the background; what it gives names versions and models, not pictures."""

    def work() -> dict[str, object]:
        with Workspace(read_config(workspace=context.folder)) as workspace:
            report = forget_pictures(
                workspace, hashes, author=author, reason=reason, progress=context.progress
            )
        return {
            "images": len(report.found.hashes),
            "votes": report.found.votes,
            "versions": report.found.version_names,
            "models": report.found.model_names,
            "notes": list(report.notes),
        }

    # A second run finds nothing in the records any more, but the first one's note of the files.
    result: dict[str, object] = context.step("Forget pictures", work)
    return result
