from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from fieldguide.api.passwords import verify_password
from fieldguide.cli.main import main
from fieldguide.config import read_config
from fieldguide.records import datasets, invitations, users
from fieldguide.workspace import Workspace


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["users", *arguments])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


@pytest.fixture(autouse=True)
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDGUIDE_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("sys.stdin", io.StringIO("four words in a row\n"))


def test_an_account_with_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "add", "anna", "--admin", "--password-stdin", "--full-name", "A B")
    assert (code, out) == (0, "Made administrator anna.\n")
    with Workspace(read_config()) as workspace, workspace.records.read() as connection:
        user = users.get_named(connection, "anna")
        assert (user.full_name, user.administrator) == ("A B", True)
        kept = users.password_hash(connection, user.id)
    assert verify_password(kept, "four words in a row")


def test_a_name_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with Workspace(read_config()) as workspace:
        workspace.records.write(lambda c: users.add(c, "anna"))
    code, _, err = _run(capsys, "add", "ANNA", "--password-stdin")
    assert code == 2
    assert "is taken" in err


def test_a_poor_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    code, _, err = _run(capsys, "add", "anna", "--password-stdin")
    assert code == 2
    assert "at least 10 characters" in err


def test_a_name_that_cannot_be_one_is_told_before_the_password_is_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, err = _run(capsys, "add", "a b")
    assert code == 2
    assert "cannot be a login name" in err


def test_an_invitation_to_a_dataset(capsys: pytest.CaptureFixture[str]) -> None:
    with Workspace(read_config()) as workspace:
        workspace.records.write(lambda c: datasets.ensure(c, "leaves", "x"))
    code, out, err = _run(
        capsys,
        *("invite", "--dataset", "leaves", "--role", "annotator", "--url", "https://lab.example/"),
    )
    assert code == 0
    address, _, token = out.strip().partition("#")
    assert address == "https://lab.example/join"
    assert "Works once" in err
    with Workspace(read_config()) as workspace, workspace.records.read() as connection:
        found = invitations.look(connection, token, "join")
    assert (found.dataset, found.role, found.administrator) == ("leaves", "annotator", False)


def test_an_invitation_of_an_administrator(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "invite", "--admin", "--days", "2")
    assert code == 0
    assert out.startswith("http://127.0.0.1:8000/join#")
    with Workspace(read_config()) as workspace, workspace.records.read() as connection:
        (found,) = invitations.every(connection)
    assert found.administrator
    assert (found.expires_at - found.created_at).days == 2


@pytest.mark.parametrize("given", [("--dataset", "x"), ("--role", "viewer")])
def test_dataset_and_role_come_together(
    capsys: pytest.CaptureFixture[str], given: tuple[str, str]
) -> None:
    code, _, err = _run(capsys, "invite", *given)
    assert code == 2
    assert "--dataset and --role together" in err


def test_an_unknown_dataset(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = _run(capsys, "invite", "--dataset", "x", "--role", "viewer")
    assert code == 2
    assert "no dataset" in err


def test_a_new_password(capsys: pytest.CaptureFixture[str]) -> None:
    with Workspace(read_config()) as workspace:
        workspace.records.write(lambda c: users.add(c, "anna"))
    code, out, _ = _run(capsys, "reset", "anna")
    assert code == 0
    assert out.startswith("http://127.0.0.1:8000/reset#")
    code, _, err = _run(capsys, "reset", "ana")
    assert code == 2
    assert "Did you mean 'anna'?" in err


def test_locking_out_and_letting_in(capsys: pytest.CaptureFixture[str]) -> None:
    with Workspace(read_config()) as workspace:
        workspace.records.write(lambda c: users.add(c, "root", administrator=True))
        workspace.records.write(lambda c: users.add(c, "anna"))
    assert _run(capsys, "disable", "anna")[0] == 0
    assert re.search(r"^anna .* \d{4}-\d\d-\d\d$", _run(capsys, "list")[1], re.MULTILINE)
    assert _run(capsys, "enable", "anna")[0] == 0
    assert not re.search(r"\d{4}-\d\d-\d\d", _run(capsys, "list")[1])
    code, _, err = _run(capsys, "disable", "root")
    assert code == 2
    assert "only administrator" in err


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no account yet" in _run(capsys, "list")[1]
    with Workspace(read_config()) as workspace:
        workspace.records.write(
            lambda c: users.add(c, "anna", full_name="[red]A", administrator=True)
        )
    _, out, _ = _run(capsys, "list")
    assert out.splitlines()[1].split() == ["anna", "[red]A", "yes", "no"]
