from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldguide.errors import SourceError
from fieldguide.formats.labels import comma_separated
from fieldguide.formats.labels.available import open_labels
from fieldguide.formats.labels.record import (
    ChoiceRecord,
    LabelledPicture,
    LabelRecord,
    Manifest,
    QuestionRecord,
)

Opened = Callable[..., SimpleNamespace]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def put_rows(path: Path, rows: list[dict[str, str]], **options: str) -> None:
    with path.open("w", encoding=options.pop("encoding", "utf-8"), newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), **options)  # type: ignore[arg-type]
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def export(tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]) -> Path:
    """Give the small set as a table."""
    path = tmp_path / "trees.csv"
    comma_separated.write(path, manifest, small)
    return path


def test_there_is_one_row_per_vote_and_one_for_a_picture_without(export: Path) -> None:
    rows = rows_of(export)
    assert [row["image"] for row in rows] == [
        *["a/1.jpg"] * 5,
        *["b/1.jpg"] * 2,
        *["c,d/größe.png", "skipped.jpg", "nothing.jpg"],
    ]
    assert [row["answer"] for row in rows] == [
        *["wych elm", "", "oak", "12.5", "elm", "wych elm", r"rust|hole\|big", "'=1+1", "", ""]
    ]
    assert rows[0]["label:tree"] == "oak"
    assert rows[0]["column:site"] == "007"


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    nasty = "=cmd|' /C calc'!A0"
    question = QuestionRecord(nasty, "single", choices=(ChoiceRecord(nasty),))
    manifest = Manifest(nasty, {}, True, datetime(2025, 1, 1, tzinfo=UTC), "0.2.0", (question,))
    picture = LabelledPicture(
        nasty, group="+1", columns={nasty: "@x"}, labels={nasty: LabelRecord((nasty,), None, 1, 1)}
    )
    comma_separated.write(tmp_path / "x.csv", manifest, [picture])
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert list(open_labels(tmp_path / "x.csv").pictures()) == [picture]


