"""Where suggestions stand, in figures for people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldguide.label.suggestions.view import Method, View

SURE = 0.9
"""Certainty from which a suggestion counts as sure."""


@dataclass(frozen=True, slots=True)
class ClassStatus:
    """What is expected of a class among the open pictures.

    Attributes:
        choice_id: The class.
        expected: How many open pictures are expected to show it.
        sure: How many of them surely do.
    """

    choice_id: int
    expected: float
    sure: int


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """A heap of pictures that look alike.

    Attributes:
        number: Its number, as it is asked for.
        open: How many of its pictures have no answer yet.
        nearest: The class that the model takes most of its pictures for, or None.
    """

    number: int
    open: int
    nearest: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """Where the suggestions for a question stand.

    Attributes:
        reason: Why there is no model; None where there is one.
        labelled: Pictures whose label names a class, as far as they have a vector.
        open: Pictures without an answer that can be suggested for.
        trained_on: Labels that the model learned from.
        method: How it learned, or None.
        classes: What is expected of each class.
        clusters: The heaps of pictures that look alike and have open ones.
        embedded: Pictures with a vector.
        pictures: All pictures.
    """

    reason: str | None
    labelled: int
    open: int
    trained_on: int
    method: Method | None
    classes: tuple[ClassStatus, ...]
    clusters: tuple[ClusterStatus, ...]
    embedded: int
    pictures: int


def of(view: View) -> Status:
    """Return where the suggestions stand."""
    fitted = view.fitted
    return Status(
        reason=view.reason,
        labelled=int((view.labels > 0).sum()),
        open=int(view.fresh.sum()),
        trained_on=0 if fitted is None else fitted.trained_on,
        method=None if fitted is None else fitted.method,
        classes=_classes(view),
        clusters=_clusters(view),
        embedded=len(view.features),
        pictures=view.features.pictures,
    )


def _classes(view: View) -> tuple[ClassStatus, ...]:
    fitted = view.fitted
    if fitted is None:
        return ()
    expected = fitted.probabilities[view.fresh].sum(axis=0)
    sure = view.fresh & (fitted.certainty >= SURE)
    numbers = np.bincount(fitted.best[sure], minlength=len(fitted.classes))
    return tuple(
        ClassStatus(int(choice), round(float(expected[column]), 1), int(numbers[column]))
        for column, choice in enumerate(fitted.classes)
        if int(choice) in view.offered
    )


def _clusters(view: View) -> tuple[ClusterStatus, ...]:
    count = len(view.clusters.centres)
    open_ = np.bincount(view.clusters.numbers[view.fresh], minlength=count)
    nearest: list[int | None] = [None] * count
    if view.fitted is not None and count:
        # What the model thinks, and not what people answered: that may have to stay hidden.
        numbers, likely = view.clusters.numbers[view.fresh], view.fitted.probabilities[view.fresh]
        sums = np.stack([np.bincount(numbers, column, minlength=count) for column in likely.T], 1)
        nearest = [int(view.fitted.classes[row.argmax()]) if row.any() else None for row in sums]
    return tuple(
        ClusterStatus(number, int(open_[number]), nearest[number])
        for number in range(count)
        if open_[number]
    )
