from typing import Any

import numpy as np
import pytest

from fieldguide.metrics import bootstrap
from fieldguide.metrics.accuracy import accuracy
from fieldguide.metrics.average_precision import average_precision
from fieldguide.metrics.balanced_accuracy import balanced_accuracy
from fieldguide.metrics.brier import brier
from fieldguide.metrics.expected_calibration_error import expected_calibration_error
from fieldguide.metrics.f1 import f1, macro_f1, weighted_f1
from fieldguide.metrics.figures import Answers
from fieldguide.metrics.log_loss import log_loss
from fieldguide.metrics.precision import macro_precision, precision
from fieldguide.metrics.recall import macro_recall, recall
from fieldguide.metrics.roc_auc import roc_auc

OF_PREDICTIONS = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "macro_precision": macro_precision,
    "macro_recall": macro_recall,
    "macro_f1": macro_f1,
    "weighted_f1": weighted_f1,
}
OF_PROBABILITIES = {
    "log_loss": log_loss,
    "brier": brier,
    "expected_calibration_error": expected_calibration_error,
    "roc_auc": roc_auc,
    "average_precision": average_precision,
}


def test_every_drawing_equals_the_plain_metrics(case: Any) -> None:
    codes = np.arange(case.truth.size) % 23
    weights = np.concatenate(list(bootstrap.drawings(codes, repeats=25, seed=0)))
    figures = Answers(case.truth, case.probabilities).figures(weights)
    assert set(figures.metrics) == set(OF_PREDICTIONS) | set(OF_PROBABILITIES)
    for row, w in enumerate(weights):
        for name, metric in OF_PREDICTIONS.items():
            expected = metric(case.truth, case.predicted, weights=w)
            assert figures.metrics[name][row] == pytest.approx(expected, nan_ok=True), name
        for name, metric in OF_PROBABILITIES.items():
            expected = metric(case.truth, case.probabilities, weights=w)
            assert figures.metrics[name][row] == pytest.approx(expected, nan_ok=True), name
        for name, metric in {"precision": precision, "recall": recall, "f1": f1}.items():
            expected = metric(case.truth, case.predicted, class_count=case.class_count, weights=w)
            np.testing.assert_allclose(figures.per_class[name][row], expected)


def test_the_gaps_add_up_to_the_calibration_error(case: Any) -> None:
    figures = Answers(case.truth, case.probabilities).figures(np.ones((1, case.truth.size)))
    assert np.abs(figures.gaps).sum() == pytest.approx(
        expected_calibration_error(case.truth, case.probabilities)
    )


def test_without_pictures_all_are_undefined() -> None:
    figures = Answers(np.zeros(0, np.int64), np.zeros((0, 3))).figures(np.ones((1, 0)))
    assert all(np.isnan(values).all() for values in figures.metrics.values())
    assert all(values.shape == (1, 3) for values in figures.per_class.values())
