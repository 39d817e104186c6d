"""Live suggestions: how soon an answer shows in them, and how right and how honest they are.

The time is that from an answer to a page with all that it taught: the answer is stored, the model
learns, the page is put in order and leased. Accuracy and calibration are measured on the real sets
that lie in ``--suggestion-sets``, on vectors of the default backbone, by the number of labels,
which are drawn by lot.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from benchmarks import command
from benchmarks.measuring import Spread, config_in, print_table
from fieldguide.label import answering, pages, setting_up
from fieldguide.label.answering import Submission
from fieldguide.label.ordering import Order
from fieldguide.label.suggestions import features, model
from fieldguide.label.suggestions.engine import Engine
from fieldguide.label.suggestions.space import Scene
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import datasets, images, labels, members, questions, suggestion_facts
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.questions import Question
from fieldguide.storage.vectors import VectorCache
from fieldguide.types import SourceOptions
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workspace import Workspace

CLASSES = 10
ORDERS = ("class", "useful", "cluster")
NUMBERS = (10, 30, 100, 300, 1000)
_BATCH = 5_000
_SETS = (
    ("scenes", "", SourceOptions()),
    ("coffee", "manifest.csv", SourceOptions(label="label", group="leaf_id")),
    ("clothing", "manifest.csv", SourceOptions(label="label", group="sender_id")),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Name where the real pictures lie."""
    parser.add_argument(
        "--suggestion-sets",
        type=Path,
        metavar="FOLDER",
        help="of suggestions: a folder with scenes, coffee and clothing; without it only time is "
        "measured",
    )


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Time suggestions after an answer, and measure accuracy and calibration."""
    sizes, answers = ((2_000, 10_000), 20) if options.quick else ((10_000, 200_000), 60)
    found: dict[str, Any] = {"after_an_answer": _speed(sizes, answers)}
    if options.suggestion_sets is not None:
        found["accuracy"] = _accuracy(options.suggestion_sets, rounds=2 if options.quick else 5)
    return found


def _speed(sizes: tuple[int, ...], answers: int) -> dict[str, Any]:
    rows, figures = [], {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, Workspace(config_in(Path(folder))) as opened:
            question, truth = _planted(opened, size)
            engine = Engine(opened)
            start = time.perf_counter()
            engine.view(question, wait=600)
            loaded = time.perf_counter() - start
            _answer(opened, question, truth, list(truth)[: 20 * CLASSES])
            engine.view(question, wait=600)
            # The choice between the methods goes on for a while.
            time.sleep(5)
            for by in ORDERS:
                seconds = [
                    _after_an_answer(opened, engine, question, truth, by) for _ in range(answers)
                ]
                spread, p95 = Spread(tuple(seconds)), float(np.quantile(seconds, 0.95))
                rows.append([f"{size:,}", by, f"{loaded:.1f}", spread, f"{p95:.3f}"])
                figures[f"{size} {by}"] = {**spread.to_dict(), "p95": p95, "loaded": loaded}
            engine.close()
    print_table(["pictures", "order", "load s", "seconds after an answer", "p95"], rows)
    return figures


def _after_an_answer(
    workspace: Workspace, engine: Engine, question: Question, truth: dict[int, int], by: Any
) -> float:
    page = _page(workspace, engine, question, by)
    chosen = page.leases[0].member_id
    start = time.perf_counter()
    _answer(workspace, question, truth, [chosen])
    page = _page(workspace, engine, question, by)
    seconds = time.perf_counter() - start
    view = engine.view(question, wait=0)
    if view is None or view.fresh[view.place(chosen)]:
        raise RuntimeError("The page came before the answer had been learned from.")
    return seconds


def _page(workspace: Workspace, engine: Engine, question: Question, by: Any) -> pages.Page:
    request = pages.Request(question, "ada", 20, (), Order(by))
    view = engine.view(question, wait=60)
    found = pages.rankings(request, view)
    return workspace.records.write(lambda c: pages.hand_out(c, request, view, found))


def _answer(
    workspace: Workspace, question: Question, truth: dict[int, int], pictures: list[int]
) -> None:
    def work(connection: sa.Connection) -> None:
        for picture in pictures:
            sent = Submission(picture, "answer", (truth[picture],), None, None, uuid4().hex)
            answering.give(connection, question, sent, annotator="ada")

    workspace.records.write(work)


def _planted(workspace: Workspace, size: int) -> tuple[Question, dict[int, int]]:
    """Make pictures without files, whose vectors lie in overlapping heaps, one for each class."""
    rng = np.random.default_rng(0)
    classes = rng.integers(0, CLASSES, size)
    names = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(size)]
    hashes = rng.integers(1, 2**63, size).tolist()

    def make(connection: sa.Connection) -> tuple[Question, dict[str, int]]:
        images.add(
            connection,
            [ImageRow(s, 9, "JPEG", "RGB", 4, 3, h) for s, h in zip(names, hashes, strict=True)],
        )
        dataset = datasets.ensure(connection, "made", "benchmark").id
        ids = members.add(connection, dataset, [NewMember(f"{s}.jpg", s) for s in names])
        made = setting_up.add_question(
            connection,
            dataset_id=dataset,
            name="what",
            kind="single",
            author="ada",
            choices=[f"class {n}" for n in range(CLASSES)],
        )
        return questions.get(connection, made), ids

    question, ids = workspace.records.write(make)
    _keep_vectors(_cache(workspace), names, classes, rng)
    choice = [c.id for c in question.choices]
    truth = {ids[f"{s}.jpg"]: choice[c] for s, c in zip(names, classes.tolist(), strict=True)}
    return question, truth


def _cache(workspace: Workspace) -> VectorCache:
    backbone = BACKBONES.get(workspace.config.backbone)
    return workspace.vectors(backbone.model_id, backbone.dimensions)


def _keep_vectors(
    cache: VectorCache,
    names: list[str],
    classes: npt.NDArray[np.int64],
    rng: np.random.Generator,
) -> None:
    centres = rng.normal(size=(CLASSES, cache.dimensions)) * 0.2
    for start in range(0, len(names), _BATCH):
        part = slice(start, start + _BATCH)
        noise = rng.normal(size=(len(names[part]), cache.dimensions))
        rows = (centres[classes[part]] + noise).astype(np.float16)
        cache.add(list(zip(names[part], rows, strict=True)))


@dataclass(frozen=True)
class _Real:
    scene: Scene
    classes: npt.NDArray[np.int64]


def _accuracy(data: Path, *, rounds: int) -> dict[str, Any]:
    rows, figures = [], {}
    with tempfile.TemporaryDirectory() as folder, Workspace(config_in(Path(folder))) as opened:
        for name, file, given in _SETS:
            real = _load(opened, data / name / file, name, given)
            for number in NUMBERS:
                tried = np.array([_try(real, number, seed) for seed in range(rounds)])
                known = np.ma.masked_invalid(tried).mean(axis=0).filled(np.nan)
                right, error, sure, sure_right, spread_chosen = known.tolist()
                rows.append(
                    [
                        name,
                        str(number),
                        f"{right:.3f}",
                        f"{error:.3f}",
                        f"{sure:.2f}",
                        f"{sure_right:.3f}",
                        f"{spread_chosen:.1f}",
                    ]
                )
                figures[f"{name} {number}"] = {
                    "accuracy": right,
                    "calibration_error": error,
                    "share_sure": sure,
                    "accuracy_of_sure": sure_right,
                    "spread_chosen": spread_chosen,
                }
    header = ["set", "labels", "accuracy", "ECE", "sure (0.9)", "of these right", "spread chosen"]
    print_table(header, rows)
    return figures


def _load(workspace: Workspace, path: Path, name: str, given: SourceOptions) -> _Real:
    backbone = workspace.config.backbone
    import_pictures(workspace, path, dataset=name, options=given, link=True, backbone=backbone)
    with workspace.records.read() as connection:
        dataset = datasets.get(connection, name).id
        facts = suggestion_facts.pictures(connection, dataset)
        asked = questions.of_dataset(connection, dataset)[0]
        said = labels.of_question(connection, asked.id)
    held = features.load(facts, _cache(workspace))
    names = [said[member].choice or "" for member in held.members.tolist()]
    return _Real(Scene(held), np.unique(names, return_inverse=True)[1].astype(np.int64))


def _try(real: _Real, number: int, seed: int) -> tuple[float, float, float, float, float]:
    rng = np.random.default_rng(1000 * number + seed)
    chosen = rng.permutation(len(real.classes))[:number]
    held = real.scene.features
    usable = np.zeros(len(held), np.bool_)
    usable[chosen] = True
    examples = model.gather(real.classes + 1, usable, held.kin)
    edges = real.scene.edges if number <= model.MOST_TO_SPREAD else None
    choice = model.choose(held.rows, edges, examples)
    fitted = model.fit(held.rows, edges, examples, choice)
    rest = ~usable & ~np.isin(held.scenes, held.scenes[usable])
    right = (fitted.classes[fitted.best] == real.classes + 1)[rest]
    certainty = fitted.certainty[rest]
    sure = certainty >= 0.9
    return (
        float(right.mean()),
        _calibration_error(certainty, right),
        float(sure.mean()),
        float(right[sure].mean()) if sure.any() else float("nan"),
        float(choice.method == "spread"),
    )


def _calibration_error(
    certainty: npt.NDArray[np.float32], right: npt.NDArray[np.bool_], bins: int = 10
) -> float:
    """Expected calibration error over bins of equal width (Guo et al., 2017)."""
    place = np.minimum((certainty * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(right[place == b].mean() - certainty[place == b].mean()) * (place == b).mean()
            for b in range(bins)
            if (place == b).any()
        )
    )


BENCHMARK = command.Benchmark(
    title="Live suggestions",
    claim=(
        "Seconds from an answer to a page that has learned from it; accuracy and calibration by "
        "the number of labels, on pictures that were not learned from."
    ),
    measure=measure,
    add_options=add_options,
)

if __name__ == "__main__":
    command.run({"suggestions": BENCHMARK})
