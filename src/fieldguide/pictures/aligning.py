"""Whether one picture is another one with its borders cut off: tried for every small cut."""

from __future__ import annotations

from functools import cache
from math import prod

import numpy as np
import numpy.typing as npt
from PIL import Image

from fieldguide.pictures.shape import check_pixels
from fieldguide.types import Pixels

MODEL_ID = "grey-sketch-1"
"""Names the computation of the sketch; it changes when the values would."""

SIDE = 32
DIMENSIONS = SIDE * SIDE
"""Length of a sketch."""

MOST_CUT = 0.12
"""Share of the width or height that may be missing at each border."""

_STEP = 0.03
_FINE = 0.005
_SMOOTHING = (1, 4, 6, 4, 1)
_EVEN = 1.0
_NOISE = 4.0
_ROUGH = 8
_LEAST_ROUGHLY = 0.3
_LEAST_IN_QUARTERS = 0.15
_HOPELESS = 0.5
_INNER = slice(2, -2)

_Sketch = npt.NDArray[np.float32]


def sketch(pixels: Pixels) -> _Sketch:
    """Reduce a picture to a small grey square.

    Args:
        pixels: uint8 ``(height, width, 3)``.

    Returns:
        float32 ``(DIMENSIONS,)`` in [0, 255], row by row.

    Raises:
        ValueError: If ``pixels`` have another type or shape.
    """
    check_pixels(pixels)
    grey = Image.fromarray(pixels).convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(grey, np.float32).ravel()


