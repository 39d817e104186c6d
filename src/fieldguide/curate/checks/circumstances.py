"""Circumstances of pictures that should not tell their class, as numbers that a model can learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.curate.checks.levels import levels_of
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.times import read_time, written_times
from fieldguide.types import FloatArray

PLACES = ("site", "place", "location", "region", "country", "plot", "field", "station", "farm")
"""Columns of these names say where a picture was taken."""

_MOST_VALUES = 50
_SEEN: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "background",
        "mean colour of the outer eighth on each side, and how even it is",
        ("frame_red", "frame_green", "frame_blue", "frame_spread"),
    ),
    (
        "colour",
        "mean colour of the middle, and saturation",
        ("centre_red", "centre_green", "centre_blue", "saturation", "colourfulness"),
    ),
    (
        "light",
        "brightness, contrast, shares of black and white",
        ("brightness", "contrast", "dark", "bright"),
    ),
    ("sharpness", "width of the steepest edges", ("sharpness",)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Circumstance:
    """One circumstance.

    Attributes:
        name: What a person calls it.
        looked_at: What it is made of.
        values: ``(n, d)`` numbers, a row per picture.
        known: ``(n,)`` for which pictures it is known.
        is_seen: Whether it is seen in the picture, so that it may belong to the class.
    """

    name: str
    looked_at: str
    values: FloatArray
    known: npt.NDArray[np.bool_]
    is_seen: bool = False


def circumstances_of(pool: Pool) -> list[Circumstance]:
    """Return the circumstances that are known of a pool's pictures and differ among them."""
    found = [*_seen(pool), *_size(pool), *_time(pool), *_coordinates(pool)]
    kinds = [(f"{p.format} {p.mode}".strip() or None) for p in pool.pictures]
    found += _categorical("file format", "format and pixel mode of the files", kinds)
    found += _categorical("source", "where it was imported from", [p.source for p in pool.pictures])
    columns = dict.fromkeys(name for picture in pool.pictures for name in picture.columns)
    for name in columns:
        if name.lower() in {"camera", *PLACES}:
            values = [picture.columns.get(name) for picture in pool.pictures]
            found += _categorical(name, f"the column {name!r}", levels_of(values) or ())
    return [each for each in found if _differs(each)]


def _seen(pool: Pool) -> list[Circumstance]:
    found = []
    for name, looked_at, measures in _SEEN:
        columns = [pool.measure(measure) for measure in measures]
        if any(column is None for column in columns):
            continue
        # No edges to be sharp is a value, too: it stays -1.
        values = np.nan_to_num(np.stack(columns, axis=1).astype(np.float64), nan=-1.0)  # type: ignore[arg-type]
        known = np.ones(len(values), np.bool_)
        found.append(Circumstance(name, looked_at, values, known, is_seen=True))
    return found


def _size(pool: Pool) -> list[Circumstance]:
    sides = np.array([(p.width, p.height) for p in pool.pictures], np.float64).reshape(-1, 2)
    known = np.asarray((sides > 0).all(axis=1))
    return [Circumstance("size", "width and height in pixels", sides, known)]


def _time(pool: Pool) -> list[Circumstance]:
    values = np.full((len(pool.pictures), 2), np.nan)
    for row, text in written_times(pool).items():
        moment = read_time(text)
        if moment is not None:
            values[row] = moment.at.toordinal(), -1 if moment.is_day_only else moment.at.hour
    known = np.asarray(np.isfinite(values).all(axis=1))
    return [Circumstance("time", "day and hour of the taking", values, known)]


def _coordinates(pool: Pool) -> list[Circumstance]:
    places = [(p.columns.get("latitude"), p.columns.get("longitude")) for p in pool.pictures]
    numbers = [
        (a, b) if isinstance(a, float | int) and isinstance(b, float | int) else (np.nan, np.nan)
        for a, b in places
    ]
    values = np.array(numbers, np.float64).reshape(-1, 2)
    known = np.asarray(np.isfinite(values).all(axis=1))
    return [Circumstance("coordinates", "latitude and longitude", values, known)]


def _categorical(name: str, looked_at: str, levels: Sequence[str | None]) -> list[Circumstance]:
    counts = Counter(level for level in levels if level is not None)
    if len(counts) < 2:
        return []
    frequent = [level for level, _ in counts.most_common(_MOST_VALUES)]
    values = np.array([[level == each for each in frequent] for level in levels], np.float64)
    known = np.array([level is not None for level in levels], np.bool_)
    return [Circumstance(name, looked_at, values, known)]


def _differs(circumstance: Circumstance) -> bool:
    values = circumstance.values[circumstance.known]
    return bool(len(values) > 1 and (values != values[0]).any())
