"""Copies on one side of a split: exact ones, and scenes with several pictures."""

from __future__ import annotations

from tests.curate.checks.pools import make_pool, pair, run

from fieldguide.curate.checks.copies import CHECKS

EXACT, NEAR = CHECKS


def test_equal_files_are_one_case() -> None:
    rows = [{"image": image} for image in ("a", "b", "a", "c", "b", "b")]
    (finding,) = run(EXACT, make_pool(rows))
    assert finding.severity == "hint"
    assert [[s.member_id for s in case.suspects] for case in finding.cases] == [[1, 4, 5], [0, 2]]
    assert finding.figures == {"images": 2, "surplus copies": 3}


def test_a_burst_is_one_case_and_the_largest_file_comes_first() -> None:
    rows = [
        {"image": "a", "width": 100, "height": 100, "format": "JPEG"},
        {"image": "b", "width": 400, "height": 300, "format": "PNG"},
        {"image": "c", "width": 100, "height": 100, "format": "JPEG"},
        {"image": "d", "width": 100, "height": 100, "format": "JPEG"},
    ]
    near = [pair("a", "b", 0.98), pair("b", "c", 0.93)]
    (finding,) = run(NEAR, make_pool(rows, near=near))
    (case,) = finding.cases
    assert case.why == "3 pictures of one scene, of different size and format."
    assert case.certainty == 0.93
    assert [s.member_id for s in case.suspects] == [1, 0, 2]


def test_what_stands_in_several_parts_is_left_to_another_check() -> None:
    rows = [{"image": i, "part": p} for i, p in (("a", "train"), ("a", "test"), ("b", "train"))]
    pool = make_pool(rows, near=[pair("a", "b")])
    assert run(EXACT, pool) == run(NEAR, pool) == []


def test_different_pictures_are_no_copies() -> None:
    pool = make_pool([{"image": "a"}, {"image": "b"}])
    assert run(EXACT, pool) == run(NEAR, pool) == []


def test_what_bears_several_classes_is_left_to_another_check() -> None:
    rows = [{"image": "a", "label": "rust"}, {"image": "a", "label": "miner"}]
    assert run(EXACT, make_pool(rows)) == []
    (finding,) = run(EXACT, make_pool([rows[0], rows[0], {"image": "a"}]))
    assert finding.figures == {"images": 1, "surplus copies": 2}
