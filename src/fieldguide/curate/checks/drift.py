"""Drift: sources, parts, cameras or times whose pictures look different from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh
from scipy.stats import norm, rankdata

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Suspect, case_key
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.times import read_time, written_times
from fieldguide.curate.checks.units import FOLDS, deal, units_of
from fieldguide.curate.checks.wording import counted
from fieldguide.types import FloatArray, IntArray

NAME = "drift"

APART = 0.65
"""Area under the ROC curve that the lower bound must reach: in two of three pairs of a picture from
here and one from there, a simple model can say which is which."""

_LEVEL = 0.05
_FEWEST = 20
_MOST_VALUES = 10
_MOST_ROWS = 5_000
_DIMENSIONS = 50
_SHOWN = 20
_RIDGE = 0.1

_WHY = (
    "For every source, part, camera and half of the time, a linear model tries to tell its "
    "pictures from the others by the backbone's vectors (50 principal components, at most "
    f"{_MOST_ROWS:,} pictures, tested on other groups and scenes). Each class's mean is taken away "
    "first, so that it is not the mix of classes that is told. The area under the ROC curve is 0.5 "
    "when nothing can be told and 1 when all can; named is what stays over "
    f"{APART:g} at its lower bound (Hanley and McNeil, by the number of independent pictures, "
    "corrected for the number of comparisons). A model is weaker on pictures that look unlike "
    "those it learned from: a test part that differs tells of that difference, and one that does "
    "not will not tell how a new source will do. Have every source in training, or keep one out as "
    "a test of the new. Shown are the pictures at the far end. Certainty is the lower bound's "
    "share of the way from 0.5 to 1."
)


@dataclass(frozen=True, slots=True)
class _Side:
    """Pictures that are compared with others: rows of these and of the others."""

    kind: str
    value: str
    told: str
    here: IntArray
    there: IntArray


@dataclass(frozen=True, slots=True)
class _Apart:
    """How far apart a side and the others are."""

    side: _Side
    auc: float
    low: float
    high: float
    farthest: tuple[tuple[int, float], ...]


def find(pool: Pool) -> Iterator[Finding]:
    """Find sources whose pictures look different."""
    vectors = pool.vectors
    if vectors is None:
        return
    units = units_of(pool)
    sides = [side for side in _sides(pool) if _is_enough(side, units)]
    if not sides:
        return
    values = without_class_means(pool, principal_components(vectors))
    found = [_compare(side, values, units, _LEVEL / len(sides)) for side in sides]
    apart = sorted((each for each in found if each.low >= APART), key=lambda each: -each.low)
    if apart:
        yield Finding(
            check=NAME,
            title=f"{counted(len(apart), 'set of pictures looks', 'sets of pictures look')} "
            "different from the others",
            why=_WHY,
            severity="warning" if any(each.side.kind == "part" for each in apart) else "hint",
            cases=tuple(_case(pool, each) for each in apart),
            actions=("review",),
            figures={f"{e.side.kind} {e.side.value}": round(e.auc, 4) for e in apart},
        )


def _case(pool: Pool, apart: _Apart) -> Case:
    side = apart.side
    return Case(
        key=case_key(NAME, side.kind, side.value),
        why=f"The {len(side.here):,} pictures {side.told} can be told from the {len(side.there):,} "
        f"others: area under the ROC curve {apart.auc:.2f} [{apart.low:.2f}, {apart.high:.2f}]; "
        "0.50 if nothing can be told.",
        certainty=float(np.clip(2.0 * apart.low - 1.0, 0.0, 1.0)),
        suspects=tuple(
            Suspect(pool.pictures[row].member_id, note="at the far end", score=score)
            for row, score in apart.farthest
        ),
    )


def _sides(pool: Pool) -> list[_Side]:
    pictures = pool.pictures
    cameras = [_text(picture.columns.get("camera")) for picture in pictures]
    return [
        *_each_value("part", "of the part {}", [picture.part for picture in pictures]),
        *_each_value("source", "from {}", [picture.source for picture in pictures]),
        *_each_value("camera", "by {}", cameras),
        *_halves(pool),
    ]


def _each_value(kind: str, told: str, values: Sequence[str | None]) -> list[_Side]:
    counts = Counter(value for value in values if value is not None)
    codes = np.array([value if value is not None else "" for value in values], np.str_)
    known = np.array([value is not None for value in values], np.bool_)
    names = [value for value, _ in counts.most_common(_MOST_VALUES)]
    # Of two, one against the other says everything; name the smaller.
    names = names[1:] if len(counts) == 2 else names
    return [
        _Side(
            kind,
            name,
            told.format(repr(name)),
            np.flatnonzero(known & (codes == name)),
            np.flatnonzero(known & (codes != name)),
        )
        for name in names
        if len(counts) > 1
    ]


def _halves(pool: Pool) -> list[_Side]:
    moments = {row: read_time(text) for row, text in written_times(pool).items()}
    times = sorted((m.at, row) for row, m in moments.items() if m is not None)
    if len(times) < 2 or times[0][0] == times[-1][0]:
        return []
    middle = times[len(times) // 2][0]
    early = np.array([row for at, row in times if at < middle], np.int64)
    late = np.array([row for at, row in times if at >= middle], np.int64)
    return [_Side("time", "later half", f"since {middle:%Y-%m-%d %H:%M}", late, early)]


def _is_enough(side: _Side, units: IntArray) -> bool:
    return min(len(np.unique(units[side.here])), len(np.unique(units[side.there]))) >= _FEWEST


def principal_components(vectors: npt.NDArray[np.float32]) -> FloatArray:
    """Return the first 50 principal components of each row, ``(n, d)``, learned from 5,000 rows."""
    sample = vectors[:: -(-len(vectors) // _MOST_ROWS)]
    mean = sample.mean(axis=0)
    centred = sample - mean
    dimensions = min(_DIMENSIONS, *centred.shape)
    covariance = centred.T @ centred
    last = len(covariance) - 1
    _, axes = eigh(covariance, subset_by_index=(last - dimensions + 1, last))
    components: FloatArray = (vectors @ axes - mean @ axes).astype(np.float64)
    return components


def without_class_means(pool: Pool, values: FloatArray) -> FloatArray:
    """Take from each row the mean of its class; pictures without a label are a class here."""
    labels = np.array([p.label if p.label is not None else "" for p in pool.pictures], np.str_)
    codes = np.unique(labels, return_inverse=True)[1]
    counts = np.bincount(codes)[:, None]
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, codes, values)
    return values - (sums / counts)[codes]


def _compare(side: _Side, values: FloatArray, units: IntArray, level: float) -> _Apart:
    here, there = _some(side.here), _some(side.there)
    rows = np.concatenate([here, there])
    sides = np.concatenate([np.ones(len(here), np.int64), np.zeros(len(there), np.int64)])
    scores = _scores(values[rows], sides, units[rows])
    auc = _area(scores, sides)
    error = _standard_error(
        auc, len(np.unique(units[here])), len(np.unique(units[there]))
    ) * norm.isf(level / 2)
    order = np.argsort(-scores[: len(here)], kind="stable")[:_SHOWN]
    farthest = tuple((int(here[place]), float(scores[place])) for place in order)
    return _Apart(side, auc, max(auc - error, 0.0), min(auc + error, 1.0), farthest)


def _some(rows: IntArray) -> IntArray:
    return rows[:: -(-len(rows) // (_MOST_ROWS // 2))]


def _scores(values: FloatArray, sides: IntArray, units: IntArray) -> FloatArray:
    """Return scores by ridge regressions that have not seen the row's unit; higher is "here"."""
    folds = deal(units, sides)
    scale = values.std(axis=0)
    values = values / np.maximum(scale, 1e-12)
    scores = np.zeros(len(sides))
    for fold in range(FOLDS):
        held, rest = folds == fold, folds != fold
        target, inputs = sides[rest], values[rest]
        if not held.any() or target.min() == target.max():
            continue
        # Both sides weigh the same, however many pictures they have.
        weights = np.where(target == 1, 0.5 / target.mean(), 0.5 / (1.0 - target.mean()))
        centre = np.average(inputs, axis=0, weights=weights)
        weighted = (inputs - centre) * weights[:, None]
        gram = weighted.T @ (inputs - centre)
        gram[np.diag_indices_from(gram)] += _RIDGE * len(inputs)
        axis = np.linalg.solve(gram, weighted.T @ (2.0 * target - 1.0))
        scores[held] = (values[held] - centre) @ axis
    return scores


def _area(scores: FloatArray, sides: IntArray) -> float:
    ranks = rankdata(scores)
    ones = int(sides.sum())
    wins = ranks[sides == 1].sum() - ones * (ones + 1) / 2
    return float(wins / (ones * (len(sides) - ones)))


def _standard_error(auc: float, m: int, n: int) -> float:
    """Return the standard error of an area under the ROC curve.

    Source: Hanley and McNeil (1982), The meaning and use of the area under a receiver operating
        characteristic (ROC) curve, Radiology 143.
    """
    one, two = auc / (2.0 - auc), 2.0 * auc**2 / (1.0 + auc)
    spread = (m - 1) * (one - auc**2) + (n - 1) * (two - auc**2)
    return float(np.sqrt((auc * (1.0 - auc) + spread) / (m * n)))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


CHECK = Check(NAME, "Sources that look different", find, needs=("vectors",))
