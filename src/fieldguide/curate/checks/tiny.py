"""Pictures with too few pixels: in themselves, against the others, against what a network sees."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, case_key
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.standing_out import USUAL, Fault, beyond, report
from fieldguide.pictures.measures import SIDE

TINY = 32
"""Pixels on the shorter side under which a picture can hardly be told by anybody."""

SMALLER = 4
"""How many times smaller than usual a picture must be to be named for that."""

_FAULT = Fault(
    check="tiny",
    one="tiny picture",
    many="tiny pictures",
    why=f"A picture is named when its shorter side has fewer than {TINY} pixels, or when it is "
    f"{SMALLER} times smaller than is usual in the dataset and has less than half of the {SIDE} "
    "pixels that a network usually sees. Such files are often thumbnails or icons; enlarged, they "
    "are a blur that the other pictures are not.",
    usual="Look for the originals: these may be thumbnails.",
)


def find(pool: Pool) -> Iterator[Finding]:
    """Find pictures with few pixels, or say that all have few."""
    sides = np.array([min(p.width, p.height) for p in pool.pictures], np.float64)
    known = sides > 0
    if not known.any():
        return
    usual = float(np.median(sides[known]))
    limit = max(float(TINY), min(usual / SMALLER, SIDE / 2))

    def reason(row: int) -> str:
        picture = pool.pictures[row]
        return (
            f"It is {picture.width:,} x {picture.height:,} pixels; the shorter side usually has "
            f"{usual:,.0f} in this dataset."
        )

    found = list(
        report(
            pool,
            _FAULT,
            known & (sides < limit),
            certainty=beyond(sides, limit=limit, worst=1.0),
            score=sides,
            reason=reason,
        )
    )
    # Said once: all of them are tiny, or all of them are small.
    small = known & (sides < SIDE / 2)
    said = any(not case.suspects for finding in found for case in finding.cases)
    if small.sum() > USUAL * len(sides) and not said:
        found.append(_all_small(int(small.sum()), len(sides), usual))
    yield from found


def _all_small(count: int, n: int, usual: float) -> Finding:
    why = (
        f"Of {n:,} pictures, {count:,} have a shorter side of less than {SIDE // 2} pixels (usual "
        f"are {usual:,.0f}), and a network usually sees {SIDE}. Enlarged they hold no more than "
        "before: larger originals will help, and if there are none, a small network will do."
    )
    return Finding(
        check="tiny",
        title=f"{count:,} of {n:,} pictures are smaller than what a network sees",
        why=f"The shorter side is compared with the {SIDE} pixels that a network usually sees. "
        "Here it is how the set is, so that no single picture is named.",
        severity="hint",
        cases=(Case(case_key("tiny", "seen"), why, 1.0),),
        figures={"pictures": count, "of": n, "shorter_side": usual},
    )


CHECK = Check("tiny", "Tiny pictures", find, needs=("pictures",))
