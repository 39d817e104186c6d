"""Random answers, with and without weights, on which each metric meets its reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from fieldguide.types import FloatArray, IntArray


@dataclass(frozen=True)
class Case:
    truth: IntArray
    predicted: IntArray
    probabilities: FloatArray
    counts: IntArray
    weights: FloatArray

    @property
    def class_count(self) -> int:
        return int(self.probabilities.shape[1])


def make_case(seed: int, *, size: int, classes: int, coarse: bool) -> Case:
    """Coarse probabilities are multiples of a quarter, so that there are many ties."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, size)
    if coarse:
        probabilities = random.multinomial(4, np.full(classes, 1 / classes), size) / 4.0
    else:
        scores = random.normal(size=(size, classes)) * 2.0
        scores[np.arange(size), truth] += 1.5
        probabilities = np.exp(scores)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
    return Case(
        truth=truth,
        predicted=probabilities.argmax(axis=1),
        probabilities=probabilities,
        counts=random.poisson(1.0, size),
        weights=random.random(size) + 0.01,
    )


@pytest.fixture(
    params=[(0, 40, 2, False), (1, 60, 3, True), (2, 200, 6, False), (3, 90, 5, True)],
    ids=["two classes", "three with ties", "six classes", "five with ties"],
)
def case(request: pytest.FixtureRequest) -> Case:
    seed, size, classes, coarse = request.param
    return make_case(seed, size=size, classes=classes, coarse=coarse)
