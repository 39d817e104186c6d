from __future__ import annotations

from pathlib import Path

import pytest

from fieldguide.errors import SourceError
from fieldguide.formats.layout import PART_NAMES, part_named, recognise, refuse_columns
from fieldguide.types import SourceOptions


@pytest.mark.parametrize("name", PART_NAMES)
def test_parts_are_known_in_any_case(name: str) -> None:
    assert part_named(f" {name.upper()} ") == PART_NAMES[name]


@pytest.mark.parametrize(
    ("paths", "path", "place"),
    [
        (["cat/1", "dog/2"], "cat/1", (None, "cat")),
        (["cat/1", "dog/2"], "cat/deep/er/1", (None, "cat")),
        (["cat/1", "2"], "2", (None, None)),
        (["1", "2"], "1", (None, None)),
        (["train/cat/1", "test/cat/2"], "train/cat/1", ("train", "cat")),
        (["Training/cat/1", "Dev/cat/2"], "Dev/cat/x/2", ("val", "cat")),
        (["train/cat/1", "test/2"], "test/2", ("test", None)),
        (["train/1", "test/2"], "train/1", ("train", None)),
        (["train/cat/1", "README"], "train/cat/1", ("train", "cat")),
        (["train/cat/1", "test/cat/2", "extra/3"], "test/cat/2", ("test", "cat")),
        (["train/cat/1", "test/cat/2", "extra/cat/3"], "extra/cat/3", (None, None)),
        (["train/1", "plane/2", "car/3"], "train/1", (None, "train")),
        (["train/1", "test/2", "car/3"], "train/1", (None, "train")),
        (["train/cat/1", "car/3"], "train/cat/1", (None, "train")),
    ],
)
def test_place(paths: list[str], path: str, place: tuple[str | None, str | None]) -> None:
    assert recognise(paths).place(path) == place
    assert recognise(reversed(paths)) == recognise(paths)


@pytest.mark.parametrize(
    ("paths", "sentence"),
    [
        (["1"], "There is no subfolder, so the pictures have no label."),
        (["cat/1", "dog/2"], "The 2 subfolders are read as classes: 'cat', 'dog'."),
        (["cat/1", "dog/2", "3"], "Files directly in the topmost folder (1) have no label."),
        (
            ["images/1"],
            "The only subfolder, 'images', is read as the one class of all its pictures.",
        ),
        (["images/cat/1"], "If the classes are the folders below it, give that subfolder instead."),
        (["train/1", "car/2"], "'train' is read as a class, not as a part"),
        (
            ["train/a/1", "test/a/1"],
            "the parts train, test, and the folders below them as classes: 'a'",
        ),
        (["train/1", "test/1"], "so the pictures have no label"),
        (["train/a/1", "test/a/1", "x/1"], "What lies in 'x' has no part and no label."),
        (
            ["a/1", "b/1", "labels.CSV"],
            "The tables beside the pictures ('labels.CSV') are not read",
        ),
    ],
)
def test_what_is_taken_for_granted_is_said(paths: list[str], sentence: str) -> None:
    assert sentence in " ".join(recognise(paths).guesses)


def test_no_columns_can_be_named_for_a_folder() -> None:
    refuse_columns(Path("x"), SourceOptions())
    with pytest.raises(SourceError, match=r"'species'.* is a folder or an archive"):
        refuse_columns(Path("x"), SourceOptions(label="species"))
