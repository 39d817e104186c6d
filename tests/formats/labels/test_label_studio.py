from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldguide.errors import SourceError
from fieldguide.formats.labels import label_studio
from fieldguide.formats.labels.available import open_labels
from fieldguide.formats.labels.record import (
    ChoiceRecord,
    LabelledPicture,
    Manifest,
    QuestionRecord,
)

Opened = Callable[..., SimpleNamespace]


@pytest.fixture
def export(tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]) -> Path:
    """Give the small set as Label Studio's tasks."""
    label_studio.write(tmp_path / "trees.json", manifest, small)
    return tmp_path / "trees.json"


def test_tasks_have_annotations_by_person_and_predictions_by_model(export: Path) -> None:
    first, second, _, skipped, nothing = json.loads(export.read_text("utf-8"))
    assert first["data"]["image"] == "/data/local-files/?d=a/1.jpg"
    (anna,) = first["annotations"]
    assert anna["annotator"] == "anna"
    assert anna["lead_time"] == 3.0
    assert "completed_by" not in anna
    assert [(r["from_name"], r["to_name"], r["type"], r["value"]) for r in anna["result"]] == [
        ("tree", "image", "choices", {"choices": ["oak"]}),
        ("age", "image", "number", {"number": 12.5}),
    ]
    (model,) = first["predictions"]
    assert model["model_version"] == "lite0"
    assert model["result"][0]["value"] == {"choices": ["elm"]}
    assert second["annotations"][0]["ground_truth"] is True
    assert second["annotations"][0]["result"][0]["value"] == {"choices": ["elm"]}
    assert skipped["annotations"][0]["was_cancelled"] is True
    assert skipped["annotations"][0]["result"] == []
    assert nothing["annotations"] == []


def test_names_and_times_survive_an_import_and_an_export(
    export: Path, small: list[LabelledPicture], labelled: Opened
) -> None:
    tasks = json.loads(export.read_text("utf-8"))
    for task in tasks:
        for annotation in task["annotations"]:
            del annotation["annotator"]
            annotation.update(completed_by=1, created_at="2026-01-01T00:00:00Z", updated_by=None)
    tasks[2]["annotations"][0].update(updated_by=7, updated_at="2026-02-01T00:00:00Z")
    back = export.parent / "back.json"
    back.write_text(json.dumps(tasks), "utf-8")
    found = labelled(back).pictures
    assert {(v.annotator, v.question, v.at) for v in found["a/1.jpg"].votes} == {
        (v.annotator, v.question, v.at) for v in small[0].votes[2:]
    }
    (changed,) = found["c,d/größe.png"].votes
    assert (changed.annotator, changed.at.year, changed.at.month) == ("label-studio-7", 2026, 2)


def test_what_label_studio_cannot_hold_is_told(
    tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    report = label_studio.write(tmp_path / "x.json", manifest, small)
    reasons = {left.reason: (left.count, left.examples) for left in report.left_out}
    assert reasons == {
        "Label Studio's tasks get no columns": (1, ("a/1.jpg",)),
        "a later answer by the same annotator is in its place": (1, ("a/1.jpg",)),
        "Label Studio has no 'unsure'": (1, ("a/1.jpg",)),
    }
    assert {file.name for file in report.files} == {
        *("x.json", "x.json.manifest.json", "x.json.config.xml")
    }


def test_labels_alone_are_annotations_without_a_person(
    tmp_path: Path, manifest: Manifest, small: list[LabelledPicture], labelled: Opened
) -> None:
    label_studio.write(tmp_path / "x.json", manifest, small, labels_only=True)
    found = labelled(tmp_path / "x.json")
    votes = found.pictures["b/1.jpg"].votes
    assert [(v.annotator, v.kind, v.question, v.choices) for v in votes] == [
        ("import", "import", "tree", ("elm",)),
        ("import", "import", "marks", ("rust", "hole|big")),
    ]
    assert found.pictures["skipped.jpg"].votes == ()


def test_an_answer_that_the_manifest_does_not_know_is_named(export: Path) -> None:
    export.write_text(export.read_text("utf-8").replace('["oak"]', '["ash"]'), "utf-8")
    with pytest.raises(SourceError, match=r"'a/1\.jpg' in .*trees\.json does not fit the manifest"):
        open_labels(export)


def test_the_configuration_asks_all_questions(manifest: Manifest) -> None:
    view = ET.fromstring(label_studio.config_xml(manifest.questions))  # noqa: S314 - ours
    assert [tag.attrib for tag in view.iter("Image")] == [{"name": "image", "value": "$image"}]
    choices = {tag.attrib["name"]: tag for tag in view.iter("Choices")}
    assert {name: tag.attrib["choice"] for name, tag in choices.items()} == {
        "tree": "single",
        "marks": "multiple",
    }
    assert [c.attrib["value"] for c in choices["tree"]] == ["oak", "elm", "=1+1"]
    assert choices["tree"][0].attrib == {
        "value": "oak",
        "hotkey": "1",
        "background": "#aa5500",
        "hint": "Lobed leaves",
    }
    assert [tag.attrib["name"] for tag in view.iter("Number")] == ["age"]
    assert [tag.attrib["value"] for tag in view.iter("Text")] == ["Look at the bark."]


@given(st.lists(st.text(min_size=1), min_size=1, unique=True))
def test_the_configuration_is_xml_for_any_name(names: list[str]) -> None:
    asked = [QuestionRecord(name, "single", name, (ChoiceRecord(name),)) for name in names]
    try:
        "".join(names).encode()
    except UnicodeEncodeError:
        return
    view = ET.fromstring(label_studio.config_xml(asked))  # noqa: S314 - ours
    tags = [tag.attrib["name"] for tag in view.iter() if "name" in tag.attrib]
    if all(character.isprintable() for name in names for character in name):
        assert len(set(tags)) == len(tags)
        assert [tag.attrib["value"] for tag in view.iter("Choice")] == names


def test_the_picture_is_never_called_like_a_question(manifest: Manifest) -> None:
    asked = [replace(manifest.questions[0], name=name) for name in ("image", "image_")]
    view = ET.fromstring(label_studio.config_xml(asked))  # noqa: S314 - ours
    assert view[0].attrib["name"] == "image__"
    assert {tag.attrib["toName"] for tag in view.iter("Choices")} == {"image__"}
