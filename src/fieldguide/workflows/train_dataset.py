"""Train a model on a dataset: freeze, fit, calibrate, measure once, report, bundle."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import sqlalchemy as sa

from fieldguide import __version__
from fieldguide.curate.freezing import SplitChoice
from fieldguide.embed.extracting import backbone_cache, histogram_cache
from fieldguide.errors import DataError
from fieldguide.evaluate.record import EvaluationRecord
from fieldguide.locking import locked
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.backbones.backbone import Backbone
from fieldguide.models.bundle import build_bundle
from fieldguide.models.heads.available import HEADS
from fieldguide.models.heads.head import Head
from fieldguide.records import models, runs, versions
from fieldguide.records.models import ModelRow
from fieldguide.records.versions import VersionItem, VersionRow
from fieldguide.train.examples import Examples, class_names, select
from fieldguide.train.recipe import Recipe
from fieldguide.train.training import (
    CURVE_SHARES,
    LearningPoint,
    TrainedHead,
    fits_needed,
    learning_curve,
    train_head,
)
from fieldguide.types import FloatArray, Progress, SilentProgress
from fieldguide.workflows.evaluation_record import Measured, build_record
from fieldguide.workflows.freeze_dataset import embed_dataset, freeze_dataset
from fieldguide.workflows.stopwatch import Stopwatch
from fieldguide.workflows.write_report import write_report
from fieldguide.workspace import Workspace

METRICS_FILE = "metrics.json"
REPORT_FILE = "report.html"
BUNDLE_FILE = "model.onnx"

_BASELINE_HEAD = "logistic"
_FOLDS_FOR_PROGRESS = 5


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run.

    Attributes:
        run_id: Its number.
        model: The name and number under which its model is found.
        folder: Where its files lie.
        record: All its figures, as in ``metrics.json``.
        repeated: Whether an earlier run had done exactly this already.
    """

    run_id: int
    model: ModelRow
    folder: Path
    record: EvaluationRecord
    repeated: bool = False

    @property
    def report(self) -> Path:
        """The report."""
        return self.folder / REPORT_FILE

    @property
    def metrics(self) -> Path:
        """The figures as JSON."""
        return self.folder / METRICS_FILE

    @property
    def bundle(self) -> Path:
        """The model."""
        return self.folder / BUNDLE_FILE


def train_dataset(
    workspace: Workspace,
    dataset: str,
    *,
    recipe: Recipe | None = None,
    choice: SplitChoice | None = None,
    again: bool = False,
    progress: Progress | None = None,
    stopwatch: Stopwatch | None = None,
    embedded_before: int = 0,
) -> RunResult:
    """Train and measure a model.

    A run that was cut short is taken up; one that is finished is returned as it is, because the
    same recipe on the same version gives the same model.

    Args:
        workspace: Where the dataset is.
        dataset: Its name.
        recipe: All choices of the training.
        choice: How to divide the dataset.
        again: Train anew even if a finished run has done exactly this.
        progress: Where to report.
        stopwatch: Holds the cost of what was done before, such as the import.
        embedded_before: How many pictures were embedded on the way in.

    Returns:
        The finished run.

    Raises:
        DataError: If there are too few classes or no training or test pictures.
        UnknownNameError: If dataset, backbone or head are not known.
    """
    watcher = progress or SilentProgress()
    watch = stopwatch or Stopwatch()
    plan = recipe or Recipe(backbone=workspace.config.backbone)
    backbone, head = BACKBONES.get(plan.backbone), HEADS.get(plan.head)
    with watch.step("embed"):
        embedded = embed_dataset(workspace, dataset, plan.backbone, progress=watcher)
    with watch.step("split"):
        version = freeze_dataset(
            workspace, dataset, choice=choice, backbone=plan.backbone, progress=watcher
        )
    run = workspace.records.write(
        partial(
            runs.begin,
            version_id=version.id,
            recipe=plan.to_dict(),
            client_key=_run_key(version, plan, backbone, again=again),
        )
    )
    folder = workspace.run_folder(run.id)
    # Two processes that were asked for the same run do it once; the second waits for the first.
    with locked(folder.with_suffix(".lock")):
        with workspace.records.read() as connection:
            status = runs.get(connection, run.id).status
            items = versions.items(connection, version.id)
        if status == runs.FINISHED and (folder / METRICS_FILE).is_file():
            return _finished(workspace, run.id, folder)
        training = Training(
            workspace, backbone, head, plan, version, items, watch, watcher, embedded_before
        )
        measured = training.run(embedded)
        return _publish(workspace, training, measured, run.id)


