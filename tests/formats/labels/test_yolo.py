from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldguide.errors import InputError, PictureError, SourceError, UnknownNameError
from fieldguide.formats.labels import class_folders, yolo
from fieldguide.formats.labels.available import open_labels
from fieldguide.formats.labels.reading import LabelOptions
from fieldguide.formats.labels.record import LabelledPicture, Manifest
from fieldguide.formats.labels.yaml_names import parse_names
from fieldguide.types import Outcome

Put = Callable[[str, "str | bytes"], Path]
Opened = Callable[..., SimpleNamespace]

JPEG = b"\xff\xd8\xff"


def fetch(picture: LabelledPicture) -> bytes:
    return JPEG + picture.name.encode()


@pytest.fixture
def detection(put: Put, tmp_path: Path) -> Path:
    """Give a detection set as other tools write it."""
    put("set/data.yaml", "train: images/train\nval: images/val\nnames:\n  0: oak\n  1: elm\n")
    put("set/images/train/1.jpg", JPEG)
    put("set/labels/train/1.txt", "1 0.5 0.5 0.1 0.1\n1 0.2 0.2 0.1 0.1\n0 0.1 0.1 0.1 0.1\n")
    put("set/images/val/2.PNG", JPEG)
    put("set/labels/val/2.txt", "0 0.5 0.5 1 1\n")
    put("set/images/val/3.jpg", JPEG)
    put("set/labels/val/3.txt", "")
    return tmp_path / "set"


def answers(found: SimpleNamespace) -> dict[str, list[tuple[str, ...]]]:
    return {name: [vote.choices for vote in p.votes] for name, p in found.pictures.items()}


