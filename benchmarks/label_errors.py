"""Wrong labels found by confident learning, beside cleanlab on the same probabilities."""

from __future__ import annotations

import argparse
import csv
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from benchmarks import command
from benchmarks.measuring import Spread, config_in, print_table
from fieldguide.curate.checks.label_errors import LEAST_CERTAINTY
from fieldguide.curate.confident_learning import doubt_labels
from fieldguide.embed.extracting import backbone_cache
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.heads.logistic import LogisticRegressionHead
from fieldguide.records import datasets, members
from fieldguide.train.out_of_sample import out_of_sample
from fieldguide.types import FloatArray, IntArray, SourceOptions
from fieldguide.workflows.checked_pictures import PENALTY
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workspace import Workspace

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FLIPPED = 0.05
_TIMES = 5

_PEER = """
import sys, time
import numpy as np
from cleanlab import __version__
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
given = np.load(sys.argv[1])
labels, probabilities = given["labels"], given["probabilities"]
seconds = []
for _ in range(int(sys.argv[3])):
    began = time.process_time()
    issues = find_label_issues(labels, probabilities, n_jobs=1)
    scores = get_label_quality_scores(labels, probabilities)
    seconds.append(time.process_time() - began)
np.savez(sys.argv[2], issues=issues, scores=scores, seconds=min(seconds), release=__version__)
"""


@dataclass(frozen=True, slots=True)
class Task:
    """Labels of which it is known which are wrong.

    Attributes:
        name: What is looked at.
        vectors: ``(n, dimensions)`` float32.
        labels: ``(n,)`` as given.
        wrong: ``(n,)`` whether the label is wrong.
        judged: The rows of which that is known.
        count: Number of classes.
    """

    name: str
    vectors: npt.NDArray[np.float32]
    labels: IntArray
    wrong: npt.NDArray[np.bool_]
    judged: IntArray
    count: int


