"""Groups with several classes, where one class a group is the rule."""

from __future__ import annotations

from tests.curate.checks.pools import make_pool, run

from fieldguide.curate.checks.mixed_groups import CHECK


def _leaves(pure: int, mixed: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for leaf in range(pure + mixed):
        second = "miner" if leaf < mixed else "rust"
        rows += [{"group": f"leaf {leaf}", "label": label} for label in ("rust", "rust", second)]
    return rows


def test_leaves_with_two_symptoms_are_named() -> None:
    (finding,) = run(CHECK, make_pool(_leaves(pure=8, mixed=2)))
    assert finding.severity == "hint"
    assert finding.title == "2 groups have pictures of several classes"
    assert finding.figures["groups with several pictures"] == 10
    case = finding.cases[0]
    assert case.why == "The group 'leaf 0' has 1 miner and 2 rust."
    # The class that stands alone comes first.
    assert [s.note for s in case.suspects] == ["miner", "rust", "rust"]


def test_where_groups_are_mixed_as_a_rule_nothing_is_said() -> None:
    assert run(CHECK, make_pool(_leaves(pure=4, mixed=6))) == []


def test_copies_of_one_image_are_no_group_with_two_classes() -> None:
    rows = [{"image": "a", "group": "g", "label": label} for label in ("rust", "miner")]
    assert run(CHECK, make_pool([*rows, *_leaves(pure=5, mixed=0)])) == []


def test_pure_groups_and_no_groups_give_nothing() -> None:
    assert run(CHECK, make_pool(_leaves(pure=3, mixed=0))) == []
    assert run(CHECK, make_pool([{"label": "rust"}, {"label": "miner"}])) == []
