from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from fieldguide.evaluate import findings
from fieldguide.evaluate.record import CurvePoint, EvaluationRecord, Leak

MakeRecord = Callable[..., EvaluationRecord]


def _leak(**changes: Any) -> Leak:
    leak: Leak = {
        "kind": "group",
        "parts": ["test", "train"],
        "pictures": 312,
        "test_pictures": 80,
        "groups": 54,
        "examples": [],
    }
    leak.update(changes)  # type: ignore[typeddict-item]
    return leak


def _point(pictures: int, accuracy: float, half: float = 0.02) -> CurvePoint:
    low, high = accuracy - half, accuracy + half
    return {"pictures": pictures, "accuracy": accuracy, "low": low, "high": high}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {},
            (
                "54 groups have pictures both in train and in test: 312 pictures in all; 80 of "
                "them stand in test."
            ),
        ),
        (
            {"groups": 1, "parts": ["val", "train", "test"]},
            (
                "1 group has pictures in more than one part (train, val and test): 312 pictures in "
                "all; 80 of them stand in test."
            ),
        ),
        (
            {"kind": "duplicate", "pictures": 2, "test_pictures": 1},
            (
                "2 pictures have the same bytes as another one, both in train and in test; 1 of "
                "them stands in test."
            ),
        ),
        (
            {"kind": "near-duplicate", "parts": ["val", "train"], "test_pictures": 0},
            (
                "312 pictures show the same scene as another one, both in train and in val; none "
                "of them stands in test."
            ),
        ),
        (
            {"kind": "conflict", "parts": [], "pictures": 2, "test_pictures": 0},
            (
                "2 pictures have the same bytes as another one with a different label; none of "
                "them stands in test."
            ),
        ),
    ],
)
def test_a_leak_is_said_in_words(changes: dict[str, Any], words: str) -> None:
    assert findings.about_leak(_leak(**changes)) == words


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([], "No learning curve was measured"),
        ([_point(100, 0.8)], "one point only"),
        ([_point(100, 0.80), _point(200, 0.81)], "within the noise"),
        ([_point(100, 0.80), _point(200, 0.79)], "within the noise"),
        ([_point(100, 0.80), _point(200, 0.90)], "up by 10.0 points, beyond the noise"),
        ([_point(100, 0.90), _point(200, 0.80)], "down by 10.0 points, beyond the noise"),
        ([_point(100, 0.5), _point(200, 0.9), _point(300, 0.9)], "within the noise"),
    ],
)
def test_a_curve_promises_no_more_than_its_last_two_points(
    points: list[CurvePoint], words: str
) -> None:
    assert words in findings.about_curve(points)


@pytest.mark.parametrize(
    ("readings", "models", "said", "caution"),
    [
        (1, 1, "once; in all, 1 model has read it.", None),
        (2, 1, "twice; in all, 1 model has read it.", "read once per model"),
        (5, 3, "5 times; in all, 3 models have read it.", "read once per model"),
        (1, 4, "once; in all, 4 models have read it.", "Several models"),
    ],
)
def test_readings_are_counted_and_warned_of(
    make_record: MakeRecord, readings: int, models: int, said: str, caution: str | None
) -> None:
    record = make_record(test_readings=readings, test_models=models)
    assert findings.about_readings(record).endswith(said)
    found = findings.caution_on_readings(record)
    assert found is None if caution is None else caution in (found or "")


def test_leaks_not_found_are_those_that_could_be_looked_for(make_record: MakeRecord) -> None:
    record = make_record()
    assert len(findings.leaks_not_found(record)) == 3
    record["split"]["leaks"] = []
    assert len(findings.leaks_not_found(record)) == 4
    record["data"]["groups"] = None
    assert len(findings.leaks_not_found(record)) == 3


@pytest.mark.parametrize(
    ("off_diagonal", "shown", "words"),
    [
        (0, 0, "no mistake on 20 test pictures"),
        (1, 1, "1 mistake on 20 test pictures: this one."),
        (2, 2, "2 mistakes on 20 test pictures, all shown here"),
        (2, 1, "The 1 it was surest of is shown."),
        (3, 2, "The 2 it was surest of are shown, the surest first."),
        (2, 0, "None of them was kept"),
    ],
)
def test_mistakes_are_counted(
    make_record: MakeRecord, off_diagonal: int, shown: int, words: str
) -> None:
    record = make_record(["a", "b"])
    record["test"]["confusion"] = [[10 - off_diagonal, off_diagonal], [0, 10]]
    record["mistakes"] = record["mistakes"] * shown
    assert words in findings.about_mistakes(record)


def test_what_leaks_do_to_accuracy_is_said(make_record: MakeRecord) -> None:
    record = make_record()
    assert findings.about_as_given(record) is None
    given = copy.deepcopy(record["test"])
    given["pictures"] += 5
    record["as_given"] = given
    assert "leaks: 5 test pictures left out" in str(findings.about_as_given(record))
    assert "would read 90.7 %, the same." in str(findings.about_as_given(record))
    given["metrics"]["accuracy"]["value"] = 0.857
    assert "85.7 %, 5.0 points less." in str(findings.about_as_given(record))
    record["split"]["leaks"] = []
    assert "Copies count once: 5 test pictures" in str(findings.about_as_given(record))
    assert findings.as_given_title(record) == "As given, copies left in"
    given["metrics"] = {}
    assert str(findings.about_as_given(record)).endswith("left out of the figures here.")


def test_reliability_speaks_of_the_largest_bin(make_record: MakeRecord) -> None:
    bins = make_record()["test"]["reliability"]
    assert "right 91.0 % of the time" in findings.about_reliability(bins)
    assert "No picture was measured" in findings.about_reliability(bins[:1])
