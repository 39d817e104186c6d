"""What suggestions are at one moment: unchanging, so that any number of threads may read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from fieldguide.label.suggestions.clusters import Clusters
from fieldguide.label.suggestions.features import Features
from fieldguide.records.suggestion_facts import Mark
from fieldguide.types import IntArray

Method = Literal["head", "spread"]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a model thinks of a picture.

    Attributes:
        choice_id: The class.
        certainty: Its probability, from 0 to 1.
    """

    choice_id: int
    certainty: float


@dataclass(frozen=True)
class Fitted:
    """What a model says of all pictures.

    Attributes:
        method: How it learned: a head on vectors, or labels spread over a graph of neighbours.
        classes: ``(count,)`` ids of the classes that it knows.
        probabilities: ``(n, count)`` float32; 0 for classes that somebody rejected for a picture.
        trained_on: How many labels it learned from.
    """

    method: Method
    classes: IntArray
    probabilities: npt.NDArray[np.float32]
    trained_on: int

    @cached_property
    def best(self) -> IntArray:
        """``(n,)``, the column of the likeliest class."""
        found: IntArray = self.probabilities.argmax(axis=1)
        return found

    @cached_property
    def certainty(self) -> npt.NDArray[np.float32]:
        """``(n,)``, its probability."""
        found: npt.NDArray[np.float32] = self.probabilities.max(axis=1)
        return found

    @cached_property
    def margin(self) -> npt.NDArray[np.float32]:
        """``(n,)``, by how much it is likelier than the next."""
        two = np.partition(self.probabilities, -2, axis=1)[:, -2:]
        found: npt.NDArray[np.float32] = two[:, 1] - two[:, 0]
        return found


@dataclass(frozen=True)
class View:
    """The suggestions for a question.

    Attributes:
        features: The pictures that have a vector; all arrays follow their order.
        mark: Where the question stood.
        offered: Ids of the classes that can be chosen.
        labels: ``(n,)`` the class that each picture's label names, 0 without.
        open: ``(n,)`` whether a picture waits for answers.
        fresh: ``(n,)`` whether a picture is open, has no answer and is not in the hold-out: only
            such pictures are ordered.
        shown: ``(n,)`` whether what the model thinks may be shown: the fresh ones, and those whose
            answer is known, from which no model learns.
        held_out: ``(n,)`` whether a picture is in the hold-out.
        clusters: Pictures that look alike.
        fitted: The model, or None.
        reason: Why there is no model, for people; None where there is one.
    """

    features: Features
    mark: Mark
    offered: frozenset[int]
    labels: IntArray
    open: Bools
    fresh: Bools
    shown: Bools
    held_out: Bools
    clusters: Clusters
    fitted: Fitted | None
    reason: str | None

    def suggest(self, member_ids: Sequence[int]) -> dict[int, Suggestion]:
        """Return what the model thinks of those of some pictures of which it may be shown."""
        if self.fitted is None:
            return {}
        places = self.features.places(np.asarray(member_ids, np.int64))
        found = {}
        for member, place in zip(member_ids, places.tolist(), strict=True):
            if place < 0 or not self.shown[place]:
                continue
            column = int(self.fitted.best[place])
            choice = int(self.fitted.classes[column])
            if choice in self.offered:
                certainty = float(self.fitted.probabilities[place, column])
                found[member] = Suggestion(choice, round(certainty, 4))
        return found

    def expected(self, member_ids: Sequence[int], choice_id: int) -> float | None:
        """Return how likely some pictures are of a class, on average; None where nobody knows."""
        if self.fitted is None or choice_id not in self.fitted.classes:
            return None
        column = int(np.flatnonzero(self.fitted.classes == choice_id)[0])
        places = self.features.places(np.asarray(member_ids, np.int64))
        likely = self.fitted.probabilities[places[places >= 0], column]
        return round(float(likely.mean()), 4) if len(likely) else None

    def place(self, member_id: int) -> int:
        """Return where a picture stands among those with a vector, -1 if it is not there."""
        return int(self.features.places(np.array([member_id]))[0])

    def copies_of(self, member_id: int) -> list[int]:
        """Return the fresh pictures that are surely copies of one, or of its burst."""
        place = self.place(member_id)
        if place < 0 or self.held_out[place]:
            return []
        found = self.features.copies_of(place)
        return [int(member) for member in self.features.members[found[self.fresh[found]]]]
