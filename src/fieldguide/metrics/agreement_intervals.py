"""Intervals of figures of agreement, which all draw the same pictures.

An interval draws pictures, not annotators: it says how the figure would vary over other pictures
that the same people answer. Only pictures with two answers or more are drawn, for the others say
nothing about agreement. As with every figure, the percentile interval is widened where it cannot
see what did not occur: each figure is 1 less a ratio of disagreement, and that ratio gets Wilson's
interval for as many pictures as its spread is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fieldguide.metrics import bootstrap
from fieldguide.metrics.answer_counts import AnswerCounts, one_of_each_kind
from fieldguide.metrics.interval import Interval, widest
from fieldguide.metrics.proportion import wilson
from fieldguide.types import FloatArray, IntArray

Bounds = tuple[FloatArray, FloatArray]

_CHUNK_CELLS = 1 << 17


@dataclass(frozen=True, slots=True)
class Figure:
    """One or more figures of agreement that can be computed for many drawings.

    Attributes:
        values: From weights ``(r, p)`` to ``(r, f)``, nan where undefined.
        losses: For each of the f figures, ``(p,)`` or less: the disagreement of each picture.
        exposures: The same shapes: the disagreement at which the figure would be 0. The figure is
            1 less the sum of the losses over the sum of the exposures.
        rows: The same shapes: which pictures these are; a picture that says nothing about a figure
            is absent.
    """

    values: Callable[[FloatArray], FloatArray]
    losses: Sequence[FloatArray]
    exposures: Sequence[FloatArray]
    rows: Sequence[IntArray]


def intervals_of_counts(
    prepare: Callable[[AnswerCounts], Sequence[Figure]],
    counts: AnswerCounts,
    codes: IntArray,
    *,
    repeats: int,
    level: float,
    seed: int,
) -> list[list[Interval]]:
    """Compute figures and their intervals from the same drawings.

    Args:
        prepare: Makes the figures from counts.
        counts: Of p pictures.
        codes: ``(p,)``, the group of each picture, from 0 without gaps.
        repeats: How many drawings.
        level: How likely each interval should hold the truth, between 0 and 1.
        seed: Of the drawings.

    Returns:
        For each figure its f intervals; the bounds are nan with fewer than 2 groups.

    Raises:
        ValueError: If repeats or level are out of range.
    """
    one_each, often = one_of_each_kind(counts)
    return intervals(
        prepare(counts), prepare(one_each), often, codes, repeats=repeats, level=level, seed=seed
    )


def intervals(
    figures: Sequence[Figure],
    of_kinds: Sequence[Figure],
    often: FloatArray,
    codes: IntArray,
    *,
    repeats: int,
    level: float,
    seed: int,
) -> list[list[Interval]]:
    """Compute figures and their intervals; ``intervals_of_counts`` says what is given back.

    Args:
        figures: Of p pictures.
        of_kinds: The same of u pictures, one of each kind: pictures with equal answers are alike.
        often: ``(u,)``, how many pictures of each kind there are.
        codes: ``(p,)``, the group of each picture, from 0 without gaps.
        repeats: How many drawings.
        level: How likely each interval should hold the truth, between 0 and 1.
        seed: Of the drawings.
    """
    bootstrap.check_settings(repeats, level)
    values = [figure.values(np.ones((1, codes.size)))[0] for figure in figures]
    groups = bootstrap.count_groups(codes)
    if groups < 2:
        return [widest(value) for value in values]
    if groups == codes.size:
        # To draw pictures is to draw how many of each kind, and kinds are few.
        drawings, drawable = _drawings_of_kinds(often, repeats, seed), of_kinds
    else:
        drawings, drawable = bootstrap.drawings(codes, repeats=repeats, seed=seed), figures
    drawn: list[list[FloatArray]] = [[] for _ in figures]
    for weights in drawings:
        for rows, figure in zip(drawn, drawable, strict=True):
            rows.append(figure.values(weights))
    return [
        widest(
            value,
            bootstrap.percentiles(np.concatenate(rows), level),
            _score_bounds(figure, codes, level),
        )
        for value, rows, figure in zip(values, drawn, figures, strict=True)
    ]


def _drawings_of_kinds(often: FloatArray, repeats: int, seed: int) -> Iterator[FloatArray]:
    generator = np.random.default_rng(seed)
    size = int(often.sum())
    step = max(1, _CHUNK_CELLS // often.size)
    for start in range(0, repeats, step):
        rows = min(step, repeats - start)
        yield generator.multinomial(size, often / size, rows).astype(np.float64)


def _score_bounds(figure: Figure, codes: IntArray, level: float) -> Bounds:
    share, size = np.full((2, len(figure.losses)), np.nan)
    parts = zip(figure.losses, figure.exposures, figure.rows, strict=True)
    for place, (loss, exposure, rows) in enumerate(parts):
        total = exposure.sum()
        # Worse than chance is no proportion, and then there is disagreement enough to draw from.
        if total > 0.0 and loss.sum() <= total:
            share[place] = 1.0 - loss.sum() / total
            size[place] = rows.size / _spread(loss, exposure, codes[rows])
    return wilson(share, size, level)


def _spread(loss: FloatArray, exposure: FloatArray, codes: IntArray) -> float:
    """Compare the variance of a ratio with that of a proportion of as many pictures.

    As ``proportion.design_effect``, but it may be below 1: fifty answers to a picture say more than
    right or wrong. Without any disagreement it is 1, or the worst case for groups.
    """
    lost = loss.sum() / exposure.sum()
    excess = (loss - lost * exposure) * (codes.size / exposure.sum())
    between = np.square(np.bincount(codes, weights=excess)).sum()
    worst = np.square(np.bincount(codes)).sum() / codes.size
    return float((between + worst) / (codes.size * lost * (1.0 - lost) + 1.0))
