from __future__ import annotations

from pathlib import Path

import pytest

from fieldguide.deploy.finding_files import find_files
from fieldguide.errors import InputError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.jpg", "a.png", "sub/c.jpg", "sub/deep/d.jpg", ".git/x.jpg", "sub/.hidden.jpg"):
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).touch()
    return tmp_path / "tree"


def names(found: list[Path], root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in found]


def test_a_folder_stands_for_all_files_below(tree: Path) -> None:
    found = find_files([str(tree)])
    assert names(found, tree) == ["a.png", "b.jpg", "sub/c.jpg", "sub/deep/d.jpg"]


def test_a_hidden_folder_that_is_named_counts(tree: Path) -> None:
    assert names(find_files([str(tree / ".git")]), tree) == [".git/x.jpg"]
    assert names(find_files([str(tree / "sub" / ".hidden.jpg")]), tree) == ["sub/.hidden.jpg"]


def test_files_keep_the_order_in_which_they_are_named(tree: Path) -> None:
    named = [str(tree / name) for name in ("sub/c.jpg", "a.png", "b.jpg")]
    assert names(find_files(named), tree) == ["sub/c.jpg", "a.png", "b.jpg"]


def test_a_file_named_twice_comes_once(tree: Path) -> None:
    named = [str(tree / "b.jpg"), str(tree), str(tree / "*.jpg")]
    expected = ["b.jpg", "a.png", "sub/c.jpg", "sub/deep/d.jpg"]
    assert names(find_files(named), tree) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jpg", ["b.jpg"]),
        ("**/*.jpg", ["b.jpg", "sub/c.jpg", "sub/deep/d.jpg"]),
        ("sub/?.jpg", ["sub/c.jpg"]),
        ("[ab].*", ["a.png", "b.jpg"]),
        ("su*", []),
    ],
)
def test_patterns(tree: Path, pattern: str, expected: list[str]) -> None:
    if not expected:
        with pytest.raises(InputError, match="no pattern that fits one"):
            find_files([str(tree / pattern)])
    else:
        assert names(find_files([str(tree / pattern)]), tree) == expected


def test_patterns_may_be_relative(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree / "sub")
    assert find_files(["../*.png", "c.jpg"]) == [Path("../a.png"), Path("c.jpg")]


def test_a_file_whose_name_looks_like_a_pattern(tree: Path) -> None:
    (tree / "[ab].jpg").touch()
    assert names(find_files([str(tree / "[ab].jpg")]), tree) == ["[ab].jpg"]


@pytest.mark.parametrize("name", ["none.jpg", "*.tiff", "", "empty", "x" * 5000, "a\0b"])
def test_a_name_that_stands_for_nothing(
    tree: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    (tree / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        find_files(["b.jpg", name])
    assert str(caught.value).startswith(f"{name!r} is no file, no folder with files")


def test_a_link_that_leads_nowhere(tree: Path) -> None:
    (tree / "gone.jpg").symlink_to(tree / "nowhere.jpg")
    with pytest.raises(InputError, match=r"gone\.jpg' is no file"):
        find_files([str(tree / "gone.jpg")])
    assert "gone.jpg" not in names(find_files([str(tree)]), tree)


def test_no_names() -> None:
    assert find_files([]) == []
