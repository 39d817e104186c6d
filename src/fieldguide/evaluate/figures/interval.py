"""A value with its interval as a small bar, to stand in a table's cell."""

from __future__ import annotations

from markupsafe import Markup

from fieldguide.evaluate import wording
from fieldguide.evaluate.figures import svg
from fieldguide.evaluate.record import Figure

WIDTH = 100
HEIGHT = 12


def interval(figure: Figure) -> Markup:
    """Draw a fraction of 1 as a dot on its interval.

    Args:
        figure: The value with its interval; undefined ends are left out.

    Returns:
        An inline SVG, empty where the value is undefined.
    """
    value, low, high = figure["value"], figure["low"], figure["high"]
    if not wording.is_number(value):
        return svg.EMPTY
    scale = svg.linear((0.0, 1.0), (4.0, WIDTH - 4.0))
    middle = HEIGHT / 2
    pieces = [svg.element("line", x1=4, x2=WIDTH - 4, y1=middle, y2=middle, class_="track")]
    if wording.is_number(low) and wording.is_number(high):
        pieces.append(
            svg.element("line", x1=scale(low), x2=scale(high), y1=middle, y2=middle, class_="range")
        )
    pieces.append(svg.element("circle", cx=scale(value), cy=middle, r=3.5, class_="dot"))
    return svg.drawing(
        pieces, width=WIDTH, height=HEIGHT, label=wording.figure(figure), class_="interval"
    )
