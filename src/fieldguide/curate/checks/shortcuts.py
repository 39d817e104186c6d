"""Spurious links: how well what is not the matter at hand tells the class, each by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.circumstances import Circumstance, circumstances_of
from fieldguide.curate.checks.finding import Case, Finding, Severity, Suspect, case_key
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.units import FOLDS, deal, units_of
from fieldguide.curate.checks.wording import counted
from fieldguide.metrics.proportion import effective_size, wilson
from fieldguide.types import FloatArray, IntArray

NAME = "shortcuts"

GAIN_OUTSIDE, GAIN_INSIDE = 0.2, 0.4
"""Share of the way from chance to certainty that the lower bound must make, for circumstances of
the taking and for those that are seen in the picture, which may belong to the class."""

_FEWEST = 40
_FEWEST_OF_A_CLASS = 5
_MOST = 5_000
_MOST_SHOWN = 50

_WHY = (
    "For each circumstance (background, colour, light, sharpness, size, format, camera, place, "
    "time, source) a small forest of trees learns to tell the class from it alone, and is tested "
    "on pictures of other groups and scenes (cross-validation in five folds, at most "
    f"{_MOST:,} pictures). By chance means: always the most frequent class. Named are those whose "
    f"95 % interval, corrected for their number, lies over {GAIN_OUTSIDE:.0%} of the way from "
    f"chance to 1 for camera, place and the like, and over {GAIN_INSIDE:.0%} for what is seen in "
    "the picture. "
)

_DO_OUTSIDE = (
    "A model can learn this in place of the class, and fails where it is otherwise. Collect every "
    "class under every circumstance, or keep the circumstance together in the split (as a group), "
    "so that the test tells. Certainty is the lower bound's share of the way from chance to 1."
)

_DO_INSIDE = (
    "This is a hint: it may be the class itself (rust is orange, forests are green). Ask whether "
    "it would still hold in the place of use; if not, vary backgrounds and light while collecting, "
    "or crop, and test on pictures from elsewhere. Certainty is the lower bound's share of the way "
    "from chance to 1."
)


@dataclass(frozen=True, slots=True)
class _Link:
    """How well a circumstance tells the class.

    Attributes:
        circumstance: Which.
        rows: Positions of the pictures that were judged.
        hits: ``(m,)`` whether the class was told.
        sure: ``(m,)`` the probability that was given to it.
        share: Of the pictures that were told.
        low: Lower bound of the share.
        high: Upper bound of the share.
        chance: Share of the most frequent class.
        best: The class that is told best.
        best_share: Of its pictures that were told.
    """

    circumstance: Circumstance
    rows: IntArray
    hits: FloatArray
    sure: FloatArray
    share: float
    low: float
    high: float
    chance: float
    best: str
    best_share: float

    @property
    def gain(self) -> float:
        """Share of the way from chance to 1 that the lower bound makes."""
        return (self.low - self.chance) / max(1.0 - self.chance, 1e-9)

    @property
    def is_strong(self) -> bool:
        """Whether it is worth a person's time."""
        return self.gain >= (GAIN_INSIDE if self.circumstance.is_seen else GAIN_OUTSIDE)


def find(pool: Pool) -> Iterator[Finding]:
    """Find circumstances that tell the class by themselves."""
    units = units_of(pool)
    circumstances = circumstances_of(pool)
    level = 1.0 - 0.05 / max(len(circumstances), 1)
    links = [_link(pool, units, circumstance, level) for circumstance in circumstances]
    strong = [link for link in links if link is not None and link.is_strong]
    outside = [link for link in strong if not link.circumstance.is_seen]
    if outside:
        yield _finding(pool, outside, "warning", _DO_OUTSIDE)
    inside = [link for link in strong if link.circumstance.is_seen]
    if inside:
        yield _finding(pool, inside, "hint", _DO_INSIDE)


def _finding(pool: Pool, links: list[_Link], severity: Severity, do: str) -> Finding:
    seen = links[0].circumstance.is_seen
    what = "in the picture" if seen else "of the taking"
    return Finding(
        check=NAME,
        title=f"{counted(len(links), 'circumstance', 'circumstances')} {what} "
        f"{'tells' if len(links) == 1 else 'tell'} the class",
        why=_WHY + do,
        severity=severity,
        cases=tuple(_case(pool, link) for link in sorted(links, key=lambda link: -link.gain)),
        actions=("review",),
        figures={link.circumstance.name: round(link.share, 4) for link in links},
    )