def load_run(workspace: Workspace, run_id: int) -> RunResult:
    """Return a finished run.

    Raises:
        UnknownNameError: If there is no such run.
        DataError: If it is not finished.
    """
    with workspace.records.read() as connection:
        run = runs.get(connection, run_id)
    folder = workspace.run_folder(run_id)
    if run.status != runs.FINISHED or not (folder / METRICS_FILE).is_file():
        raise DataError(
            f"Run {run_id} on {run.dataset!r} is not finished. Start `fieldguide train "
            f"{run.dataset}` again; it takes up what is there."
        )
    return _finished(workspace, run_id, folder)


class Training:
    """The steps of one run, which share what they are about."""

    def __init__(
        self,
        workspace: Workspace,
        backbone: Backbone,
        head: type[Head],
        recipe: Recipe,
        version: VersionRow,
        items: list[VersionItem],
        watch: Stopwatch,
        watcher: Progress,
        embedded_before: int,
    ) -> None:
        self.workspace = workspace
        self.backbone = backbone
        self.head = head
        self.recipe = recipe
        self.version = version
        self.items = items
        self.watch = watch
        self.watcher = watcher
        self.embedded_before = embedded_before
        self.classes = class_names(items)
        untrusted = set(version.summary["untrusted"])
        self.train = select(items, self.classes, "train")
        self.val = select(items, self.classes, "val")
        self.test = select(items, self.classes, "test", without=untrusted)
        self.test_as_given = select(items, self.classes, "test", copies=True)
        self._check()

    def run(self, embedded: int) -> Measured:
        """Fit, calibrate and measure."""
        cache = backbone_cache(self.workspace, self.backbone)
        histograms = histogram_cache(self.workspace)
        vectors = self.train.vectors(cache)
        with self.watch.step("train"):
            trained = self._fit("train", self.head, vectors)
        with self.watch.step("baselines"):
            baseline = self._fit(
                "baseline", HEADS.get(_BASELINE_HEAD), self.train.vectors(histograms)
            )
        with self.watch.step("learning curve"):
            curve = self._curve(trained, vectors)
        with self.watch.step("evaluate"):
            return Measured(
                trained=trained,
                curve=curve,
                test=self._read(trained, self.test, cache),
                as_given=self._read(trained, self.test_as_given, cache),
                val=self._read(trained, self.val, cache),
                histogram=self._read(baseline, self.test, histograms),
                commonest=self._commonest(),
                embedded=embedded,
            )

    def _check(self) -> None:
        if not len(self.train):
            raise DataError(
                f"The training part of {self.version.dataset!r} has no labelled pictures. "
                "Import more, or divide anew with --resplit."
            )
        if not len(self.test_as_given):
            raise DataError(
                f"The test part of {self.version.dataset!r} has no labelled pictures, so nothing "
                "can be measured. Each class needs at least two pictures that are neither copies "
                "of one another nor of one group."
            )

    def _fit(self, title: str, kind: type[Head], vectors: Any) -> TrainedHead:
        total = fits_needed(kind, self.recipe.seed, _FOLDS_FOR_PROGRESS)
        with self.watcher.step(title, total, "fits") as tracker:
            return train_head(
                kind,
                vectors,
                self.train.classes,
                self.train.clusters,
                count=len(self.classes),
                seed=self.recipe.seed,
                workers=self.workspace.config.workers,
                advance=tracker.advance,
            )

    def _curve(self, trained: TrainedHead, vectors: Any) -> list[LearningPoint]:
        settings = trained.head.settings()
        total = (len(CURVE_SHARES) + 1) * _FOLDS_FOR_PROGRESS
        with self.watcher.step("learning curve", total, "fits") as tracker:
            return learning_curve(
                lambda: self.head(**settings),
                vectors,
                self.train.classes,
                self.train.clusters,
                count=len(self.classes),
                seed=self.recipe.seed,
                workers=self.workspace.config.workers,
                advance=tracker.advance,
            )

    def _read(self, trained: TrainedHead, part: Examples, cache: Any) -> FloatArray:
        if not len(part):
            return np.zeros((0, len(self.classes)))
        return trained.probabilities(part.vectors(cache))

    def _commonest(self) -> FloatArray:
        # The shares of the classes, for every picture: its favourite is the commonest class.
        shares = np.bincount(self.train.classes, minlength=len(self.classes)) / len(self.train)
        return np.tile(shares, (len(self.test), 1))


