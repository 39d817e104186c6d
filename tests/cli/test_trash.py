from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fieldguide.cli.main import cli
from fieldguide.errors import UnknownNameError


@pytest.fixture
def imported(tmp_path: Path, class_folders: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIELDGUIDE_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.setenv("COLUMNS", "200")
    assert _run("import", str(class_folders), "--name", "d").exit_code == 0
    return class_folders


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_pictures_go_and_come_back_and_an_import_says_what_it_left(imported: Path) -> None:
    assert "empty" in _run("trash", "d").output
    names = ("amber/00.jpg", "blue/01.jpg")
    gone = _run("trash", "d", "add", *names, "--reason", "too dark")
    assert "2 pictures in the trash now" in gone.output
    listed = _run("trash", "d").output
    assert all(name in listed for name in (*names, "too dark", "command line"))
    again = _run("import", str(imported), "--name", "d").output
    assert "34 already present, 2 in the trash" in again
    assert "fieldguide trash d list" in again
    assert "1 picture restored" in _run("trash", "d", "restore", names[0]).output
    assert names[0] not in _run("trash", "d").output


def test_what_does_not_fit_is_refused(imported: Path) -> None:
    del imported
    assert "takes no names" in _run("trash", "d", "list", "a.jpg").output
    assert "Name the pictures" in _run("trash", "d", "add").output
    assert isinstance(_run("trash", "d", "add", "amber/0.jpg").exception, UnknownNameError)
    assert isinstance(_run("trash", "e").exception, UnknownNameError)
