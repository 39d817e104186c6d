from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldguide.curate.items import Item
from fieldguide.curate.splitting import DEFAULT_FRACTIONS, Assignment, assign_parts, check_fractions
from fieldguide.errors import InputError


def _items(labels: list[str | None], offset: int = 0) -> list[Item]:
    return [
        Item(
            n + offset,
            f"{n + offset}",
            hashlib.sha256(str(n + offset).encode()).hexdigest(),
            label,
            1.0,
            None,
            None,
        )
        for n, label in enumerate(labels)
    ]


def _assign(
    items: list[Item], clusters: list[str], existing: dict[int, str] | None = None, seed: int = 0
) -> Assignment:
    return assign_parts(
        items, clusters, existing=existing or {}, fractions=DEFAULT_FRACTIONS, seed=seed
    )


def _shas(items: list[Item]) -> list[str]:
    return [item.sha256 for item in items]


def test_each_class_is_divided_in_its_shares() -> None:
    items = _items(["a"] * 100 + ["b"] * 50 + ["c"] * 10)
    parts = _assign(items, _shas(items)).parts
    counts = Counter((item.label, parts[item.member_id]) for item in items)
    assert counts == {
        ("a", "train"): 80,
        ("a", "test"): 20,
        ("b", "train"): 40,
        ("b", "test"): 10,
        ("c", "train"): 8,
        ("c", "test"): 2,
    }


def test_two_pictures_of_a_class_go_to_both_parts() -> None:
    items = _items(["a", "a", "b", "b"])
    parts = _assign(items, _shas(items)).parts
    for label in "ab":
        assert {parts[i.member_id] for i in items if i.label == label} == {"train", "test"}


def test_the_order_of_the_items_does_not_matter() -> None:
    items = _items(["a", "b"] * 40)
    clusters = [item.sha256[:1] for item in items]
    forward = _assign(items, clusters).parts
    backward = _assign(items[::-1], clusters[::-1]).parts
    assert forward == backward


def test_another_seed_gives_another_split() -> None:
    items = _items(["a", "b"] * 40)
    assert _assign(items, _shas(items), seed=0).parts != _assign(items, _shas(items), seed=1).parts


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 12)), min_size=1, max_size=60),
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 20)), max_size=40),
)
def test_clusters_stay_whole_and_old_pictures_stay(
    first: list[tuple[str, int]], later: list[tuple[str, int]]
) -> None:
    old = _items([label for label, _ in first])
    old_clusters = [f"{cluster:02d}" for _, cluster in first]
    before = _assign(old, old_clusters).parts
    new = _items([label for label, _ in later], offset=len(old))
    items = old + new
    clusters = old_clusters + [f"{cluster:02d}" for _, cluster in later]
    added = _assign(items, clusters, existing=before)
    assert not set(before) & set(added.parts)
    after = {**before, **added.parts}
    assert set(after) == {item.member_id for item in items}
    sides: dict[str, set[str]] = {}
    for item, cluster in zip(items, clusters, strict=True):
        sides.setdefault(cluster, set()).add(after[item.member_id])
    assert all(len(found) == 1 for found in sides.values())


def test_a_picture_that_bridges_two_parts_is_left_out() -> None:
    items = _items(["a", "a", "a"])
    added = _assign(items, ["k", "k", "k"], existing={0: "train", 1: "test"})
    assert added.parts == {}
    assert added.bridging == (2,)


def test_unlabelled_pictures_wait() -> None:
    items = _items(["a", None, "a"])
    assert set(_assign(items, ["x", "x", "y"]).parts) == {0, 2}


@pytest.mark.parametrize(
    ("fractions", "words"),
    [
        ({"train": 0.5, "test": 0.4}, "add up to 1; got 0.900"),
        ({"train": 1.0, "test": 0.0}, "Both train and test"),
        ({"train": 0.5, "dev": 0.5}, "known parts|parts train, val, test"),
        ({"train": 1.5, "test": -0.5}, "between 0 and 1"),
    ],
)
def test_fractions_that_make_no_sense(fractions: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_fractions(fractions)