def test_labels_alone_make_one_row_per_picture(
    tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    one = replace(manifest, questions=manifest.questions[:1])
    pictures = [
        replace(p, votes=(), labels={k: v for k, v in p.labels.items() if k == "tree"})
        for p in small
    ]
    report = comma_separated.write(tmp_path / "x.csv", one, pictures, labels_only=True)
    rows = rows_of(tmp_path / "x.csv")
    assert report.rows == len(rows) == 5
    assert [row["label"] for row in rows] == ["oak", "wych elm", "'=1+1", "", ""]
    assert "annotator" not in rows[0]


def test_pandas_reads_an_export(export: Path) -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.read_csv(export)
    assert table.columns[0] == "image"
    assert table["image"].iloc[7] == "c,d/größe.png"
    assert pandas.to_datetime(table["answered_at"].dropna()).dt.tz is not None


@pytest.mark.parametrize("options", [{"delimiter": ";"}, {"delimiter": "\t"}, {"quoting": 1}])
def test_a_spreadsheet_may_save_it_in_its_own_way(
    options: dict[str, str], export: Path, small: list[LabelledPicture], labelled: Opened
) -> None:
    put_rows(export, rows_of(export), encoding="utf-8-sig", **options)
    assert list(labelled(export).pictures.values()) == small


def test_a_table_that_was_sorted_anew_gives_the_same_votes(
    export: Path, small: list[LabelledPicture], labelled: Opened
) -> None:
    put_rows(export, sorted(rows_of(export), key=lambda row: row["vote_key"], reverse=True))
    found = labelled(export)
    assert "was sorted anew" in found.file.notes[0]
    for picture in small:
        votes = found.pictures[picture.name].votes
        assert sorted(votes, key=lambda v: v.key) == sorted(picture.votes, key=lambda v: v.key)
        assert [vote.at for vote in votes] == sorted(vote.at for vote in votes)


def test_rows_that_are_gone_are_noticed(export: Path, labelled: Opened) -> None:
    put_rows(export, rows_of(export)[:-2])
    found = labelled(export)
    assert "speaks of 5 pictures in 10 rows, and the table has 3 in 8" in found.file.notes[0]
    assert len(found.pictures) == 3


@pytest.mark.parametrize(
    ("row", "column", "value", "match"),
    [
        (2, "label:tree", "elm", r"line 4: it says 'elm' in the column 'label:tree', and line 2"),
        (0, "answer", "ash", r"line 2: .*names the unknown class 'ash' \(known: 'oak'"),
        (0, "answer", "", r"line 2: .*names 0 classes, and 'tree' asks for one"),
        (0, "question", "bark", r"line 2: the question 'bark' is unknown; known are 'tree'"),
        (0, "verdict", "maybe", r"line 2: 'verdict' is 'maybe'; allowed are answer"),
        (0, "annotator_kind", "dog", r"line 2: 'annotator_kind' is 'dog'; allowed are person"),
        (0, "answered_at", "45838.5", r"line 2: 'answered_at' is '45838\.5', not a time"),
        (0, "milliseconds", "soon", r"line 2: 'soon' in the column 'milliseconds' is not a number"),
        (0, "decides", "WAHR", r"line 2: 'WAHR' in the column 'decides' is neither yes nor no"),
        (0, "vote_key", "", r"line 2: the column 'vote_key' is empty, and the row has a vote"),
        (9, "width", "1.5", r"line 11: '1\.5' in the column 'width' is not a whole number"),
        (9, "image", "/x.jpg", r"line 11: the picture '/x\.jpg' is refused: .*absolute"),
        (6, "answer", "rust\\", r"line 8: 'rust\\' ends in a lone backslash"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line(
    row: int, column: str, value: str, match: str, export: Path
) -> None:
    rows = rows_of(export)
    rows[row][column] = value
    put_rows(export, rows)
    with pytest.raises(SourceError, match=rf"trees\.csv cannot be read at {match}"):
        list(open_labels(export).pictures())


def test_a_code_that_a_spreadsheet_shortened_is_recognised(tmp_path: Path) -> None:
    question = QuestionRecord("plot", "single", choices=(ChoiceRecord("007"), ChoiceRecord("070")))
    manifest = Manifest("plots", {}, True, datetime(2025, 1, 1, tzinfo=UTC), "0.2.0", (question,))
    label = LabelRecord(("007",), None, 1.0, 1)
    path = tmp_path / "x.csv"
    comma_separated.write(path, manifest, [LabelledPicture("a.jpg", labels={"plot": label})])
    rows = rows_of(path)
    rows[0]["label"] = "7"
    put_rows(path, rows)
    with pytest.raises(SourceError, match=r"'7' \(did a spreadsheet shorten '007'\?\)"):
        list(open_labels(path).pictures())


def test_a_line_with_too_few_cells_is_named(export: Path) -> None:
    export.write_text(export.read_text("utf-8") + "lost.jpg,1\n", "utf-8")
    with pytest.raises(SourceError, match=r"Line 12 of .*trees\.csv has 2 cells, and the header"):
        open_labels(export)


def test_missing_columns_are_named(export: Path) -> None:
    put_rows(export, [{k: v for k, v in r.items() if k != "verdict"} for r in rows_of(export)])
    with pytest.raises(SourceError, match=r"whose columns 'verdict' are missing\. Export it again"):
        open_labels(export)


def test_further_columns_may_be_removed(export: Path, labelled: Opened) -> None:
    put_rows(export, [{k: v for k, v in r.items() if k != "column:site"} for r in rows_of(export)])
    assert labelled(export).pictures["a/1.jpg"].columns == {"wind": 2.5}


def test_the_other_half_is_missed(export: Path) -> None:
    (export.parent / "trees.csv.manifest.json").unlink()
    with pytest.raises(SourceError, match=r"other half is missing: trees\.csv\.manifest\.json"):
        open_labels(export)


def test_a_table_of_labels_has_one_row_per_picture(
    tmp_path: Path, manifest: Manifest, small: list[LabelledPicture]
) -> None:
    path = tmp_path / "x.csv"
    comma_separated.write(path, manifest, small, labels_only=True)
    put_rows(path, [*rows_of(path), rows_of(path)[0]])
    with pytest.raises(SourceError, match=r"'a/1\.jpg' stands in .*a second time in line 7"):
        open_labels(path)


def test_a_damaged_manifest_beside_it_is_named(export: Path) -> None:
    beside = export.parent / "trees.csv.manifest.json"
    beside.write_text(beside.read_text("utf-8")[:50], "utf-8")
    with pytest.raises(SourceError, match=r"trees\.csv\.manifest\.json is not JSON: .*was cut off"):
        open_labels(export)
