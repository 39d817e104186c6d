from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldguide.errors import SourceError
from fieldguide.formats.labels.available import open_labels
from fieldguide.formats.labels.reading import LabelOptions

Put = Callable[[str, "str | bytes"], Path]
Opened = Callable[..., SimpleNamespace]

FULL = """[
  {
    "id": 1,
    "data": {"image": "/data/upload/3/0a1b2c3d-leaf_1.jpg", "source": "camera"},
    "annotations": [
      {
        "id": 11, "unique_id": "u-11", "completed_by": {"id": 5, "email": "anna@x.org"},
        "was_cancelled": false, "ground_truth": true, "lead_time": 4.2,
        "created_at": "2024-03-09T22:16:08.728353Z", "updated_at": "2024-03-09T22:17:00Z",
        "result": [
          {"from_name": "tree", "to_name": "img", "type": "choices", "id": "a",
           "value": {"choices": ["oak"]}},
          {"from_name": "age", "to_name": "img", "type": "number", "id": "b",
           "value": {"number": 12}},
          {"from_name": "box", "to_name": "img", "type": "rectanglelabels", "id": "c",
           "value": {"rectanglelabels": ["leaf"]}}
        ]
      },
      {
        "id": 12, "completed_by": 6, "was_cancelled": true, "lead_time": 1.0,
        "created_at": "2024-03-09T22:10:00Z", "result": []
      }
    ],
    "predictions": [
      {"id": 90, "model_version": "resnet", "created_at": "2024-03-01T00:00:00Z", "score": 0.9,
       "result": [{"from_name": "tree", "type": "choices", "value": {"choices": ["elm"]}}]},
      17
    ]
  },
  {
    "id": 2,
    "data": {"image": "/data/local-files/?d=b%20c/2.jpg"},
    "annotations": [
      {"id": 13, "completed_by": 5, "created_at": "2024-03-09T22:20:00Z",
       "result": [
         {"from_name": "marks", "type": "choices", "value": {"choices": ["rust", "hole"]}},
         {"from_name": "beauty", "type": "rating", "value": {"rating": 4}}
       ]}
    ],
    "predictions": []
  },
  {"id": 3, "data": {"image": "https://example.org/set/3.jpg?x=1"}, "annotations": []}
]"""

MIN = """[
  {"image": "s3://bucket/a/1.jpg", "text": "no answer", "id": 1, "tree": "oak",
   "marks": {"choices": ["rust", "hole"]}, "age": [{"number": 12}], "beauty": [{"rating": 4}],
   "annotator": 5, "annotation_id": 11, "created_at": "2024-03-09T22:16:08Z",
   "updated_at": "2024-03-09T22:17:00Z", "lead_time": 4.0},
  {"image": "s3://bucket/a/1.jpg", "text": "no answer", "id": 1, "tree": "elm",
   "annotator": "bo@x.org", "annotation_id": 12, "created_at": "2024-03-09T22:18:08Z",
   "updated_at": "2024-03-09T22:18:09Z", "lead_time": 2.0},
  {"image": "s3://bucket/a/2.jpg", "text": "no answer", "id": 2,
   "annotator": null, "annotation_id": null, "created_at": null, "updated_at": null,
   "lead_time": null}
]"""


def said(found: SimpleNamespace, name: str) -> list[tuple[object, ...]]:
    return [
        (v.annotator, v.kind, v.question, v.verdict, v.choices, v.number, v.milliseconds)
        for v in found.pictures[name].votes
    ]


def test_a_full_export_is_read(put: Put, labelled: Opened) -> None:
    found = labelled(put("x.json", FULL))
    assert found.file.format == "label-studio"
    kinds = {question.name: question.kind for question in found.file.questions}
    assert kinds == {"tree": "single", "age": "number", "marks": "many", "beauty": "number"}
    assert [choice.name for choice in found.file.questions[0].choices] == ["oak", "elm"]
    assert list(found.pictures) == ["leaf_1.jpg", "b c/2.jpg", "set/3.jpg"]
    skips = [
        ("label-studio-6", "person", question, "skip", (), None, 250)
        for question in ("tree", "age", "marks", "beauty")
    ]
    assert said(found, "leaf_1.jpg") == [
        ("resnet", "model", "tree", "answer", ("elm",), None, None),
        *skips,
        ("anna@x.org", "person", "tree", "answer", ("oak",), None, 2100),
        ("anna@x.org", "person", "age", "answer", (), 12.0, 2100),
    ]
    assert said(found, "b c/2.jpg") == [
        ("label-studio-5", "person", "marks", "answer", ("rust", "hole"), None, None),
        ("label-studio-5", "person", "beauty", "answer", (), 4.0, None),
    ]
    votes = found.pictures["leaf_1.jpg"].votes
    assert [vote.decides for vote in votes] == [False] * 5 + [True] * 2
    assert votes[-1].at == datetime(2024, 3, 9, 22, 16, 8, 728353, UTC)
    told = " ".join(found.file.notes)
    assert "not read: rectanglelabels (1)" in told
    assert "1 predictions are given by their ids only" in told
    assert "in 1 names were turned into plain names" in told


