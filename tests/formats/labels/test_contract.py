"""What holds for every format of labels: what is written is read again."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldguide.errors import InputError
from fieldguide.formats.labels.available import FORMATS, get, open_labels
from fieldguide.formats.labels.record import (
    LabelFile,
    LabelledPicture,
    LabelRecord,
    Manifest,
    QuestionRecord,
)

States = st.SearchStrategy[tuple[Manifest, list[LabelledPicture]]]
Opened = Callable[..., SimpleNamespace]

FILES = {
    "jsonl": "out.jsonl",
    "csv": "out.csv",
    "coco": "out.json",
    "label-studio": "out.json",
    "yolo": "out",
    "class-folders": "out",
}
LOSSLESS = ("jsonl", "csv", "coco")
FOLDERS = ("yolo", "class-folders")


def fetch(picture: LabelledPicture) -> bytes:
    return b"\xff\xd8\xff" + picture.name.encode()


def merged(question: QuestionRecord, name: str) -> str:
    """Follow merges one by one; a class in a ring stays as it is."""
    into = {choice.name: choice.merged_into for choice in question.choices}
    way = [name]
    while (after := into[way[-1]]) is not None:
        if after in way:
            return name
        way.append(after)
    return way[-1]


def resolved(question: QuestionRecord, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(merged(question, name) for name in names))


def through(name: str, state: tuple[Manifest, list[LabelledPicture]], **options: Any) -> LabelFile:
    """Write and read at once, within a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILES[name]
        get(name).write(path, state[0], state[1], fetch=fetch, **options)
        found = open_labels(path)
        listed = list(found.pictures())
        assert found.format == name
    return replace(found, pictures=lambda: iter(listed))


def test_every_format_is_covered() -> None:
    assert set(FILES) == {known.NAME for known in FORMATS}


