from __future__ import annotations

import pytest
from tests.curate.checks import plain
from tests.curate.checks.pools import make_pool, run

from fieldguide.curate.checks.class_balance import CHECK
from fieldguide.curate.checks.finding import Case


def cases(rows: list[dict[str, object]]) -> list[Case]:
    return [case for finding in run(CHECK, make_pool(rows)) for case in finding.cases]


def test_a_class_with_few_pictures_counts_copies_once() -> None:
    rows = [*plain.rows(40), *({"label": "elm", "image": f"e{k % 9}"} for k in range(30))]
    (case,) = cases(rows)
    assert case.why == "'elm' has 9 different pictures."
    assert len(case.suspects) == 30


def test_a_class_with_far_fewer_than_another() -> None:
    rows = [*plain.rows(250, ("ash",)), *plain.rows(20, ("elm",))]
    (case,) = cases(rows)
    assert "12 times as many" in case.why
    assert cases([*plain.rows(200, ("ash",)), *plain.rows(20, ("elm",))]) == []


def test_a_class_of_one_group_cannot_be_divided() -> None:
    rows = [*plain.rows(40), *({"label": "elm", "group": "tree 7"} for _ in range(30))]
    (case,) = cases(rows)
    assert "belong to one group" in case.why


def test_a_class_that_a_part_lacks() -> None:
    rows = plain.rows(60, ("ash", "elm", "oak"))
    for number, row in enumerate(rows):
        row["part"] = "test" if number % 5 == 0 and row["label"] != "elm" else "train"
    (case,) = cases(rows)
    assert case.why == "'elm' has no picture in the part 'test'; its 20 are in train."


@pytest.mark.parametrize("n", [0, 1, 20, 300])
def test_even_classes_are_quiet(n: int) -> None:
    rows = plain.rows(n)
    for number, row in enumerate(rows):
        row["part"] = ("train", "train", "val", "val", "test", "test")[number % 6]
    assert run(CHECK, make_pool(rows)) == []
    assert run(CHECK, make_pool(plain.rows(n, ("ash",)))) == []
