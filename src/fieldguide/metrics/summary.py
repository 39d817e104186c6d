"""All figures of a model on one part of the data, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.metrics import bootstrap, inputs, intervals
from fieldguide.metrics.confusion_matrix import confusion_matrix
from fieldguide.metrics.figures import Answers
from fieldguide.metrics.interval import Interval
from fieldguide.metrics.reliability import ReliabilityBin, reliability
from fieldguide.types import IntArray


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """The figures of one class.

    Attributes:
        support: How many pictures belong to the class.
        predicted: How many pictures were given it.
        precision: Of those given it, the fraction that belongs to it.
        recall: Of those that belong to it, the fraction that was given it.
        f1: Harmonic mean of the two.
    """

    support: int
    predicted: int
    precision: Interval
    recall: Interval
    f1: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What one reading of a part of the data gave.

    Attributes:
        pictures: How many pictures there are, n.
        groups: How many groups they come from; n where no groups were given.
        metrics: Each metric by name, in a fixed order.
        per_class: One entry a class, in the order of the classes.
        confusion: ``(k, k)`` int64, rows are the truth.
        reliability: Ten bins by the probability of the class given.
    """

    pictures: int
    groups: int
    metrics: dict[str, Interval]
    per_class: list[ClassSummary]
    confusion: IntArray
    reliability: tuple[ReliabilityBin, ...]


def summarise(
    truth: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    class_count: int,
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Summary:
    """Compute all figures and their intervals.

    The intervals come from the cluster bootstrap over groups, see ``bootstrap``, and are widened
    where that is known to claim too much, see ``intervals``: 50 right of 50 do not make certainty.
    Where a group holds the pictures of one scene, leaf or patient, always give the groups; without
    them the intervals are too narrow. An interval always holds its value.

    Args:
        truth: ``(n,)`` integers, ``0 <= index < class_count``; n may be 0.
        probabilities: ``(n, class_count)`` floats from 0 to 1, each row adding up to 1. The class
            given is the one of highest probability, the first of equals.
        groups: ``(n,)`` names or numbers; pictures with equal ones belong together, a picture with
            None stands alone. ``groups=None`` makes each picture its own group.
        class_count: How many classes there are, k.
        repeats: How many drawings the bootstrap makes, at least 1.
        level: How likely each interval should hold the truth, between 0 and 1.
        seed: Of the drawings; the same seed gives the same summary.

    Returns:
        The figures. Undefined ones are nan: all of them without pictures, the areas with one class
        in the truth, precision of a class that was never given, recall of a class without pictures.
        With fewer than 2 groups the bounds are nan.

    Raises:
        ValueError: If the shapes, types or ranges are wrong, a value is nan or a row does not add
            up to 1.

    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap. Field and Welsh (2007),
        Bootstrapping clustered data, Journal of the Royal Statistical Society B 69.

    Example:
        >>> truth = np.repeat([0, 1], 25)
        >>> summarise(truth, np.eye(2)[truth], class_count=2, repeats=100).metrics["accuracy"]
        Interval(1.000 [0.929, 1.000])
    """
    bootstrap.check_settings(repeats, level)
    true, rows = inputs.truth_and_probabilities(truth, probabilities)
    if rows.shape[1] != class_count:
        raise ValueError(
            f"probabilities must have {class_count} columns, one a class, got {rows.shape[1]}."
        )
    codes = inputs.group_codes(groups, true.size)
    answers = Answers(true, rows)
    metrics, classes = intervals.of_answers(answers, codes, repeats=repeats, level=level, seed=seed)
    counts = answers.count(np.ones((1, true.size)))
    return Summary(
        pictures=true.size,
        groups=bootstrap.count_groups(codes),
        metrics={str(name): interval for name, interval in metrics.items()},
        per_class=[
            ClassSummary(
                support=int(counts.support[0, c]),
                predicted=int(counts.predicted[0, c]),
                precision=classes["precision"][c],
                recall=classes["recall"][c],
                f1=classes["f1"][c],
            )
            for c in range(class_count)
        ],
        confusion=confusion_matrix(true, answers.predicted, class_count=class_count),
        reliability=reliability(true, rows),
    )
