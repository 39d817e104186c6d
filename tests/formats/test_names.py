from __future__ import annotations

import unicodedata

import pytest

from fieldguide.formats.names import LONGEST_NAME, UniqueNames, clean, slug, some, stem_of


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("plain.jpg", "plain.jpg"),
        ("写真/Ñandú.jpg", "写真/Ñandú.jpg"),
        ("two\nlines.jpg", "two\nlines.jpg"),
        (unicodedata.normalize("NFD", "größe"), "größe"),
        (b"caf\xe9.jpg".decode("utf-8", "surrogateescape"), r"caf\xe9.jpg"),
        ("nul\0.jpg", r"nul\x00.jpg"),
        ("\ud800", r"\ud800"),
    ],
)
def test_clean_gives_text_that_any_database_stores(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned
    assert clean(raw).encode("utf-8")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Coffee Leaves", "coffee-leaves"),
        ("v1.2", "v1-2"),
        ("__Blätter__", "blatter"),
        ("写真", "写真"),
        ("...", "dataset"),
        ("", "dataset"),
        ("a" * 100, "a" * 60),
    ],
)
def test_slug(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.parametrize(
    ("filename", "stem"),
    [("a.zip", "a"), ("a.TAR.GZ", "a"), ("a.v2.tar.xz", "a.v2"), ("a.b.csv", "a.b"), ("a", "a")],
)
def test_stem_of(filename: str, stem: str) -> None:
    assert stem_of(filename) == stem


def test_some_names_at_most_five() -> None:
    assert some("abcdefg") == "'a', 'b', 'c', 'd', 'e' and 2 more"
    assert some("a") == "'a'"


def test_repeated_names_are_numbered_around_those_taken() -> None:
    names = UniqueNames()
    given = [names.claim(name) for name in ("a", "a#2", "a", "a", "a#2")]
    assert given == ["a", "a#2", "a#3", "a#4", "a#2#2"]


def test_long_names_are_cut_and_stay_apart() -> None:
    names = UniqueNames()
    long = "x" * (LONGEST_NAME + 1)
    first, second = names.claim(long + "a"), names.claim(long + "b")
    assert first != second
    assert max(len(first), len(second)) <= LONGEST_NAME
    assert names.claim("y" * LONGEST_NAME) == "y" * LONGEST_NAME
