from __future__ import annotations

import pytest

from fieldguide.formats.litter import announce, is_in_litter, is_litter


@pytest.mark.parametrize(
    "name", [".DS_Store", "Thumbs.db", "THUMBS.DB", "desktop.ini", "._1.jpg", "__MACOSX", ".git"]
)
def test_litter_is_known(name: str) -> None:
    assert is_litter(name)
    assert is_in_litter(f"cat/{name}")
    assert is_in_litter(f"{name}/1.jpg")


@pytest.mark.parametrize("name", ["1.jpg", ".hidden.jpg", "README.txt", "git", "_1.jpg"])
def test_all_else_is_not(name: str) -> None:
    assert not is_litter(name)


def test_the_count_is_announced() -> None:
    assert announce(0) == ()
    assert "1 file or folder " in announce(1)[0]
    assert "3 files or folders " in announce(3)[0]
