"""Likely label errors from planted probabilities."""

from __future__ import annotations

import numpy as np
from tests.curate.checks.pools import make_pool, run

from fieldguide.curate.checks.label_errors import CHECK
from fieldguide.curate.checks.pool import Pool, Probabilities

CLASSES = ("miner", "rust", "health")
FLIPPED = (7, 40, 61)


def _pool(flipped: tuple[int, ...], *, images: dict[int, str] | None = None) -> Pool:
    random = np.random.default_rng(0)
    true = np.arange(90) % 3
    values = np.full((90, 3), 0.02) + random.uniform(0, 0.03, (90, 3))
    values[np.arange(90), true] = 0.9
    values /= values.sum(axis=1, keepdims=True)
    labels = true.copy()
    labels[list(flipped)] = (labels[list(flipped)] + 1) % 3
    names = images or {}
    rows = [
        {"label": CLASSES[label], "image": names.get(row, f"image {row}")}
        for row, label in enumerate(labels)
    ]
    # A first picture without a label: rows of probabilities are not rows of pictures.
    judged = Probabilities(CLASSES, np.arange(1, 91), labels, values)
    return make_pool([{"image": "unlabelled"}, *rows], probabilities=lambda: judged)


def test_flipped_labels_are_named_with_the_class_they_had() -> None:
    (finding,) = run(CHECK, _pool(FLIPPED))
    assert finding.severity == "warning"
    assert sorted(finding.member_ids) == [row + 1 for row in FLIPPED]
    suggested = {s.member_id - 1: s.suggested for c in finding.cases for s in c.suspects}
    assert suggested == {row: CLASSES[row % 3] for row in FLIPPED}
    assert all(case.certainty > 0.5 for case in finding.cases)
    assert finding.figures["judged labels"] == 90


def test_right_labels_give_no_finding() -> None:
    assert run(CHECK, _pool(())) == []


def test_copies_under_one_wrong_label_are_one_case() -> None:
    (finding,) = run(CHECK, _pool((7, 40), images={7: "same", 40: "same"}))
    assert len(finding.cases) == 1
    assert sorted(finding.member_ids) == [8, 41]


def test_without_probabilities_the_check_cannot_look() -> None:
    pool = make_pool([{"label": "rust"}, {"label": "miner"}])
    assert run(CHECK, pool) == []
    assert "cross-validation" in str(pool.lacks("probabilities"))
