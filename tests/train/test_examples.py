from __future__ import annotations

import hashlib

import numpy as np
import pytest

from fieldguide.records.versions import VersionItem
from fieldguide.train.examples import class_names, select
from fieldguide.workspace import Workspace


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def item(
    number: int,
    label: str | None,
    part: str | None = "train",
    *,
    content: str | None = None,
    cluster: str | None = None,
) -> VersionItem:
    digest = sha(content or str(number))
    return VersionItem(number, f"{number}.jpg", digest, label, 1.0, part, None, cluster or digest)


ITEMS = [
    item(1, "oak", cluster="x"),
    item(2, "ash", cluster="y"),
    item(3, "oak", cluster="x"),
    item(4, None),
    item(5, "elm", part=None),
    item(6, "ash", part="test"),
    item(7, "yew", part="test"),
    item(8, "oak", content="2"),
    item(9, "ash", content="2"),
    item(10, "fir", part="val"),
]


def test_class_names_are_those_of_any_part() -> None:
    assert class_names(ITEMS) == ["ash", "fir", "oak", "yew"]
    assert class_names([]) == []


def test_rows_of_a_part_each_content_once() -> None:
    found = select(ITEMS, class_names(ITEMS), "train")
    assert [i.member_id for i in found.items] == [1, 2, 3]
    assert found.classes.tolist() == [2, 0, 2]
    assert found.classes.dtype == np.int64
    assert found.clusters.tolist() == [0, 1, 0]
    assert found.clusters.dtype == np.int64
    assert found.cluster_count == 2
    assert len(found) == 3


def test_copies_on_demand() -> None:
    found = select(ITEMS, class_names(ITEMS), "train", copies=True)
    assert [i.member_id for i in found.items] == [1, 2, 3, 8, 9]


def test_a_member_that_is_left_out_does_not_hide_its_copy() -> None:
    found = select(ITEMS, class_names(ITEMS), "train", without={2})
    assert [i.member_id for i in found.items] == [1, 3, 8]
    assert found.classes.tolist() == [2, 2, 2]


def test_the_order_of_the_classes_is_that_given() -> None:
    found = select(ITEMS, ["oak", "ash", "yew", "fir"], "test")
    assert found.classes.tolist() == [1, 2]


def test_no_rows() -> None:
    for found in (select([], [], "train"), select(ITEMS, class_names(ITEMS), "nothing")):
        assert len(found) == 0
        assert found.classes.shape == found.clusters.shape == (0,)
        assert found.classes.dtype == found.clusters.dtype == np.int64
        assert found.cluster_count == 0


def test_a_label_outside_the_classes_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="oak"):
        select(ITEMS, ["ash"], "train")


def test_vectors_come_in_the_rows_order(workspace: Workspace) -> None:
    cache = workspace.vectors("some-model", 4)
    found = select(ITEMS, class_names(ITEMS), "train")
    rows = {i.sha256: np.full(4, i.member_id + 0.25, np.float16) for i in found.items}
    cache.add(list(reversed(rows.items())))
    vectors = found.vectors(cache)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, np.repeat([[1.25], [2.25], [3.25]], 4, axis=1))
    assert select([], [], "train").vectors(cache).shape == (0, 4)


def test_a_missing_vector_is_a_mistake(workspace: Workspace) -> None:
    with pytest.raises(KeyError):
        select(ITEMS, class_names(ITEMS), "train").vectors(workspace.vectors("none", 4))
