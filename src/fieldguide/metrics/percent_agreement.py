"""Percent agreement: how often two people who saw the same picture gave the same answer.

Here stands also what all figures of agreement share: the answers in long form (``Ratings``), how
often each class was chosen for each picture (``AnswerCounts``), and intervals.

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
import numpy.typing as npt
from scipy import sparse

from fieldguide.metrics import bootstrap, inputs
from fieldguide.metrics.interval import Interval, widest
from fieldguide.metrics.proportion import wilson
from fieldguide.metrics.tally import ratio, tally
from fieldguide.types import FloatArray, IntArray

Bounds = tuple[FloatArray, FloatArray]

_CHUNK_CELLS = 1 << 17


@dataclass(frozen=True, slots=True)
class Ratings:
    """Who answered what: ``(v,)`` int64 each, one entry an answer, no annotator twice a picture.

    Attributes:
        pictures: The picture of each answer, from 0.
        annotators: Who gave it, from 0.
        answers: The class that was chosen, from 0.
        picture_count: How many pictures there are, also those without an answer.
        annotator_count: How many annotators there are.
        class_count: How many classes there are.
    """

    pictures: IntArray
    annotators: IntArray
    answers: IntArray
    picture_count: int
    annotator_count: int
    class_count: int


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """How often each class was chosen for each picture that has two answers or more.

    Attributes:
        kept: ``(p,)``, the pictures with two answers or more, ascending.
        totals: ``(p,)`` float64, how many answers each of them has.
        rows: ``(c,)``, for each class that was chosen for a picture: where the picture is in
            ``kept``, ascending.
        classes: ``(c,)``, the class, ascending within a picture.
        counts: ``(c,)`` float64, how many chose it, at least 1.
        class_count: How many classes there are.
    """

    kept: IntArray
    totals: FloatArray
    rows: IntArray
    classes: IntArray
    counts: FloatArray
    class_count: int


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


def from_votes(
    pictures: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    *,
    picture_count: int | None = None,
    annotator_count: int | None = None,
    class_count: int | None = None,
) -> Ratings:
    """Check answers in long form.

    Args:
        pictures: ``(v,)`` integers, ``0 <= index < picture_count``.
        annotators: ``(v,)`` integers, ``0 <= index < annotator_count``.
        answers: ``(v,)`` integers, ``0 <= index < class_count``.
        picture_count: How many pictures there are; None takes one more than the largest index.
        annotator_count: How many annotators there are; None the same.
        class_count: How many classes there are; None the same.

    Raises:
        ValueError: If the shapes, types or ranges are wrong, or an annotator answers twice.

    Example:
        >>> from_votes([0, 0, 1], [0, 1, 0], [2, 2, 1]).class_count
        3
    """
    shown = inputs.class_indices(pictures, "pictures", class_count=_count(picture_count))
    who = inputs.class_indices(
        annotators, "annotators", size=shown.size, class_count=_count(annotator_count)
    )
    said = inputs.class_indices(
        answers, "answers", size=shown.size, class_count=_count(class_count)
    )
    ratings = Ratings(
        shown,
        who,
        said,
        _beyond(shown) if picture_count is None else picture_count,
        _beyond(who) if annotator_count is None else annotator_count,
        _beyond(said) if class_count is None else class_count,
    )
    keys = np.sort(shown * max(1, ratings.annotator_count) + who)
    twice = keys[1:][keys[1:] == keys[:-1]]
    if twice.size:
        picture, annotator = divmod(int(twice[0]), ratings.annotator_count)
        raise ValueError(
            f"An annotator may answer once a picture, got two answers of annotator {annotator} "
            f"for picture {picture}. Give the latest only."
        )
    return ratings


def from_matrix(matrix: npt.ArrayLike, *, class_count: int | None = None) -> Ratings:
    """Check answers that stand in a table.

    Args:
        matrix: ``(pictures, annotators)`` integers, the class that was chosen, -1 for no answer.
        class_count: How many classes there are; None takes one more than the largest index.

    Raises:
        ValueError: If the shape, type or range is wrong.

    Example:
        >>> from_matrix([[0, 0, -1], [1, -1, 1]]).pictures
        array([0, 0, 1, 1])
    """
    table = np.asarray(matrix)
    if table.ndim != 2:
        raise ValueError(f"matrix must have shape (pictures, annotators), got {table.shape}.")
    if table.size and not np.issubdtype(table.dtype, np.integer):
        raise ValueError(f"matrix must hold integer class indices, got type {table.dtype}.")
    if table.size and table.min() < -1:
        raise ValueError(f"matrix must hold indices from 0, or -1 for none, got {table.min()}.")
    pictures, annotators = np.nonzero(table >= 0)
    return from_votes(
        pictures,
        annotators,
        table[pictures, annotators],
        picture_count=table.shape[0],
        annotator_count=table.shape[1],
        class_count=class_count,
    )


def percent_agreement(ratings: Ratings, *, weights: npt.ArrayLike | None = None) -> float:
    """Compute the mean over pictures of the share of pairs of answers that are alike.

    Pictures with fewer than two answers are left out. Agreement by chance is part of the figure:
    with two classes and blind answers it is a half or more.

    Args:
        ratings: The answers.
        weights: ``(pictures,)``, how often each picture counts; None counts each once.

    Returns:
        From 0 to 1; nan where no picture has two answers.

    Raises:
        ValueError: If the weights are wrong.

    Example:
        >>> percent_agreement(from_matrix([[0, 0, 1], [1, 1, 1], [2, -1, -1]]))
        0.6666666666666666
    """
    counts = count_answers(ratings)
    return float(percent_figure(counts).values(kept_weights(counts, ratings, weights))[0, 0])


def specific_agreement(ratings: Ratings, *, weights: npt.ArrayLike | None = None) -> FloatArray:
    """Compute for each class: of those who chose it, how often did another choose it, too.

    For a random answer that names the class, it is how likely a random other answer to the same
    picture names it. Each answer counts once, however many the picture has.

    Args:
        ratings: The answers.
        weights: ``(pictures,)``, how often each picture counts; None counts each once.

    Returns:
        ``(k,)`` float64 from 0 to 1; nan for a class that nobody chose where another answered.

    Raises:
        ValueError: If the weights are wrong.

    Source: Cicchetti and Feinstein (1990), High agreement but low kappa: II, Journal of Clinical
        Epidemiology 43, for two annotators; for more, as the mean over their pairs.

    Example:
        >>> specific_agreement(from_matrix([[0, 0], [0, 1], [1, 1], [1, 1]]))
        array([0.66666667, 0.8       ])
    """
    counts = count_answers(ratings)
    rows = specific_figure(counts).values(kept_weights(counts, ratings, weights))
    return rows.reshape(-1)


def with_interval(
    ratings: Ratings,
    *,
    groups: npt.ArrayLike | None = None,
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Compute percent agreement and its interval.

    Args:
        ratings: The answers.
        groups: ``(pictures,)`` names or numbers of groups that are drawn as a whole; None draws
            single pictures.
        repeats: How many drawings, at least 1.
        level: How likely the interval should hold the truth, between 0 and 1.
        seed: Of the drawings.

    Returns:
        The figure; its bounds are nan with fewer than two groups.

    Raises:
        ValueError: If the groups have another shape, or repeats or level are out of range.
    """
    counts = count_answers(ratings)
    codes = kept_codes(counts, ratings, groups)
    [[interval]] = intervals_of_counts(
        lambda c: [percent_figure(c)], counts, codes, repeats=repeats, level=level, seed=seed
    )
    return interval


