"""Read the test part again with a run's model; the reading is counted."""

from __future__ import annotations

from uuid import uuid4

import numpy as np

from fieldguide.evaluate.reading import read_part
from fieldguide.evaluate.record import EvaluationRecord, Reading
from fieldguide.models.bundle import Bundle
from fieldguide.parallel import map_in_order
from fieldguide.pictures.decode import decode
from fieldguide.records import runs, versions
from fieldguide.records.versions import VersionItem
from fieldguide.train.examples import class_names, select
from fieldguide.types import FloatArray, Part, Progress, SilentProgress
from fieldguide.workflows.train_dataset import REPORT_FILE, load_run, write_metrics
from fieldguide.workflows.write_report import write_report
from fieldguide.workspace import Workspace


def evaluate_run(
    workspace: Workspace, run_id: int, *, part: Part = "test", progress: Progress | None = None
) -> tuple[Reading, EvaluationRecord]:
    """Measure a run's bundle on a part, from the stored pictures themselves.

    Every reading of the test part is counted and shown in the report: figures that were looked at
    often, and acted upon, are no longer those of unseen pictures.

    Args:
        workspace: Where the run is.
        run_id: Its number.
        part: ``test``, ``val`` or ``train``.
        progress: Where to report.

    Returns:
        The reading, and the run's record with its counts brought up to date.
    """
    watcher = progress or SilentProgress()
    result = load_run(workspace, run_id)
    with workspace.records.read() as connection:
        run = runs.get(connection, run_id)
        version = versions.get(connection, run.version_id)
        items = versions.items(connection, version.id)
    bundle = Bundle(result.bundle)
    classes = class_names(items)
    untrusted = set(version.summary["untrusted"]) if part == "test" else set()
    examples = select(items, classes, part, without=untrusted)

    def classify(item: VersionItem) -> FloatArray:
        data = workspace.read_image(item.sha256)
        limit = workspace.config.max_pixels
        pixels = decode(data, shorter_side=bundle.shorter_side, max_pixels=limit).pixels
        return bundle.probabilities(pixels)

    found = []
    with watcher.step("evaluate", len(examples), "pictures") as tracker:
        for row in map_in_order(classify, examples.items, workers=workspace.config.workers):
            found.append(row)
            tracker.advance()
    probabilities = np.array(found).reshape(-1, len(classes))
    # float32 outputs add up to 1 only nearly.
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    reading = read_part(
        part,
        examples.classes,
        probabilities,
        clusters=examples.clusters,
        classes=classes,
        seed=result.record["recipe"]["seed"],
    )
    key = f"reading:{run_id}:{uuid4()}"
    workspace.records.write(
        lambda c: runs.note_reading(c, version.id, run_id, part, client_key=key)
    )
    return reading, refresh_report(workspace, run_id)


def refresh_report(workspace: Workspace, run_id: int) -> EvaluationRecord:
    """Bring the counts of readings up to date and draw the report again."""
    result = load_run(workspace, run_id)
    record = result.record
    with workspace.records.read() as connection:
        run = runs.get(connection, run_id)
        own, in_all = runs.count_readings(connection, run.version_id, run_id)
    record["test_readings"], record["test_models"] = own, in_all
    write_metrics(result.metrics, record)
    write_report(workspace, record, result.folder / REPORT_FILE)
    return record
