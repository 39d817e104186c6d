"""Accuracy against the number of pictures learned from."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from fieldguide.evaluate import wording
from fieldguide.evaluate.figures import svg
from fieldguide.evaluate.record import CurvePoint

_WIDTH, _HEIGHT = 440, 300
_LEFT, _RIGHT = 46, 416
_TOP, _BOTTOM = 28, 244
_LABEL_ROOM = 36


def learning_curve(points: Sequence[CurvePoint]) -> Markup:
    """Draw accuracies with their intervals; the axis of pictures is logarithmic.

    Args:
        points: The points, by rising number of pictures.

    Returns:
        An inline SVG, empty without points.
    """
    if not points:
        return svg.EMPTY
    ticks = _ticks(min(point["low"] for point in points), max(point["high"] for point in points))
    logs = [math.log(max(point["pictures"], 1)) for point in points]
    x = svg.linear((min(logs), max(logs)), (_LEFT + 24, _RIGHT - 16))
    y = svg.linear((ticks[0], ticks[-1]), (_BOTTOM, _TOP))
    places = [(x(log), point) for log, point in zip(logs, points, strict=True)]
    label = "; ".join(
        f"{wording.counted(point['pictures'], 'picture')}: {_written(point)}" for point in points
    )
    return svg.drawing(
        [*_axes(ticks, y), *_labels(places), *_points(places, y)],
        width=_WIDTH,
        height=_HEIGHT,
        label=f"Learning curve. {label}",
        class_="curve",
    )


def _ticks(low: float, high: float) -> list[float]:
    """Choose round fractions that enclose the values, in at most six steps."""
    for step in (0.01, 0.02, 0.05, 0.1, 0.2):
        first = math.floor(low / step + 1e-9)
        last = max(math.ceil(high / step - 1e-9), first + 1)
        if last - first <= 6:
            break
    return [round(step * index, 2) for index in range(first, last + 1) if 0 <= step * index <= 1]


def _axes(ticks: Sequence[float], y: svg.Scale) -> list[Markup]:
    pieces = [
        svg.element("text", "accuracy, %", x=0, y=12, class_="axis"),
        svg.element(
            "text",
            "pictures learned from",
            x=(_LEFT + _RIGHT) / 2,
            y=_HEIGHT - 8,
            text_anchor="middle",
            class_="axis",
        ),
    ]
    for tick in ticks:
        height = y(tick)
        pieces += [
            svg.element("line", x1=_LEFT, x2=_RIGHT, y1=height, y2=height, class_="grid"),
            svg.element(
                "text",
                f"{100 * tick:.0f}",
                x=_LEFT - 8,
                y=height + 4,
                text_anchor="end",
                class_="tick",
            ),
        ]
    return pieces


def _labels(places: Sequence[tuple[float, CurvePoint]]) -> list[Markup]:
    pieces: list[Markup] = []
    taken = math.inf
    # From the right: the label of the largest number matters most when two would overlap.
    for x, point in reversed(places):
        if taken - x < _LABEL_ROOM:
            continue
        text = wording.count(point["pictures"])
        pieces.append(
            svg.element("text", text, x=x, y=_BOTTOM + 20, text_anchor="middle", class_="tick")
        )
        taken = x
    return pieces


def _points(places: Sequence[tuple[float, CurvePoint]], y: svg.Scale) -> list[Markup]:
    path = " ".join(f"{svg.place(x)},{svg.place(y(point['accuracy']))}" for x, point in places)
    pieces = [svg.element("polyline", points=path, class_="curve")]
    for x, point in places:
        low, high = y(point["low"]), y(point["high"])
        title = svg.element(
            "title", f"{wording.counted(point['pictures'], 'picture')}: {_written(point)}"
        )
        pieces += [
            svg.element("line", x1=x, x2=x, y1=low, y2=high, class_="whisker"),
            *(
                svg.element("line", x1=x - 5, x2=x + 5, y1=end, y2=end, class_="whisker")
                for end in (low, high)
            ),
            svg.element("circle", title, cx=x, cy=y(point["accuracy"]), r=4.5, class_="dot"),
        ]
    return pieces


def _written(point: CurvePoint) -> str:
    return wording.figure(
        {"value": point["accuracy"], "low": point["low"], "high": point["high"]}, as_percent=True
    )
