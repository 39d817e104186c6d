"""Train a head: choose its settings by cross-validation, calibrate it, fit it on everything.

All of it happens inside the training part. Cross-validation gives every training picture a score
by a head that has not seen it; these scores choose the settings, and the temperature is fitted on
them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from fieldguide.errors import DataError
from fieldguide.metrics.accuracy import accuracy
from fieldguide.metrics.log_loss import log_loss
from fieldguide.models.heads.head import Head
from fieldguide.models.heads.temperature import calibrate, fit_temperature
from fieldguide.train.folds import make_folds
from fieldguide.types import FloatArray, IntArray

Vectors = npt.NDArray[np.float32]

SEARCH_LIMIT = 5000
"""Settings are chosen on whole clusters of this many pictures; the chosen one is fitted on all."""

CURVE_SHARES = (0.1, 0.25, 0.5)
"""Shares of the training pictures at which the learning curve is measured, besides all of them."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One setting tried in cross-validation.

    Attributes:
        settings: The head's settings.
        log_loss: After calibration, over the pictures left out.
        accuracy: Over the pictures left out.
    """

    settings: dict[str, int | float | str | None]
    log_loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """What training gave.

    Attributes:
        head: Fitted on all training pictures.
        temperature: What its log-scores are divided by.
        trials: All settings that were tried.
        chosen: Position of the chosen one.
        folds: Number of folds; 0 when there were too few pictures to cross-validate.
    """

    head: Head
    temperature: float
    trials: tuple[Trial, ...]
    chosen: int
    folds: int

    def probabilities(self, vectors: npt.NDArray[np.floating]) -> FloatArray:
        """Return calibrated probabilities, ``(n, classes)``."""
        probabilities: FloatArray = calibrate(self.head.log_scores(vectors), self.temperature)
        return probabilities


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """Accuracy on left-out pictures after training on some.

    Attributes:
        pictures: Mean number of training pictures.
        hits: ``(n,)`` whether each left-out picture was right.
        clusters: ``(n,)`` clusters of the pictures.
    """

    pictures: int
    hits: npt.NDArray[np.bool_]
    clusters: IntArray


def train_head(
    kind: type[Head],
    vectors: Vectors,
    classes: IntArray,
    clusters: IntArray,
    *,
    count: int,
    seed: int,
    workers: int,
    advance: Callable[[], None] = lambda: None,
) -> TrainedHead:
    """Train a head of one kind.

    Args:
        kind: The head's class; its ``grid`` says which settings compete.
        vectors: ``(n, dimensions)`` of the training part.
        classes: ``(n,)`` class indices.
        clusters: ``(n,)`` rows that must stay in one fold.
        count: Number of classes.
        seed: For folds and heads.
        workers: Threads.
        advance: Called after each fit.

    Returns:
        The head fitted on everything, its calibration and the trials.

    Raises:
        DataError: If fewer than two classes have a training picture.
    """
    if len(np.unique(classes)) < 2:
        raise DataError(
            f"Training needs pictures of at least two classes; the training part has "
            f"{len(classes)} pictures of {len(np.unique(classes))} class."
        )
    settings = kind.grid(seed)
    rows = _search_rows(classes, clusters, seed)
    folds = make_folds(classes[rows], clusters[rows], seed=seed)
    fold_count = len(np.unique(folds)) if folds.any() else 0
    with threadpool_limits(1):
        if fold_count:
            scores = _cross_validate(
                settings, vectors[rows], classes[rows], folds, count, workers, advance
            )
            seen = _learnable(classes[rows], folds)
            truth = classes[rows][seen]
            trials = [
                _trial(head, s[seen], truth) for head, s in zip(settings, scores, strict=True)
            ]
            chosen = min(range(len(trials)), key=lambda i: round(trials[i].log_loss, 6))
            temperature = fit_temperature(scores[chosen][seen], truth)
        else:
            trials, chosen, temperature = [], len(settings) // 2, 1.0
        head = settings[chosen].fit(vectors, classes, count=count)
    advance()
    return TrainedHead(head, temperature, tuple(trials), chosen, fold_count)


def fits_needed(kind: type[Head], seed: int, folds: int) -> int:
    """Return how many fits ``train_head`` makes at most, for a progress bar."""
    return len(kind.grid(seed)) * folds + 1


def learning_curve(
    make: Callable[[], Head],
    vectors: Vectors,
    classes: IntArray,
    clusters: IntArray,
    *,
    count: int,
    seed: int,
    workers: int,
    advance: Callable[[], None] = lambda: None,
) -> list[LearningPoint]:
    """Measure what more training pictures bring, inside the training part.

    Args:
        make: Gives an unfitted head with the chosen settings.
        vectors: As for ``train_head``, and so are the others.
        classes: Class indices.
        clusters: Cluster numbers.
        count: Number of classes.
        seed: For folds and drawings.
        workers: Threads.
        advance: Called after each fit.

    Returns:
        Points from few pictures to all, or none when there are too few to cross-validate.
    """
    rows = _search_rows(classes, clusters, seed)
    x, y, groups = vectors[rows], classes[rows], clusters[rows]
    folds = make_folds(y, groups, seed=seed)
    if not folds.any():
        return []
    seen = _learnable(y, folds)
    draw = np.random.default_rng(seed).random(int(groups.max()) + 1)[groups]

    def fit(task: tuple[float, int]) -> tuple[IntArray, npt.NDArray[np.bool_], int] | None:
        share, fold = task
        outside = np.flatnonzero(folds != fold)
        cut = np.quantile(draw[outside], share)
        used = outside[draw[outside] <= cut]
        if len(np.unique(y[used])) < 2:
            return None
        left = np.flatnonzero((folds == fold) & seen)
        guesses = make().fit(x[used], y[used], count=count).log_scores(x[left]).argmax(axis=1)
        advance()
        return left, guesses == y[left], len(used)

    points = []
    with threadpool_limits(1), ThreadPoolExecutor(workers) as pool:
        for share in (*CURVE_SHARES, 1.0):
            results = list(pool.map(fit, [(share, fold) for fold in np.unique(folds)]))
            whole = [result for result in results if result is not None]
            if len(whole) == len(results):
                points.append(
                    LearningPoint(
                        pictures=round(float(np.mean([used for _, _, used in whole]))),
                        hits=np.concatenate([hits for _, hits, _ in whole]),
                        clusters=groups[np.concatenate([left for left, _, _ in whole])],
                    )
                )
    return points


def _search_rows(classes: IntArray, clusters: IntArray, seed: int) -> IntArray:
    if len(classes) <= SEARCH_LIMIT:
        return np.arange(len(classes))
    # A random draw of whole clusters keeps the shares of the classes well enough at this size.
    order = np.random.default_rng(seed).permutation(int(clusters.max()) + 1)[clusters]
    kept = order <= np.partition(order, SEARCH_LIMIT - 1)[SEARCH_LIMIT - 1]
    rows = np.flatnonzero(kept)
    return rows if len(np.unique(classes[rows])) >= 2 else np.arange(len(classes))


def _learnable(classes: IntArray, folds: IntArray) -> npt.NDArray[np.bool_]:
    """Mark the rows whose class also stands in another fold.

    The others are scored by heads that never saw their class. That says nothing about the settings,
    and would drown what the other rows say.
    """
    folds_of = {label: len(np.unique(folds[classes == label])) for label in np.unique(classes)}
    return np.array([folds_of[label] > 1 for label in classes], np.bool_)


def _cross_validate(
    settings: Sequence[Head],
    vectors: Vectors,
    classes: IntArray,
    folds: IntArray,
    count: int,
    workers: int,
    advance: Callable[[], None],
) -> list[FloatArray]:
    scores = [np.zeros((len(classes), count)) for _ in settings]

    def fit(task: tuple[int, int]) -> None:
        number, fold = task
        inside, left = folds != fold, folds == fold
        # A fresh head per fit: several threads work on one setting at once.
        head = type(settings[number])(**settings[number].settings())
        head.fit(vectors[inside], classes[inside], count=count)
        scores[number][left] = head.log_scores(vectors[left])
        advance()

    tasks = [(number, fold) for number in range(len(settings)) for fold in np.unique(folds)]
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(fit, tasks))
    return scores


def _trial(head: Head, scores: FloatArray, classes: IntArray) -> Trial:
    probabilities = calibrate(scores, fit_temperature(scores, classes))
    return Trial(
        settings=head.settings(),
        log_loss=float(log_loss(classes, probabilities)),
        accuracy=float(accuracy(classes, probabilities.argmax(axis=1))),
    )
