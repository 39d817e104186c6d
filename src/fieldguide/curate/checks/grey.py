"""Grey pictures among pictures in colour."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Finding
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.standing_out import Fault, beyond, report

GREY = 0.03
"""Colourfulness under which a picture is grey; grey ones that were saved as JPEG keep below it."""

_FAULT = Fault(
    check="grey",
    one="grey picture among pictures in colour",
    many="grey pictures among pictures in colour",
    why="A picture is named when the channels of 99 % of its pixels differ by less than "
    f"{GREY:.0%} of the whole range, while two thirds of the set have colour. Another camera, an "
    "infrared flash or an old print made it; a network may take the missing colour for a sign of "
    "the class.",
    severity="hint",
)


def find(pool: Pool) -> Iterator[Finding]:
    """Find pictures without colour where colour is usual."""
    measured = pool.measure("colourfulness")
    if measured is None or not pool.pictures:
        return
    colour: np.ndarray = measured

    def reason(row: int) -> str:
        return (
            f"The channels of its pixels differ by {colour[row]:.1%} of the range at most; usual "
            f"in this dataset are {np.median(colour):.0%}."
        )

    yield from report(
        pool,
        _FAULT,
        colour < GREY,
        certainty=beyond(colour, limit=GREY, worst=0.0),
        score=colour,
        reason=reason,
    )


CHECK = Check("grey", "Grey among colour", find, needs=("measures",))
