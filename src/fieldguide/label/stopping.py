"""When to stop: how good a model of the labels is now, and what the next 100 would bring.

Both are measured on the hold-out alone (see ``holdout``): pictures drawn by lot that people
labelled without seeing a suggestion. Pictures that a model chose say nothing about all pictures:
those it was unsure of are too hard, and those on the page of a class too easy.

No picture is judged by a model that saw its group or scene. Where leaving all of these out would
cost much of what there is to learn from, the hold-out is judged in parts, each by models that left
out only what belongs to that part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from fieldguide.label import learning_curve
from fieldguide.label.learning_curve import Curves, Measured
from fieldguide.metrics.interval import Interval
from fieldguide.metrics.proportion import effective_size, wilson
from fieldguide.models.heads.head import Head
from fieldguide.types import FloatArray, IntArray

NEXT = 100
"""Answers that the forecast looks ahead."""

LITTLE = 0.005
"""A gain in accuracy by the next answers below which more labels bring little."""

LEAST_TO_MEASURE = 10
"""Hold-out pictures below which no accuracy is given."""

LEAST_TO_FORECAST = 30
"""Hold-out pictures below which no forecast is given."""

LEAST_TO_LEARN = 40
"""Labels below which no forecast is given."""

SHARES = ((0.125, 4), (0.25, 4), (0.5, 3), (0.75, 2), (1.0, 1))
"""Shares of the labels that models learn from, and how often each is drawn."""

_DEAR = 0.1
_PARTS = 4
_LEVEL = 0.95

Verdict = Literal["keep", "little", "unclear"]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Labelled:
    """Pictures with a label.

    Attributes:
        vectors: ``(n, dimensions)``.
        classes: ``(n,)``, class indices from 0.
        clusters: ``(n,)``, equal for pictures of one group or scene.
        held_out: ``(n,)``, which of them are in the hold-out and were labelled without help.
        learnable: ``(n,)``, which of them models may learn from; none of the hold-out.
        class_count: How many classes there are.
    """

    vectors: npt.NDArray[np.float32]
    classes: IntArray
    clusters: IntArray
    held_out: Bools
    learnable: Bools
    class_count: int


@dataclass(frozen=True, slots=True)
class Point:
    """How often models of so many labels were right on the hold-out."""

    labels: int
    accuracy: Interval


@dataclass(frozen=True)
class Forecast:
    """What the next answers would bring.

    Attributes:
        answers: How many answers.
        accuracy: The accuracy after them.
        gain: By how much it would grow.
        verdict: ``keep`` where the interval of the gain lies above ``LITTLE``, ``little`` where it
            lies below, else ``unclear``.
    """

    answers: int
    accuracy: Interval
    gain: Interval
    verdict: Verdict


@dataclass(frozen=True)
class Standing:
    """The running estimate.

    Attributes:
        judged: Hold-out pictures that the accuracy comes from.
        scenes: Independent groups or scenes among them.
        learned: Labels that the model learned from.
        left_out: Labels that it did not learn from since they share a scene with the hold-out.
        accuracy: Its accuracy; None where ``reason`` says why.
        points: The measured curve, from few labels to all.
        band: The fitted curve at some numbers of labels, up to those of the forecast.
        forecast: None where ``reason`` says why.
        reason: Why there is no accuracy, or no forecast; None where there are both.
    """

    judged: int
    scenes: int
    learned: int
    left_out: int
    accuracy: Interval | None = None
    points: tuple[Point, ...] = ()
    band: tuple[Point, ...] = ()
    forecast: Forecast | None = None
    reason: str | None = None


def rows_to_learn_from(labelled: Labelled, judged: Bools) -> Bools:
    """Tell which pictures a model may learn from that is to judge some of the hold-out.

    Args:
        labelled: All pictures with a label.
        judged: ``(n,)``, the hold-out pictures that it will judge.

    Returns:
        ``(n,)``: none of the hold-out, and none of the group or scene of a judged picture.
    """
    akin = np.isin(labelled.clusters, labelled.clusters[judged])
    return labelled.learnable & ~labelled.held_out & ~akin


def estimate(
    labelled: Labelled, make: Callable[[], Head], *, holdout_share: float, seed: int = 0
) -> Standing:
    """Estimate the accuracy of a model of the labels, and what the next answers would bring.

    Args:
        labelled: All pictures with a label.
        make: Gives an unfitted head, as the one that suggests.
        holdout_share: Share of the next answers that go to the hold-out and teach nothing.
        seed: Of all drawings.
    """
    judged = int(labelled.held_out.sum())
    scenes = len(np.unique(labelled.clusters[labelled.held_out]))
    parts = _parts(labelled, seed)
    allowed = [rows_to_learn_from(labelled, part) for part in parts]
    before = int((labelled.learnable & ~labelled.held_out).sum())
    learned = round(float(np.mean([rows.sum() for rows in allowed])))
    bare = Standing(judged, scenes, learned, before - learned)
    reason = _too_little(labelled, judged, scenes, allowed)
    if reason is not None:
        return replace(bare, reason=reason)
    measured = _measure(labelled, parts, allowed, make, seed)
    points = tuple(
        Point(round(size), _interval(hits, measured.clusters))
        for size, hits in zip(measured.sizes, measured.hits, strict=True)
    )
    bare = replace(bare, accuracy=points[-1].accuracy, points=points)
    reason = _too_early(judged, learned)
    if reason is not None:
        return replace(bare, reason=reason)
    curves = learning_curve.draw(measured, seed=seed)
    return replace(
        bare,
        band=_band(curves, measured.sizes),
        forecast=_forecast(curves, measured.sizes[-1], holdout_share),
    )


def _parts(labelled: Labelled, seed: int) -> list[Bools]:
    whole = labelled.held_out
    teachers = labelled.learnable & ~whole
    kept = rows_to_learn_from(labelled, whole).sum()
    names = np.unique(labelled.clusters[whole])
    if kept >= (1.0 - _DEAR) * teachers.sum() or len(names) < 2:
        return [whole]
    shuffled = np.random.default_rng(seed).permutation(names)
    groups = [shuffled[start::_PARTS] for start in range(min(_PARTS, len(names)))]
    return [whole & np.isin(labelled.clusters, group) for group in groups]


def _too_little(labelled: Labelled, judged: int, scenes: int, allowed: list[Bools]) -> str | None:
    if judged < LEAST_TO_MEASURE:
        return (
            f"{judged} pictures of the hold-out have been labelled without suggestions; from "
            f"{LEAST_TO_MEASURE} on the accuracy can be estimated."
        )
    if scenes < 2:
        return "All hold-out pictures belong to one group, so nothing can be said of others."
    if min(len(np.unique(labelled.classes[rows])) for rows in allowed) < 2:
        return (
            "Too few labels are left to learn from: a model needs pictures of at least two classes "
            "that share no group or scene with the hold-out."
        )
    return None


def _too_early(judged: int, learned: int) -> str | None:
    if judged < LEAST_TO_FORECAST:
        return (
            f"{judged} pictures of the hold-out have been labelled without suggestions; from "
            f"{LEAST_TO_FORECAST} on it can be told what more labels would bring."
        )
    if learned < LEAST_TO_LEARN:
        return (
            f"A model can learn from {learned} labels; from {LEAST_TO_LEARN} on it can be told "
            "what more would bring."
        )
    return None


def _measure(
    labelled: Labelled,
    parts: list[Bools],
    allowed: list[Bools],
    make: Callable[[], Head],
    seed: int,
) -> Measured:
    generator = np.random.default_rng(seed)
    pools = [generator.permutation(np.flatnonzero(rows)) for rows in allowed]
    rows = np.flatnonzero(labelled.held_out)
    sizes, found = [], []
    with threadpool_limits(1):
        for share, drawings in SHARES:
            hits = np.zeros((drawings, len(rows)))
            used = []
            for drawing in hits:
                for part, pool in zip(parts, pools, strict=True):
                    drawn = _draw(labelled.classes, pool, share, generator)
                    used.append(len(drawn))
                    drawing[part[rows]] = _judge(labelled, make, drawn, np.flatnonzero(part))
            sizes.append(float(np.mean(used)))
            found.append(hits)
    _, clusters = np.unique(labelled.clusters[rows], return_inverse=True)
    return Measured(np.array(sizes), tuple(found), clusters)


def _draw(
    classes: IntArray, pool: IntArray, share: float, generator: np.random.Generator
) -> IntArray:
    """Draw a share of the labels, at least two of them and of two classes."""
    order = pool if share == 1.0 else generator.permutation(pool)
    another = int(np.flatnonzero(classes[order] != classes[order[0]])[0])
    return order[: max(2, round(share * len(pool)), another + 1)]


def _judge(
    labelled: Labelled, make: Callable[[], Head], drawn: IntArray, part: IntArray
) -> FloatArray:
    head = make().fit(labelled.vectors[drawn], labelled.classes[drawn], count=labelled.class_count)
    guesses = head.log_scores(labelled.vectors[part]).argmax(axis=1)
    hits: FloatArray = (guesses == labelled.classes[part]).astype(np.float64)
    return hits


def _interval(hits: FloatArray, clusters: IntArray) -> Interval:
    share = hits.mean()
    # Several models of one size are asked about the same pictures; these are what is few.
    size = float(np.mean([effective_size(row, clusters) for row in hits]))
    low, high = wilson(share, size, _LEVEL)
    return Interval(float(share), float(low), float(high))


def _band(curves: Curves, sizes: FloatArray) -> tuple[Point, ...]:
    ends = np.linspace(sizes[0], sizes[-1] + NEXT, 25)
    return tuple(
        Point(round(size), Interval(*learning_curve.middle(curves.at(size)))) for size in ends
    )


def _forecast(curves: Curves, size: float, share: float) -> Forecast:
    taught = (1.0 - share) * NEXT
    rise = curves.at(size + taught) - curves.at(size)
    gain = Interval(*learning_curve.middle(rise))
    verdict: Verdict = "unclear"
    if gain.low >= LITTLE:
        verdict = "keep"
    elif gain.high < LITTLE:
        verdict = "little"
    after = Interval(*learning_curve.middle(curves.at(size + taught)))
    return Forecast(NEXT, after, gain, verdict)
