from __future__ import annotations

from fieldguide.curate.clusters import cluster_items
from fieldguide.curate.items import Item


def _item(number: int, sha: str, group: str | None = None) -> Item:
    return Item(number, f"{number}.jpg", sha, "x", 1.0, group, None)


def test_groups_copies_and_near_duplicates_join() -> None:
    items = [
        _item(0, "a"),
        _item(1, "b", "leaf 1"),
        _item(2, "c", "leaf 1"),
        _item(3, "a"),
        _item(4, "d"),
        _item(5, "e"),
        _item(6, "f"),
    ]
    found = cluster_items(items, [("c", "d"), ("x", "e")])
    assert found == ["a", "b", "b", "a", "b", "e", "f"]


def test_the_order_of_the_items_does_not_matter() -> None:
    items = [_item(n, chr(97 + n), f"g{n // 3}") for n in range(9)]
    near = [("a", "e"), ("i", "b")]
    forward = dict(zip(items, cluster_items(items, near), strict=True))
    backward = dict(zip(items[::-1], cluster_items(items[::-1], near[::-1]), strict=True))
    assert forward == backward


def test_empty() -> None:
    assert cluster_items([], []) == []
