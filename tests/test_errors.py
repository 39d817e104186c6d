from __future__ import annotations

import pickle
import re

import pytest

from fieldguide import errors
from fieldguide.errors import (
    FieldguideError,
    InputError,
    MissingExtraError,
    PictureError,
    UnknownNameError,
)
from fieldguide.types import Outcome


def drawn_tree() -> dict[str, str | None]:
    """Read the tree in the module's docstring: each class and the one that it stands under."""
    parents: dict[str, str | None] = {}
    above: dict[int, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^( {4}[│ ]*(?:[├└]── )?)([A-Z]\w+Error)\b", line)
        if found:
            depth = (len(found[1]) - 4) // 4
            parents[found[2]] = above.get(depth - 1)
            above[depth] = found[2]
    return parents


def real_tree() -> dict[str, str | None]:
    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, Exception)
    ]
    return {c.__name__: None if c is FieldguideError else c.__bases__[0].__name__ for c in classes}


def test_the_docstring_draws_the_real_tree() -> None:
    assert drawn_tree() == real_tree()
    assert list(drawn_tree()) != []


def test_each_class_stands_under_one_other() -> None:
    for name in real_tree():
        kind = getattr(errors, name)
        assert len(kind.__bases__) == 1
        assert issubclass(kind, FieldguideError)
        assert kind.__doc__


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("logistics", "logistic"),
        ("logstic", "logistic"),
        ("tre", "tree"),
        ("neighbors", "neighbours"),
        ("Forest", "forest"),
        ("mlp ", "mlp"),
    ],
)
def test_the_nearest_name_is_suggested(name: str, suggested: str) -> None:
    error = UnknownNameError("head", name, ["tree", "logistic", "neighbours", "forest", "mlp"])
    assert str(error) == (
        f"There is no head named {name!r}. Did you mean {suggested!r}? "
        "Known: forest, logistic, mlp, neighbours, tree."
    )
    assert (error.kind, error.name) == ("head", name)


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert str(UnknownNameError("head", "xyz", ["tree"])) == (
        "There is no head named 'xyz'. Known: tree."
    )


def test_nothing_is_known_yet() -> None:
    assert str(UnknownNameError("dataset", "leaves", [])) == (
        "There is no dataset named 'leaves'. There is no dataset yet."
    )


@pytest.mark.parametrize(("count", "rest"), [(10, "."), (11, " and 1 more."), (500, " and 490 ")])
def test_many_names_are_cut_short(count: int, rest: str) -> None:
    text = str(UnknownNameError("version", "x", (f"{n:03d}" for n in range(count))))
    assert "Known: 000, 001, 002, 003, 004, 005, 006, 007, 008, 009" + rest in text


def test_numbers_are_sorted_as_numbers() -> None:
    text = str(UnknownNameError("run", "77", ["10", "9", "1"]))
    assert text == "There is no run named '77'. Known: 1, 9, 10."
    assert "Known: 1, 10, 9, a." in str(UnknownNameError("model", "xyz", ["10", "9", "1", "a"]))


def test_a_name_that_is_half_alike_is_not_suggested() -> None:
    assert "Did you mean" not in str(UnknownNameError("dataset", "leaf", ["lead-ores"]))


def test_a_picture_error_carries_its_outcome() -> None:
    error = PictureError(Outcome.BROKEN, "the file ends early")
    assert (error.outcome, error.reason, str(error)) == (
        Outcome.BROKEN,
        "the file ends early",
        "the file ends early",
    )


def test_a_missing_extra_says_how_to_install_it() -> None:
    error = MissingExtraError("Reading Parquet files", "parquet")
    assert str(error) == (
        "Reading Parquet files needs the extra 'parquet', which is not installed. "
        "Install it with: pip install 'fieldguide[parquet]'"
    )
    assert error.extra == "parquet"
    assert not isinstance(error, InputError)


@pytest.mark.parametrize(
    "error",
    [
        InputError("wrong"),
        UnknownNameError("head", "tre", ["tree"]),
        PictureError(Outcome.BROKEN, "cut"),
        MissingExtraError("This", "that"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_errors_cross_processes(error: FieldguideError) -> None:
    back = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert vars(back) == vars(error)
