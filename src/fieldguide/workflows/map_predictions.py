"""Predictions to colour a map by: for each picture, by a model that was not trained on it.

Labelled pictures are judged by cross-validation: by a head that was fitted on other folds, and
pictures of one group, of the same bytes or of one scene of the latest version lie in one fold. The
others are judged by a head that was fitted on labelled ones of all folds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from fieldguide.records import map_facts, versions
from fieldguide.storage.predictions import PredictionCache, Predictions
from fieldguide.storage.vectors import VectorCache
from fieldguide.train.folds import make_folds
from fieldguide.types import FloatArray, IntArray, Progress, Tracker
from fieldguide.workflows import map_points
from fieldguide.workspace import Workspace

if TYPE_CHECKING:
    from fieldguide.models.heads.logistic import LogisticRegressionHead

TAUGHT = 5000
"""A head is fitted on so many pictures at most; more would change a colour here and there."""

_BLOCK = 8192
_EVERYWHERE = -1


@dataclass(frozen=True, slots=True)
class _Judged:
    """What is to be judged: a row per picture, labelled ones with class index and cluster."""

    ids: IntArray
    hashes: list[str]
    classes: IntArray
    clusters: IntArray
    choices: IntArray


def prediction_cache(workspace: Workspace, dataset_id: int) -> PredictionCache:
    """Open the cache of the predictions for a dataset's map."""
    return PredictionCache(map_points.map_cache(workspace, dataset_id).folder)


def predicted(workspace: Workspace, dataset_id: int) -> list[int]:
    """Return the questions for which there are predictions."""
    return prediction_cache(workspace, dataset_id).questions()


def predict_question(
    workspace: Workspace, dataset_id: int, question_id: int, progress: Progress
) -> int:
    """Predict a question's answers for all pictures and keep them; return for how many.

    None are predicted where cross-validation is impossible: there are not two classes with two
    clusters each. What was predicted before is then forgotten.
    """
    cache = prediction_cache(workspace, dataset_id)
    vectors = map_points.open_vectors(workspace)
    judged = _gather(workspace, dataset_id, question_id, vectors)
    labelled = np.flatnonzero(judged.classes >= 0)
    folds = np.zeros(0, np.int64)
    if len(labelled):
        folds = make_folds(judged.classes[labelled], judged.clusters[labelled], seed=0)
    if len(np.unique(folds)) < 2:
        cache.remove(question_id)
        return 0
    fold_of = np.full(len(judged.ids), _EVERYWHERE, np.int64)
    fold_of[labelled] = folds
    with progress.step("Fit models", len(np.unique(folds)) + 1, "models") as tracker:
        heads = _fit(judged, fold_of, vectors, workspace.config.workers, tracker)
    with progress.step("Predict", len(judged.ids), "pictures") as tracker:
        chosen, probability = _judge(judged, fold_of, heads, vectors, tracker)
    known = fold_of != _EVERYWHERE
    cache.save(question_id, Predictions(judged.ids, judged.choices[chosen], probability, known))
    return len(judged.ids)


def _gather(
    workspace: Workspace, dataset_id: int, question_id: int, vectors: VectorCache
) -> _Judged:
    with workspace.records.read() as connection:
        pictures = map_facts.pictures(connection, dataset_id)
        groups = map_facts.of_members(connection, dataset_id, "group")
        latest = versions.latest(connection, dataset_id)
        scenes = map_facts.clusters_of(connection, 0 if latest is None else latest.id)
        choice_of = {
            row.member_id: row.choice_id
            for row in map_facts.label_rows(connection, question_id)
            if row.choice_id is not None
        }
    held = [(number, sha256) for number, sha256 in pictures if sha256 in vectors]
    # By the hash, so that what a head is fitted on depends on content alone.
    held.sort(key=lambda pair: (pair[1], pair[0]))
    ids, hashes = [number for number, _ in held], [sha256 for _, sha256 in held]
    choices = sorted(set(choice_of.values()))
    place = {choice: index for index, choice in enumerate(choices)}
    return _Judged(
        ids=np.array(ids, np.int64),
        hashes=hashes,
        classes=np.array([place.get(choice_of.get(n, 0), -1) for n in ids], np.int64),
        clusters=_clusters(held, groups, scenes),
        choices=np.array(choices, np.int64),
    )


