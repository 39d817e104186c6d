"""A confusion matrix of many classes as cells of heat."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from fieldguide.evaluate import wording
from fieldguide.evaluate.figures import svg

_CELL = 11
_NAMES = 130
_HEAD = 26
_MOST_NAMES = 100


def heatmap(names: Sequence[str], confusion: Sequence[Sequence[int]]) -> Markup:
    """Draw a confusion matrix, each row coloured by its shares.

    Heat grows with the square root of the share, so that rare confusions are still seen. Empty
    cells are not drawn: a matrix of 1,000 classes has a million of them.

    Args:
        names: The classes, in the order of rows and columns.
        confusion: Counts, classes by classes: rows are labels, columns predictions.

    Returns:
        An inline SVG, empty without classes.
    """
    if not names:
        return svg.EMPTY
    named = len(names) <= _MOST_NAMES
    left = _NAMES if named else _HEAD
    side = _CELL * len(names)
    pieces = [
        svg.element("rect", x=left, y=_HEAD, width=side, height=side, class_="frame"),
        *(_numbers(names, left) if named else []),
    ]
    for row, counts in enumerate(confusion):
        total = sum(counts)
        pieces += [
            _cell(names, (row, column), (number, total), left)
            for column, number in enumerate(counts)
            if number
        ]
    pictures = sum(sum(row) for row in confusion)
    classes = wording.counted(len(names), "class", "classes")
    right = sum(row[index] for index, row in enumerate(confusion))
    return svg.drawing(
        pieces,
        width=left + side + 2,
        height=_HEAD + side + 2,
        label=(
            f"Confusion matrix of {classes}, rows are labels and columns predictions: "
            f"{wording.count(right)} of {wording.counted(pictures, 'picture')} lie on the diagonal"
        ),
        class_="heatmap",
    )


def _numbers(names: Sequence[str], left: float) -> list[Markup]:
    pieces = []
    for index, name in enumerate(names):
        middle = _CELL * (index + 0.5)
        number, base = str(index + 1), _HEAD + middle + 3
        pieces += [
            svg.element("text", wording.short(name, 22), x=left - 20, y=base, text_anchor="end"),
            svg.element("text", number, x=left - 4, y=base, text_anchor="end", class_="tick"),
        ]
        # Two digits are as wide as a cell: only each fifth column is numbered.
        if index == 0 or index % 5 == 4:
            pieces.append(
                svg.element(
                    "text",
                    number,
                    x=left + middle,
                    y=_HEAD - 5,
                    text_anchor="middle",
                    class_="tick",
                )
            )
    return pieces


def _cell(
    names: Sequence[str], at: tuple[int, int], counts: tuple[int, int], left: float
) -> Markup:
    (row, column), (number, total) = at, counts
    label, predicted = wording.short(names[row], 80), wording.short(names[column], 80)
    words = "right" if row == column else f"predicted {predicted}"
    title = svg.element(
        "title", f"{label}: {wording.count(number)} of {wording.count(total)} {words}"
    )
    return svg.element(
        "rect",
        title,
        x=left + _CELL * column + 0.5,
        y=_HEAD + _CELL * row + 0.5,
        width=_CELL - 1,
        height=_CELL - 1,
        fill_opacity=math.sqrt(number / total),
        class_="heat right" if row == column else "heat",
    )
