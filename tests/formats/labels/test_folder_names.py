from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldguide.formats.labels.folder_names import (
    FileNames,
    name_folders,
    plain_name,
    suffix_of,
)
from fieldguide.formats.layout import part_named


@given(st.text())
def test_a_plain_name_is_one_harmless_component(text: str) -> None:
    name = plain_name(text, "x")
    assert name == name.strip(". ")
    assert name
    assert not set(name) & set('/\\:*?"<>|\0\n')
    assert len(name.encode()) <= 121


@pytest.mark.parametrize("text", ["CON", "nul.jpg", "com1", ".git", "Thumbs.db", "__MACOSX"])
def test_names_with_a_meaning_lose_it(text: str) -> None:
    assert plain_name(text, "x") == f"_{text.lstrip('.')}" or plain_name(text, "x") == "git"


@given(st.lists(st.text(min_size=1), unique=True))
def test_each_class_has_a_folder_of_its_own(classes: list[str]) -> None:
    folders = name_folders(classes)
    assert list(folders) == classes
    assert len({folder.casefold() for folder in folders.values()}) == len(classes)
    assert not [folder for folder in folders.values() if part_named(folder)]


def test_no_two_files_are_called_the_same() -> None:
    names = FileNames()
    claimed = [names.claim(name, b"") for name in ("a/1.jpg", "b/1.JPG", "1~2.jpg", "c/1.jpg")]
    assert claimed == ["1.jpg", "1~2.JPG", "1~2~2.jpg", "1~3.jpg"]


def test_a_missing_suffix_is_told_by_the_bytes() -> None:
    assert FileNames().claim("row-1", b"\x89PNG") == "row-1.png"
    assert FileNames().claim("row-1.5", b"\xff\xd8\xff") == "row-1.5.jpg"
    assert suffix_of(b"RIFF____WEBP") == ".webp"
    assert suffix_of(b"") == ""
