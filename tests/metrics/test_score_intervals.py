import numpy as np
import pytest

from fieldguide.metrics import score_intervals
from fieldguide.metrics.figures import Answers
from fieldguide.metrics.proportion import wilson


def perfect(size: int, classes: int) -> Answers:
    truth = np.arange(size) % classes
    return Answers(truth, np.eye(classes)[truth])


def test_perfect_answers_do_not_claim_certainty() -> None:
    found = score_intervals.of_answers(perfect(50, 5), np.arange(50), 0.95)
    assert set(found.metrics) == {
        "accuracy",
        "balanced_accuracy",
        "macro_precision",
        "macro_recall",
        "macro_f1",
        "weighted_f1",
        "roc_auc",
        "average_precision",
    }
    for low, high in [*found.metrics.values(), *found.per_class.values()]:
        assert (low < 0.99).all()
        assert (low > 0.5).all()
        assert (high == 1.0).all()


def test_accuracy_and_recall_are_wilson_where_pictures_stand_alone() -> None:
    found = score_intervals.of_answers(perfect(50, 5), np.arange(50), 0.95)
    assert found.metrics["accuracy"][0][0] == pytest.approx(float(wilson(1.0, 50, 0.95)[0]))
    assert found.per_class["recall"][0] == pytest.approx(wilson(np.ones(5), 10, 0.95)[0])


def test_f1_is_the_share_of_right_ones_put_through_its_formula() -> None:
    truth, predicted = np.array([0, 0, 0, 0, 1, 1, 1]), np.array([0, 0, 0, 1, 1, 1, 0])
    found = score_intervals.of_answers(Answers(truth, np.eye(2)[predicted]), np.arange(7), 0.9)
    low, high = wilson(3 / 5, 5, 0.9)
    bounds = [found.per_class["f1"][side][0] for side in (0, 1)]
    assert bounds == pytest.approx([2 * low / (1 + low), 2 * high / (1 + high)])


def test_with_two_classes_the_areas_are_those_of_one() -> None:
    found = score_intervals.of_answers(perfect(40, 2), np.arange(40), 0.95)
    assert found.metrics["roc_auc"][0][0] == pytest.approx(float(wilson(1.0, 30, 0.95)[0]))
    assert found.metrics["average_precision"][0][0] == pytest.approx(
        float(wilson(1.0, 20, 0.95)[0])
    )


def test_the_same_pictures_in_groups_say_less() -> None:
    single = score_intervals.of_answers(perfect(60, 3), np.arange(60), 0.95)
    grouped = score_intervals.of_answers(perfect(60, 3), np.arange(60) // 6, 0.95)
    for name, (low, _) in single.metrics.items():
        assert grouped.metrics[name][0] < low


def test_a_class_never_predicted_could_have_any_precision() -> None:
    truth = np.array([0, 0, 0, 1])
    answers = Answers(truth, np.eye(2)[np.zeros(4, int)])
    found = score_intervals.of_answers(answers, np.arange(4), 0.95)
    assert np.isnan(found.per_class["precision"][0]).tolist() == [False, True]
    assert found.metrics["macro_precision"][1][0] > 0.85


def test_one_class_in_the_truth_has_no_areas() -> None:
    found = score_intervals.of_answers(
        Answers(np.zeros(5, np.int64), np.eye(2)[np.zeros(5, int)]), np.arange(5), 0.95
    )
    assert "roc_auc" not in found.metrics
    assert "accuracy" in found.metrics


def test_without_pictures_there_are_none() -> None:
    found = score_intervals.of_answers(
        Answers(np.zeros(0, np.int64), np.zeros((0, 2))), np.zeros(0, np.int64), 0.95
    )
    assert found.metrics == {}
    assert np.isnan(found.per_class["f1"]).all()