def count_answers(ratings: Ratings) -> AnswerCounts:
    """Count how often each class was chosen for each picture that has two answers or more."""
    classes = max(1, ratings.class_count)
    keys, counts = np.unique(ratings.pictures * classes + ratings.answers, return_counts=True)
    totals = np.bincount(ratings.pictures, minlength=ratings.picture_count)
    kept = np.flatnonzero(totals >= 2).astype(np.int64)
    within = totals[keys // classes] >= 2
    place = np.cumsum(totals >= 2) - 1
    return AnswerCounts(
        kept=kept,
        totals=totals[kept].astype(np.float64),
        rows=place[keys[within] // classes].astype(np.int64),
        classes=keys[within] % classes,
        counts=counts[within].astype(np.float64),
        class_count=ratings.class_count,
    )


def percent_figure(counts: AnswerCounts) -> Figure:
    """Prepare percent agreement for many drawings."""
    alike = alike_shares(counts)

    def values(weights: FloatArray) -> FloatArray:
        return ratio(weights @ alike, weights.sum(axis=1))[:, None]

    return Figure(values, [1.0 - alike], [np.ones(alike.size)], [np.arange(alike.size)])


def specific_figure(counts: AnswerCounts) -> Figure:
    """Prepare the specific agreement of each class for many drawings."""
    met = counts.counts * (counts.counts - 1.0) / (counts.totals[counts.rows] - 1.0)

    def values(weights: FloatArray) -> FloatArray:
        return ratio(
            sum_by_class(counts, met, weights), sum_by_class(counts, counts.counts, weights)
        )

    of_class = cells_of_classes(counts)
    return Figure(
        values,
        [counts.counts[c] - met[c] for c in of_class],
        [counts.counts[c] for c in of_class],
        [counts.rows[c] for c in of_class],
    )


def alike_shares(counts: AnswerCounts) -> FloatArray:
    """Compute for each kept picture the share of pairs of answers that are alike: ``(p,)``."""
    pairs = tally(counts.rows, counts.kept.size, counts.counts * (counts.counts - 1.0))
    return pairs / (counts.totals * (counts.totals - 1.0))


def sum_by_class(counts: AnswerCounts, values: FloatArray, weights: FloatArray) -> FloatArray:
    """Add up ``(c,)`` values by class for weights ``(r, p)`` of the kept pictures: ``(r, k)``."""
    table = sparse.csr_array(
        (values, (counts.classes, counts.rows)), shape=(counts.class_count, counts.kept.size)
    )
    return np.asarray(table @ weights.T, dtype=np.float64).T


def cells_of_classes(counts: AnswerCounts) -> list[IntArray]:
    """Find for each class where it stands among the counts."""
    order = np.argsort(counts.classes, kind="stable").astype(np.int64)
    edges = np.searchsorted(counts.classes[order], np.arange(1, counts.class_count))
    return np.split(order, edges) if counts.class_count else []


def kept_weights(
    counts: AnswerCounts, ratings: Ratings, weights: npt.ArrayLike | None
) -> FloatArray:
    """Check the weights of all pictures and return those of the kept ones: ``(1, p)``."""
    return inputs.picture_weights(weights, ratings.picture_count)[counts.kept][None, :]


def kept_codes(counts: AnswerCounts, ratings: Ratings, groups: npt.ArrayLike | None) -> IntArray:
    """Check the groups of all pictures and number those of the kept ones: ``(p,)``."""
    codes = inputs.group_codes(groups, ratings.picture_count)[counts.kept]
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


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
    one_each, often = _one_of_each_kind(counts)
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


def _one_of_each_kind(counts: AnswerCounts) -> tuple[AnswerCounts, FloatArray]:
    """Keep one picture of those whose answers are equal, and count them: ``(u,)``."""
    answers = np.unique(
        counts.classes * (1 + int(counts.counts.max(initial=0.0))) + counts.counts.astype(np.int64),
        return_inverse=True,
    )[1]
    widths = np.bincount(counts.rows, minlength=counts.kept.size)
    place = np.arange(counts.rows.size) - (np.cumsum(widths) - widths)[counts.rows]
    kinds = np.zeros(counts.kept.size, dtype=np.int64)
    for column in range(int(widths.max(initial=0))):
        here = place == column
        code = np.zeros(counts.kept.size, dtype=np.int64)
        code[counts.rows[here]] = 1 + answers[here]
        keys = kinds * (2 + int(answers.max(initial=0))) + code
        kinds = np.unique(keys, return_inverse=True)[1].astype(np.int64)
    first, often = np.unique(kinds, return_index=True, return_counts=True)[1:]
    first, often = np.sort(first), often[np.argsort(first)]
    within = np.isin(counts.rows, first)
    one_each = AnswerCounts(
        kept=counts.kept[first],
        totals=counts.totals[first],
        rows=np.searchsorted(first, counts.rows[within]).astype(np.int64),
        classes=counts.classes[within],
        counts=counts.counts[within],
        class_count=counts.class_count,
    )
    return one_each, often.astype(np.float64)


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


def _beyond(indices: IntArray) -> int:
    return 1 + int(indices.max(initial=-1))


def _count(given: int | None) -> int | None:
    if given is not None and given < 0:
        raise ValueError(f"A count must not be negative, got {given}.")
    return given