def _publish(
    workspace: Workspace, training: Training, measured: Measured, run_id: int
) -> RunResult:
    folder = workspace.run_folder(run_id)
    with training.watch.step("report"):
        workspace.records.write(
            partial(
                runs.note_reading,
                version_id=training.version.id,
                run_id=run_id,
                part="test",
                client_key=f"reading:{run_id}:training",
            )
        )
        record = build_record(workspace, training, measured, run_id, folder / BUNDLE_FILE)
        partial_folder = folder.with_name(f"{folder.name}.partial")
        shutil.rmtree(partial_folder, ignore_errors=True)
        partial_folder.mkdir(parents=True)
        bundle = build_bundle(
            training.backbone,
            measured.trained.head,
            temperature=measured.trained.temperature,
            classes=training.classes,
            card=_card(record),
        )
        (partial_folder / BUNDLE_FILE).write_bytes(bundle)
        record["cost"]["bundle_bytes"] = len(bundle)
    record["cost"]["steps"] = training.watch.steps
    record["cost"]["seconds"] = training.watch.seconds
    record["cost"]["cpu_seconds"] = training.watch.cpu_seconds
    write_metrics(partial_folder / METRICS_FILE, record)
    write_report(workspace, record, partial_folder / REPORT_FILE)
    # The folder appears whole: whoever finds it finds all three files.
    shutil.rmtree(folder, ignore_errors=True)
    partial_folder.replace(folder)
    model = workspace.records.write(partial(_finish, run_id=run_id, record=record))
    return RunResult(run_id=run_id, model=model, folder=folder, record=record)


def _finish(connection: sa.Connection, run_id: int, record: EvaluationRecord) -> ModelRow:
    runs.finish(connection, run_id, record["test"]["metrics"])
    return models.add(connection, record["data"]["dataset"], run_id)


def write_metrics(path: Path, content: EvaluationRecord) -> None:
    """Write the figures as JSON; the file changes as a whole."""
    beside = path.with_suffix(".partial")
    beside.write_text(
        json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )
    beside.replace(path)


def _finished(workspace: Workspace, run_id: int, folder: Path) -> RunResult:
    record: EvaluationRecord = json.loads((folder / METRICS_FILE).read_text(encoding="utf-8"))
    with workspace.records.read() as connection:
        model = models.of_run(connection, run_id)
    if model is None:
        dataset = record["data"]["dataset"]
        model = workspace.records.write(lambda c: models.add(c, dataset, run_id))
    return RunResult(run_id=run_id, model=model, folder=folder, record=record, repeated=True)


def _run_key(version: VersionRow, recipe: Recipe, backbone: Backbone, *, again: bool) -> str:
    # Everything that changes the result, the weights of the backbone among it.
    parts = (version.id, version.content_hash, recipe.fingerprint, backbone.model_id, __version__)
    key = "run:" + ":".join(str(part) for part in parts)
    return f"{key}:{uuid4()}" if again else key


def _card(record: EvaluationRecord) -> dict[str, Any]:
    return {
        "dataset": record["data"]["dataset"],
        "version": record["data"]["version"],
        "content_hash": record["data"]["content_hash"],
        "run": record["run"],
        "created": record["created"],
        "fieldguide": record["fieldguide"],
        "verdict": record["verdict"],
        "test": {
            "pictures": record["test"]["pictures"],
            "accuracy": record["test"]["metrics"]["accuracy"],
            "macro_f1": record["test"]["metrics"]["macro_f1"],
        },
        "recipe": {key: record["recipe"][key] for key in ("backbone", "head", "settings", "seed")},
        "temperature": record["recipe"]["temperature"],
        "backbone_licence": record["recipe"]["backbone_licence"],
    }
