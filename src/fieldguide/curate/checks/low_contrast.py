"""Pictures that are all of one tone: fog, a covered lens, a failed scan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Finding
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.standing_out import Fault, beyond, report

FLAT = 0.05
"""Range of luma, as a share of black to white, under which there is next to nothing to be seen."""

PALE = 0.15
"""Range under which a picture is named if all others of the set lie far above it."""

_FENCE = 3.0

_FAULT = Fault(
    check="low-contrast",
    one="picture of low contrast",
    many="pictures of low contrast",
    why="The range of luma is taken between the darkest and the brightest 2 % of a picture. It is "
    f"named under {FLAT:.0%} of the way from black to white, where a person sees an even surface; "
    f"and under {PALE:.0%} where the ranges of the others lie so far above that it is beyond "
    "Tukey's outer fence (three quartile distances below the lower quartile, on a logarithmic "
    "scale). Fog, a covered lens and failed scans look like this.",
    usual="Stretch their range before the import, if the cameras or the scanner did not.",
)


def find(pool: Pool) -> Iterator[Finding]:
    """Find pictures with hardly any difference between light and dark."""
    contrast = pool.measure("contrast")
    if contrast is None or not pool.pictures:
        return
    found: np.ndarray = contrast
    low, middle, high = np.quantile(np.log(np.maximum(found, 0.005)), (0.25, 0.5, 0.75))
    fence = float(np.exp(low - _FENCE * (high - low)))
    limit = max(FLAT, min(PALE, fence, float(np.exp(middle)) / 3))

    def reason(row: int) -> str:
        return (
            f"Its luma spans {found[row]:.0%} of the way from black to white; usual in this "
            f"dataset are {np.exp(middle):.0%}."
        )

    yield from report(
        pool,
        _FAULT,
        found < limit,
        certainty=beyond(found, limit=limit, worst=0.0),
        score=found,
        reason=reason,
    )


CHECK = Check("low-contrast", "Pictures of low contrast", find, needs=("measures",))
