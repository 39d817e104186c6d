from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fieldguide.errors import SourceError
from fieldguide.formats.labels import coco
from fieldguide.formats.labels.available import open_labels
from fieldguide.formats.labels.reading import LabelOptions
from fieldguide.formats.labels.record import LabelledPicture, Manifest

Put = Callable[[str, "str | bytes"], Path]
Opened = Callable[..., SimpleNamespace]


@pytest.fixture
def foreign() -> dict[str, Any]:
    """Give a small detection set as other tools write it."""
    return {
        "images": [
            {"id": 10, "file_name": "a/1.jpg", "width": 640, "height": 480},
            {"id": 11, "file_name": "a/2.jpg", "width": 640, "height": 480},
            {"id": 12, "file_name": "a/3.jpg"},
        ],
        "categories": [{"id": 7, "name": "oak"}, {"id": 3, "name": "elm"}],
        "annotations": [
            {"id": 1, "image_id": 10, "category_id": 3, "bbox": [1, 2, 3, 4]},
            {"id": 2, "image_id": 10, "category_id": 3, "bbox": [5, 6, 7, 8]},
            {"id": 3, "image_id": 10, "category_id": 7, "bbox": [9, 9, 9, 9]},
            {"id": 4, "image_id": 11, "category_id": 7},
        ],
    }


@pytest.fixture
def export(tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]) -> Path:
    """Give the small set as COCO."""
    coco.write(tmp_path / "trees.json", manifest, small)
    return tmp_path / "trees.json"


def choices(found: SimpleNamespace) -> dict[str, list[tuple[str, ...]]]:
    return {name: [vote.choices for vote in p.votes] for name, p in found.pictures.items()}


def test_an_export_is_plain_coco(export: Path) -> None:
    content = json.loads(export.read_text("utf-8"))
    names = {category["id"]: category["name"] for category in content["categories"]}
    assert list(names.values()) == [
        *("tree: oak", "tree: elm", "tree: =1+1", "marks: rust", "marks: hole|big")
    ]
    files = {image["id"]: image["file_name"] for image in content["images"]}
    assert [(files[a["image_id"]], names[a["category_id"]]) for a in content["annotations"]] == [
        ("a/1.jpg", "tree: oak"),
        ("b/1.jpg", "tree: elm"),
        ("b/1.jpg", "marks: rust"),
        ("b/1.jpg", "marks: hole|big"),
        ("c,d/größe.png", "tree: =1+1"),
    ]
    assert [a["id"] for a in content["annotations"]] == [1, 2, 3, 4, 5]
    assert content["annotations"][0]["bbox"] == [0, 0, 640, 480]
    assert content["annotations"][0]["area"] == 640 * 480
    assert "bbox" not in content["annotations"][1]


# pycocotools 2.0 lacks the copy keyword that NumPy 2 asks of an array's __array__.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_pycocotools_reads_an_export(export: Path) -> None:
    tools = pytest.importorskip("pycocotools.coco")
    read = tools.COCO(str(export))
    assert read.getImgIds(catIds=read.getCatIds(catNms=["tree: oak"])) == [1]
    assert read.annToMask(read.loadAnns([1])[0]).all()


def test_several_classes_are_many_choices(
    foreign: dict[str, Any], put: Put, labelled: Opened
) -> None:
    found = labelled(put("x.json", json.dumps(foreign)))
    (question,) = found.file.questions
    assert (question.name, question.kind) == ("class", "many")
    assert [choice.name for choice in question.choices] == ["oak", "elm"]
    assert choices(found) == {"a/1.jpg": [("oak", "elm")], "a/2.jpg": [("oak",)], "a/3.jpg": []}
    assert found.pictures["a/1.jpg"].width == 640
    told = " ".join(found.file.notes)
    assert "3 annotations have boxes" in told
    assert "1 pictures have several classes ('a/1.jpg'): they count as an answer with many" in told


def test_the_most_frequent_class_may_be_asked_for(
    foreign: dict[str, Any], put: Put, labelled: Opened
) -> None:
    options = LabelOptions(several="most_frequent", question="tree")
    found = labelled(put("x.json", json.dumps(foreign)), options=options)
    assert found.file.questions[0].kind == "single"
    assert choices(found) == {"a/1.jpg": [("elm",)], "a/2.jpg": [("oak",)], "a/3.jpg": []}
    assert {vote.question for vote in found.pictures["a/1.jpg"].votes} == {"tree"}


