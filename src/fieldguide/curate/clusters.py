"""Clusters: pictures that must stay on one side of a split, for any reason, joined together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fieldguide.curate.items import Item


def cluster_items(items: Sequence[Item], near: Iterable[tuple[str, str]]) -> list[str]:
    """Join pictures of one group, of the same bytes, and of one scene.

    Args:
        items: The pictures.
        near: Pairs of SHA-256 that show one scene.

    Returns:
        For each item the name of its cluster: the smallest SHA-256 in it, so that it depends on the
        content alone.
    """
    parent: dict[str, str] = {}

    def find(key: str) -> str:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    def join(a: str, b: str) -> None:
        parent[find(a)] = find(b)

    for item in items:
        image = f"image:{item.sha256}"
        find(image)
        if item.group is not None:
            join(image, f"group:{item.group}")
    for a, b in near:
        if f"image:{a}" in parent and f"image:{b}" in parent:
            join(f"image:{a}", f"image:{b}")
    smallest: dict[str, str] = {}
    for item in items:
        root = find(f"image:{item.sha256}")
        smallest[root] = min(smallest.get(root, item.sha256), item.sha256)
    return [smallest[find(f"image:{item.sha256}")] for item in items]
