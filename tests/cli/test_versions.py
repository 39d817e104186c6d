"""Versions on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fieldguide.cli.main import main


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


@pytest.fixture
def leaves(
    tmp_path: Path,
    class_folders: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Path:
    monkeypatch.setenv("FIELDGUIDE_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.setenv("COLUMNS", "200")
    assert _run(capsys, "import", str(class_folders), "--name", "leaves")[0] == 0
    return class_folders


def test_freeze_change_compare_and_restore(
    leaves: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "There is no version yet" in _run(capsys, "versions", "leaves")[1]
    code, out, _ = _run(capsys, "freeze", "leaves", "--no-split", "--note", "first")
    assert (code, out.splitlines()[0]) == (
        0,
        "Froze version 1 of leaves: 36 pictures, 36 labelled.",
    )
    code, out, _ = _run(capsys, "freeze", "leaves", "--no-split", "--note", "second")
    assert "Nothing has changed: version 1" in out
    assert "keeps the note that it has: first" in out
    (leaves / "blue" / "00.jpg").rename(leaves / "amber" / "was-blue.jpg")
    (leaves / "green" / "00.jpg").unlink()
    assert _run(capsys, "import", str(leaves), "--name", "leaves")[0] == 0
    _, out, _ = _run(capsys, "diff", "leaves", "1")
    assert "1 removed, 1 renamed, 1 label changed" in out
    assert "amber/was-blue.jpg blue/00.jpg → amber/was-blue.jpg" in out
    table = tmp_path / "changes.csv"
    _run(capsys, "diff", "leaves", "1", "now", "--csv", str(table))
    with table.open(newline="") as file:
        kinds = [row["change"] for row in csv.DictReader(file)]
    assert sorted(kinds) == ["label", "removed", "renamed"]
    _, out, _ = _run(capsys, "diff", "leaves", "1", "--json")
    assert json.loads(out)["counts"]["renamed"] == 1
    code, out, _ = _run(capsys, "restore", "leaves", "1", "--yes", "--author", "mia")
    assert code == 0
    assert "2 pictures come back, 1 pictures go into the trash" in out
    assert "nothing changed" in _run(capsys, "diff", "leaves", "1")[1]
    listed = json.loads(_run(capsys, "versions", "leaves", "--json")[1])
    assert [(line["version"], line["author"]) for line in listed] == [
        (2, "mia"),
        (1, listed[1]["author"]),
    ]
    assert "Before version 1 was restored" in _run(capsys, "versions", "leaves")[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("diff", "leaves", "7"), "no version named '7'"),
        (("diff", "leaves", "soon"), "no state of a dataset"),
        (("diff", "leaves", "2999-01-01"), "lies ahead"),
        (("restore", "leaves", "7", "--yes"), "no version named '7'"),
        (("freeze", "moths"), "no dataset named 'moths'"),
        (("freeze", "leaves", "--question", "shape"), "no question named 'shape'"),
    ],
)
def test_bad_input_is_named(
    leaves: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    words: str,
) -> None:
    del leaves
    code, _, err = _run(capsys, *arguments)
    assert code == 2
    assert words in " ".join(err.split())
