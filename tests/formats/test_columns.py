from __future__ import annotations

import math
from pathlib import Path

import pytest

from fieldguide.errors import SourceError, UnknownNameError
from fieldguide.formats.columns import (
    IMAGE_NAMES,
    LABEL_NAMES,
    Roles,
    assign_roles,
    hint_groups,
    may_be_group,
    number_of,
    settle_split,
)
from fieldguide.types import SourceOptions

TABLE = Path("t.csv")
NOTHING = SourceOptions()


def assign(columns: list[str], **options: str) -> tuple[Roles, str]:
    roles, guesses = assign_roles(columns, SourceOptions(**options), TABLE, likely_image=None)
    return roles, " ".join(guesses)


@pytest.mark.parametrize("image", IMAGE_NAMES)
@pytest.mark.parametrize("label", LABEL_NAMES)
def test_images_and_labels_are_guessed_by_name(image: str, label: str) -> None:
    roles, said = assign(["x", label.upper(), image.title()])
    assert roles == Roles(image.title(), label.upper(), None, None, ("x",))
    assert f"pictures are taken from the column '{image.title()}'" in said
    assert f"labels are taken from the column '{label.upper()}'" in said


def test_group_and_split_are_guessed_by_exact_name_only() -> None:
    roles, said = assign(["path", "group_id", "subset", "leaf_id", "my_split"])
    assert roles == Roles("path", None, "group_id", "subset", ("leaf_id", "my_split"))
    assert "'group_id' says what was photographed together" in said
    assert "'subset' puts the pictures into train, val and test" in said
    assert "No column is named like a label" in said


def test_named_columns_are_taken_and_not_announced() -> None:
    roles, said = assign(
        ["image", "label", "a", "b", "c", "d"], image="a", label="b", group="c", split="d"
    )
    assert roles == Roles("a", "b", "c", "d", ("image", "label"))
    assert said == ""


def test_the_earliest_name_wins_and_others_are_mentioned() -> None:
    roles, said = assign(["file", "species", "image", "class", "label"])
    assert (roles.image, roles.label) == ("image", "label")
    assert "'species', 'class' would be possible too: say --label" in said


def test_a_column_that_was_named_is_not_guessed_again() -> None:
    roles, _ = assign(["image", "class", "y"], group="class")
    assert (roles.label, roles.group) == ("y", "class")


def test_unknown_columns_are_named_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"no column named 'speces'.*'species'"):
        assign(["image", "species"], label="speces")


def test_no_column_of_pictures_is_an_error() -> None:
    with pytest.raises(SourceError, match=r"'a', 'b'.*--image COLUMN"):
        assign(["a", "b"])
    roles, _ = assign_roles(["a", "b"], NOTHING, TABLE, likely_image="b")
    assert roles.image == "b"


ROLES = Roles("image", None, None, "part", ())


def test_split_values_are_checked_and_the_place_is_named() -> None:
    good = {"Train": "line 2", "dev": "line 3"}
    assert settle_split(ROLES, good, NOTHING, TABLE) == (ROLES, [])
    with pytest.raises(SourceError, match=r"'part' of t.csv says 'x' in line 9.*Allowed are train"):
        settle_split(ROLES, {**good, "x": "line 9"}, NOTHING, TABLE)
    with pytest.raises(SourceError, match=r"says 'leaf' in line 2"):
        settle_split(ROLES, {"leaf": "line 2"}, SourceOptions(split="part"), TABLE)


def test_a_guess_that_no_value_supports_is_taken_back() -> None:
    roles, said = settle_split(ROLES, {"leaf": "line 2", "stem": "line 3"}, NOTHING, TABLE)
    assert roles.split is None
    assert roles.further == ("part",)
    assert "line 2 says 'leaf'" in said[0]


def test_groups_are_pointed_out() -> None:
    said = " ".join(hint_groups(ROLES, ["leaf_id"]))
    assert "No group is used" in said
    assert "say --group leaf_id" in said
    assert hint_groups(Roles("image", None, "leaf_id", None, ()), ["x_id"]) == []
    assert may_be_group("Leaf_ID")
    assert not may_be_group("video")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("3", 3.0),
        ("-3.50", -3.5),
        ("+.5", 0.5),
        ("1e-3", 0.001),
        ("0", 0.0),
        ("0.1", 0.1),
        ("007", None),
        ("1_000", None),
        ("1e999", None),
        ("inf", None),
        ("", None),
        (".", None),
        ("e5", None),
        ("12345678901234567", None),
        ("3,5", None),
        ("0x10", None),
    ],
)
def test_number_of(cell: str, number: float | None) -> None:
    assert number_of(cell) == number


def test_nan_is_a_number() -> None:
    number = number_of("NaN")
    assert number is not None
    assert math.isnan(number)
