"""Pictures without one sharp edge."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Finding
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.standing_out import Fault, beyond, report

BLURRED = 0.25
"""Steepness of the steepest edges under which a picture is blurred, whatever the others are like: a
Gaussian blur of about 3 pixels at a shorter side of 224."""

SOFT = 0.45
"""Steepness under which it is blurred if the usual picture of the set is twice as sharp."""

_FAULT = Fault(
    check="blurred",
    one="blurred picture",
    many="blurred pictures",
    why="In a sharp picture some edges rise within two or three pixels (at a shorter side of 224); "
    "one sharp object is enough, and pictures without edges, such as the sky, are not judged. A "
    f"picture is named when its steepest edges rise by less than {BLURRED:.0%} from one pixel to "
    f"the next, or by less than {SOFT:.0%} and half of what is usual here. Detail that "
    "is not there cannot be learned, and a blurred test picture makes a model look worse.",
    usual="They were enlarged, or the camera was out of focus throughout; more pixels will not "
    "help a model, sharper pictures will.",
)


def find(pool: Pool) -> Iterator[Finding]:
    """Find pictures whose steepest edges are wide."""
    sharpness = pool.measure("sharpness")
    if sharpness is None or not pool.pictures:
        return
    known = np.isfinite(sharpness) & (sharpness >= 0)
    if not known.any():
        return
    usual = float(np.median(sharpness[known]))
    limit = max(BLURRED, min(SOFT, usual / 2))

    def reason(row: int) -> str:
        return (
            f"Its steepest edges rise by {sharpness[row]:.0%} from one pixel to the next; usual in "
            f"this dataset are {usual:.0%}."
        )

    yield from report(
        pool,
        _FAULT,
        known & (sharpness < limit),
        certainty=beyond(sharpness, limit=limit, worst=0.1),
        score=sharpness,
        reason=reason,
    )


CHECK = Check("blurred", "Blurred pictures", find, needs=("measures",))
