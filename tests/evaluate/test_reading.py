from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import metrics

from fieldguide.evaluate.reading import curve_point, find_mistakes, read_part, to_figure
from fieldguide.evaluate.record import Reading
from fieldguide.metrics.interval import Interval
from fieldguide.metrics.summary import summarise
from fieldguide.records.versions import VersionItem

CLASSES = ("ash", "beech", "cedar")


def answers(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 3, n)
    scores = random.normal(0, 1, (n, 3)) + 1.5 * np.eye(3)[truth]
    exponents = np.exp(scores)
    return truth, exponents / exponents.sum(axis=1, keepdims=True)


def read(
    truth: np.ndarray, probabilities: np.ndarray, clusters: np.ndarray, **more: int
) -> Reading:
    return read_part(
        "test", truth, probabilities, clusters=clusters, classes=CLASSES, **({"seed": 0} | more)
    )


def test_figures_equal_scikit_learn() -> None:
    truth, probabilities = answers(200)
    found = read(truth, probabilities, np.arange(200) // 2)
    predicted = probabilities.argmax(axis=1)
    assert (found["part"], found["pictures"], found["groups"]) == ("test", 200, 100)
    expected = {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, predicted),
        "macro_f1": metrics.f1_score(truth, predicted, average="macro"),
        "log_loss": metrics.log_loss(truth, probabilities),
    }
    for name, value in expected.items():
        figure = found["metrics"][name]
        assert figure["value"] == pytest.approx(value, abs=1e-9)
        assert figure["low"] is not None
        assert figure["low"] < value < figure["high"]  # type: ignore[operator]
    assert found["confusion"] == metrics.confusion_matrix(truth, predicted).tolist()
    precision, recall, f1, support = metrics.precision_recall_fscore_support(truth, predicted)
    for number, row in enumerate(found["per_class"]):
        assert row["name"] == CLASSES[number]
        assert row["support"] == support[number]
        assert row["predicted"] == (predicted == number).sum()
        assert row["precision"]["value"] == pytest.approx(precision[number])
        assert row["recall"]["value"] == pytest.approx(recall[number])
        assert row["f1"]["value"] == pytest.approx(f1[number])
    assert sum(row["count"] for row in found["reliability"]) == 200


def test_it_is_the_summary_in_other_words() -> None:
    truth, probabilities = answers(60)
    clusters = np.arange(60) // 3
    found = read(truth, probabilities, clusters, seed=4)
    summary = summarise(truth, probabilities, groups=clusters, class_count=3, seed=4)
    assert found["metrics"] == {n: to_figure(i) for n, i in summary.metrics.items()}


def test_the_same_seed_gives_the_same_reading() -> None:
    truth, probabilities = answers(60)
    once, again, other = (read(truth, probabilities, np.arange(60), seed=s) for s in (1, 1, 2))
    assert once == again
    assert once["metrics"] != other["metrics"]