def test_json_min_is_read(put: Put, labelled: Opened) -> None:
    found = labelled(put("x.json", MIN))
    assert list(found.pictures) == ["a/1.jpg", "a/2.jpg"]
    assert said(found, "a/1.jpg") == [
        ("label-studio-5", "person", "tree", "answer", ("oak",), None, 1000),
        ("label-studio-5", "person", "marks", "answer", ("rust", "hole"), None, 1000),
        ("label-studio-5", "person", "age", "answer", (), 12.0, 1000),
        ("label-studio-5", "person", "beauty", "answer", (), 4.0, 1000),
        ("bo@x.org", "person", "tree", "answer", ("elm",), None, 2000),
    ]
    assert found.pictures["a/2.jpg"].votes == ()


def test_keys_stay_the_same_when_the_project_grows(put: Put, labelled: Opened) -> None:
    tasks = json.loads(FULL)
    before = labelled(put("x.json", FULL)).pictures["leaf_1.jpg"].votes
    tasks[0]["annotations"].append({**tasks[1]["annotations"][0], "id": 14})
    after = labelled(put("y.json", json.dumps(tasks))).pictures["leaf_1.jpg"].votes
    assert {vote.key for vote in before} < {vote.key for vote in after}


def test_an_answer_that_was_changed_gets_a_new_key(put: Put, labelled: Opened) -> None:
    later = FULL.replace("2024-03-09T22:17:00Z", "2024-03-10T08:00:00Z")
    one = labelled(put("x.json", FULL)).pictures["leaf_1.jpg"].votes
    two = labelled(put("y.json", later)).pictures["leaf_1.jpg"].votes
    assert len({v.key for v in one} & {v.key for v in two}) == len(one) - 2


def test_uploads_of_the_same_name_keep_their_prefix(put: Put, labelled: Opened) -> None:
    tasks = [
        {"data": {"image": f"/data/upload/1/{prefix}-1.jpg"}, "annotations": []}
        for prefix in ("aaaaaaaa", "bbbbbbbb")
    ]
    found = labelled(put("x.json", json.dumps(tasks)))
    assert list(found.pictures) == [f"data/upload/1/{p}-1.jpg" for p in ("aaaaaaaa", "bbbbbbbb")]


def test_two_tasks_with_one_picture_are_put_together(put: Put, labelled: Opened) -> None:
    tasks = json.loads(FULL)
    tasks[1]["data"]["image"] = tasks[0]["data"]["image"]
    found = labelled(put("x.json", json.dumps(tasks)))
    assert len(found.pictures["leaf_1.jpg"].votes) == 9
    assert any("1 tasks show a picture that an earlier" in note for note in found.file.notes)


def test_the_key_of_the_picture_may_be_named(put: Put, labelled: Opened) -> None:
    text = '[{"data": {"what": "1.jpg", "thumb": "t/1.jpg"}, "annotations": []}]'
    path = put("x.json", text)
    with pytest.raises(SourceError, match=r"task 1: it has no picture in 'data'; name the key"):
        open_labels(path)
    assert list(labelled(path, options=LabelOptions(picture="what")).pictures) == ["1.jpg"]


def test_a_bare_list_of_answers_is_read(put: Put, labelled: Opened) -> None:
    found = labelled(put("x.json", '[{"image": "1.jpg", "tree": "oak", "age": 3}]'))
    assert said(found, "1.jpg") == [
        ("import", "import", "tree", "answer", ("oak",), None, None),
        ("import", "import", "age", "answer", (), 3.0, None),
    ]


def test_an_empty_project_has_no_pictures(put: Put, labelled: Opened) -> None:
    found = labelled(put("x.json", "[]"))
    assert (found.pictures, found.file.questions) == ({}, ())


def test_skips_alone_answer_nothing(put: Put, labelled: Opened) -> None:
    task = '[{"data": {"image": "1.jpg"}, "annotations": [{"was_cancelled": true, "result": []}]}]'
    found = labelled(put("x.json", task))
    assert found.pictures["1.jpg"].votes == ()
    assert any("no answer that could be read" in note for note in found.file.notes)


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        (
            '"choices": ["oak"]',
            '"choices": "oak"',
            r"task 1 \(leaf_1\.jpg\): the choices of 'tree'",
        ),
        ('"choices": ["oak"]', '"choices": [3]', r"'tree' are not all names"),
        ('"choices": ["oak"]', '"number": 3', r"'tree' is answered by"),
        ('"number": 12', '"number": "12"', r"task 1 .*: 'age' is '12', not a finite number"),
        ('"2024-03-09T22:10:00Z"', '"yesterday"', r"'created_at' is 'yesterday', not a time"),
        ('"lead_time": 4.2', '"lead_time": "x"', r"'lead_time' is 'x', not a finite number"),
        ('"result": []', '"result": {}', r"'result' is \{\}, not a list"),
        ('"annotations": []', '"annotations": 3', r"task 3 .*: 'annotations' is 3, not a list"),
        ("/data/upload/3/0a1b2c3d-leaf_1.jpg", "", r"task 1: it has no picture"),
    ],
)
def test_damage_is_named_with_its_task(old: str, new: str, match: str, put: Put) -> None:
    assert old in FULL
    with pytest.raises(SourceError, match=rf"x\.json cannot be read at .*{match}"):
        open_labels(put("x.json", FULL.replace(old, new)))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (FULL[:-200], r"x\.json is not JSON: .*line \d+"),
        ("[1]", r"task 1: the task is 1, not an object"),
        ("[{}]", r"task 1: it has no picture in 'data'"),
    ],
)
def test_what_is_no_list_of_tasks_is_refused(text: str, match: str, put: Put) -> None:
    with pytest.raises(SourceError, match=match):
        open_labels(put("x.json", text))
