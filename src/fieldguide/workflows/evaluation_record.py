"""Put together the record of an evaluation from what a run measured and what the records know."""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING

from fieldguide import __version__
from fieldguide.config import available_cores
from fieldguide.evaluate import wording
from fieldguide.evaluate.comparison import is_better
from fieldguide.evaluate.reading import curve_point, find_mistakes, read_part, to_figure
from fieldguide.evaluate.record import (
    Baseline,
    Candidate,
    ClassCount,
    DataRecord,
    EvaluationRecord,
    Reading,
    RecipeRecord,
    SplitRecord,
)
from fieldguide.evaluate.verdict import next_steps, verdict
from fieldguide.metrics.summary import summarise
from fieldguide.records import datasets, images, imports, members, runs
from fieldguide.records.versions import VersionItem
from fieldguide.train.examples import Examples
from fieldguide.train.training import LearningPoint, TrainedHead
from fieldguide.types import FloatArray, Outcome, Part
from fieldguide.workspace import Workspace

if TYPE_CHECKING:
    from fieldguide.workflows.train_dataset import Training

_MOST_MISTAKES = 24
_EXAMPLES_PER_CLASS = 6
_MOST_EXAMPLE_PICTURES = 240


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run measured.

    Attributes:
        trained: The head, its calibration and the trials.
        curve: The learning curve.
        test: Probabilities on the clean test part, ``(n, classes)``.
        as_given: On the whole test part, copies and leaks included.
        val: On the validation part.
        histogram: By the colour baseline on the clean test part.
        commonest: By the baseline that always answers the commonest class.
        embedded: How many pictures had to be embedded after the import.
    """

    trained: TrainedHead
    curve: list[LearningPoint]
    test: FloatArray
    as_given: FloatArray
    val: FloatArray
    histogram: FloatArray
    commonest: FloatArray
    embedded: int


def build_record(
    workspace: Workspace,
    training: Training,
    measured: Measured,
    run_id: int,
    bundle: Path,
) -> EvaluationRecord:
    """Return all that is known about a run; cost and size of the bundle are filled in later."""
    seed = training.recipe.seed
    classes = training.classes
    test = _read(training, "test", training.test, measured.test)
    # A split made here has no leaks; with a given one the two figures differ where there are some.
    as_given = (
        None
        if training.version.summary["origin"] == "made"
        or len(training.test) == len(training.test_as_given)
        else _read(training, "test", training.test_as_given, measured.as_given)
    )
    val = _read(training, "val", training.val, measured.val) if len(training.val) else None
    baselines = [
        _baseline("always the commonest class", training, measured.commonest, measured.test),
        _baseline("colour histograms", training, measured.histogram, measured.test),
    ]
    points = (
        curve_point(p.pictures, p.hits.astype(float), p.clusters, seed=seed) for p in measured.curve
    )
    curve = [point for point in points if point is not None]
    data = _data(workspace, training)
    split = _split(training)
    split["notes"].extend(_far_from_training(measured.trained, test))
    listed = _outcomes_list(workspace, data["dataset"])
    with workspace.records.read() as connection:
        own, models_in_all = runs.count_readings(connection, training.version.id, run_id)
    return {
        "schema": 1,
        "run": str(run_id),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "fieldguide": __version__,
        "verdict": verdict(test, as_given, baselines, split),
        "next_steps": next_steps(data, split, test, curve, outcomes_list=listed),
        "data": data,
        "split": split,
        "recipe": _recipe(training, measured.trained),
        "test": test,
        "as_given": as_given,
        "val": val,
        "test_readings": own,
        "test_models": models_in_all,
        "baselines": baselines,
        "learning_curve": curve,
        "mistakes": find_mistakes(
            training.test.items,
            training.test.classes,
            measured.test,
            classes,
            most=_MOST_MISTAKES,
        ),
        "cost": {
            "seconds": 0.0,
            "cpu_seconds": 0.0,
            "steps": [],
            "pictures_embedded": training.embedded_before + measured.embedded,
            "pictures_from_cache": max(
                0, data["distinct"] - training.embedded_before - measured.embedded
            ),
            "bundle_bytes": 0,
            "milliseconds_per_picture": None,
        },
        "environment": _environment(),
        "hashes": {
            "dataset version": training.version.content_hash,
            "recipe": training.recipe.fingerprint,
            "backbone": training.backbone.model_id,
        },
        "bundle": str(bundle),
    }


def _read(training: Training, part: Part, examples: Examples, probabilities: FloatArray) -> Reading:
    return read_part(
        part,
        examples.classes,
        probabilities,
        clusters=examples.clusters,
        classes=training.classes,
        seed=training.recipe.seed,
    )


def _baseline(
    name: str, training: Training, probabilities: FloatArray, model: FloatArray
) -> Baseline:
    truth, clusters = training.test.classes, training.test.clusters
    summary = summarise(
        truth,
        probabilities,
        groups=clusters,
        class_count=len(training.classes),
        seed=training.recipe.seed,
    )
    return {
        "name": name,
        "accuracy": to_figure(summary.metrics["accuracy"]),
        "macro_f1": to_figure(summary.metrics["macro_f1"]),
        "beaten": is_better(
            model.argmax(axis=1) == truth,
            probabilities.argmax(axis=1) == truth,
            clusters,
            training.recipe.seed,
        ),
    }


def _data(workspace: Workspace, training: Training) -> DataRecord:
    version, items = training.version, training.items
    hashes = sorted({item.sha256 for item in items})
    with workspace.records.read() as connection:
        dataset = datasets.get(connection, version.dataset)
        known = images.by_hash(connection, hashes)
        latest = imports.latest(connection, dataset.id)
        columns = members.column_names(connection, dataset.id)
    groups = {item.group for item in items if item.group is not None}
    return {
        "dataset": version.dataset,
        "version": version.number,
        "content_hash": version.content_hash,
        "source": dataset.source,
        "pictures": len(items),
        "distinct": len(hashes),
        "unlabelled": sum(item.label is None for item in items),
        "excluded": version.summary["excluded"],
        "outcomes": {} if latest is None else _outcomes(latest[1]),
        "classes": _class_counts(items, training.classes),
        "groups": len(groups) or None,
        "columns": columns,
        "width": _spread([known[sha].width for sha in hashes]),
        "height": _spread([known[sha].height for sha in hashes]),
    }


def _outcomes(counts: dict[str, int]) -> dict[str, int]:
    # Whether a file was new in the last import or there before says nothing about the data.
    taken_in = sum(n for outcome, n in counts.items() if Outcome(outcome).in_dataset)
    refused = {o: n for o, n in counts.items() if not Outcome(o).in_dataset}
    return {"taken in": taken_in, **dict(sorted(refused.items()))}


def _class_counts(items: Sequence[VersionItem], classes: Sequence[str]) -> list[ClassCount]:
    counts = Counter((item.label, item.part) for item in items)
    examples: dict[str, list[str]] = defaultdict(list)
    per_class = max(1, min(_EXAMPLES_PER_CLASS, _MOST_EXAMPLE_PICTURES // max(1, len(classes))))
    # The content's hash draws the examples: no one chose the pretty ones.
    for item in sorted(items, key=lambda i: i.sha256):
        shown = examples[item.label or ""]
        if item.part and len(shown) < per_class and item.sha256 not in shown:
            shown.append(item.sha256)
    return [
        {
            "name": name,
            "train": counts[name, "train"],
            "val": counts[name, "val"],
            "test": counts[name, "test"],
            "examples": examples[name],
        }
        for name in classes
    ]


def _split(training: Training) -> SplitRecord:
    summary = training.version.summary
    parts = Counter(item.part for item in training.items if item.part)
    return {
        "origin": summary["origin"],
        "seed": summary["seed"],
        "parts": {part: parts[part] for part in ("train", "val", "test")},
        "leaks": summary["leaks"],
        "near_duplicate_pairs": summary["near_duplicate_pairs"],
        "duplicate_copies": summary["duplicate_copies"],
        "notes": [*summary["notes"], *_gaps(training), *_near_equal_names(training.classes)],
    }


def _gaps(training: Training) -> list[str]:
    """Say which classes cannot be learned, or not be measured."""
    in_train = set(training.train.classes.tolist())
    in_test = set(training.test.classes.tolist())
    never = [name for n, name in enumerate(training.classes) if n not in in_train]
    unmeasured = [name for n, name in enumerate(training.classes) if n not in in_test]
    notes = []
    if never:
        notes.append(f"No training pictures, so never predicted: {wording.listed(_short(never))}.")
    if unmeasured:
        notes.append(
            f"No test pictures, so nothing is said about them: "
            f"{wording.listed(_short(unmeasured))}."
        )
    return notes


def _near_equal_names(classes: Sequence[str]) -> list[str]:
    """Say which classes differ only in case or spaces."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in classes:
        alike["".join(name.casefold().split())].append(name)
    doubtful = [names for names in alike.values() if len(names) > 1]
    notes = []
    for names in doubtful[:5]:
        listed = wording.listed(_short(names))
        notes.append(
            f"The classes {listed} differ only in case or spaces; if they are one class, give them "
            "one name."
        )
    return notes