def test_one_class_per_picture_is_a_single_choice(
    foreign: dict[str, Any], put: Put, labelled: Opened
) -> None:
    del foreign["annotations"][2]
    found = labelled(put("x.json", json.dumps(foreign)))
    assert found.file.questions[0].kind == "single"


def test_a_file_without_annotations_has_no_answers(
    foreign: dict[str, Any], put: Put, labelled: Opened
) -> None:
    del foreign["annotations"]
    assert choices(labelled(put("x.json", json.dumps(foreign)))) == {
        "a/1.jpg": [],
        "a/2.jpg": [],
        "a/3.jpg": [],
    }


@pytest.mark.parametrize(
    ("where", "change", "match"),
    [
        (
            "annotations",
            {"category_id": 9},
            r"the annotation 4 has the category id 9, which is unk",
        ),
        ("annotations", {"category_id": None}, r"the annotation 4 has the category id None"),
        ("annotations", {"image_id": 99}, r"the annotation 4 belongs to the image 99, which is no"),
        ("annotations", {"image_id": [1]}, r"the annotation 4 belongs to the image \[1\]"),
        ("images", {"id": 10}, r"the id 10 is given to an image twice"),
        ("images", {"id": 1.5}, r"an image has the id 1\.5, which is neither"),
        ("images", {"file_name": "a/1.jpg"}, r"'a/1\.jpg' stands in .*twice, as the images 10 and"),
        ("images", {"file_name": 3}, r"the image 12 has no 'file_name'"),
        ("categories", {"id": 7}, r"the id 7 is given to a category twice"),
        ("categories", {"name": ""}, r"the category 3 has no name"),
    ],
)
def test_ids_that_do_not_fit_are_named(
    where: str, change: dict[str, Any], match: str, foreign: dict[str, Any], put: Put
) -> None:
    foreign[where][-1].update(change)
    with pytest.raises(SourceError, match=match):
        open_labels(put("x.json", json.dumps(foreign)))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('{"images": []', r"x\.json is not JSON: it ends in the middle .*line 1, column 14"),
        ('{"images": [}\n', r"x\.json is not JSON: Expecting value \(line 1, column 13\)"),
        ("{}", r"has no 'images', 'categories', and COCO's files have images"),
        ('{"images": {}, "categories": []}', r"'images' is \{\}, not a list"),
        ('{"images": [1], "categories": []}', r"an image is 1, not an object"),
        ('{"images": [], "categories": [], "x": NaN}', r"NaN is no JSON number"),
    ],
)
def test_what_is_not_coco_is_refused(text: str, match: str, put: Put) -> None:
    with pytest.raises(SourceError, match=match):
        open_labels(put("x.json", text))


def test_an_empty_file_is_refused(put: Put) -> None:
    with pytest.raises(SourceError, match=r"x\.json is empty"):
        open_labels(put("x.json", " \n"), format="coco")


def test_text_that_is_not_utf_8_is_refused(foreign: dict[str, Any], put: Put) -> None:
    foreign["images"][0]["file_name"] = "größe.jpg"
    text = json.dumps(foreign, ensure_ascii=False)
    with pytest.raises(SourceError, match=r"x\.json is not text in UTF-8"):
        open_labels(put("x.json", text.encode("latin-1")))
    assert next(open_labels(put("y.json", text.encode("utf-16"))).pictures()).name == "größe.jpg"


def test_annotations_that_another_tool_changed_are_new_answers(
    export: Path, small: list[LabelledPicture], labelled: Opened
) -> None:
    content = json.loads(export.read_text("utf-8"))
    content["annotations"][0]["category_id"] = 2
    del content["annotations"][-1]
    export.write_text(json.dumps(content), "utf-8")
    found = labelled(export)
    *before, vote = found.pictures["a/1.jpg"].votes
    assert tuple(before) == small[0].votes
    assert (vote.question, vote.annotator, vote.choices) == ("tree", "import", ("elm",))
    assert found.pictures["c,d/größe.png"] == small[2]
    told = " ".join(found.file.notes)
    assert "annotations of 1 pictures ('a/1.jpg') are not those" in told
    assert "annotations of 1 pictures ('c,d/größe.png') were removed" in told


def test_a_damaged_record_in_an_export_is_named(export: Path) -> None:
    content = json.loads(export.read_text("utf-8"))
    del content["images"][1]["fieldguide"]["name"]
    export.write_text(json.dumps(content), "utf-8")
    with pytest.raises(SourceError, match=r"at the image 2: the field 'name' is missing"):
        open_labels(export)
