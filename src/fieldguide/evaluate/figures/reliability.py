"""How often a model is right against how sure it is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from fieldguide.evaluate import wording
from fieldguide.evaluate.figures import svg
from fieldguide.evaluate.record import ReliabilityBin

_WIDTH, _HEIGHT = 400, 452
_LEFT, _RIGHT = 46, 390
_TOP, _BOTTOM = 24, 318
_COUNTS_TOP, _COUNTS_BOTTOM = 356, 410
_MOST_COUNTED_BINS = 20

_x = svg.linear((0.0, 1.0), (_LEFT, _RIGHT))
_y = svg.linear((0.0, 1.0), (_BOTTOM, _TOP))


def reliability(bins: Sequence[ReliabilityBin]) -> Markup:
    """Draw a reliability diagram with the pictures of each bin counted below.

    Args:
        bins: The bins; those without pictures show no point.

    Returns:
        An inline SVG, empty when no bin has pictures.
    """
    if not any(bin_["count"] for bin_ in bins):
        return svg.EMPTY
    label = "; ".join(
        f"sure {wording.percent(bin_['confidence'])}, right {wording.percent(bin_['accuracy'])}, "
        f"{wording.counted(bin_['count'], 'picture')}"
        for bin_ in bins
        if bin_["count"]
    )
    return svg.drawing(
        [*_axes(), *_points(bins), *_counts(bins)],
        width=_WIDTH,
        height=_HEIGHT,
        label=f"Reliability. {label}",
        class_="reliability",
    )


def _axes() -> list[Markup]:
    pieces = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        text = f"{100 * tick:.0f}"
        pieces += [
            svg.element("line", x1=_LEFT, x2=_RIGHT, y1=_y(tick), y2=_y(tick), class_="grid"),
            svg.element(
                "text", text, x=_LEFT - 8, y=_y(tick) + 4, text_anchor="end", class_="tick"
            ),
            svg.element(
                "text", text, x=_x(tick), y=_HEIGHT - 24, text_anchor="middle", class_="tick"
            ),
        ]
    return [
        *pieces,
        svg.element("line", x1=_x(0), x2=_x(1), y1=_y(0), y2=_y(1), class_="ideal"),
        svg.element("text", "right, % of pictures", x=0, y=12, class_="axis"),
        svg.element("text", "pictures", x=0, y=_COUNTS_TOP - 14, class_="axis"),
        svg.element(
            "text",
            "how sure the model was, %",
            x=(_LEFT + _RIGHT) / 2,
            y=_HEIGHT - 5,
            text_anchor="middle",
            class_="axis",
        ),
    ]


def _points(bins: Sequence[ReliabilityBin]) -> list[Markup]:
    most = max(bin_["count"] for bin_ in bins)
    places = [
        (_x(bin_["confidence"]), _y(bin_["accuracy"]), 3 + 6 * math.sqrt(bin_["count"] / most))
        for bin_ in bins
        if wording.is_number(bin_["confidence"]) and wording.is_number(bin_["accuracy"])
    ]
    # No line joins the points: it would lead the eye to the bins with the fewest pictures.
    return [svg.element("circle", cx=x, cy=y, r=radius, class_="dot") for x, y, radius in places]


def _counts(bins: Sequence[ReliabilityBin]) -> list[Markup]:
    most = max(bin_["count"] for bin_ in bins)
    height = svg.linear((0.0, float(most)), (0.0, _COUNTS_BOTTOM - _COUNTS_TOP))
    pieces = [
        svg.element(
            "line", x1=_LEFT, x2=_RIGHT, y1=_COUNTS_BOTTOM, y2=_COUNTS_BOTTOM, class_="base"
        )
    ]
    for bin_ in bins:
        left, right, tall = _x(bin_["low"]), _x(bin_["high"]), height(bin_["count"])
        if not bin_["count"]:
            continue
        pieces.append(
            svg.element(
                "rect",
                x=left + 1,
                y=_COUNTS_BOTTOM - tall,
                width=max(right - left - 2, 1),
                height=tall,
                class_="bar other",
            )
        )
        if len(bins) <= _MOST_COUNTED_BINS:
            pieces.append(
                svg.element(
                    "text",
                    _brief(bin_["count"], roomy=len(bins) <= 10),
                    x=(left + right) / 2,
                    y=_COUNTS_BOTTOM - tall - 4,
                    text_anchor="middle",
                    class_="count" if len(bins) <= 10 else "count small",
                )
            )
    return pieces


def _brief(number: int, *, roomy: bool) -> str:
    if number < (10_000 if roomy else 1_000):
        return wording.count(number)
    return f"{number / 1000:.0f}k" if number >= 10_000 else f"{number / 1000:.1f}k"
