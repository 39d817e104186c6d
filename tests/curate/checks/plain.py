"""Sets of pictures without a fault, as figures: for what every check must leave alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from tests.curate.checks.pools import make_pool

from fieldguide.curate.checks.pool import Pool
from fieldguide.pictures.measures import MEASURES

_USUAL = {
    "sharpness": (0.8, 0.08),
    "brightness": (0.45, 0.1),
    "contrast": (0.7, 0.1),
    "dark": (0.03, 0.02),
    "bright": (0.03, 0.02),
    "saturation": (0.2, 0.05),
    "colourfulness": (0.4, 0.08),
    "centre_dark": (0.03, 0.02),
    "centre_bright": (0.03, 0.02),
    "frame_spread": (0.15, 0.04),
}


def measures(n: int, seed: int = 0, **changed: Any) -> npt.NDArray[np.float32]:
    """Return measures of n usual pictures, ``(n, len(MEASURES))``; some columns as given."""
    rng = np.random.default_rng(seed)
    found = np.empty((n, len(MEASURES)), np.float32)
    for place, name in enumerate(MEASURES):
        middle, spread = _USUAL.get(name, (0.45, 0.1))
        found[:, place] = np.clip(rng.normal(middle, spread, n), 0, 1)
        if name in changed:
            found[:, place] = changed[name]
    return found


def vectors(n: int, seed: int = 0, dimensions: int = 32) -> npt.NDArray[np.float32]:
    """Return directions drawn around a common one, float32 ``(n, dimensions)``, of length 1."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(n, dimensions)) + 1.0
    unit: npt.NDArray[np.float32] = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(
        np.float32
    )
    return unit


def rows(
    n: int, classes: Sequence[str] = ("ash", "oak"), size: tuple[int, int] = (640, 480)
) -> list[dict[str, Any]]:
    """Return n pictures, the classes in turns."""
    return [
        {
            "label": classes[number % len(classes)],
            "width": size[0],
            "height": size[1],
            "format": "JPEG",
            "mode": "RGB",
        }
        for number in range(n)
    ]


def pool(pictures: list[dict[str, Any]], figures: npt.NDArray[np.float32]) -> Pool:
    """Make a pool of pictures with measures."""
    return make_pool(pictures, measures=lambda: figures)
