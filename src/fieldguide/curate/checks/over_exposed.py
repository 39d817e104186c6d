"""Pictures in which too much light has wiped out what was there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Finding
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.standing_out import Fault, beyond, report

WHITE = 0.35
"""Share of white in the picture, and in its middle, from which a picture may be over-exposed."""

REST = 0.6
"""Mean luma that what is not white must have then: a dark object on white paper is well exposed."""

_FAULT = Fault(
    check="over-exposed",
    one="over-exposed picture",
    many="over-exposed pictures",
    why=f"A picture is named when {WHITE:.0%} of it and of its middle are white, and the rest is "
    f"bright, too (mean luma over {REST:.0%} of white): too much light makes everything bright, "
    "while a dark object before a white background stays dark. What has become white cannot be "
    "told by a model or a person.",
    usual="If they are drawings or objects on white, all is well; else expose shorter.",
)


def find(pool: Pool) -> Iterator[Finding]:
    """Find pictures that are white in large parts and bright in the others."""
    brightness = pool.measure("brightness")
    white, centre = pool.measure("bright"), pool.measure("centre_bright")
    if brightness is None or white is None or centre is None or not pool.pictures:
        return
    share: np.ndarray = white
    rest = (brightness - share) / np.maximum(1.0 - share, 0.01)

    def reason(row: int) -> str:
        return (
            f"{share[row]:.0%} of it are white, and {centre[row]:.0%} of its middle; the rest has "
            f"{min(max(float(rest[row]), 0.0), 1.0):.0%} of white's luma."
        )

    washed_out = (rest >= REST) | (share >= 0.98)
    yield from report(
        pool,
        _FAULT,
        (share >= WHITE) & (centre >= WHITE) & washed_out,
        certainty=beyond(share, limit=WHITE, worst=0.9),
        score=share,
        reason=reason,
    )


CHECK = Check("over-exposed", "Over-exposed pictures", find, needs=("measures",))
