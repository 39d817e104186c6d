"""Divide a dataset into parts without leaks, the same way every time.

Clusters, not pictures, are assigned: largest first, then in an order drawn from the seed and the
content's hash. Each goes to the part that is furthest behind its share in the cluster's classes.
What is assigned stays: pictures that come later fill up around it.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldguide.curate.items import Item
from fieldguide.errors import InputError
from fieldguide.types import PARTS

DEFAULT_FRACTIONS: Mapping[str, float] = {"train": 0.8, "test": 0.2}


@dataclass(frozen=True, slots=True)
class Assignment:
    """What splitting decided.

    Attributes:
        parts: Part by member id, for the pictures that had none.
        bridging: Members left out because they belong with pictures on both sides.
    """

    parts: dict[int, str]
    bridging: tuple[int, ...]


def check_fractions(fractions: Mapping[str, float]) -> None:
    """Raise InputError unless the fractions are shares of known parts that add up to 1."""
    if any(part not in PARTS for part in fractions) or not all(
        0.0 <= share <= 1.0 for share in fractions.values()
    ):
        raise InputError(
            f"Shares must lie between 0 and 1 for the parts {', '.join(PARTS)}; got "
            f"{dict(fractions)}."
        )
    if abs(sum(fractions.values()) - 1.0) > 1e-6:
        raise InputError(f"Shares must add up to 1; got {sum(fractions.values()):.3f}.")
    if not (fractions.get("train", 0) > 0 and fractions.get("test", 0) > 0):
        raise InputError("Both train and test need a share above 0.")


def assign_parts(
    items: Sequence[Item],
    clusters: Sequence[str],
    *,
    existing: Mapping[int, str],
    fractions: Mapping[str, float],
    seed: int,
) -> Assignment:
    """Assign the labelled pictures that have no part yet.

    Args:
        items: All pictures of the dataset.
        clusters: Their clusters.
        existing: Parts by member id that stand already.
        fractions: Share of each part, adding up to 1.
        seed: Draws the order.

    Returns:
        The new assignments.
    """
    members: dict[str, list[Item]] = defaultdict(list)
    taken: dict[str, set[str]] = defaultdict(set)
    filled: dict[str, Counter[str]] = {part: Counter() for part in fractions}
    labelled = [(i, c) for i, c in zip(items, clusters, strict=True) if i.label is not None]
    totals = _count_classes([item for item, _ in labelled])
    for item, cluster in zip(items, clusters, strict=True):
        part = existing.get(item.member_id)
        if part is not None:
            taken[cluster].add(part)
    for item, cluster in labelled:
        if item.member_id not in existing:
            members[cluster].append(item)
    for part in filled:
        filled[part] = _count_classes(
            [item for item, _ in labelled if existing.get(item.member_id) == part]
        )

    parts: dict[int, str] = {}
    bridging: list[int] = []
    # Clusters with a part come first, because what joins them fills that part.
    order = sorted(members, key=lambda c: (c not in taken, -len(members[c]), _draw(seed, c)))
    for cluster in order:
        group = members[cluster]
        if len(taken[cluster]) > 1:
            bridging.extend(item.member_id for item in group)
            continue
        counts = _count_classes(group)
        part = next(iter(taken[cluster]), None) or _neediest(counts, filled, totals, fractions)
        if part in filled:
            filled[part].update(counts)
        parts.update({item.member_id: part for item in group})
    return Assignment(parts, tuple(sorted(bridging)))


def _count_classes(items: Sequence[Item]) -> Counter[str]:
    # Copies of the same bytes count once here, as they do in training and testing.
    return Counter(label for label, _ in {(str(item.label), item.sha256) for item in items})


def _neediest(
    counts: Counter[str],
    filled: Mapping[str, Counter[str]],
    totals: Counter[str],
    fractions: Mapping[str, float],
) -> str:
    def need(part: str) -> float:
        return sum(
            count * (1.0 - filled[part][label] / (fractions[part] * totals[label]))
            for label, count in counts.items()
        )

    candidates = [part for part in PARTS if fractions.get(part, 0.0) > 0.0]
    return max(candidates, key=lambda part: (round(need(part), 9), fractions[part]))


def _draw(seed: int, cluster: str) -> str:
    return hashlib.sha256(f"{seed}:{cluster}".encode()).hexdigest()
