from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldguide.evaluate.record import Figure
from fieldguide.evaluate.verdict import FEW_TEST_GROUPS, next_steps, verdict, worst_classes
from fieldguide.types import Outcome


def figure(value: float | None, low: float | None = None, high: float | None = None) -> Figure:
    return {"value": value, "low": low, "high": high}


def reading(
    accuracy: Figure, *, pictures: int = 300, groups: int = 300, per_class: Any = ()
) -> Any:
    return {
        "pictures": pictures,
        "groups": groups,
        "metrics": {"accuracy": accuracy},
        "per_class": list(per_class),
    }


def row(name: str, f1: float | None, *, recall: float | None = 0.5, support: int = 10) -> Any:
    return {"name": name, "support": support, "f1": figure(f1), "recall": figure(recall)}


def leak(kind: str, test_pictures: int = 0, groups: int = 1) -> Any:
    examples = [{"a": "oak/1.jpg", "b": "elm/7.jpg"}]
    return {"kind": kind, "test_pictures": test_pictures, "groups": groups, "examples": examples}


def split(*leaks: Any, origin: str = "made", train: int = 100) -> Any:
    return {"origin": origin, "leaks": list(leaks), "parts": {"train": train}}


def baselines(*values: float | None, beaten: tuple[bool, bool] = (True, True)) -> Any:
    names = ("always the commonest class", "colour histograms")
    return [
        {"name": n, "accuracy": figure(v), "beaten": b}
        for n, v, b in zip(names, values, beaten, strict=True)
    ]


def test_a_good_model() -> None:
    sentences = verdict(reading(figure(0.907, 0.882, 0.929)), None, baselines(0.25, 0.514), split())
    assert sentences == [
        (
            "On 300 test pictures that it has never seen, the model names the right class for "
            "90.7 % (88.2-92.9)."
        ),
        (
            "That is more than what needs no network reaches: always the commonest class 25.0 % "
            "and colour histograms 51.4 %."
        ),
    ]


@pytest.mark.parametrize("beaten", [(True, False), (False, True), (False, False)])
def test_a_model_that_is_not_shown_to_be_better(beaten: tuple[bool, bool]) -> None:
    test = reading(figure(0.6, 0.55, 0.7))
    found = verdict(test, None, baselines(0.25, 0.514, beaten=beaten), split())[1]
    assert found.startswith("That is not shown to be more than what needs no network reaches")
    assert "colour histograms 51.4 %" in found


@pytest.mark.parametrize("value", [None, 0.0])
def test_a_baseline_without_a_figure(value: float | None) -> None:
    found = verdict(reading(figure(0.6, 0.5, 0.7)), None, baselines(0.25, value), split())[1]
    assert found.startswith("That is more than")
    assert found.endswith(f"colour histograms {'–' if value is None else '0.0 %'}.")


@pytest.mark.parametrize(
    ("groups", "words"),
    [(99, "only 99 independent groups"), (1, "only 1 independent group of"), (100, None)],
)
def test_few_groups_call_for_the_interval(groups: int, words: str | None) -> None:
    assert FEW_TEST_GROUPS == 100
    test = reading(figure(0.9, 0.8, 0.95), groups=groups)
    text = " ".join(verdict(test, None, baselines(0.2, 0.3), split()))
    assert ("take the interval, not the single number" in text) == (words is not None)
    assert words is None or words in text


def test_one_picture_is_one_picture() -> None:
    test = reading(figure(1.0), pictures=1, groups=1)
    first = verdict(test, None, baselines(0.2, 0.3), split())[0]
    assert first == (
        "On 1 test picture that it has never seen, the model names the right class for 100.0 %."
    )


def test_no_clean_test_picture_is_left() -> None:
    (found,) = verdict(
        reading(figure(None), pictures=0, groups=0), None, baselines(None, None), split()
    )
    assert found.startswith("How good the model is cannot be said")
    assert "--resplit" in found


def test_leaked_pictures_are_told() -> None:
    given = reading(figure(0.95, 0.93, 0.97), pictures=380)
    test = reading(figure(0.9, 0.87, 0.93))
    found = verdict(test, given, baselines(0.2, 0.3), split(leak("group", 80), origin="given"))[2]
    assert found.startswith("The split that came with the data leaks: 80 test pictures left out")
    assert found.endswith("With them it would read 95.0 % (93.0-97.0).")


def test_copies_are_told() -> None:
    given = reading(figure(0.95, 0.93, 0.97), pictures=301)
    found = verdict(
        reading(figure(0.9, 0.87, 0.93)), given, baselines(0.2, 0.3), split(leak("conflict"))
    )[2]
    assert found == (
        "Copies count once: 1 test picture left out. With them the figure would read "
        "95.0 % (93.0-97.0)."
    )


@pytest.mark.parametrize("leaks", [(), (leak("duplicate"),)])
def test_leaks_that_touch_nothing(leaks: tuple[Any, ...]) -> None:
    sentences = verdict(reading(figure(0.9, 0.87, 0.93)), None, baselines(0.2, 0.3), split(*leaks))
    assert ("none touches this figure" in " ".join(sentences)) == bool(leaks)