def _clusters(
    held: Sequence[tuple[int, str]], groups: dict[int, str], scenes: dict[int, str]
) -> IntArray:
    """Number the pictures so that those which must not be told apart have one number."""
    parent: dict[str, str] = {}

    def find(key: str) -> str:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for number, sha256 in held:
        for kind, names in (("group", groups), ("scene", scenes)):
            if number in names:
                parent[find(f"{kind}:{names[number]}")] = find(sha256)
    roots = [find(sha256) for _, sha256 in held]
    numbers: IntArray = np.unique(roots, return_inverse=True)[1].astype(np.int64)
    return numbers


def _fit(
    judged: _Judged, fold_of: IntArray, vectors: VectorCache, workers: int, tracker: Tracker
) -> dict[int, tuple[LogisticRegressionHead, IntArray]]:
    """Fit a head without each fold, and one on all, which is kept under ``_EVERYWHERE``."""

    def fit(fold: int) -> tuple[int, tuple[LogisticRegressionHead, IntArray]]:
        rows = _some(judged, np.flatnonzero((fold_of != _EVERYWHERE) & (fold_of != fold)))
        classes, indices = np.unique(judged.classes[rows], return_inverse=True)
        read = vectors.get([judged.hashes[row] for row in rows]).astype(np.float32)
        # Imported here, for the server that looks for predictions has no use for it.
        from fieldguide.models.heads.logistic import LogisticRegressionHead

        head = LogisticRegressionHead().fit(read, indices.astype(np.int64), count=len(classes))
        tracker.advance()
        return fold, (head, classes)

    with threadpool_limits(1), ThreadPoolExecutor(workers) as pool:
        return dict(pool.map(fit, [int(fold) for fold in np.unique([_EVERYWHERE, *fold_of])]))


def _some(judged: _Judged, rows: IntArray) -> IntArray:
    """Return at most ``TAUGHT`` of some rows, with the rare classes whole."""
    classes = judged.classes[rows]
    order = np.argsort(classes, kind="stable")
    starts = np.searchsorted(classes[order], classes[order])
    rank = np.empty(len(rows), np.int64)
    rank[order] = np.arange(len(rows)) - starts
    return np.sort(rows[np.argsort(rank, kind="stable")[:TAUGHT]])


def _judge(
    judged: _Judged,
    fold_of: IntArray,
    heads: dict[int, tuple[LogisticRegressionHead, IntArray]],
    vectors: VectorCache,
    tracker: Tracker,
) -> tuple[IntArray, npt.NDArray[np.float32]]:
    chosen = np.zeros(len(judged.ids), np.int64)
    probability = np.zeros(len(judged.ids), np.float32)
    from fieldguide.models.heads.temperature import calibrate

    temperature = _temperature(judged, fold_of, heads, vectors)
    for rows, head, classes, read in _blocks(judged, fold_of, heads, vectors):
        values = calibrate(head.log_scores(read), temperature)
        chosen[rows] = classes[values.argmax(axis=1)]
        probability[rows] = values.max(axis=1)
        tracker.advance(len(rows))
    return chosen, probability


def _temperature(
    judged: _Judged,
    fold_of: IntArray,
    heads: dict[int, tuple[LogisticRegressionHead, IntArray]],
    vectors: VectorCache,
) -> float:
    """Fit the temperature on some of the pictures that cross-validation judges."""
    from fieldguide.models.heads.temperature import fit_temperature

    some = np.flatnonzero(fold_of != _EVERYWHERE)[:TAUGHT]
    scores = np.full((len(some), len(judged.choices)), -1e3)
    for fold in np.unique(fold_of[some]):
        mine = np.flatnonzero(fold_of[some] == fold)
        head, classes = heads[int(fold)]
        read = vectors.get([judged.hashes[row] for row in some[mine]])
        scores[np.ix_(mine, classes)] = head.log_scores(read)
    # A class that stands in one fold only is unknown to the head that judges it.
    truth = judged.classes[some]
    sound = scores[np.arange(len(some)), truth] > -1e3
    found: FloatArray = scores[sound]
    return fit_temperature(found, truth[sound]) if len(found) else 1.0


def _blocks(
    judged: _Judged,
    fold_of: IntArray,
    heads: dict[int, tuple[LogisticRegressionHead, IntArray]],
    vectors: VectorCache,
) -> Iterator[tuple[IntArray, LogisticRegressionHead, IntArray, npt.NDArray[np.float16]]]:
    for fold, (head, classes) in heads.items():
        rows = np.flatnonzero(fold_of == fold)
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            yield block, head, classes, vectors.get([judged.hashes[row] for row in block])
