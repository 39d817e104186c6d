"""Pictures that are far longer than the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Finding
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.standing_out import Fault, beyond, report

SQUEEZED = 2.0
"""How many times as long as usual a picture must be."""

_FENCE = 3.0

_FAULT = Fault(
    check="odd-shape",
    one="picture of odd shape",
    many="pictures of odd shape",
    why="The longer side over the shorter one is compared with what is usual in the dataset. A "
    f"picture is named when it is at least {SQUEEZED:g} times as long, and beyond Tukey's outer "
    "fence (three quartile distances above the upper quartile, on a logarithmic scale), so that "
    "sets of many shapes are left alone. Pictures are squeezed into a square for the network: "
    "such a one arrives distorted, and is often a panorama, a strip or a screenshot.",
)


def find(pool: Pool) -> Iterator[Finding]:
    """Find pictures that are much longer than is usual."""
    sides = np.array([(p.width, p.height) for p in pool.pictures], np.float64).reshape(-1, 2)
    known = (sides > 0).all(axis=1)
    if not known.any():
        return
    lengths = np.zeros(len(sides))
    lengths[known] = np.log(sides[known].max(axis=1) / sides[known].min(axis=1))
    low, middle, high = np.quantile(lengths[known], (0.25, 0.5, 0.75))
    limit = max(middle + np.log(SQUEEZED), high + _FENCE * (high - low))

    def reason(row: int) -> str:
        picture = pool.pictures[row]
        return (
            f"It is {picture.width:,} x {picture.height:,} pixels: the longer side is "
            f"{np.exp(lengths[row]):.1f} times the shorter; usual here are {np.exp(middle):.1f}."
        )

    yield from report(
        pool,
        _FAULT,
        known & (lengths >= limit),
        certainty=beyond(lengths, limit=limit, worst=limit + np.log(4.0)),
        score=np.exp(lengths),
        reason=reason,
    )


CHECK = Check("odd-shape", "Pictures of odd shape", find, needs=("pictures",))
