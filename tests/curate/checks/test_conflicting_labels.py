"""Conflicting labels: equal bytes for sure, near copies less so."""

from __future__ import annotations

from tests.curate.checks.pools import make_pool, pair, run, sha

from fieldguide.curate.checks.conflicting_labels import CHECK


def test_equal_bytes_under_two_classes_are_an_error() -> None:
    rows = [
        {"image": "a", "label": "buildings", "part": "test"},
        {"image": "a", "label": "street", "part": "train"},
        {"image": "b", "label": "street"},
        {"image": "b", "label": "street"},
        {"image": "c", "label": "sea"},
        {"image": "c", "label": None},
    ]
    (finding,) = run(CHECK, make_pool(rows))
    assert finding.severity == "error"
    assert finding.title == "1 picture has several classes at once"
    (case,) = finding.cases
    assert case.certainty == 1.0
    assert case.why == "The same bytes are labelled buildings and street."
    assert [s.member_id for s in case.suspects] == [0, 1]
    assert [s.suggested for s in case.suspects] == [None, None]


def test_the_class_of_most_copies_is_suggested_for_the_others() -> None:
    rows = [{"image": "a", "label": label} for label in ("rust", "miner", "rust")]
    (finding,) = run(CHECK, make_pool(rows))
    assert [(s.member_id, s.suggested) for s in finding.cases[0].suspects] == [
        (1, "rust"),
        (0, None),
        (2, None),
    ]


def test_near_copies_under_two_classes_are_a_warning_with_their_likeness() -> None:
    rows = [
        {"image": "a", "label": "sea"},
        {"image": "b", "label": "sea"},
        {"image": "c", "label": "glacier"},
        {"image": "d", "label": "glacier"},
        {"image": "e", "label": "sea"},
    ]
    near = [pair("a", "b", 0.99), pair("b", "c", 0.91), pair("d", "e", 0.97)]
    (finding,) = run(CHECK, make_pool(rows, near=near))
    assert finding.severity == "warning"
    assert [case.certainty for case in finding.cases] == [0.97, 0.91]
    first = finding.cases[1].suspects[0]
    assert (first.member_id, first.suggested) == (2, "sea")


def test_a_conflict_of_equal_bytes_is_not_told_again_as_a_near_one() -> None:
    rows = [
        {"image": "a", "label": "sea"},
        {"image": "a", "label": "glacier"},
        {"image": "b", "label": "sea"},
    ]
    findings = run(CHECK, make_pool(rows, near=[pair("a", "b")]))
    assert [finding.severity for finding in findings] == ["error"]


def test_the_key_stays_when_pictures_come_and_changes_with_the_labels() -> None:
    rows = [{"image": "a", "label": "sea"}, {"image": "a", "label": "glacier"}]
    (before,) = run(CHECK, make_pool(rows))
    (after,) = run(CHECK, make_pool([{"image": "z", "label": "sea"}, *rows]))
    assert before.cases[0].key == after.cases[0].key
    (other,) = run(CHECK, make_pool([{**rows[0], "label": "forest"}, rows[1]]))
    assert other.cases[0].key != before.cases[0].key


def test_agreeing_copies_are_no_finding() -> None:
    rows = [{"image": name, "label": "sea"} for name in ("a", "a", "b", "c")]
    assert run(CHECK, make_pool(rows, near=[pair("a", "b")])) == []
    assert run(CHECK, make_pool([])) == []
    assert sha("a") != sha("b")