@given(
    st.one_of(st.none(), st.floats(0, 1)),
    st.one_of(st.none(), st.floats(0, 1)),
    st.integers(0, 500),
    st.booleans(),
)
def test_every_verdict_is_made_of_sentences(
    value: float | None, low: float | None, groups: int, given_split: bool
) -> None:
    test = reading(figure(value, low, None if low is None else 1.0), groups=groups)
    as_given = reading(figure(value, low, 1.0), pictures=400) if given_split else None
    sentences = verdict(test, as_given, baselines(0.5, None), split(leak("group", 3)))
    assert sentences
    for sentence in sentences:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "None" not in sentence
        assert "nan" not in sentence.split()


def steps(
    *,
    outcomes: dict[str, int] | None = None,
    split_: Any = None,
    per_class: Any = (),
    classes: Any = (),
    curve: Any = (),
    listed: str | None = "imports/1.csv",
) -> list[str]:
    return next_steps(
        {"outcomes": outcomes or {}, "classes": list(classes)},  # type: ignore[typeddict-item]
        split_ or split(),
        reading(figure(0.9, 0.8, 1.0), per_class=per_class),
        list(curve),
        outcomes_list=listed,
    )


def test_nothing_to_do() -> None:
    assert steps() == []
    assert steps(outcomes={"added": 10, "already present": 3, "duplicate of another name": 1}) == []


@pytest.mark.parametrize("outcome", list(Outcome))
def test_files_that_were_not_taken_in(outcome: Outcome) -> None:
    found = steps(outcomes={"added": 5, outcome.value: 2})
    assert bool(found) == (not outcome.in_dataset)
    if found:
        assert found == [f"Look at the files that were not taken in (2 {outcome}): imports/1.csv"]


def test_several_outcomes_and_no_list() -> None:
    outcomes = {"missing": 1, "broken": 4}
    assert "(4 broken, 1 missing)" in steps(outcomes=outcomes)[0]
    assert steps(outcomes=outcomes, listed=None) == []


def test_conflicts_are_to_be_decided() -> None:
    (found,) = steps(split_=split(leak("duplicate"), leak("conflict", groups=3)))
    assert "(3 such pictures, for example 'oak/1.jpg' and 'elm/7.jpg'): delete or move" in found
    assert "or correct the table, and run the same command again" in found


@pytest.mark.parametrize(
    ("origin", "touched", "advised"), [("given", 4, True), ("given", 0, False), ("made", 4, False)]
)
def test_a_given_split_that_leaks(origin: str, touched: int, advised: bool) -> None:
    found = steps(split_=split(leak("group", touched), origin=origin))
    assert any("--resplit" in step for step in found) == advised


def test_the_weakest_class_is_named() -> None:
    rows = [row("oak", 0.9), row("elm", 0.4), row("fir", 0.0, support=0)]
    (found,) = steps(per_class=rows)
    assert found.startswith("Look at the mistakes of 'elm', the weakest class with at least 5")


def test_a_class_with_few_test_pictures_is_not_called_weak() -> None:
    rows = [row("oak", 0.9), row("elm", 0.0, support=4)]
    (found,) = steps(per_class=rows)
    assert "'oak'" in found
    assert steps(per_class=rows[1:]) == []


def counts(name: str, train: int, test: int) -> Any:
    return {"name": name, "train": train, "val": 0, "test": test}


def test_small_classes_are_named() -> None:
    enough = counts("oak", 15, 5)
    assert steps(classes=[enough]) == []
    (found,) = steps(classes=[enough, counts("forest", 4, 1)])
    assert found == (
        "'forest' has 5 pictures, 1 of them in the test part: nothing firm can be said of it; "
        "collect more."
    )
    (found,) = steps(classes=[counts("a", 90, 4), counts("b", 0, 0), counts("c", 1, 0)])
    assert found == (
        "'b' has 0 pictures, none of them in the test part, 'c' has 1 picture, none of them in "
        "the test part and 'a' has 94 pictures, 4 of them in the test part: nothing firm can be "
        "said of them; collect more."
    )
    (found,) = steps(classes=[counts(f"class {n}", n, 1) for n in range(9)])
    assert "'class 2' has 3 pictures, 1 of them in the test part and 6 more: nothing" in found
    assert "class 3" not in found


def test_no_class_is_weak() -> None:
    assert steps(per_class=[row("oak", 1.0, recall=1.0)]) == []
    assert steps(per_class=[row("oak", 0.0, recall=None, support=0)]) == []


def point(pictures: int, accuracy: float, low: float, high: float) -> Any:
    return {"pictures": pictures, "accuracy": accuracy, "low": low, "high": high}


@pytest.mark.parametrize(
    ("last", "rises"), [(0.86, True), (0.85, False), (0.80, False), (0.7, False)]
)
def test_a_curve_that_still_rises(last: float, rises: bool) -> None:
    points = [point(50, 0.8, 0.75, 0.85), point(100, last, last - 0.05, last + 0.05)]
    assert bool(steps(curve=points)) == rises
    assert steps(curve=points[1:]) == []
    assert bool(steps(curve=points, split_=split(train=200))) == rises
    assert steps(curve=points, split_=split(train=201)) == []


def test_the_weakest_classes() -> None:
    rows = [
        row("b", 0.5),
        row("a", 0.5),
        row("c", None),
        row("d", 0.1),
        row("e", 0.0, support=0),
        row("f", 0.9),
    ]
    assert [r["name"] for r in worst_classes(rows, 4)] == ["c", "d", "a", "b"]
    assert len(worst_classes(rows, 99)) == 5
    assert worst_classes(rows, 0) == []
    assert worst_classes([], 3) == []
