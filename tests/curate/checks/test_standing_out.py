"""The checks of single pictures by their measures: each with planted faults and a clean set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.curate.checks import plain
from tests.curate.checks.pools import make_pool, run, sha

from fieldguide.curate.checks import (
    blurred,
    dark,
    grey,
    low_contrast,
    odd_shape,
    over_exposed,
    tiny,
)
from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import case_key

MEASURED = [blurred.CHECK, dark.CHECK, over_exposed.CHECK, low_contrast.CHECK, grey.CHECK]
ALL = [*MEASURED, odd_shape.CHECK, tiny.CHECK]

FAULTS: list[tuple[Check, dict[str, float]]] = [
    (blurred.CHECK, {"sharpness": 0.2}),
    (dark.CHECK, {"brightness": 0.03, "contrast": 0.2}),
    (dark.CHECK, {"brightness": 0.1, "dark": 0.8, "centre_dark": 0.7, "contrast": 0.3}),
    (dark.CHECK, {"brightness": 0.12, "contrast": 0.2}),
    (over_exposed.CHECK, {"brightness": 0.9, "bright": 0.7, "centre_bright": 0.6}),
    (over_exposed.CHECK, {"brightness": 1.0, "bright": 1.0, "centre_bright": 1.0}),
    (low_contrast.CHECK, {"contrast": 0.02}),
    (low_contrast.CHECK, {"contrast": 0.1}),
    (grey.CHECK, {"colourfulness": 0.01}),
]


def name_of(value: object) -> str:
    return value.name if isinstance(value, Check) else ""


@pytest.mark.parametrize(("check", "fault"), FAULTS, ids=name_of)
@pytest.mark.parametrize("n", [20, 400])
def test_planted_faults_are_named(check: Check, fault: dict[str, float], n: int) -> None:
    figures = plain.measures(n)
    for place in (3, 11):
        for name, value in fault.items():
            figures[place, plain.MEASURES.index(name)] = value
    (finding,) = run(check, plain.pool(plain.rows(n), figures))
    assert finding.member_ids == [3, 11]
    assert finding.title.startswith("2 ")
    assert finding.figures["pictures"] == 2
    assert {case.key for case in finding.cases} == {
        case_key(check.name, sha(f"image {place}")) for place in (3, 11)
    }
    assert all(0.5 <= case.certainty <= 1.0 for case in finding.cases)


@pytest.mark.parametrize("check", ALL, ids=name_of)
@pytest.mark.parametrize("n", [0, 1, 20, 1000])
def test_a_clean_set_is_quiet(check: Check, n: int) -> None:
    assert run(check, plain.pool(plain.rows(n), plain.measures(n))) == []


@pytest.mark.parametrize("check", MEASURED, ids=name_of)
def test_without_measures_nothing_is_said(check: Check) -> None:
    pool = make_pool(plain.rows(20))
    assert run(check, pool) == []
    assert [pool.lacks(need) is not None for need in check.needs] == [True]


@pytest.mark.parametrize(
    ("check", "so"),
    [
        (dark.CHECK, {"brightness": 0.04, "dark": 0.9, "centre_dark": 0.9, "contrast": 0.3}),
        (blurred.CHECK, {"sharpness": 0.15}),
        (low_contrast.CHECK, {"contrast": 0.04}),
        (over_exposed.CHECK, {"brightness": 0.9, "bright": 0.7, "centre_bright": 0.7}),
    ],
    ids=name_of,
)
def test_how_a_whole_set_is_is_said_once(check: Check, so: dict[str, Any]) -> None:
    (finding,) = run(check, plain.pool(plain.rows(500), plain.measures(500, **so)))
    assert finding.severity == "hint"
    assert [case.suspects for case in finding.cases] == [()]


def test_a_grey_set_is_no_fault() -> None:
    figures = plain.measures(200, colourfulness=0.0, saturation=0.0)
    assert run(grey.CHECK, plain.pool(plain.rows(200), figures)) == []


def test_a_class_of_night_pictures_is_no_fault() -> None:
    pictures = plain.rows(200, ("day", "dusk", "dawn", "noon", "night"))
    night = np.array([row["label"] == "night" for row in pictures])
    light = {"brightness": np.where(night, 0.04, 0.5), "contrast": np.where(night, 0.3, 0.7)}
    figures = plain.measures(200, **light)
    assert run(dark.CHECK, plain.pool(pictures, figures)) == []
    for name, value in {"brightness": 0.01, "contrast": 0.1}.items():
        figures[0, plain.MEASURES.index(name)] = value
    (finding,) = run(dark.CHECK, plain.pool(pictures, figures))
    assert finding.member_ids == [0]


def test_bright_cells_before_black_are_not_dark() -> None:
    figures = plain.measures(50)
    for name, value in {"brightness": 0.05, "dark": 0.9, "centre_dark": 0.9}.items():
        figures[7, plain.MEASURES.index(name)] = value
    assert run(dark.CHECK, plain.pool(plain.rows(50), figures)) == []


def test_a_dark_object_on_white_paper_is_well_exposed() -> None:
    figures = plain.measures(50)
    for name, value in {"brightness": 0.85, "bright": 0.75, "centre_bright": 0.5}.items():
        figures[7, plain.MEASURES.index(name)] = value
    assert run(over_exposed.CHECK, plain.pool(plain.rows(50), figures)) == []


def test_a_picture_without_edges_is_not_judged_by_them() -> None:
    figures = plain.measures(50)
    figures[[4, 5], 0] = -1.0, np.nan
    assert run(blurred.CHECK, plain.pool(plain.rows(50), figures)) == []


def test_a_soft_picture_counts_against_sharp_ones_only() -> None:
    for usual, expected in ((0.95, [4]), (0.6, [])):
        figures = plain.measures(50, sharpness=usual)
        figures[4, 0] = 0.4
        found = run(blurred.CHECK, plain.pool(plain.rows(50), figures))
        assert [id_ for finding in found for id_ in finding.member_ids] == expected


def test_copies_of_one_image_are_one_case() -> None:
    pictures = plain.rows(50)
    pictures[8]["image"] = pictures[9]["image"] = "same"
    figures = plain.measures(50)
    figures[[8, 9], 0] = 0.1
    (finding,) = run(blurred.CHECK, plain.pool(pictures, figures))
    assert [[s.member_id for s in case.suspects] for case in finding.cases] == [[8, 9]]


def test_a_panorama_among_photographs_is_odd() -> None:
    pictures = plain.rows(60)
    pictures[5].update(width=4000, height=600)
    pictures[6].update(width=480, height=640)
    (finding,) = run(odd_shape.CHECK, make_pool(pictures))
    assert finding.member_ids == [5]
    assert "4,000 x 600" in finding.cases[0].why


def test_a_set_of_many_shapes_is_left_alone() -> None:
    rng = np.random.default_rng(0)
    pictures = plain.rows(400)
    for row in pictures:
        row["width"] = int(480 * np.exp(rng.uniform(0, 2)))
    assert run(odd_shape.CHECK, make_pool(pictures)) == []


def test_thumbnails_among_photographs_are_tiny() -> None:
    pictures = plain.rows(60)
    pictures[5].update(width=96, height=64)
    pictures[6].update(width=16, height=16)
    (finding,) = run(tiny.CHECK, make_pool(pictures))
    assert finding.member_ids == [6, 5]


@pytest.mark.parametrize("side", [16, 32, 100])
def test_a_set_of_small_pictures_is_one_hint(side: int) -> None:
    (finding,) = run(tiny.CHECK, make_pool(plain.rows(3000, size=(side, side))))
    assert finding.severity == "hint"
    assert [case.suspects for case in finding.cases] == [()]
    assert run(tiny.CHECK, make_pool(plain.rows(300, size=(112, 150)))) == []
