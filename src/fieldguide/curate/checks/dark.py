"""Pictures in which there is next to nothing but black."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Finding
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.standing_out import Fault, beyond, report

BLACK = 0.06
"""Mean luma under which a picture is dark, whatever is in it."""

DIM = 0.15
"""Mean luma under which it is dark if half of it and of its middle is black, or all is dim."""

UNLIT = 0.3
"""Contrast under which a picture of little light is dim throughout."""

LIT = 0.5
"""Contrast from which something is lit, however black the rest is: cells, stars, a lamp."""

_FAULT = Fault(
    check="dark",
    one="dark picture",
    many="dark pictures",
    why=f"A picture is named when its mean luma is under {BLACK:.0%} of white, or under {DIM:.0%} "
    "while half of the picture and half of its middle are black, or its contrast is under "
    f"{UNLIT:.0%}; not so where bright things lie before black (a contrast of {LIT:.0%} and more). "
    "What lies in black cannot be told by a model or a person. If a dark picture is what will be "
    "met in use, keep it.",
    usual="If they were taken at night, all is well. If not, pixels of 10, 12 or 14 bits may lie "
    "in files of 16 bits and be read as nearly black: rescale them before the import.",
)


def find(pool: Pool) -> Iterator[Finding]:
    """Find pictures that are black nearly everywhere."""
    brightness = pool.measure("brightness")
    dark, centre = pool.measure("dark"), pool.measure("centre_dark")
    contrast = pool.measure("contrast")
    if brightness is None or dark is None or centre is None or contrast is None:
        return
    if not pool.pictures:
        return
    light: np.ndarray = brightness

    def reason(row: int) -> str:
        return f"Its mean luma is {light[row]:.0%} of white, and {dark[row]:.0%} of it are black."

    covered = ((dark >= 0.5) & (centre >= 0.5)) | (contrast < UNLIT)
    yield from report(
        pool,
        _FAULT,
        (contrast < LIT) & ((light < BLACK) | ((light < DIM) & covered)),
        certainty=beyond(light, limit=DIM, worst=0.02),
        score=light,
        reason=reason,
    )


CHECK = Check("dark", "Dark pictures", find, needs=("measures",))