@pytest.mark.parametrize("name", LOSSLESS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_nothing_is_lost(name: str, drawn: States, data: st.DataObject) -> None:
    manifest, pictures = data.draw(drawn)
    found = through(name, (manifest, pictures))
    assert found.manifest == manifest
    assert found.questions == manifest.questions
    assert list(found.pictures()) == pictures
    assert found.notes == ()


@pytest.mark.parametrize("name", LOSSLESS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_without_votes_all_else_stays(name: str, drawn: States, data: st.DataObject) -> None:
    manifest, pictures = data.draw(drawn)
    found = through(name, (manifest, pictures), labels_only=True)
    assert list(found.pictures()) == [replace(picture, votes=()) for picture in pictures]


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_label_studio_keeps_names_and_current_answers(drawn: States, data: st.DataObject) -> None:
    manifest, pictures = data.draw(drawn)
    questions = {question.name: question for question in manifest.questions}
    # Without votes the labels stand in their place, which another test looks at.
    pictures = [replace(picture, labels={}) for picture in pictures]
    found = list(through("label-studio", (manifest, pictures)).pictures())
    kept = ("name", "sha256", "group", "part")
    assert [[getattr(p, k) for k in kept] for p in found] == [
        [getattr(p, k) for k in kept] for p in pictures
    ]
    for before, after in zip(pictures, found, strict=True):
        current = {(v.kind, v.annotator, v.question): v for v in before.votes}
        expected = Counter(
            (
                vote.kind == "model",
                vote.annotator,
                vote.question,
                resolved(questions[vote.question], vote.choices),
                vote.number,
            )
            for vote in current.values()
            if vote.verdict == "answer"
        )
        assert expected == Counter(
            (vote.kind == "model", vote.annotator, vote.question, vote.choices, vote.number)
            for vote in after.votes
            if vote.verdict == "answer"
        )
        assert {vote.verdict for vote in after.votes} <= {"answer", "skip"}


@pytest.mark.parametrize("name", FOLDERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_folders_keep_names_and_single_classes(
    name: str, drawn: States, data: st.DataObject
) -> None:
    manifest, pictures = data.draw(drawn.filter(lambda state: _sorting(state[0]) is not None))
    question = _sorting(manifest)
    assert question is not None
    expected = {}
    for picture in pictures:
        label = picture.labels.get(question.name)
        kinds = () if label is None else resolved(question, label.choices)
        if len(kinds) == 1:
            part = picture.part or "train" if name == "yolo" else None
            expected[picture.name] = (picture.sha256, part, kinds[0])
    found = {
        picture.name: (picture.sha256, picture.part, *picture.votes[0].choices)
        for picture in through(name, (manifest, pictures)).pictures()
    }
    assert found == expected


def _sorting(manifest: Manifest) -> QuestionRecord | None:
    ordered = sorted(manifest.questions, key=lambda question: question.kind != "single")
    return next((question for question in ordered if question.kind != "number"), None)


@pytest.mark.parametrize("name", FILES)
def test_an_empty_dataset_is_written_and_read(
    name: str, tmp_path: Path, manifest: Manifest, labelled: Opened
) -> None:
    path = tmp_path / FILES[name]
    report = get(name).write(path, manifest, [], fetch=fetch)
    assert (report.pictures, report.rows, report.left_out) == (0, 0, ())
    found = labelled(path)
    assert found.file.manifest == manifest
    assert found.pictures == {}


@pytest.mark.parametrize("name", FILES)
def test_the_manifest_comes_along(
    name: str, tmp_path: Path, manifest: Manifest, small: list[LabelledPicture], labelled: Opened
) -> None:
    get(name).write(tmp_path / FILES[name], manifest, small, fetch=fetch)
    found = labelled(tmp_path / FILES[name])
    assert found.file.manifest == manifest
    assert found.file.format == name


@pytest.mark.parametrize("name", FILES)
def test_the_report_counts_what_was_written(
    name: str, tmp_path: Path, manifest: Manifest, small: list[LabelledPicture], labelled: Opened
) -> None:
    report = get(name).write(tmp_path / FILES[name], manifest, small, fetch=fetch)
    assert report.path == tmp_path / FILES[name]
    assert report.pictures == len(labelled(report.path).pictures)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert report.bytes == sum(path.stat().st_size for path in written)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in report.files}


@pytest.mark.parametrize("name", FILES)
def test_two_exports_of_one_state_are_the_same(
    name: str, tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    contents = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        get(name).write(tmp_path / folder / FILES[name], manifest, iter(small), fetch=fetch)
        root = tmp_path / folder
        files = [path for path in root.rglob("*") if path.is_file()]
        contents.append({path.relative_to(root): path.read_bytes() for path in files})
    assert contents[0] == contents[1]


@pytest.mark.parametrize("name", FILES)
def test_a_failure_leaves_nothing_behind(
    name: str, tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    def broken() -> Iterator[LabelledPicture]:
        yield from small
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(name).write(tmp_path / FILES[name], manifest, broken(), fetch=fetch)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [n for n in FILES if n not in FOLDERS])
def test_a_failure_leaves_the_file_that_was_there(
    name: str, tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    path = tmp_path / FILES[name]
    get(name).write(path, manifest, small)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    stranger = replace(small[0], labels={"colour": LabelRecord((), None, None, 0)})
    with pytest.raises(
        InputError, match=r"'a/1.jpg' cannot be exported.*unknown question 'colour'"
    ):
        get(name).write(path, manifest, [*small[1:], stranger])
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_exists_is_refused(
    name: str, tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match=r"out exists already.*Choose another name"):
        get(name).write(tmp_path / "out", manifest, small, fetch=fetch)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", FILES)
def test_a_missing_folder_is_an_error(name: str, tmp_path: Path, manifest: Manifest) -> None:
    with pytest.raises(InputError, match=r"There is no folder .*nowhere"):
        get(name).write(tmp_path / "nowhere" / FILES[name], manifest, [], fetch=fetch)


@pytest.mark.parametrize("name", [n for n in FILES if n not in FOLDERS])
def test_a_folder_is_no_file(name: str, tmp_path: Path, manifest: Manifest) -> None:
    with pytest.raises(InputError, match=r"is a folder"):
        get(name).write(tmp_path, manifest, [])


@pytest.mark.parametrize("hostile", ["../1.jpg", "/etc/passwd", "a/../../b.jpg", "", "..\\1.jpg"])
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_name_is_not_written(
    name: str, hostile: str, tmp_path: Path, manifest: Manifest
) -> None:
    label = {"tree": LabelRecord(("oak",), None, 1.0, 1)}
    pictures = [LabelledPicture(hostile, labels=label)]
    with pytest.raises(InputError, match=r"is refused: it"):
        get(name).write(tmp_path / FILES[name], manifest, pictures, fetch=fetch)
    assert list(tmp_path.iterdir()) == []
