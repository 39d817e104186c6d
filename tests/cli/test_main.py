"""The command line as a person uses it: every command, exit codes, and what it says when wrong."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import sqlalchemy as sa

from fieldguide.cli.choices import fractions
from fieldguide.cli.main import COMMANDS, cli, main
from fieldguide.config import read_config
from fieldguide.records.schema import models
from fieldguide.workspace import Workspace


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIELDGUIDE_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def trained(at: Path, class_folders: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    code, out, _ = _run(capsys, "train", str(class_folders))
    assert code == 0, out
    return at


def test_help_lists_every_command_without_reading_its_file() -> None:
    program = (
        "import sys; from fieldguide.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numpy', 'sqlalchemy', 'rich', 'sklearn') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    *help_text, loaded = result.stdout.splitlines()
    assert loaded == "[]"
    for name in COMMANDS:
        assert any(line.split()[:1] == [name] for line in help_text)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, name, "--help")
    assert code == 0
    assert out.startswith("Usage: fieldguide")
    assert len(out.splitlines()) > 4


def test_an_unknown_command_suggests_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = _run(capsys, "trian")
    assert code == 2
    assert "There is no command 'trian'. Did you mean 'train'?" in err


def test_train_ends_in_a_table_and_next_steps(
    at: Path, class_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = _run(capsys, "train", str(class_folders), "--name", "shades")
    assert code == 0, err
    for words in (
        "shades: 36 added",
        "accuracy",
        "macro F1",
        "always the commonest class",
        "colour histograms",
        "'amber' has 12 pictures",
        "CPU-seconds; 36 pictures embedded",
        str(at / "ws" / "runs" / "1" / "report.html"),
        "fieldguide predict",
    ):
        assert words in out
    code, out, _ = _run(capsys, "train", "shades")
    assert "has done exactly this already; use --again" in out


def test_each_step_is_a_command_too(
    at: Path, class_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at
    assert _run(capsys, "import", str(class_folders))[0] == 0
    code, out, _ = _run(capsys, "split", "pictures")
    assert code == 0
    assert "Version 1 of pictures; the split was made." in out
    assert _run(capsys, "train", "pictures", "--head", "neighbours")[0] == 0
    assert "pictures" in _run(capsys, "datasets")[1]
    assert "neighbours" in _run(capsys, "runs")[1]
    code, out, _ = _run(capsys, "evaluate", "1")
    assert "The test part was read 2 times with this model, and by 1 model in all." in out
    code, out, _ = _run(capsys, "report", "pictures")
    assert Path(out.strip()).is_file()


def test_lists_say_what_to_do_when_they_are_empty(
    at: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at
    assert "fieldguide import PICTURES/" in _run(capsys, "datasets")[1]
    assert "fieldguide train PICTURES/" in _run(capsys, "runs")[1]


def test_predict_in_all_three_forms(
    trained: Path, class_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = str(trained / "ws" / "runs" / "1" / "model.onnx")
    amber = class_folders / "amber"
    code, out, _ = _run(capsys, "predict", bundle, str(amber / "00.jpg"))
    assert code == 0
    assert "amber" in out
    code, out, _ = _run(capsys, "predict", "pictures", str(amber), "--json")
    answers = json.loads(out)
    assert len(answers) == 12
    assert set(answers[0]["probabilities"]) == {"amber", "blue", "green"}
    code, out, _ = _run(capsys, "predict", "1", str(amber / "0*.jpg"), "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 10
    shares = [float(rows[0][name]) for name in ("amber", "blue", "green")]
    assert sum(shares) == pytest.approx(1, abs=1e-5)


def test_predict_answers_the_rest_and_says_what_it_could_not_read(
    trained: Path, class_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trained
    (class_folders / "amber" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0rest")
    code, out, _ = _run(capsys, "predict", "pictures", str(class_folders / "amber"), "--json")
    answers = json.loads(out)
    assert code == 1
    assert [a["source"].endswith("broken.jpg") for a in answers if a["error"]] == [True]
    assert len(answers) == 13


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("train", "nowhere"), 2, "neither a folder or file nor a dataset"),
        (("train", "{folder}", "--head", "forrest"), 2, "Did you mean 'forest'?"),
        (("train", "{folder}", "--backbone", "resnet"), 2, "There is no backbone named"),
        (("train", "{folder}", "--test", "0.6", "--val", "0.5"), 2, "something to train on"),
        (("train", "{folder}", "--test", "1.5"), 2, "is not in the range"),
        (("train", "{folder}", "--seed", "-1"), 2, "is not in the range"),
        (("train", "{folder}", "--seed", "4294967296"), 2, "is not in the range"),
        (("predict", "x.onnx", "x.jpg", "--top", "0"), 2, "is not in the range"),
        (("runs", "pictured"), 2, "There is no dataset named 'pictured'"),
        (("evaluate", "7"), 2, "There is no run named '7'"),
        (("evaluate", "9" * 30), 2, "There is no run named '999"),
        (("evaluate", "9" * 5000), 2, "There is no run named '999"),
        (("report", "pictured"), 2, "There is no run or model named"),
        (("predict", "nothing.onnx", "x.jpg"), 2, "There is no model file at nothing.onnx"),
        (("split", "pictured"), 2, "There is no dataset"),
    ],
)
def test_errors_say_what_to_do_and_have_exit_codes(
    at: Path,
    class_folders: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    assert at
    given = [argument.format(folder=class_folders) for argument in arguments]
    found, _, err = _run(capsys, *given)
    assert found == code
    assert words in err
    assert "Traceback" not in err


def test_a_workspace_that_cannot_be_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = _run(capsys, "--workspace", str(tmp_path / "file" / "ws"), "datasets")
    assert code == 4
    assert "--workspace or FIELDGUIDE_WORKSPACE" in err


def test_a_bad_setting_is_named(
    at: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at
    monkeypatch.setenv("FIELDGUIDE_WORKERS", "many")
    code, _, err = _run(capsys, "datasets")
    assert code == 2
    assert "FIELDGUIDE_WORKERS must be a whole number of at least 0, not 'many'." in err


@pytest.mark.parametrize(
    ("given", "shares"),
    [
        ((None, None), None),
        ((0.3, None), {"train": 0.7, "test": 0.3}),
        ((None, 0.1), {"train": 0.7, "test": 0.2, "val": 0.1}),
        ((0.2, 0.0), {"train": 0.8, "test": 0.2}),
    ],
)
def test_shares_that_were_not_given(
    given: tuple[float | None, float | None], shares: dict[str, float] | None
) -> None:
    assert fractions(*given) == shares


def test_a_part_that_a_run_lacks(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert trained
    code, _, err = _run(capsys, "evaluate", "1", "--part", "val")
    assert code == 2
    assert "Run 1 has no pictures in its val part." in err


def test_digits_may_be_a_models_name(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Workspace(read_config(workspace=trained / "ws")) as workspace:
        workspace.records.write(lambda c: c.execute(sa.update(models).values(name="2024")))
    code, out, _ = _run(capsys, "report", "2024")
    assert code == 0
    assert out == _run(capsys, "report", "1")[1]


def test_leaks_and_what_was_left_out_are_told(
    at: Path, class_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at
    shutil.copy(class_folders / "amber" / "00.jpg", class_folders / "blue" / "copy.jpg")
    code, out, _ = _run(capsys, "train", str(class_folders))
    assert code == 0
    assert "Leak: 2 pictures have the same bytes as another one with a different label" in out
    assert "2 left out: " in out
    assert "delete or move the wrong copy in the source" in out


def test_names_cannot_steer_the_terminal(
    trained: Path,
    class_folders: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert trained
    monkeypatch.setenv("COLUMNS", "2000")  # so that no name is folded
    odd = class_folders / "odd"
    odd.mkdir()
    for name in ("\x1b[2J[red].jpg", os.fsdecode(b"caf\xe9.jpg"), "=cmd.jpg"):
        shutil.copy(class_folders / "amber" / "00.jpg", odd / name)
    (odd / "\x1b[5m.jpg").write_bytes(b"no picture")
    for arguments in (("import", str(class_folders)), ("predict", "1", str(odd))):
        _, out, _ = _run(capsys, *arguments)
        assert "\x1b[2J" not in out
        assert "\x1b[5m" not in out
    assert "[red].jpg" in out
    code, out, _ = _run(capsys, "predict", "1", str(odd), "--json")
    assert code == 1
    assert {Path(a["source"]).name for a in json.loads(out)} == {p.name for p in odd.iterdir()}
    assert _run(capsys, "predict", "1", str(odd), "--csv")[0] == 1


def test_formulas_in_csv_are_text(
    trained: Path,
    class_folders: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert trained
    shutil.copy(class_folders / "amber" / "00.jpg", class_folders / "=cmd.jpg")
    monkeypatch.chdir(class_folders)
    code, out, _ = _run(capsys, "predict", "1", "=cmd.jpg", "--csv")
    assert code == 0
    assert [row["source"] for row in csv.DictReader(io.StringIO(out))] == ["'=cmd.jpg"]


def test_tables_in_a_pipe_are_not_cut(
    at: Path,
    class_folders: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert at
    monkeypatch.delenv("COLUMNS")
    name = "n" * 90
    assert _run(capsys, "import", str(class_folders), "--name", name)[0] == 0
    assert name in _run(capsys, "datasets")[1]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "ws/x"), "'ws/x' cannot be used: no sp"),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "ws/x"), "Free some space"),
        (OSError(errno.EROFS, "Read-only file system", "ws/x"), "another folder with --workspace"),
        (PermissionError(errno.EACCES, "Permission denied", "ws/x"), "Change its permissions"),
        (PermissionError(errno.EPERM, "Operation not permitted"), "A file cannot be used"),
        (
            sa.exc.OperationalError("select", {}, Exception("disk I/O error")),
            "cannot be used: disk I/O error. Free some space",
        ),
    ],
)
def test_a_disk_that_fails_is_told_in_a_line(
    error: Exception,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, err = _run_with(error, monkeypatch, capsys)
    assert code == 4
    assert words in err
    assert len(err.splitlines()) == 1


def test_other_failures_propagate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for error in (OSError(errno.EIO, "Input/output error"), ValueError("a bug")):
        with pytest.raises(type(error)):
            _run_with(error, monkeypatch, capsys)


def _run_with(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    @click.command()
    def failing() -> None:
        raise error

    monkeypatch.setattr(cli, "get_command", lambda *_: failing)
    return _run(capsys, "datasets")
