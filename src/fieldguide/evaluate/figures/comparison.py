"""Accuracies side by side on one axis from 0 to 100 %."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from fieldguide.evaluate import wording
from fieldguide.evaluate.figures import svg
from fieldguide.evaluate.record import Figure

_ROW = 46
_BAR = 14
_AXIS = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the comparison.

    Attributes:
        name: What reached the accuracy.
        accuracy: A fraction of 1 with its interval.
        main: Whether it is the one the report is about.
    """

    name: str
    accuracy: Figure
    main: bool = False


def comparison(bars: Sequence[Bar]) -> Markup:
    """Draw accuracies as bars with their intervals.

    Places along the axis are percentages of the drawing's width, not units of a view box: so the
    drawing fills any page, while its text keeps the size of the text around it.

    Args:
        bars: The rows, top to bottom.

    Returns:
        An inline SVG, empty without rows.
    """
    if not bars:
        return svg.EMPTY
    bottom = _ROW * len(bars)
    label = "; ".join(f"{bar.name}: {_written(bar)}" for bar in bars)
    rows = [piece for index, bar in enumerate(bars) for piece in _row(bar, top=_ROW * index)]
    return svg.element(
        "svg",
        *_axis(bottom),
        *rows,
        class_="figure comparison",
        width="100%",
        height=bottom + _AXIS,
        role="img",
        aria_label=f"Accuracy with 95 % interval. {label}",
    )


def _axis(bottom: float) -> list[Markup]:
    pieces = []
    for tick in (0, 25, 50, 75, 100):
        anchor = {0: "start", 100: "end"}.get(tick, "middle")
        x = f"{tick}%"
        pieces += [
            svg.element("line", x1=x, x2=x, y1=0, y2=bottom + 4, class_="grid"),
            svg.element("text", f"{tick} %", x=x, y=bottom + 19, text_anchor=anchor, class_="tick"),
        ]
    return pieces


def _row(bar: Bar, *, top: float) -> list[Markup]:
    kind = "main" if bar.main else "other"
    middle = top + 24 + _BAR / 2
    pieces = [
        svg.element("text", wording.short(bar.name, 26), x="0%", y=top + 17, class_=f"name {kind}"),
        svg.element(
            "text", _written(bar), x="100%", y=top + 17, text_anchor="end", class_=f"value {kind}"
        ),
    ]
    value, low, high = (bar.accuracy[key] for key in ("value", "low", "high"))
    if wording.is_number(value):
        pieces.append(
            svg.element(
                "rect",
                x="0%",
                y=top + 24,
                width=_across(value),
                height=_BAR,
                rx=2,
                class_=f"bar {kind}",
            )
        )
    if wording.is_number(low) and wording.is_number(high):
        pieces.append(_line(low, high, middle, middle))
        pieces += [_line(end, end, middle - 6, middle + 6) for end in (low, high)]
    return pieces


def _line(left: float, right: float, top: float, bottom: float) -> Markup:
    return svg.element(
        "line", x1=_across(left), x2=_across(right), y1=top, y2=bottom, class_="whisker"
    )


def _across(value: float) -> str:
    return f"{svg.place(100 * min(max(value, 0.0), 1.0))}%"


def _written(bar: Bar) -> str:
    return wording.figure(bar.accuracy, as_percent=True)
