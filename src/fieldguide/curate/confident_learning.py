"""Confident learning: find labels that are probably wrong, from out-of-sample probabilities.

Source: Northcutt, Jiang and Chuang, Confident Learning: Estimating Uncertainty in Dataset Labels,
Journal of Artificial Intelligence Research 70 (2021). The ranking, and what certainty is, are
explained where they are computed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression
from threadpoolctl import threadpool_limits

from fieldguide.types import FloatArray, IntArray

RIVALS = 3
"""So many of the likeliest other classes speak against a label. All others together would be
self-confidence, which lets the noise of many small probabilities in; only one would overlook
that a picture is certainly something else, when it is not clear what."""

_ROUNDS = 2
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class LabelDoubts:
    """What is to be thought of each label.

    Attributes:
        thresholds: ``(k,)`` mean probability of each class among the pictures that bear it; NaN for
            a class that none bears.
        joint: ``(k, k)`` estimated number of pictures that bear class i and are of class j. Rows
            add up to the number of pictures that bear the class.
        doubt: ``(n,)`` by which labels are ranked, the most doubtful first: log-odds of the three
            likeliest other classes together against the given one.
        certainty: ``(n,)`` estimated probability in [0, 1] that the label is wrong; never falls
            with ``doubt``.
        suggested: ``(n,)`` the likeliest class other than the given one.
    """

    thresholds: FloatArray
    joint: FloatArray
    doubt: FloatArray
    certainty: FloatArray
    suggested: IntArray

    @property
    def expected_errors(self) -> float:
        """How many of the labels are estimated to be wrong."""
        return float(self.joint.sum() - np.trace(self.joint))

    @property
    def order(self) -> IntArray:
        """All rows, the most doubtful first."""
        return np.argsort(-self.doubt, kind="stable").astype(np.int64)


def doubt_labels(labels: IntArray, probabilities: FloatArray) -> LabelDoubts:
    """Estimate which labels are wrong.

    Args:
        labels: ``(n,)`` class index that each picture bears.
        probabilities: ``(n, k)`` calibrated probabilities by models that have not seen the picture,
            rows adding up to 1.

    Returns:
        Thresholds, the joint of given and true classes, and the doubt about each label.

    Raises:
        ValueError: If shapes do not fit, a label is no class, or a probability is not in [0, 1].

    Example:
        >>> labels = np.array([0, 0, 0, 1, 1, 1])
        >>> sure = np.array([0.9, 0.9, 0.1, 0.1, 0.1, 0.1])
        >>> found = doubt_labels(labels, np.stack([sure, 1 - sure], axis=1))
        >>> int(found.order[0]), int(found.suggested[2])
        (2, 1)
    """
    _check(labels, probabilities)
    thresholds = class_thresholds(labels, probabilities)
    joint = confident_joint(labels, probabilities, thresholds)
    own, rivals, suggested = _own_and_rivals(labels, probabilities)
    doubt = np.log(rivals + _TINY) - np.log(own + _TINY)
    return LabelDoubts(
        thresholds=thresholds,
        joint=joint,
        doubt=doubt,
        certainty=_certainty(labels, probabilities, joint, doubt),
        suggested=suggested,
    )


def class_thresholds(labels: IntArray, probabilities: FloatArray) -> FloatArray:
    """Return the mean probability of each class among the pictures that bear it, ``(k,)``.

    A picture counts as confidently of a class from this probability on, so that classes of which
    models are unsure in general are not given up. NaN for a class that no picture bears.
    """
    own = probabilities[np.arange(len(labels)), labels]
    classes = probabilities.shape[1]
    counts = np.bincount(labels, minlength=classes)
    sums = np.bincount(labels, weights=own, minlength=classes)
    means: FloatArray = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return means


def confident_joint(
    labels: IntArray, probabilities: FloatArray, thresholds: FloatArray
) -> FloatArray:
    """Estimate how many pictures bear class i and are of class j, ``(k, k)``.

    Counted are the pictures that are confidently of a class, each for the likeliest such class; the
    rows are then scaled to the number of pictures that bear each class.
    """
    classes = probabilities.shape[1]
    # What is exactly at a threshold, as when all are equally sure, must not depend on rounding.
    above = probabilities >= np.nan_to_num(thresholds, nan=np.inf) - 1e-6
    likeliest = np.where(above, probabilities, -1.0).argmax(axis=1)
    some = above.any(axis=1)
    joint = np.zeros((classes, classes))
    np.add.at(joint, (labels[some], likeliest[some]), 1.0)
    # A class of which nothing is confident says nothing about errors.
    silent = joint.sum(axis=1) == 0
    joint[silent, silent] = 1.0
    counts = np.bincount(labels, minlength=classes)
    scaled: FloatArray = joint / joint.sum(axis=1, keepdims=True) * counts[:, None]
    return scaled


def prune_by_noise_rate(
    labels: IntArray, probabilities: FloatArray, joint: FloatArray
) -> npt.NDArray[np.bool_]:
    """Mark, for each given class i and true class j, as many pictures as the joint has there.

    Those whose probability of j exceeds that of i by most. It is for a clean-up without a person;
    what a person looks through is better taken by certainty.

    Args:
        labels: As for :func:`doubt_labels`, and so are the probabilities.
        probabilities: ``(n, k)``.
        joint: ``(k, k)`` by :func:`confident_joint`.

    Returns:
        ``(n,)`` whether the picture is marked.
    """
    marked = np.zeros(len(labels), np.bool_)
    numbers = np.rint(joint).astype(np.int64)
    for given, true in zip(*np.nonzero(numbers), strict=True):
        if given == true:
            continue
        rows = np.flatnonzero(labels == given)
        margins = probabilities[rows, true] - probabilities[rows, given]
        marked[rows[np.argsort(-margins, kind="stable")[: numbers[given, true]]]] = True
    return marked


def _own_and_rivals(
    labels: IntArray, probabilities: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    rows = np.arange(len(labels))
    others = probabilities.copy()
    others[rows, labels] = -1.0
    suggested = others.argmax(axis=1).astype(np.int64)
    others[rows, labels] = 0.0
    most = min(RIVALS, others.shape[1])
    rivals: FloatArray = np.partition(others, -most, axis=1)[:, -most:].sum(axis=1)
    return probabilities[rows, labels], rivals, suggested


def _certainty(
    labels: IntArray, probabilities: FloatArray, joint: FloatArray, doubt: FloatArray
) -> FloatArray:
    """Estimate the probability that each label is wrong, rising with the doubt about it.

    Models were fitted on labels of which some are wrong, so their probabilities p are of the given
    label: p = T q, where q are those of the true class and T[i, j], from the joint, is the chance
    that class j is given as i. Two rounds of the Richardson-Lucy iteration undo that (Lucy, An
    iterative technique for the rectification of observed distributions, Astronomical Journal 79,
    1974), stopped early because it would amplify noise; then Bayes' rule gives the probability
    that a picture which was given i is of i. It is made to rise with the doubt by isotonic
    regression, which leaves its mean over pictures as it is.
    """
    if not len(labels):
        return np.zeros(0)
    # Laplace's rule: that no such error was counted does not mean that there can be none.
    seen = joint + 1.0
    given_as = seen / seen.sum(axis=0, keepdims=True)
    true = probabilities.copy()
    # The matrices are so small that a second thread would cost more than it saves.
    with threadpool_limits(1):
        for _ in range(_ROUNDS):
            true *= (probabilities / np.maximum(true @ given_as.T, _TINY)) @ given_as
            true /= np.maximum(true.sum(axis=1, keepdims=True), _TINY)
    chances = true * given_as[labels]
    right = chances[np.arange(len(labels)), labels] / np.maximum(chances.sum(axis=1), _TINY)
    wrong = np.clip(1.0 - right, 0.0, 1.0)
    risen: FloatArray = IsotonicRegression(y_min=0.0, y_max=1.0).fit_transform(doubt, wrong)
    return risen


def _check(labels: IntArray, probabilities: FloatArray) -> None:
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1]:
        raise ValueError(
            f"probabilities must be (n, classes) with n labels; got {probabilities.shape} and "
            f"{labels.shape}"
        )
    if len(labels) and not 0 <= labels.min() <= labels.max() < probabilities.shape[1]:
        raise ValueError(
            f"labels must be class indices below {probabilities.shape[1]}; got {labels.min()} to "
            f"{labels.max()}"
        )
    if not ((probabilities >= 0) & (probabilities <= 1 + 1e-6)).all():
        raise ValueError("probabilities must lie in [0, 1]")