def _far_from_training(trained: TrainedHead, test: Reading) -> list[str]:
    """Say when cross-validation in the training part promised far more than the test part shows."""
    high = test["metrics"]["accuracy"]["high"]
    if not trained.trials or high is None:
        return []
    promised = trained.trials[trained.chosen].accuracy
    if promised < high + 0.05:
        return []
    note = (
        f"Cross-validation inside the training part gave {wording.percent(promised)}, far more "
        "than the test part: either the two parts differ in kind, or the training pictures come in "
        "series of one scene. If they do, name the series with --group."
    )
    return [note]


def _short(names: Sequence[str]) -> list[str]:
    shown = [repr(wording.short(name)) for name in names[:5]]
    return shown if len(names) <= 5 else [*shown, f"{len(names) - 5} more"]


def _recipe(training: Training, trained: TrainedHead) -> RecipeRecord:
    candidates: list[Candidate] = [
        {
            "settings": trial.settings,
            "log_loss": trial.log_loss,
            "accuracy": trial.accuracy,
            "chosen": number == trained.chosen,
        }
        for number, trial in enumerate(trained.trials)
    ]
    calibration = (
        f"temperature scaling, fitted on {trained.folds}-fold cross-validation in the training part"
        if trained.folds
        else "none: too few pictures to cross-validate"
    )
    return {
        "backbone": training.backbone.name,
        "backbone_title": training.backbone.title,
        "backbone_licence": training.backbone.licence,
        "head": trained.head.name,
        "head_title": trained.head.title,
        "settings": trained.head.settings(),
        "candidates": candidates,
        "folds": trained.folds,
        "calibration": calibration,
        "temperature": trained.temperature,
        "seed": training.recipe.seed,
    }


def _environment() -> dict[str, str]:
    packages = ("numpy", "scikit-learn", "onnxruntime", "pillow", "sqlalchemy")
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(available_cores()),
        **{name: package_version(name) for name in packages},
    }


def _spread(values: list[int]) -> list[int]:
    ordered = sorted(values)
    return [ordered[0], ordered[len(ordered) // 2], ordered[-1]]


def _outcomes_list(workspace: Workspace, dataset: str) -> str | None:
    with workspace.records.read() as connection:
        latest = imports.latest(connection, datasets.get(connection, dataset).id)
    return None if latest is None else str(workspace.import_list(latest[0]))