def test_larger_groups_give_wider_intervals() -> None:
    truth, probabilities = (np.repeat(a, 8, axis=0) for a in answers(40))
    alone = read(truth, probabilities, np.arange(320))["metrics"]["accuracy"]
    grouped = read(truth, probabilities, np.arange(320) // 8)["metrics"]["accuracy"]
    assert alone["value"] == grouped["value"]
    widths = [f["high"] - f["low"] for f in (alone, grouped)]  # type: ignore[operator]
    assert widths[1] > 2 * widths[0]


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_any_reading_is_valid_json(n: int) -> None:
    truth, probabilities = answers(n)
    for clusters in (np.arange(n), np.zeros(n, np.int64)):
        found = read(truth, probabilities, clusters)
        assert json.loads(json.dumps(found, allow_nan=False)) == found
        assert found["pictures"] == n
        assert len(found["per_class"]) == 3
    if n == 0:
        assert {f["value"] for f in found["metrics"].values()} == {None}
        assert found["confusion"] == [[0] * 3] * 3


def test_wrong_shapes() -> None:
    truth, probabilities = answers(10)
    with pytest.raises(ValueError, match="probabilities must have 3 columns"):
        read(truth, np.full((10, 4), 0.25), np.arange(10))
    with pytest.raises(ValueError, match=r"groups must have shape \(10,\)"):
        read(truth, probabilities, np.arange(9))
    with pytest.raises(ValueError, match="truth must have 9 entries, one a picture, got 10"):
        read(truth, probabilities[:9], np.arange(10))


def items(names: list[str]) -> list[VersionItem]:
    return [
        VersionItem(n, name, f"{n:064x}", None, None, "test", None, name)
        for n, name in enumerate(names)
    ]


def test_the_most_certain_mistakes_come_first() -> None:
    probabilities = np.array(
        [[0.9, 0.1, 0], [0.6, 0.4, 0], [0.2, 0.7, 0.1], [0.05, 0.95, 0], [0.3, 0.7, 0]]
    )
    truth = np.array([0, 1, 0, 2, 2])
    found = find_mistakes(items(["a", "b", "d", "e", "c"]), truth, probabilities, CLASSES, most=9)
    assert [(m["name"], m["label"], m["predicted"], m["confidence"]) for m in found] == [
        ("e", "cedar", "beech", 0.95),
        ("c", "cedar", "beech", 0.7),
        ("d", "ash", "beech", 0.7),
        ("b", "beech", "ash", 0.6),
    ]
    assert found[0]["sha256"] == f"{3:064x}"
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("most", [0, 1, 3, 500])
def test_at_most_so_many_mistakes(most: int) -> None:
    truth, probabilities = answers(100)
    wrong = int((probabilities.argmax(axis=1) != truth).sum())
    found = find_mistakes(
        items([str(n) for n in range(100)]), truth, probabilities, CLASSES, most=most
    )
    assert len(found) == min(most, wrong)
    confidences = [m["confidence"] for m in found]
    assert confidences == sorted(confidences, reverse=True)


def test_no_mistakes() -> None:
    truth = np.array([0, 1, 2])
    assert find_mistakes(items(["a", "b", "c"]), truth, np.eye(3), CLASSES, most=5) == []
    assert find_mistakes([], truth[:0], np.zeros((0, 3)), CLASSES, most=5) == []


def test_a_point_of_the_curve_is_accuracy_with_its_interval() -> None:
    hits = (np.random.default_rng(0).random(120) < 0.8).astype(float)
    clusters = np.arange(120) // 2
    point = curve_point(64, hits, clusters, seed=3)
    assert point is not None
    assert point["pictures"] == 64
    assert point["accuracy"] == pytest.approx(hits.mean())
    assert 0.6 < point["low"] < point["accuracy"] < point["high"] < 0.95
    assert point == curve_point(64, hits, clusters, seed=3)
    # The same as for a two-class problem in which each picture is right or wrong.
    truth = np.random.default_rng(1).integers(0, 2, 120)
    probabilities = np.eye(2)[np.where(hits == 1, truth, 1 - truth)]
    other = summarise(truth, probabilities, groups=clusters, class_count=2, seed=3)
    assert point["low"] == pytest.approx(other.metrics["accuracy"].low)
    assert point["high"] == pytest.approx(other.metrics["accuracy"].high)


@pytest.mark.parametrize("hits", [np.ones(40), np.zeros(40)])
def test_a_point_where_all_are_alike_keeps_an_interval(hits: np.ndarray) -> None:
    point = curve_point(10, hits, np.arange(40), seed=0)
    assert point is not None
    assert 0.03 < point["high"] - point["low"] < 0.25


@pytest.mark.parametrize("n", [0, 1, 6])
def test_a_point_of_one_group_has_no_interval(n: int) -> None:
    assert curve_point(5, np.ones(n), np.zeros(n, np.int64), seed=0) is None


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (Interval(0.5, 0.4, 0.6), (0.5, 0.4, 0.6)),
        (Interval(0.5, np.nan, np.nan), (0.5, None, None)),
        (Interval(np.nan, np.nan, np.nan), (None, None, None)),
        (Interval(np.float64(1), -np.inf, np.inf), (1.0, None, None)),
    ],
)
def test_json_knows_no_nan(interval: Interval, expected: tuple[float | None, ...]) -> None:
    figure = to_figure(interval)
    assert (figure["value"], figure["low"], figure["high"]) == expected
    assert all(type(value) in {float, type(None)} for value in figure.values())
