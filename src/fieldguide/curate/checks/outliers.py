"""Pictures unlike all others, and unlike all others of their class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Suspect, case_key
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.units import scenes_of
from fieldguide.curate.checks.wording import counted
from fieldguide.types import IntArray

NAME = "outliers"

NEIGHBOURS = 5
FALSE_ALARMS = 0.2
"""Expected number of sound pictures named in a dataset of any size, were distances normal."""

_FEWEST = 20
_MOST_REFERENCES = 10_000
_BLOCK = 512
_TINY = 1e-3
# Standard error, times the root of n, of the 84th less the 50th percentile of a standard normal.
_ERROR = 1.49

_WHY = (
    f"Of every picture the mean distance to the {NEIGHBOURS} most similar others is taken (other "
    "scenes, by the backbone's vectors), among all pictures and among those of its class. Sets and "
    "classes differ in how alike their pictures are, so each has its own limit: so far out that "
    f"{FALSE_ALARMS:g} sound pictures of the whole dataset would be expected there, were distances "
    "spread as those of its upper half are. Screenshots, scans, test shots and pictures under a "
    "wrong class look like this, but so do rare and valuable ones: look before you drop. Certainty "
    "runs from 0.5 at the limit to 1 at twice as far out; the score is the distance."
)


@dataclass(frozen=True, slots=True)
class _Far:
    """Pictures that are far from others: rows, distances, how far out, and what is usual."""

    rows: IntArray
    distances: npt.NDArray[np.float64]
    out: npt.NDArray[np.float64]
    usual: float


def find(pool: Pool) -> Iterator[Finding]:
    """Find pictures that are far from their nearest neighbours."""
    vectors = pool.vectors
    if vectors is None or len(pool.pictures) < _FEWEST:
        return
    scenes = scenes_of(pool)
    everything = np.arange(len(pool.pictures))
    classes = _classes(pool)
    alarms = FALSE_ALARMS / (1 + len(classes))
    found = _cases(pool, _far(vectors, scenes, everything, alarms), None)
    for label, rows in classes.items():
        for key, case in _cases(pool, _far(vectors, scenes, rows, alarms), label).items():
            # What is unlike everything is unlike its class as well: said once.
            found.setdefault(key, case)
    if found:
        cases = sorted(found.values(), key=lambda case: -case.certainty)
        number = len({s.member_id for case in cases for s in case.suspects})
        yield Finding(
            check=NAME,
            title=f"{counted(number, 'picture', 'pictures')} unlike the others",
            why=_WHY,
            severity="hint",
            cases=tuple(cases),
            actions=("relabel", "trash", "review"),
            figures={"pictures": number, "of": len(pool.pictures)},
        )


def _classes(pool: Pool) -> dict[str, IntArray]:
    """Return the rows of every class that has enough of them."""
    rows: dict[str, list[int]] = {}
    for row, picture in enumerate(pool.pictures):
        if picture.label is not None:
            rows.setdefault(picture.label, []).append(row)
    return {k: np.array(rows[k], np.int64) for k in sorted(rows) if len(rows[k]) >= _FEWEST}


def _cases(pool: Pool, far: _Far, label: str | None) -> dict[str, Case]:
    found: dict[str, Case] = {}
    among = "all pictures" if label is None else f"the pictures of {label!r}"
    for row, distance, out in zip(far.rows, far.distances, far.out, strict=True):
        picture = pool.pictures[row]
        known = found.get(picture.sha256)
        suspect = Suspect(picture.member_id, score=float(distance))
        found[picture.sha256] = Case(
            key=case_key(NAME, picture.sha256),
            why=f"Among {among} its nearest are at a distance of {distance:.2f}; usual are "
            f"{far.usual:.2f}.",
            certainty=float(np.clip(0.5 * out, 0.5, 1.0)),
            suspects=(*known.suspects, suspect) if known else (suspect,),
        )
    return found


def _far(vectors: npt.NDArray[np.float32], scenes: IntArray, rows: IntArray, alarms: float) -> _Far:
    """Find those of the rows that are far from the others among them.

    Of sound pictures ``alarms`` are expected, were the distances drawn from a normal distribution
    with the median and the upper spread that were found.
    """
    distances = neighbour_distances(vectors, scenes, rows)
    known = np.isfinite(distances)
    nothing = _Far(rows[:0], distances[:0], distances[:0], 0.0)
    if known.sum() < _FEWEST:
        return nothing
    middle, upper = np.quantile(distances[known], (0.5, 0.84))
    # The upper half alone: close neighbours say nothing of what is far.
    spread = max(float(upper - middle), _TINY) / norm.isf(0.16)
    # Of few pictures the spread is not known well: two standard errors are added to it.
    spread *= 1.0 + 2.0 * _ERROR / np.sqrt(known.sum())
    limit = float(middle + spread * norm.isf(alarms / known.sum()))
    out = (distances - middle) / (limit - middle)
    place = np.flatnonzero(known & (out > 1.0))
    return _Far(rows[place], distances[place], out[place], float(middle))


def neighbour_distances(
    vectors: npt.NDArray[np.float32], scenes: IntArray, rows: IntArray
) -> npt.NDArray[np.float64]:
    """Return how far rows are from the most similar among them.

    Above 10,000 rows their neighbours are looked for among 10,000 of them, evenly taken, so that
    the work grows with the number of rows and not with its square. Blocks bound the memory.

    Args:
        vectors: float32 ``(n, dimensions)``, rows of length 1.
        scenes: ``(n,)`` rows of one scene are no neighbours.
        rows: ``(m,)`` positions.

    Returns:
        ``(m,)`` mean Euclidean distances to the nearest 5, in [0, 2]; inf with fewer than 5.
    """
    step = -(-len(rows) // _MOST_REFERENCES)
    references = rows[::step]
    # A view when it is all of them: copying 10,000 vectors takes 50 MB.
    others = vectors if len(references) == len(vectors) else vectors[references]
    distances = np.full(len(rows), np.inf)
    if len(references) <= NEIGHBOURS:
        return distances
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        cosines = vectors[block] @ others.T
        cosines[scenes[block][:, None] == scenes[references]] = -np.inf
        nearest = np.partition(cosines, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
        away = np.sqrt(np.maximum(2.0 - 2.0 * nearest, 0.0)).mean(axis=1)
        distances[start : start + _BLOCK] = away
    return distances


CHECK = Check(NAME, "Pictures unlike the others", find, needs=("vectors",))
