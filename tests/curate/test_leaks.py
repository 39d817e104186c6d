from __future__ import annotations

from fieldguide.curate.items import Item
from fieldguide.curate.leaks import find_leaks
from fieldguide.curate.near_duplicates import NearPair


def _item(number: int, sha: str, label: str = "x", group: str | None = None) -> Item:
    return Item(number, f"{number}.jpg", sha, label, 1.0, group, None)


def test_every_kind_is_found_with_counts_and_examples() -> None:
    items = [
        _item(0, "a", "street"),
        _item(1, "a", "building"),
        _item(2, "b", group="leaf"),
        _item(3, "c", group="leaf"),
        _item(4, "d"),
        _item(5, "e"),
        _item(6, "f", group="other"),
        _item(7, "g", group="other"),
    ]
    parts = dict(enumerate(["train", "test"] * 3 + ["train", "train"]))
    found = {f.kind: f for f in find_leaks(items, parts, [NearPair("d", "e", 2, 0.99)])}
    assert set(found) == {"group", "duplicate", "near-duplicate", "conflict"}
    assert found["group"].test_members == {3}
    assert found["group"].sets == 1
    assert found["duplicate"].members == {0, 1}
    assert found["conflict"].members == {0, 1}
    assert found["near-duplicate"].test_members == {5}
    assert [i.name for i in found["near-duplicate"].examples[0]] == ["4.jpg", "5.jpg"]


def test_nothing_is_found_where_nothing_leaks() -> None:
    items = [_item(0, "a", group="g"), _item(1, "b", group="g"), _item(2, "a")]
    assert find_leaks(items, {0: "train", 1: "train", 2: "train"}, []) == []


def test_pictures_without_a_part_do_not_leak() -> None:
    items = [_item(0, "a", group="g"), _item(1, "b", group="g")]
    assert find_leaks(items, {0: "train"}, []) == []


def test_at_most_five_examples() -> None:
    items = [_item(n, f"{n // 2}") for n in range(40)]
    parts = {n: ("train", "test")[n % 2] for n in range(40)}
    (finding,) = find_leaks(items, parts, [])
    assert (finding.sets, len(finding.members), len(finding.examples)) == (20, 40, 5)