@dataclass(frozen=True, slots=True)
class Result:
    """How well wrong labels were found.

    Attributes:
        average_precision: Of the ranking of all judged labels.
        precision: Share of wrong labels among those that are listed.
        recall: Share of the wrong labels that are listed.
        milliseconds: CPU time from probabilities to ranking and list, the least of five.
    """

    average_precision: float
    precision: float
    recall: float
    milliseconds: float


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Find the wrong labels of every task with several seeds."""
    if not DATA.is_dir():
        print(f"Left out: there are no picture sets at {DATA}.\n")
        return {}
    seeds = range(2 if options.quick else 5)
    ours: dict[str, list[Result]] = {}
    peer: dict[str, list[Result]] = {}
    release = ""
    with tempfile.TemporaryDirectory() as name:
        folder = options.vectors or Path(name) / "workspace"
        with Workspace(config_in(folder)) as workspace:
            for seed in seeds:
                for task in _tasks(workspace, seed):
                    values = _probabilities(task, seed, workspace.config.workers)
                    ours.setdefault(task.name, []).append(_ours(task, values))
                    if options.cleanlab is not None:
                        result, release = _peer(options.cleanlab, task, values, Path(name))
                        peer.setdefault(task.name, []).append(result)
    rows = []
    for task_name, results in ours.items():
        rows.append([f"{task_name}: Fieldguide", *_spreads(results)])
        if peer:
            rows.append([f"{task_name}: cleanlab {release}", *_spreads(peer[task_name])])
    print_table(["", "average precision", "precision", "recall", "CPU ms"], rows)
    return {
        "cleanlab": release,
        "ours": {key: [asdict(r) for r in results] for key, results in ours.items()},
        "peer": {key: [asdict(r) for r in results] for key, results in peer.items()},
    }


def _spreads(results: list[Result]) -> list[Spread]:
    return [Spread(tuple(asdict(r)[name] for r in results)) for name in asdict(results[0])]


def _ours(task: Task, values: FloatArray) -> Result:
    seconds = []
    for _ in range(_TIMES):
        began = time.process_time()
        doubts = doubt_labels(task.labels, values)
        seconds.append(time.process_time() - began)
    return _result(task, doubts.doubt, doubts.certainty >= LEAST_CERTAINTY, min(seconds))


def _peer(python: Path, task: Task, values: FloatArray, folder: Path) -> tuple[Result, str]:
    given, found = folder / "given.npz", folder / "found.npz"
    np.savez(given, labels=task.labels, probabilities=values)
    arguments = [str(python), "-c", _PEER, str(given), str(found), str(_TIMES)]
    subprocess.run(arguments, check=True, capture_output=True)
    with np.load(found) as answer:
        result = _result(task, -answer["scores"], answer["issues"], float(answer["seconds"]))
        return result, str(answer["release"])


def _result(task: Task, doubt: FloatArray, listed: npt.NDArray[np.bool_], seconds: float) -> Result:
    wrong, named = task.wrong[task.judged], listed[task.judged]
    hits = int((wrong & named).sum())
    return Result(
        average_precision=float(average_precision_score(wrong, doubt[task.judged])),
        precision=hits / max(1, int(named.sum())),
        recall=hits / int(wrong.sum()),
        milliseconds=seconds * 1e3,
    )


def _probabilities(task: Task, seed: int, workers: int) -> FloatArray:
    found = out_of_sample(
        partial(LogisticRegressionHead, c=PENALTY),
        task.vectors,
        task.labels,
        np.arange(len(task.labels)),
        count=task.count,
        seed=seed,
        workers=workers,
    )
    if found is None or len(found.rows) != len(task.labels):
        raise RuntimeError(f"{task.name}: some labels could not be judged")
    return found.probabilities


def _tasks(workspace: Workspace, seed: int) -> Iterator[Task]:
    yield from _crowd(workspace)
    names, vectors = _embedded(workspace, "scenes", DATA / "scenes" / "manifest.csv", "label")
    classes = sorted({name.split("/")[1] for name in names})
    labels = np.array([classes.index(name.split("/")[1]) for name in names])
    random = np.random.default_rng(seed)
    flipped = random.choice(len(labels), round(FLIPPED * len(labels)), replace=False)
    wrong = np.zeros(len(labels), np.bool_)
    wrong[flipped] = True
    labels[flipped] += random.integers(1, len(classes), len(flipped))
    labels %= len(classes)
    every = np.arange(len(labels))
    yield Task("scenes, 5 % flipped", vectors, labels, wrong, every, len(classes))


def _crowd(workspace: Workspace) -> Iterator[Task]:
    folder = DATA / "crowd"
    table = folder / "cifar10n_labels.csv"
    names, vectors = _embedded(workspace, "cifar10n", table, "clean_label")
    rows = _rows(table)
    classes = sorted({row["clean_label"] for row in rows.values()})
    clean = np.array([classes.index(rows[name]["clean_label"]) for name in names])
    every = np.arange(len(names))
    for column in ("aggregate", "annotator1", "worst"):
        labels = np.array([classes.index(rows[name][column]) for name in names])
        yield Task(f"CIFAR-10N {column}", vectors, labels, labels != clean, every, len(classes))

    # Too few were reviewed to learn from, so other pictures with the published labels stand beside.
    table = folder / "cifar10h_votes.csv"
    more, more_vectors = _embedded(workspace, "cifar10h", table, "cifar10_label")
    published = [classes.index(_rows(table)[name]["cifar10_label"]) for name in more]
    table = folder / "cifar10_label_error_review.csv"
    reviewed, reviewed_vectors = _embedded(workspace, "review", table, "given_label")
    review = [_rows(table)[name] for name in reviewed]
    given = [classes.index(row["given_label"]) for row in review]
    beside = len(names) + len(more)
    # As its authors count: wrong is what fewer than three of five reviewers would leave as it is.
    wrong = [int(row["votes_given"]) < 3 for row in review]
    yield Task(
        "CIFAR-10 reviewed",
        np.concatenate([vectors, more_vectors, reviewed_vectors]),
        np.concatenate([clean, published, given]).astype(np.int64),
        np.concatenate([np.zeros(beside, np.bool_), wrong]),
        np.arange(beside, beside + len(reviewed)),
        len(classes),
    )


def _rows(table: Path) -> dict[str, dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as stream:
        return {row["file"]: row for row in csv.DictReader(stream)}


def _embedded(
    workspace: Workspace, dataset: str, table: Path, label: str
) -> tuple[list[str], npt.NDArray[np.float32]]:
    backbone = BACKBONES.get(workspace.config.backbone)
    with workspace.records.read() as connection:
        known = datasets.find(connection, dataset)
    if known is None:
        import_pictures(
            workspace,
            table,
            dataset=dataset,
            options=SourceOptions(image="file", label=label),
            backbone=backbone.name,
        )
    with workspace.records.read() as connection:
        rows = members.of_dataset(connection, datasets.get(connection, dataset).id)
    vectors = backbone_cache(workspace, backbone).get([row.sha256 for row in rows])
    return [row.name for row in rows], vectors.astype(np.float32)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cleanlab", type=Path, metavar="PYTHON", help="a Python that has cleanlab installed"
    )
    parser.add_argument(
        "--vectors",
        type=Path,
        metavar="FOLDER",
        help="a workspace in which the vectors are kept from one run to the next",
    )


BENCHMARK = command.Benchmark(
    title="Wrong labels, side by side with cleanlab",
    claim="Average precision of the ranking at least that of cleanlab on the same out-of-sample "
    "probabilities, in no more time. Listed are labels that are rather wrong than right by "
    "Fieldguide's estimate, and what cleanlab's find_label_issues names.",
    measure=measure,
    add_options=_add_options,
)

if __name__ == "__main__":
    command.run({"label_errors": BENCHMARK})
