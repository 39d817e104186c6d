from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldguide.errors import SourceError, UnknownNameError
from fieldguide.formats.labels.available import open_labels
from fieldguide.formats.labels.reading import LabelOptions

Put = Callable[[str, "str | bytes"], Path]
Opened = Callable[..., SimpleNamespace]


def answers(found: SimpleNamespace) -> dict[str, list[tuple[str, str, str]]]:
    return {
        name: [(vote.annotator, vote.kind, *vote.choices) for vote in picture.votes]
        for name, picture in found.pictures.items()
    }


def test_two_columns_are_guessed_and_announced(put: Put, labelled: Opened) -> None:
    path = put("x.csv", "filename,species\na/1.jpg,oak\na/2.jpg,elm\na/3.jpg,\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    found = labelled(path)
    assert answers(found) == {
        "a/1.jpg": [("import", "import", "oak")],
        "a/2.jpg": [("import", "import", "elm")],
        "a/3.jpg": [],
    }
    (question,) = found.file.questions
    assert (question.name, question.kind) == ("class", "single")
    assert [choice.name for choice in question.choices] == ["oak", "elm"]
    told = " ".join(found.file.notes)
    assert "pictures are taken from the column 'filename'" in told
    assert "labels are taken from the column 'species'" in told
    assert "1 rows have no label" in told
    vote = found.pictures["a/1.jpg"].votes[0]
    assert vote.at == datetime.fromtimestamp(1_700_000_000, UTC)


def test_annotators_and_times_are_read(put: Put, labelled: Opened) -> None:
    text = (
        "image;Rater;label;date\n"
        "1.jpg;anna;oak;2024-05-01T10:00:00+02:00\n"
        "2.jpg;anna;elm;2024-05-01\n"
        "1.jpg;bo;elm;2024-04-01\n"
    )
    found = labelled(put("x.csv", text))
    assert answers(found) == {
        "1.jpg": [("bo", "person", "elm"), ("anna", "person", "oak")],
        "2.jpg": [("anna", "person", "elm")],
    }
    assert found.pictures["1.jpg"].votes[1].at == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert any("'Rater' says who answered" in note for note in found.file.notes)


def test_times_that_are_none_are_not_used(put: Put, labelled: Opened) -> None:
    found = labelled(put("x.csv", "image,label,date\n1.jpg,oak,last week\n"))
    assert any("The column 'date' is not used" in note for note in found.file.notes)


def test_columns_may_be_named(put: Put, labelled: Opened) -> None:
    path = put("x.csv", "a,b,c,d\n1.jpg,oak,anna,7\n")
    options = LabelOptions(picture="a", label="b", annotator="c", question="tree")
    found = labelled(path, options=options)
    assert answers(found) == {"1.jpg": [("anna", "person", "oak")]}
    assert found.file.questions[0].name == "tree"
    assert "The columns 'd' are not read." in found.file.notes
    with pytest.raises(UnknownNameError, match=r"no column named 'e'"):
        open_labels(path, options=LabelOptions(annotator="e"))


def test_the_only_other_column_is_that_of_labels(put: Put, labelled: Opened) -> None:
    found = labelled(put("x.csv", "photo,what\n1.jpg,oak\n"))
    assert answers(found) == {"1.jpg": [("import", "import", "oak")]}
    assert any("'what', the only other column" in note for note in found.file.notes)


def test_groups_and_parts_are_read(put: Put, labelled: Opened) -> None:
    found = labelled(put("x.csv", "image,label,group,split\n1.jpg,oak,leaf 1,validation\n"))
    assert (found.pictures["1.jpg"].group, found.pictures["1.jpg"].part) == ("leaf 1", "val")


def test_the_same_file_gives_the_same_keys_whatever_its_date(put: Put, labelled: Opened) -> None:
    text = "image,label\n1.jpg,oak\n2.jpg,oak\n"
    one, two = put("one.csv", text), put("two.csv", text)
    os.utime(one, (1, 1))
    keys = [[p.votes[0].key for p in labelled(path).pictures.values()] for path in (one, two)]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1", "cp1252"])
def test_other_encodings_are_read(encoding: str, put: Put, labelled: Opened) -> None:
    found = labelled(put("x.csv", "image,label\ngröße.jpg,Bäume\n".encode(encoding)))
    assert answers(found) == {"größe.jpg": [("import", "import", "Bäume")]}


def test_paths_of_other_systems_become_names(put: Put, labelled: Opened) -> None:
    text = "image,label\nC:\\leaves\\1.jpg,oak\n/home/anna/2.jpg,oak\n./b/3.jpg,elm\n../4.jpg,x\n"
    found = labelled(put("x.csv", text))
    assert list(found.pictures) == ["leaves/1.jpg", "home/anna/2.jpg", "b/3.jpg"]
    told = " ".join(found.file.notes)
    assert "in 2 names were turned into plain names" in told
    assert "1 names are empty or contain '..' and were left out: '../4.jpg'" in told


def test_a_repeated_row_counts_once(put: Put, labelled: Opened) -> None:
    found = labelled(put("x.csv", "image,label\n1.jpg,oak\n2.jpg,elm\n1.jpg,oak\n"))
    assert answers(found)["1.jpg"] == [("import", "import", "oak")]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("image,label\n1.jpg,oak\n1.jpg,elm\n", r"'1\.jpg' .*twice.*'oak' in line 2 and 'elm' in"),
        ("image,label\n1.jpg\n", r"Line 2 of .*x\.csv has 1 cells, and the header has 2"),
        ("image,label\n1.jpg,oak,elm\n", r"Line 2 of .* has 3 cells"),
        ("image,a,b\n1.jpg,oak,elm\n", r"No column of .* hold the labels.*--label COLUMN"),
        ("a,label\nfirst,oak\n", r"No column of .* hold the pictures.*--image COLUMN"),
        ("1.jpg,oak\n2.jpg,elm\n", r"The first line of .* looks like data"),
        ("image,label,label\n1.jpg,a,b\n", r"Several columns of .* are called 'label'"),
        ('image,label\n1.jpg,"oak\n', r"from line 2 on: a quotation mark is opened"),
        ("", r"is empty"),
    ],
)
def test_bad_tables_are_refused(text: str, match: str, put: Put) -> None:
    with pytest.raises(SourceError, match=match):
        list(open_labels(put("x.csv", text)).pictures())


def test_a_header_alone_has_no_pictures(put: Put, labelled: Opened) -> None:
    assert labelled(put("x.csv", "image,label\n")).pictures == {}
