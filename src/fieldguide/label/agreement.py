"""How far the people agree who label: with each other, class by class, pair by pair, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from fieldguide.errors import InputError
from fieldguide.label import majority
from fieldguide.metrics import (
    agreement_intervals,
    answer_counts,
    cohen_kappa,
    fleiss_kappa,
    inputs,
    krippendorff_alpha,
    percent_agreement,
)
from fieldguide.metrics.interval import Interval, widest
from fieldguide.metrics.krippendorff_alpha import Scale
from fieldguide.metrics.proportion import effective_size, wilson
from fieldguide.metrics.ratings import Ratings
from fieldguide.types import IntArray

Reference = Literal["truth", "others"]
"""What an annotator is compared with: known truths, or what most others say of the picture."""


@dataclass(frozen=True, slots=True)
class ClassAgreement:
    """How far people agree on one class.

    Attributes:
        index: Of the class.
        answers: How often it was chosen.
        specific: Of those who chose it, the share of others who chose it, too.
        kappa: Fleiss' kappa of the class against the rest.
    """

    index: int
    answers: int
    specific: Interval
    kappa: Interval


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """How far two annotators agree.

    Attributes:
        first: The annotator with the smaller index.
        second: The other one.
        pictures: How many pictures both answered.
        agreement: The share of those on which they agree.
        kappa: Cohen's kappa; nan where both always chose the same one class.
    """

    first: int
    second: int
    pictures: int
    agreement: float
    kappa: float


@dataclass(frozen=True, slots=True)
class AnnotatorAgreement:
    """How far one annotator agrees with the reference.

    Attributes:
        index: Of the annotator.
        answers: How many pictures they answered.
        compared: How many of those have a reference.
        accuracy: The share of these on which they agree with it; nan without any.
        confusions: ``(m, 3)`` int64: class of the reference, another class that they chose instead,
            how often; only pairs that occur, the most frequent first.
    """

    index: int
    answers: int
    compared: int
    accuracy: Interval
    confusions: IntArray


@dataclass(frozen=True, slots=True)
class AgreementSummary:
    """Everything that votes say about agreement.

    The figures are about people who answer on their own. Leave out votes of those who had seen the
    others' answers, such as a reviewer's decisions: they would agree by imitation.

    Attributes:
        votes: How many votes there are.
        pictures: How many pictures have a vote.
        paired: How many have two votes or more; only these tell about agreement.
        percent: Percent agreement.
        fleiss: Fleiss' kappa.
        alpha: Krippendorff's alpha.
        classes: One entry a class.
        pairs: The pairs that have a picture in common, by first and second annotator.
        annotators: One entry an annotator.
        reference: What ``annotators`` are compared with.
    """

    votes: int
    pictures: int
    paired: int
    percent: Interval
    fleiss: Interval
    alpha: Interval
    classes: tuple[ClassAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    annotators: tuple[AnnotatorAgreement, ...]
    reference: Reference


def summarise(
    votes: Ratings,
    *,
    truth: npt.ArrayLike | None = None,
    own: npt.ArrayLike | None = None,
    scale: Scale = "nominal",
    groups: npt.ArrayLike | None = None,
    repeats: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> AgreementSummary:
    """Compute all figures of agreement; those with intervals share the same drawings of pictures.

    Args:
        votes: From ``majority.check_votes``.
        truth: ``(pictures,)`` integers, known truths, -1 elsewhere; annotators are compared with
            them. None compares each with what most others say.
        own: ``(v,)`` bool, votes of those who gave the truth themselves, which are not compared
            with it; None where there are none.
        scale: What the classes are to Krippendorff's alpha.
        groups: ``(pictures,)`` names or numbers of groups that are drawn as a whole; None draws
            single pictures.
        repeats: How many drawings, at least 1.
        level: How likely each interval should hold the truth, between 0 and 1.
        seed: Of the drawings.

    Returns:
        The figures; nan where they are undefined.

    Raises:
        InputError: If an argument has a wrong shape or is out of range.
    """
    reference: Reference = "others" if truth is None else "truth"
    compared = consensus_of_others(votes) if truth is None else _truth_of_votes(votes, truth, own)
    try:
        counts = answer_counts.count_answers(votes)
        [[percent], [fleiss], [alpha], specific, kappas] = agreement_intervals.intervals_of_counts(
            lambda c: [
                percent_agreement.percent_figure(c),
                fleiss_kappa.kappa_figure(c),
                krippendorff_alpha.alpha_figure(c, scale=scale),
                percent_agreement.specific_figure(c),
                fleiss_kappa.category_figure(c),
            ],
            counts,
            answer_counts.kept_codes(counts, votes, groups),
            repeats=repeats,
            level=level,
            seed=seed,
        )
    except ValueError as error:
        raise InputError(f"Agreement cannot be computed: {error}") from error
    chosen = np.bincount(votes.answers, minlength=votes.class_count)
    return AgreementSummary(
        votes=votes.answers.size,
        pictures=np.unique(votes.pictures).size,
        paired=counts.kept.size,
        percent=percent,
        fleiss=fleiss,
        alpha=alpha,
        classes=tuple(
            ClassAgreement(c, int(chosen[c]), specific[c], kappas[c])
            for c in range(votes.class_count)
        ),
        pairs=_pairs(votes),
        annotators=_annotators(votes, compared, groups, level),
        reference=reference,
    )


def consensus_of_others(votes: Ratings) -> IntArray:
    """Find for each vote what most others said of the picture.

    An annotator's own vote would count for them, so it is taken out first.

    Returns:
        ``(v,)`` int64; -1 where the others are tied or there are none.

    Example:
        >>> votes = majority.check_votes([0, 0, 0, 1], [0, 1, 2, 0], [2, 2, 0, 1])
        >>> consensus_of_others(votes)
        array([-1, -1,  2, -1])
    """
    found = majority.standings(votes)
    most, leading = found.most[votes.pictures], found.leading[votes.pictures]
    leader, next_most = found.leader[votes.pictures], found.next_most[votes.pictures]
    mine_leads = found.mine == most
    stays = (leading == 1) & (most - 1.0 > next_most)
    return np.select(
        [~mine_leads & (leading == 1), mine_leads & stays, mine_leads & (leading == 2)],
        # Of two that lead, the other is left; `leader` is the sum of both.
        [leader, votes.answers, leader - votes.answers],
        -1,
    ).astype(np.int64)


def _truth_of_votes(votes: Ratings, truth: npt.ArrayLike, own: npt.ArrayLike | None) -> IntArray:
    array = np.asarray(truth)
    if array.shape != (votes.picture_count,):
        raise InputError(f"truth must have shape ({votes.picture_count},), got {array.shape}.")
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise InputError(f"truth must hold integer class indices, got type {array.dtype}.")
    if array.size and (array.min() < -1 or array.max() >= votes.class_count):
        raise InputError(
            f"truth must lie from -1, for unknown, to {votes.class_count - 1}, "
            f"got {array.min()} to {array.max()}."
        )
    of_votes = array.astype(np.int64)[votes.pictures]
    return of_votes if own is None else np.where(_check_own(votes, own), -1, of_votes)


def _check_own(votes: Ratings, own: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    array = np.asarray(own)
    if array.shape != votes.pictures.shape or array.dtype != np.bool_:
        raise InputError(
            f"own must be booleans of shape {votes.pictures.shape}, got {array.dtype} of shape "
            f"{array.shape}."
        )
    return array


def _pairs(votes: Ratings) -> tuple[PairAgreement, ...]:
    found = cohen_kappa.all_pairs(votes)
    columns = (found.first, found.second, found.pictures, found.agreement, found.kappa)
    return tuple(
        PairAgreement(*row) for row in zip(*(column.tolist() for column in columns), strict=True)
    )


def _annotators(
    votes: Ratings, reference: IntArray, groups: npt.ArrayLike | None, level: float
) -> tuple[AnnotatorAgreement, ...]:
    order = np.argsort(votes.annotators, kind="stable")
    edges = np.searchsorted(votes.annotators[order], np.arange(1, votes.annotator_count))
    codes = inputs.group_codes(groups, votes.picture_count)
    return tuple(
        _annotator(index, votes, reference, codes, mine, level)
        for index, mine in enumerate(np.split(order, edges) if votes.annotator_count else [])
    )


def _annotator(
    index: int,
    votes: Ratings,
    reference: IntArray,
    codes: IntArray,
    mine: npt.NDArray[np.intp],
    level: float,
) -> AnnotatorAgreement:
    known = mine[reference[mine] >= 0]
    hits = (reference[known] == votes.answers[known]).astype(np.float64)
    share = np.array([hits.mean() if hits.size else np.nan])
    place = np.unique(codes[votes.pictures[known]], return_inverse=True)[1].astype(np.int64)
    size = effective_size(hits, place) if hits.size else 0.0
    wrong = known[reference[known] != votes.answers[known]]
    keys, often = np.unique(
        reference[wrong] * votes.class_count + votes.answers[wrong], return_counts=True
    )
    order = np.argsort(-often, kind="stable")
    keys = keys[order]
    return AnnotatorAgreement(
        index=index,
        answers=mine.size,
        compared=known.size,
        accuracy=widest(share, wilson(share, np.array([size]), level))[0],
        confusions=np.stack(
            [keys // votes.class_count, keys % votes.class_count, often[order]], axis=1
        ).astype(np.int64),
    )
