from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from fieldguide.config import Config
from fieldguide.errors import WorkspaceError
from fieldguide.records import datasets, images, members
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.workspace import Workspace


def link(workspace: Workspace, sha256: str, *paths: Path) -> None:
    def write(connection: sa.Connection) -> None:
        images.add(connection, [ImageRow(sha256, 10, "JPEG", "RGB", 4, 3, 1)])
        dataset = datasets.ensure(connection, "linked", "somewhere").id
        rows = [NewMember(path.name, sha256, linked_path=str(path)) for path in paths]
        members.add(connection, dataset, rows)

    workspace.records.write(write)


def test_a_new_workspace_explains_itself(workspace: Workspace, config: Config) -> None:
    assert workspace.root == config.workspace
    note = (workspace.root / "README.txt").read_text()
    for name in ("fieldguide.db", "images/", "runs/", "imports/", "cache/"):
        assert f"\n{name}" in note
    assert (workspace.root / "fieldguide.db").is_file()
    assert repr(workspace) == f"Workspace({str(workspace.root)!r})"


def test_opening_again_keeps_what_is_there(config: Config) -> None:
    with Workspace(config) as first:
        sha256 = first.images.put(b"bytes")
        (first.root / "README.txt").write_text("our own words")
    with Workspace(config) as again:
        assert again.read_image(sha256) == b"bytes"
        assert (again.root / "README.txt").read_text() == "our own words"


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDGUIDE_WORKSPACE", str(tmp_path / "from environment"))
    with Workspace() as opened:
        assert opened.root == tmp_path / "from environment"


def test_a_relative_folder_stays_where_it_was(
    tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Workspace(dataclasses.replace(config, workspace=Path("here"))) as opened:
        monkeypatch.chdir("/")
        assert opened.root == tmp_path / "here"
        assert opened.read_image(opened.images.put(b"bytes")) == b"bytes"


@pytest.mark.parametrize("inside", [False, True])
def test_a_folder_that_cannot_be_made(tmp_path: Path, config: Config, inside: bool) -> None:
    (tmp_path / "file").write_text("in the way")
    root = tmp_path / "file" / "ws" if inside else tmp_path / "file"
    with pytest.raises(WorkspaceError, match=rf"{root} cannot be made: .*--workspace"):
        Workspace(dataclasses.replace(config, workspace=root))


def test_where_things_lie(workspace: Workspace) -> None:
    assert workspace.run_folder(7) == workspace.root / "runs" / "7"
    assert workspace.import_list(3) == workspace.root / "imports" / "3.csv"
    assert workspace.vectors("m", 4).folder == workspace.root / "cache" / "vectors" / "m"


def test_a_stored_picture(workspace: Workspace, picture: Callable[..., bytes]) -> None:
    data = picture(1)
    assert workspace.read_image(workspace.images.put(data)) == data


def test_a_stored_picture_that_was_damaged(workspace: Workspace) -> None:
    sha256 = workspace.images.put(b"the right bytes")
    workspace.images.path(sha256).write_bytes(b"the wrong bytes")
    with pytest.raises(WorkspaceError, match=rf"{sha256} has changed since it was imported"):
        workspace.read_image(sha256)


def test_a_linked_picture_stands_in_for_a_damaged_one(workspace: Workspace, tmp_path: Path) -> None:
    sha256 = workspace.images.put(b"the right bytes")
    workspace.images.path(sha256).write_bytes(b"the wrong bytes")
    (tmp_path / "x.jpg").write_bytes(b"the right bytes")
    link(workspace, sha256, tmp_path / "x.jpg")
    assert workspace.read_image(sha256) == b"the right bytes"


def test_a_linked_picture(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "größe 1.jpg"
    path.write_bytes(b"bytes")
    sha256 = hashlib.sha256(b"bytes").hexdigest()
    link(workspace, sha256, path)
    assert workspace.read_image(sha256) == b"bytes"
    assert not workspace.images.exists(sha256)


def test_any_sound_link_will_do(workspace: Workspace, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(b"bytes").hexdigest()
    gone, changed, sound = (tmp_path / f"{name}.jpg" for name in ("gone", "changed", "sound"))
    changed.write_bytes(b"other bytes")
    sound.write_bytes(b"bytes")
    link(workspace, sha256, gone, changed, sound)
    assert workspace.read_image(sha256) == b"bytes"


@pytest.mark.parametrize("kind", ["gone", "changed", "folder"])
def test_a_linked_picture_that_is_no_longer_the_same(
    workspace: Workspace, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "x.jpg"
    if kind == "changed":
        path.write_bytes(b"other bytes")
    if kind == "folder":
        path.mkdir()
    sha256 = hashlib.sha256(b"bytes").hexdigest()
    link(workspace, sha256, path)
    with pytest.raises(WorkspaceError, match=rf"linked picture '{path}' is gone or has changed"):
        workspace.read_image(sha256)


def test_a_picture_that_was_never_there(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match=f"The bytes of image {'ab' * 32} are missing"):
        workspace.read_image("ab" * 32)
