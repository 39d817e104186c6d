"""Rows of the report's tables, computed from a record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fieldguide.evaluate import findings, glossary, wording
from fieldguide.evaluate.record import (
    Candidate,
    ClassFigures,
    CurvePoint,
    EvaluationRecord,
    Figure,
    Reading,
)

MOST_NUMBERED_CLASSES = 20
"""Up to here a confusion matrix shows its numbers; beyond, it shows heat."""

_MOST_PAIRS = 10


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric in all readings; a reading that lacks it has ``–``."""

    title: str
    words: str
    values: list[str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a confusion matrix; ``heat`` is from 0 to 1, ``share`` is of the row."""

    count: int
    share: str
    heat: str
    right: bool


@dataclass(frozen=True, slots=True)
class ConfusionRow:
    """All predictions for the pictures of one class."""

    name: str
    total: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Pair:
    """Pictures of one class that were taken for another one."""

    label: str
    predicted: str
    count: int
    total: int
    share: str


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class with its figures; ``lowest`` marks the worst ones."""

    figures: ClassFigures
    lowest: bool


def readings(record: EvaluationRecord) -> list[tuple[str, Reading]]:
    """List the readings that stand side by side, each with the head of its column."""
    columns = [("Test part", record["test"])]
    if given := record["as_given"]:
        columns.append((findings.as_given_title(record), given))
    if val := record.get("val"):
        columns.append(("Validation part", val))
    return columns


def metrics(record: EvaluationRecord) -> list[MetricRow]:
    """Lay out the metrics of all readings, in the order of the test part's."""
    columns = [reading["metrics"] for _, reading in readings(record)]
    names = dict.fromkeys(name for column in columns for name in column)
    rows = []
    for name in names:
        meaning = glossary.meaning(name)
        values = [
            wording.figure(column[name], as_percent=meaning.as_percent)
            if name in column
            else wording.NOTHING
            for column in columns
        ]
        rows.append(MetricRow(title=meaning.title, words=meaning.words, values=values))
    return rows


def confusion(reading: Reading) -> list[ConfusionRow]:
    """Lay out a confusion matrix, each cell with its share of the row."""
    rows = []
    for index, counts in enumerate(reading["confusion"]):
        total = sum(counts)
        cells = [
            Cell(
                count=number,
                share=f"{100 * number / total:.0f} %" if total else wording.NOTHING,
                # The square root lets rare confusions be seen beside the diagonal.
                heat=f"{math.sqrt(number / total) if total else 0:.3f}",
                right=index == column,
            )
            for column, number in enumerate(counts)
        ]
        rows.append(
            ConfusionRow(name=reading["per_class"][index]["name"], total=total, cells=cells)
        )
    return rows


def confused_pairs(reading: Reading) -> list[Pair]:
    """List the pairs of classes confused most often, at most ten."""
    names = [row["name"] for row in reading["per_class"]]
    totals = [sum(row) for row in reading["confusion"]]
    found = [
        (-number, label, predicted)
        for label, row in enumerate(reading["confusion"])
        for predicted, number in enumerate(row)
        if number and label != predicted
    ]
    return [
        Pair(
            label=names[label],
            predicted=names[predicted],
            count=-negative,
            total=totals[label],
            share=wording.percent(-negative / totals[label]),
        )
        for negative, label, predicted in sorted(found)[:_MOST_PAIRS]
    ]


def classes(reading: Reading) -> list[ClassRow]:
    """Order the classes by F1, the worst first; those without a value come last."""

    def rank(figures: ClassFigures) -> tuple[float, str]:
        value = figures["f1"]["value"]
        return (value if wording.is_number(value) else math.inf, figures["name"])

    ordered = sorted(reading["per_class"], key=rank)
    measured = [rank(figures)[0] for figures in ordered if rank(figures)[0] < math.inf]
    marked = 1 if len(measured) <= 10 else 3
    best = max(measured, default=0.0)
    return [
        ClassRow(figures=figures, lowest=index < marked and rank(figures)[0] < best)
        for index, figures in enumerate(ordered)
    ]


def measured_points(points: Sequence[CurvePoint]) -> list[CurvePoint]:
    """Keep the points of a learning curve that have an accuracy and an interval."""
    return [
        point
        for point in points
        if all(wording.is_number(point[key]) for key in ("accuracy", "low", "high"))
    ]


def setting_names(candidates: Sequence[Candidate]) -> list[str]:
    """List the settings that any candidate has, in the order of their first appearance."""
    return list(dict.fromkeys(name for candidate in candidates for name in candidate["settings"]))


def accuracy(reading: Reading) -> Figure:
    """Return the accuracy of a reading, undefined where it was not measured."""
    return reading["metrics"].get("accuracy", {"value": None, "low": None, "high": None})
