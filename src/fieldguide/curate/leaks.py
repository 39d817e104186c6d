"""Leaks: what stands on both sides of a split that came with the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from fieldguide.curate.clusters import cluster_items
from fieldguide.curate.items import Item
from fieldguide.curate.near_duplicates import NearPair

K = TypeVar("K", bound=Hashable)

LeakKind = Literal["group", "duplicate", "near-duplicate", "conflict"]

_MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class LeakFinding:
    """Pictures that leak for one reason.

    Attributes:
        kind: ``"group"``, ``"duplicate"`` (same bytes) or ``"near-duplicate"`` (same scene) across
            parts, or ``"conflict"``: same bytes under several labels, in whatever parts.
        parts: The parts that are concerned, sorted.
        members: Member ids of all pictures concerned.
        test_members: Those of them in the test part.
        sets: How many groups, images or pairs are concerned.
        examples: Up to five pairs of pictures.
        pictures: The pictures of each of the groups, images or scenes.
    """

    kind: LeakKind
    parts: tuple[str, ...]
    members: frozenset[int]
    test_members: frozenset[int]
    sets: int
    examples: tuple[tuple[Item, Item], ...]
    pictures: tuple[tuple[Item, ...], ...] = ()


def find_leaks(
    items: Sequence[Item], parts: Mapping[int, str], near: Iterable[NearPair]
) -> list[LeakFinding]:
    """Find what a split cannot hold apart.

    Args:
        items: All pictures.
        parts: Part by member id; pictures without a part cannot leak.
        near: Pairs of images that show one scene.

    Returns:
        One finding per kind that occurs.
    """
    placed = [item for item in items if item.member_id in parts]
    by_image = _sets((item.sha256, item) for item in placed)
    by_group = _sets((item.group, item) for item in placed if item.group is not None)
    # Through all pictures: two can be joined by a third that is in no part.
    scenes = cluster_items(
        [replace(item, group=None) for item in items], [(pair.a, pair.b) for pair in near]
    )
    by_scene = _sets(
        (scene, item) for scene, item in zip(scenes, items, strict=True) if item.member_id in parts
    )
    near_sets = [s for s in by_scene.values() if len({item.sha256 for item in s}) > 1]
    findings = [
        _across("group", by_group.values(), parts),
        _across("duplicate", by_image.values(), parts),
        _across("near-duplicate", near_sets, parts),
        _conflicts(_sets((item.sha256, item) for item in items).values(), parts),
    ]
    return [finding for finding in findings if finding is not None]


def _sets(pairs: Iterable[tuple[K, Item]]) -> dict[K, list[Item]]:
    found: dict[K, list[Item]] = defaultdict(list)
    for key, item in pairs:
        found[key].append(item)
    return found


def _across(
    kind: LeakKind, sets: Iterable[list[Item]], parts: Mapping[int, str]
) -> LeakFinding | None:
    leaking = [s for s in sets if len({parts[item.member_id] for item in s}) > 1]
    examples = []
    for group in leaking:
        first = group[0]
        other = next(i for i in group if parts[i.member_id] != parts[first.member_id])
        examples.append((first, other))
    return _finding(kind, leaking, parts, examples)


def _conflicts(sets: Iterable[list[Item]], parts: Mapping[int, str]) -> LeakFinding | None:
    conflicting = [s for s in sets if len({item.label for item in s if item.label}) > 1]
    examples = []
    for group in conflicting:
        labelled = [item for item in group if item.label]
        other = next(i for i in labelled if i.label != labelled[0].label)
        examples.append((labelled[0], other))
    return _finding("conflict", conflicting, parts, examples)


def _finding(
    kind: LeakKind,
    sets: Sequence[list[Item]],
    parts: Mapping[int, str],
    examples: Sequence[tuple[Item, Item]],
) -> LeakFinding | None:
    if not sets:
        return None
    concerned = {item.member_id for group in sets for item in group}
    return LeakFinding(
        kind=kind,
        parts=tuple(sorted({parts[m] for m in concerned if m in parts})),
        members=frozenset(concerned),
        test_members=frozenset(m for m in concerned if parts.get(m) == "test"),
        sets=len(sets),
        examples=tuple(examples[:_MOST_EXAMPLES]),
        pictures=tuple(tuple(group) for group in sets),
    )