def likeness(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> float:
    """Compare two sketches at the cut of either that makes them most alike.

    What is compared is detail: each sketch less its own smoothed copy, as two skies are alike in
    how they grow brighter from top to bottom, whatever else is in them. Once the cut is known,
    detail is divided by its own strength round about: of two leaves only the edge or the rib is
    alike, however strong it is, while a copy is alike everywhere.

    Args:
        a: ``(DIMENSIONS,)``.
        b: ``(DIMENSIONS,)``.

    Returns:
        The correlation of the details in [0, 1]; 0.0 where one has none. Where no cut brings the
        plain details above a half, that is returned.

    Example:
        >>> picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        >>> round(likeness(sketch(picture), sketch(picture)), 3)
        1.0
    """
    one = np.asarray(a, np.float32).reshape(SIDE, SIDE)
    other = np.asarray(b, np.float32).reshape(SIDE, SIDE)
    ways = [(*_best_cut(one, other), one, other), (*_best_cut(other, one), other, one)]
    rough, rows, columns, whole, part = max(ways, key=lambda way: way[0])
    # A copy reaches far more than this before its cut is known finely.
    if rough < _HOPELESS:
        return max(0.0, rough)
    return _evenly_weighted(_refined(whole, part, rows, columns), part)


def may_be_alike(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """Tell quickly which pairs cannot be copies with borders cut off, many at once.

    Small cuts leave the light and dark of a picture where they were, roughly.

    Args:
        a: ``(n, DIMENSIONS)``, one sketch of each pair.
        b: ``(n, DIMENSIONS)``, the other one.

    Returns:
        ``(n,)``, False where :func:`likeness` need not be asked.
    """
    found = np.ones(len(a), np.bool_)
    for least, reduce in ((_LEAST_ROUGHLY, _roughly), (_LEAST_IN_QUARTERS, _in_quarters)):
        found &= (reduce(a) * reduce(b)).sum(axis=1) >= least
    return found


def _roughly(sketches: npt.NDArray[np.floating]) -> _Sketch:
    """Reduce sketches to squares of eight by eight, about their mean and of length 1."""
    side = SIDE // _ROUGH
    squares = np.asarray(sketches, np.float32).reshape(-1, _ROUGH, side, _ROUGH, side)
    rough = squares.mean(axis=(2, 4))
    return _of_length_one(rough - rough.mean(axis=(1, 2), keepdims=True))


def _in_quarters(sketches: npt.NDArray[np.floating]) -> _Sketch:
    """The same, about the mean of each quarter."""
    half = _ROUGH // 2
    rough = _roughly(sketches).reshape(-1, 2, half, 2, half)
    return _of_length_one(rough - rough.mean(axis=(2, 4), keepdims=True))


def _of_length_one(values: _Sketch) -> _Sketch:
    rows = values.reshape(len(values), prod(values.shape[1:]))
    found: _Sketch = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return found


def _best_cut(whole: _Sketch, part: _Sketch) -> tuple[float, _Sketch, _Sketch]:
    """Return the best of all coarse cuts, roughly, and what it leaves off in height and width."""
    cuts, edges = _coarse_cuts(), _coarse_edges()
    # <part, Y whole X'> = <part X, Y whole>, so that one product gives the sums for all pairs of
    # a cut in height (Y) and a cut in width (X).
    target, source = _detail(part), _detail(whole)
    heights = (cuts @ source).reshape(len(cuts), -1)
    widths = (target @ cuts).reshape(len(cuts), -1)
    shares = cuts.sum(1)
    lengths = np.sqrt(np.maximum(shares @ (source * source) @ shares.T, 1e-6))
    rough = heights @ widths.T / lengths
    y, x = np.unravel_index(int(rough.argmax()), rough.shape)
    length = max(float(np.linalg.norm(target)), 1e-6)
    return float(rough[y, x]) / length, edges[y], edges[x]


def _refined(whole: _Sketch, part: _Sketch, rows: _Sketch, columns: _Sketch) -> _Sketch:
    """Cut off what fits best: first in height, then in width, around a coarse cut, ever finer."""
    for step in (_STEP / 2, _FINE):
        around = np.array([(i, j) for i in (-step, 0, step) for j in (-step, 0, step)], np.float32)
        choices = np.clip(rows + around, 0, MOST_CUT)
        wide = whole @ _cuts(columns[None])[0].T
        values = [_correlation(cut @ wide, part) for cut in _cuts(choices)]
        rows = choices[int(np.argmax(values))]
        choices = np.clip(columns + around, 0, MOST_CUT)
        tall = _cuts(rows[None])[0] @ whole
        values = [_correlation(tall @ cut.T, part) for cut in _cuts(choices)]
        columns = choices[int(np.argmax(values))]
    cut: _Sketch = _cuts(rows[None])[0] @ whole @ _cuts(columns[None])[0].T
    return cut


def _evenly_weighted(a: _Sketch, b: _Sketch) -> float:
    if _correlation(a, b) <= 0:
        return 0.0
    x, y = _evened(a)[_INNER, _INNER].ravel(), _evened(b)[_INNER, _INNER].ravel()
    x, y = x - x.mean(), y - y.mean()
    return max(0.0, float(x @ y / np.sqrt((x @ x) * (y @ y))))


def _evened(values: _Sketch) -> _Sketch:
    detail, smooth = _detail(values), _smoothing()
    evened: _Sketch = detail / np.sqrt(smooth @ (detail * detail) @ smooth.T + _NOISE)
    return evened


def _correlation(a: _Sketch, b: _Sketch) -> float:
    x, y = _detail(a)[_INNER, _INNER].ravel(), _detail(b)[_INNER, _INNER].ravel()
    x, y = x - x.mean(), y - y.mean()
    # Rounding to whole grey levels alone leaves a detail of this size in an even surface.
    if min(x.std(), y.std()) < _EVEN:
        return 0.0
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def _detail(values: _Sketch) -> _Sketch:
    smooth = _smoothing()
    detail: _Sketch = np.asarray(values - smooth @ values @ smooth.T, np.float32)
    return detail


@cache
def _smoothing() -> _Sketch:
    matrix = np.zeros((SIDE, SIDE), np.float32)
    half = len(_SMOOTHING) // 2
    for offset, weight in enumerate(_SMOOTHING, start=-half):
        places = np.clip(np.arange(SIDE) + offset, 0, SIDE - 1)
        np.add.at(matrix, (np.arange(SIDE), places), weight / sum(_SMOOTHING))
    # Twice, for a width of about three of the sketch's pixels.
    return matrix @ matrix


@cache
def _coarse_edges() -> _Sketch:
    steps = np.arange(0, MOST_CUT + _STEP / 2, _STEP, dtype=np.float32)
    return np.array([(first, last) for first in steps for last in steps], np.float32)


@cache
def _coarse_cuts() -> _Sketch:
    return _cuts(_coarse_edges())


def _cuts(edges: _Sketch) -> _Sketch:
    """Make matrices ``(n, SIDE, SIDE)`` that cut off a share at both ends and stretch the rest."""
    places = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE
    kept = 1 - edges.sum(1, keepdims=True)
    at = np.clip((edges[:, :1] + kept * places) * SIDE - 0.5, 0, SIDE - 1)
    distance = np.abs(at[:, :, None] - np.arange(SIDE, dtype=np.float32))
    weights: _Sketch = np.maximum(0, 1 - distance).astype(np.float32)
    return weights
