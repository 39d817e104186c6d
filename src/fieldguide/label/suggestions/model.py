"""Learn from the labels as they stand, by the method that cross-validation prefers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from fieldguide.label.suggestions import calibration, discriminant, spread
from fieldguide.label.suggestions.calibration import Calibration
from fieldguide.label.suggestions.discriminant import Rows
from fieldguide.label.suggestions.view import Fitted, Method
from fieldguide.models.heads.examples import thin
from fieldguide.types import IntArray

MOST_TO_SPREAD = 400
"""Labels beyond which the head has always been the better one, so that no spread is tried."""

_MOST = 20_000
_MOST_TO_CALIBRATE = 1_500
_GROWTH = 1.1


@dataclass(frozen=True)
class Examples:
    """What is learned from.

    Attributes:
        places: ``(m,)`` places of the labelled pictures among all.
        classes: ``(m,)`` columns of their classes.
        groups: ``(m,)``, equal for pictures that would tell each other's class.
        choices: ``(count,)`` ids of the classes.
    """

    places: IntArray
    classes: IntArray
    groups: IntArray
    choices: IntArray


@dataclass(frozen=True)
class Choice:
    """Which method is used, and how; made anew when the labels have grown by a tenth.

    Attributes:
        method: The method.
        calibration: Its settings.
        examples: How many examples it was chosen with.
        choices: The classes that there were.
        spread_tried: Whether label propagation was compared.
    """

    method: Method
    calibration: Calibration
    examples: int
    choices: tuple[int, ...]
    spread_tried: bool

    def knows(self, examples: Examples) -> bool:
        """Tell whether it was made for the same classes."""
        return tuple(examples.choices.tolist()) == self.choices

    def is_due(self, examples: Examples, *, may_spread: bool) -> bool:
        """Tell whether the choice should be made anew."""
        number = len(examples.places)
        return (
            not self.knows(examples)
            or not self.examples / _GROWTH <= number <= self.examples * _GROWTH
            or (may_spread and not self.spread_tried)
        )


def gather(labels: IntArray, usable: npt.NDArray[np.bool_], kin: IntArray) -> Examples:
    """Collect the examples; beyond 20,000 each class gives in proportion.

    Args:
        labels: ``(n,)`` the class that each picture's label names, 0 without.
        usable: ``(n,)`` which of them may be learned from.
        kin: ``(n,)``, equal for pictures that would tell each other's class.
    """
    places = np.flatnonzero(usable & (labels > 0))
    choices, classes = np.unique(labels[places], return_inverse=True)
    if len(places) > _MOST:
        kept = thin(classes, _MOST, 0)
        places, classes = places[kept], classes[kept]
    return Examples(places, classes.astype(np.int64), kin[places], choices)


def choose(rows: Rows, edges: sparse.csr_matrix | None, examples: Examples) -> Choice:
    """Choose the method by cross-validation, by the likelihood of what was left out.

    Args:
        rows: ``(n, dimensions)``, all pictures.
        edges: The graph of neighbours; None where there is none, or it is not tried.
        examples: Of at least two classes.
    """
    count = len(examples.choices)
    some = thin(examples.classes, min(_MOST_TO_CALIBRATE, len(examples.places)), 0)
    places, classes = examples.places[some], examples.classes[some]
    groups = examples.groups[some]
    method: Method = "head"
    best = calibration.of_discriminant(rows[places], classes, groups, count=count)
    tried = edges is not None and len(examples.places) <= MOST_TO_SPREAD
    if edges is not None and tried:

        def scorer(on: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
            return spread.log_scores(edges, places[on], classes[on], count=count)[places]

        other = calibration.of_scores(scorer, classes, groups)
        if other.loss < best.loss:
            method, best = "spread", other
    return Choice(method, best, len(examples.places), tuple(examples.choices.tolist()), tried)


def fit(rows: Rows, edges: sparse.csr_matrix | None, examples: Examples, choice: Choice) -> Fitted:
    """Learn, and say what all pictures probably show.

    Args:
        rows: ``(n, dimensions)``, all pictures.
        edges: The graph of neighbours, for the spread.
        examples: Of at least two classes.
        choice: The method and its settings.
    """
    count = len(examples.choices)
    temperature = choice.calibration.temperature
    if choice.method == "spread" and edges is not None:
        spread_ = spread.log_scores(edges, examples.places, examples.classes, count=count)
        found = calibration.probabilities(spread_, temperature)
    else:
        head = discriminant.fit(
            rows[examples.places],
            examples.classes,
            count=count,
            strength=choice.calibration.strength,
        )
        found = calibration.probabilities(head.log_scores(rows), temperature)
    return Fitted(choice.method, examples.choices, found, len(examples.places))


def without_rejected(fitted: Fitted, rejected: npt.NDArray[np.int64]) -> Fitted:
    """Take out what somebody rejected: the other classes share its probability.

    Args:
        fitted: What the model says.
        rejected: ``(m, 2)`` places and class ids.
    """
    known = np.isin(rejected[:, 1], fitted.classes)
    if not known.any():
        return fitted
    places = rejected[known, 0]
    columns = np.searchsorted(fitted.classes, rejected[known, 1])
    found = fitted.probabilities.copy()
    found[places, columns] = 0
    touched = np.unique(places)
    total = found[touched].sum(axis=1, keepdims=True)
    found[touched] = np.where(total > 1e-9, found[touched] / np.maximum(total, 1e-9), 0)
    return Fitted(fitted.method, fitted.classes, found, fitted.trained_on)