def test_an_export_has_parts_classes_and_a_list(
    tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    report = yolo.write(tmp_path / "out", manifest, small, fetch=fetch)
    files = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.*g")}
    assert files == {"train/oak/1.jpg", "test/elm/1~2.jpg", "train/=1+1/größe.png"}
    assert (tmp_path / "out/train/oak/1.jpg").read_bytes() == fetch(small[0])
    names = parse_names((tmp_path / "out/data.yaml").read_text("utf-8"))
    assert names == {0: "=1+1", 1: "elm", 2: "oak"}
    for part in ("train", "test"):
        folders = sorted(path.name for path in (tmp_path / "out" / part).iterdir())
        assert folders == list(names.values())
    (left,) = report.left_out
    assert (left.reason, left.count) == ("it has no label", 2)
    assert left.examples == ("skipped.jpg", "nothing.jpg")
    told = " ".join(report.notes)
    assert "1 pictures have no part and are in 'train'" in told
    assert "no part 'val'" in told
    assert "the answers to 'marks', 'age' are not in the export" in told


def test_the_question_may_be_named(
    tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    report = yolo.write(tmp_path / "out", manifest, small, fetch=fetch, question="marks")
    reasons = {left.reason: left.examples for left in report.left_out}
    assert reasons["it has several classes, and a folder is for one"] == ("b/1.jpg",)
    with pytest.raises(UnknownNameError, match=r"no question named 'mark'\. Did you mean 'marks'"):
        yolo.write(tmp_path / "two", manifest, small, fetch=fetch, question="mark")
    with pytest.raises(InputError, match=r"no question that asks for a class and is called 'age'"):
        yolo.write(tmp_path / "two", manifest, small, fetch=fetch, question="age")


def test_without_bytes_there_is_no_export(tmp_path: Path, manifest: Manifest) -> None:
    with pytest.raises(InputError, match=r"needs the pictures' bytes"):
        yolo.write(tmp_path / "out", manifest, [])


def test_pictures_whose_bytes_are_gone_are_left_out(
    tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    def patchy(picture: LabelledPicture) -> bytes:
        if picture.name == "a/1.jpg":
            raise FileNotFoundError
        if picture.name == "b/1.jpg":
            raise PictureError(Outcome.BROKEN, "it is broken")
        return JPEG

    report = yolo.write(tmp_path / "out", manifest, small, fetch=patchy)
    assert report.pictures == 1
    reasons = {left.reason: left.examples for left in report.left_out}
    assert reasons["its bytes cannot be read (FileNotFoundError)"] == ("a/1.jpg",)
    assert reasons["its bytes cannot be read (PictureError)"] == ("b/1.jpg",)


def test_moving_a_file_corrects_its_label(
    tmp_path: Path, manifest: Manifest, small: list[LabelledPicture], labelled: Opened
) -> None:
    out = tmp_path / "out"
    yolo.write(out, manifest, small, fetch=fetch)
    (out / "test/elm/1~2.jpg").rename(out / "train/oak/1~2.jpg")
    found = labelled(out)
    assert answers(found)["b/1.jpg"] == [("oak",)]
    assert found.pictures["b/1.jpg"].part == "train"
    assert found.pictures["b/1.jpg"].sha256 == "1" * 64


def test_a_folder_that_is_no_class_is_named(
    tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    yolo.write(tmp_path / "out", manifest, small, fetch=fetch)
    (tmp_path / "out/train/ash").mkdir()
    (tmp_path / "out/train/oak/1.jpg").rename(tmp_path / "out/train/ash/1.jpg")
    with pytest.raises(SourceError, match=r"folders 'ash' in .* are no classes of .* 'tree'"):
        open_labels(tmp_path / "out")


def test_classes_from_elsewhere_are_folders(put: Put, tmp_path: Path, labelled: Opened) -> None:
    put("set/data.yaml", "names: [oak, elm]\n")
    put("set/train/oak/1.jpg", JPEG)
    put("set/val/elm/2.jpg", JPEG)
    put("set/val/elm/notes.txt", "by anna")
    found = labelled(tmp_path / "set")
    assert found.file.format == "yolo"
    assert answers(found) == {"train/oak/1.jpg": [("oak",)], "val/elm/2.jpg": [("elm",)]}
    assert found.pictures["val/elm/2.jpg"].part == "val"
    assert "2 files are not named like pictures and are passed over." in found.file.notes


def test_class_folders_from_elsewhere_are_read(put: Put, tmp_path: Path, labelled: Opened) -> None:
    put("set/oak/1.jpg", JPEG)
    put("set/elm/deep/2.jpg", JPEG)
    put("set/3.jpg", JPEG)
    found = labelled(tmp_path / "set", options=LabelOptions(question="tree"))
    assert found.file.format == class_folders.NAME
    assert answers(found) == {"3.jpg": [], "elm/deep/2.jpg": [("elm",)], "oak/1.jpg": [("oak",)]}
    assert found.file.questions[0].name == "tree"
    assert [choice.name for choice in found.file.questions[0].choices] == ["elm", "oak"]


@pytest.mark.parametrize("given", [".", "data.yaml"])
def test_boxes_count_for_their_picture(given: str, detection: Path, labelled: Opened) -> None:
    found = labelled(detection / given)
    assert found.file.questions[0].kind == "many"
    assert answers(found) == {
        "images/train/1.jpg": [("oak", "elm")],
        "images/val/2.PNG": [("oak",)],
        "images/val/3.jpg": [],
    }
    assert {p.part for p in found.pictures.values()} == {"train", "val"}
    told = " ".join(found.file.notes)
    assert "1 pictures have several classes ('images/train/1.jpg')" in told
    assert "1 pictures have no box" in told


def test_the_most_frequent_box_may_be_asked_for(detection: Path, labelled: Opened) -> None:
    found = labelled(detection, options=LabelOptions(several="most_frequent"))
    assert found.file.questions[0].kind == "single"
    assert answers(found)["images/train/1.jpg"] == [("elm",)]


def test_a_list_of_classes_may_be_text(detection: Path, labelled: Opened) -> None:
    (detection / "data.yaml").unlink()
    (detection / "classes.txt").write_text("Eiche\nUlme\n", "utf-8")
    assert answers(labelled(detection))["images/val/2.PNG"] == [("Eiche",)]


def test_labels_without_a_picture_are_told(detection: Path, labelled: Opened) -> None:
    (detection / "images/val/2.PNG").unlink()
    found = labelled(detection)
    assert answers(found)["images/val/2"] == [("oak",)]
    assert any("1 files of labels have no picture beside them" in n for n in found.file.notes)


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("2 0.5 0.5 1 1", r"2\.txt cannot be read at line 2: the class id 2 is unknown.*'0: oak'"),
        ("oak 0.5 0.5 1 1", r"2\.txt cannot be read at line 2: it begins with 'oak', and not with"),
        ("-1 0.5 0.5 1 1", r"line 2: it begins with '-1'"),
    ],
)
def test_wrong_lines_are_named(line: str, match: str, detection: Path) -> None:
    (detection / "labels/val/2.txt").write_text(f"0 0 0 1 1\n{line}\n", "utf-8")
    with pytest.raises(SourceError, match=match):
        open_labels(detection)


def test_labels_that_are_not_text_are_refused(detection: Path) -> None:
    (detection / "labels/val/2.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match=r"2\.txt is not text in UTF-8"):
        open_labels(detection)


def test_a_missing_list_of_classes_is_an_error(detection: Path) -> None:
    (detection / "data.yaml").unlink()
    with pytest.raises(SourceError, match=r"no list of classes\. Put a data\.yaml"):
        open_labels(detection, format="yolo")


def test_a_damaged_list_of_classes_is_an_error(detection: Path) -> None:
    (detection / "data.yaml").write_text("names: [oak, elm\n", "utf-8")
    with pytest.raises(SourceError, match=r"data\.yaml .* the list of names in line 1 is never"):
        open_labels(detection)
