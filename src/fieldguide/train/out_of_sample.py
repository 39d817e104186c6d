"""Out-of-sample probabilities: what models say of pictures that they were not trained on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from fieldguide.models.heads.head import Head
from fieldguide.models.heads.temperature import calibrate, fit_temperature
from fieldguide.train.folds import make_folds
from fieldguide.types import FloatArray, IntArray

FITS = 5
"""At most so many fits: one for each fold."""


@dataclass(frozen=True, slots=True)
class OutOfSample:
    """What models of other folds say.

    Attributes:
        rows: ``(m,)`` the rows that could be judged, ascending: those whose class stands in at
            least two folds.
        probabilities: ``(m, count)`` calibrated on those rows.
        folds: Number of folds.
    """

    rows: IntArray
    probabilities: FloatArray
    folds: int


def out_of_sample(
    make: Callable[[], Head],
    vectors: npt.NDArray[np.float32],
    classes: IntArray,
    clusters: IntArray,
    *,
    count: int,
    seed: int = 0,
    workers: int = 1,
    taught: npt.NDArray[np.bool_] | None = None,
    advance: Callable[[], None] = lambda: None,
) -> OutOfSample | None:
    """Let each row be judged by a head that has seen nothing of its cluster.

    Args:
        make: Gives an unfitted head.
        vectors: ``(n, dimensions)``.
        classes: ``(n,)`` class indices.
        clusters: ``(n,)`` rows that must stay in one fold.
        count: Number of classes.
        seed: For the folds.
        workers: Threads.
        taught: ``(n,)`` the rows that heads are fitted on; all when None. The others are judged
            only.
        advance: Called after each of at most ``FITS`` fits.

    Returns:
        The probabilities, or None where cross-validation is impossible: there are not two classes
        with two clusters each.
    """
    used = np.ones(len(classes), np.bool_) if taught is None else taught
    if not len(classes):
        return None
    folds = make_folds(classes, clusters, seed=seed)
    numbers = np.unique(folds)
    inside = {int(fold): np.flatnonzero((folds != fold) & used) for fold in numbers}
    if len(numbers) < 2 or any(len(np.unique(classes[rows])) < 2 for rows in inside.values()):
        return None
    scores = np.zeros((len(classes), count))

    def judge(fold: int) -> None:
        rows = inside[fold]
        known = vectors[rows]
        head = make().fit(known, classes[rows], count=count)
        left = folds == fold
        # A dimension that hardly varied while the head learned would decide alone where it does.
        seen = np.clip(vectors[left], known.min(axis=0), known.max(axis=0))
        scores[left] = head.log_scores(seen)
        advance()

    with threadpool_limits(1), ThreadPoolExecutor(workers) as pool:
        list(pool.map(judge, inside))
    # A class that stands in one fold only is unknown to the heads that judge it.
    elsewhere = {
        label: len(np.unique(folds[used & (classes == label)])) > 1 for label in np.unique(classes)
    }
    rows = np.flatnonzero([elsewhere[label] for label in classes]).astype(np.int64)
    if not len(rows):
        return None
    temperature = fit_temperature(scores[rows], classes[rows])
    return OutOfSample(rows, calibrate(scores[rows], temperature), len(numbers))
