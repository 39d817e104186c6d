"""Across parts: copies, scenes and groups that a split tears apart."""

from __future__ import annotations

from tests.curate.checks.pools import make_pool, pair, run

from fieldguide.curate.checks.across_parts import CHECKS

COPIES, NEAR, GROUPS = CHECKS


def test_the_same_bytes_in_two_parts() -> None:
    rows = [
        {"image": "a", "part": "train", "label": "sea"},
        {"image": "a", "part": "test", "label": "sea"},
        {"image": "b", "part": "train"},
        {"image": "b", "part": "train"},
        {"image": "c", "part": "train"},
        {"image": "c"},
    ]
    pool = make_pool(rows)
    (finding,) = run(COPIES, pool)
    assert finding.severity == "error"
    assert finding.figures == {
        "cases": 1,
        "pictures": 2,
        "test pictures": 1,
        "parts": "test, train",
    }
    (case,) = finding.cases
    assert case.why == "The same bytes stand 1 in train and 1 in test."
    # The test part is to be clean, so its picture is the first to look at.
    assert [(s.member_id, s.note) for s in case.suspects] == [(1, "test, sea"), (0, "train, sea")]
    assert run(NEAR, pool) == run(GROUPS, pool) == []


def test_a_scene_in_two_parts_through_a_picture_in_none() -> None:
    rows = [{"image": "a", "part": "train"}, {"image": "b"}, {"image": "c", "part": "val"}]
    near = [pair("a", "b", 0.99), pair("b", "c", 0.92)]
    (finding,) = run(NEAR, make_pool(rows, near=near))
    assert finding.severity == "warning"
    assert finding.cases[0].certainty == 0.92
    assert finding.member_ids == [2, 0]


def test_groups_in_two_parts_the_largest_first() -> None:
    rows = [{"group": g, "part": p} for g in "ab" for p in ("train", "test")]
    rows += [{"group": "b", "part": "train"}, {"group": "c", "part": "test"}]
    (finding,) = run(GROUPS, make_pool(rows))
    assert finding.title == "2 groups stand in several parts"
    assert [case.why for case in finding.cases] == [
        "The group 'b' has 2 in train and 1 in test.",
        "The group 'a' has 1 in train and 1 in test.",
    ]
    assert finding.figures["test pictures"] == 2


def test_nothing_without_parts_or_when_parts_are_clean() -> None:
    near = [pair("a", "b")]
    whole = [{"image": i, "group": "g", "part": "train"} for i in ("a", "a", "b")]
    without = [{"image": i, "group": "g"} for i in ("a", "a", "b")]
    for check in CHECKS:
        assert run(check, make_pool(whole, near=near)) == []
        assert run(check, make_pool(without, near=near)) == []
        assert make_pool(without).lacks("parts") == "the pictures are not divided into parts"
