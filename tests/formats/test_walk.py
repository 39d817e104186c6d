from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from fieldguide.formats.walk import Findings, Walk
from fieldguide.types import Outcome


def walk(root: Path) -> Findings:
    return Walk(str(root.resolve())).run()


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_all_files_are_found_and_litter_is_counted(tmp_path: Path) -> None:
    for name in ("b/2", "a/1", "a/.hidden", "3", ".DS_Store", "a/._1", "__MACOSX/x", ".git/y"):
        put(tmp_path / name)
    found = walk(tmp_path)
    assert sorted(found.files) == ["3", "a/.hidden", "a/1", "b/2"]
    assert found.litter == 4
    assert not found.refusals


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    put(tmp_path / "secret/file")
    root = tmp_path / "root"
    put(root / "cat/1")
    (root / "cat/link").symlink_to(tmp_path / "secret/file")
    (root / "dog").symlink_to(tmp_path / "secret")
    (root / "near").symlink_to("../root2")
    put(tmp_path / "root2/file")
    found = walk(root)
    assert found.files == ["cat/1"]
    assert {path: refusal.outcome for path, refusal in found.refusals.items()} == {
        "cat/link": Outcome.REFUSED,
        "dog": Outcome.REFUSED,
        "near": Outcome.REFUSED,
    }


def test_links_inside_are_followed(tmp_path: Path) -> None:
    put(tmp_path / "pool/1")
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat/one").symlink_to("../pool/1")
    (tmp_path / "dog").symlink_to("pool")
    assert sorted(walk(tmp_path).files) == ["cat/one", "dog/1", "pool/1"]


def test_a_folder_is_opened_through_one_link_only(tmp_path: Path) -> None:
    put(tmp_path / "pool/1")
    (tmp_path / "a").symlink_to("pool")
    (tmp_path / "b").symlink_to("pool")
    found = walk(tmp_path)
    assert sorted(found.files) == ["a/1", "pool/1"]
    assert "another link" in found.refusals["b"].reason


def test_rings_of_links_end(tmp_path: Path) -> None:
    put(tmp_path / "a/1")
    put(tmp_path / "b/2")
    (tmp_path / "a/up").symlink_to("..")
    (tmp_path / "a/self").symlink_to("self")
    (tmp_path / "a/b").symlink_to("../b")
    (tmp_path / "b/a").symlink_to("../a")
    (tmp_path / "gone").symlink_to("nowhere")
    found = walk(tmp_path)
    assert {"a/1", "b/2", "a/b/2"} <= set(found.files)
    assert len(found.files) <= 4
    assert found.refusals["a/up"].outcome is Outcome.REFUSED
    assert found.refusals["a/self"].outcome is Outcome.UNREADABLE
    assert found.refusals["gone"].outcome is Outcome.MISSING


def test_many_nested_links_do_not_multiply(tmp_path: Path) -> None:
    for level in range(30):
        put(tmp_path / f"{level}/file")
        for link in ("x", "y"):
            (tmp_path / f"{level}/{link}").symlink_to(f"../{level + 1}")
    assert len(walk(tmp_path).files) <= 60


def test_pipes_and_sockets_are_refused_without_being_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to-pipe").symlink_to("pipe")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        found = walk(tmp_path)
    assert not found.files
    reasons = {path: refusal.reason for path, refusal in found.refusals.items()}
    assert "pipe" in reasons["pipe"]
    assert "pipe" in reasons["to-pipe"]
    assert "socket" in reasons["socket"]


def test_folders_that_cannot_be_listed_are_named(tmp_path: Path) -> None:
    put(tmp_path / "open/1")
    put(tmp_path / "shut/2")

    def scan(path: str) -> AbstractContextManager[Iterator[os.DirEntry[str]]]:
        if path.endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return os.scandir(path)

    found = Walk(str(tmp_path.resolve()), scan).run()
    assert found.files == ["open/1"]
    assert found.refusals["shut"].outcome is Outcome.UNREADABLE
    assert "Permission denied" in found.refusals["shut"].reason


class FolderInFolder:
    """Looks like a listing's folder, which holds another of its kind, 5,000 deep."""

    name = "d"

    def is_symlink(self) -> bool:
        return False

    def is_dir(self, *, follow_symlinks: bool) -> bool:
        return not follow_symlinks

    @classmethod
    def scan(cls, path: str) -> Any:
        return contextlib.nullcontext(iter([cls()] if path.count("/") < 5000 else []))


def test_deep_folders_need_no_recursion() -> None:
    assert Walk("/root", FolderInFolder.scan).run() == Findings()