def _case(pool: Pool, link: _Link) -> Case:
    told = np.flatnonzero(link.hits > 0)
    order = told[np.argsort(-link.sure[told], kind="stable")][:_MOST_SHOWN]
    return Case(
        key=case_key(NAME, link.circumstance.name),
        why=f"The {link.circumstance.name} alone tells the class in {link.share:.2f} of "
        f"{len(link.rows):,} pictures [{link.low:.2f}, {link.high:.2f}]; by chance "
        f"{link.chance:.2f}. It tells {link.best!r} best ({link.best_share:.2f} of its pictures). "
        f"Looked at: {link.circumstance.looked_at}.",
        certainty=float(np.clip(link.gain, 0.0, 1.0)),
        suspects=tuple(
            Suspect(
                pool.pictures[link.rows[place]].member_id,
                note=f"told by the {link.circumstance.name}",
                score=float(link.sure[place]),
            )
            for place in order
        ),
    )


def _link(pool: Pool, units: IntArray, circumstance: Circumstance, level: float) -> _Link | None:
    rows, codes, names = _judged(pool, units, circumstance)
    if len(rows) < _FEWEST:
        return None
    probabilities = _cross_validated(circumstance.values[rows], codes, units[rows])
    hits = (probabilities.argmax(axis=1) == codes).astype(np.float64)
    numbers = np.unique(units[rows], return_inverse=True)[1].astype(np.int64)
    low, high = wilson(hits.mean(), effective_size(hits, numbers), level)
    recalls = np.bincount(codes, weights=hits) / np.bincount(codes)
    return _Link(
        circumstance=circumstance,
        rows=rows,
        hits=hits,
        sure=probabilities[np.arange(len(codes)), codes],
        share=float(hits.mean()),
        low=float(low),
        high=float(high),
        chance=float(np.bincount(codes).max() / len(codes)),
        best=names[int(recalls.argmax())],
        best_share=float(recalls.max()),
    )


def _judged(
    pool: Pool, units: IntArray, circumstance: Circumstance
) -> tuple[IntArray, IntArray, list[str]]:
    """Return rows of labelled pictures with the circumstance, their classes, and these' names.

    Classes with too few independent pictures are left out: they cannot be in every fold.
    """
    rows = np.array([row for row, p in enumerate(pool.pictures) if p.label is not None], np.int64)
    if rows.size:
        rows = rows[circumstance.known[rows]]
    rows = rows[:: -(-len(rows) // _MOST) or 1]
    labels = [str(pool.pictures[row].label) for row in rows]
    independent = {name: set() for name in labels}  # type: dict[str, set[int]]
    for row, label in zip(rows, labels, strict=True):
        independent[label].add(int(units[row]))
    names = sorted(name for name, own in independent.items() if len(own) >= _FEWEST_OF_A_CLASS)
    number = {name: n for n, name in enumerate(names)}
    kept = np.array([label in number for label in labels], np.bool_)
    if len(names) < 2:
        return rows[:0], rows[:0], names
    codes = np.array([number[label] for label in labels if label in number], np.int64)
    return rows[kept], codes, names


def _cross_validated(values: FloatArray, codes: IntArray, units: IntArray) -> FloatArray:
    """Return the probability of each class for each row, by forests that have not seen it."""
    from sklearn.ensemble import RandomForestClassifier

    folds = deal(units, codes)
    found = np.zeros((len(codes), int(codes.max()) + 1))
    for fold in range(FOLDS):
        held, rest = folds == fold, folds != fold
        if not held.any():
            continue
        forest = RandomForestClassifier(
            n_estimators=25, max_depth=8, min_samples_leaf=3, random_state=0, n_jobs=1
        )
        forest.fit(values[rest], codes[rest])
        found[np.ix_(held, forest.classes_)] = forest.predict_proba(values[held])
    return found


CHECK = Check(NAME, "What tells the class beside the class", find, needs=("classes",))
