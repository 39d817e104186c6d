"""Across parts: copies, scenes and groups that a split tears apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Action, Case, Finding, Severity, Suspect, case_key
from fieldguide.curate.checks.nearness import Nearness
from fieldguide.curate.checks.pool import Need, Pool
from fieldguide.curate.checks.wording import counted, listed
from fieldguide.curate.items import Item
from fieldguide.curate.leaks import LeakKind, find_leaks
from fieldguide.types import PARTS


@dataclass(frozen=True, slots=True)
class _Kind:
    leak: LeakKind
    name: str
    heading: str
    title: Callable[[int], str]
    why: str
    severity: Severity
    actions: tuple[Action, ...]
    needs: tuple[Need, ...]


_COPIES = _Kind(
    leak="duplicate",
    name="copies-across-parts",
    heading="The same picture in several parts",
    title=lambda n: f"{counted(n, 'picture stands', 'pictures stand')} in several parts",
    why="Files with the same bytes stand in several parts of the split. A model is tested on "
    "pictures that it has learned by heart, so its figures are too good. The bytes are equal: "
    "there is no doubt about it.",
    severity="error",
    actions=("trash", "review"),
    needs=("parts",),
)

_NEAR = _Kind(
    leak="near-duplicate",
    name="near-copies-across-parts",
    heading="One scene in several parts",
    title=lambda n: (
        f"{counted(n, 'scene stands', 'scenes stand')} in several parts with nearly equal pictures"
    ),
    why="Pictures that look like copies or like one burst stand in several parts of the split, so "
    "figures may be too good. Certainty is the likeness of the least alike two that hold the scene "
    "together: the cosine of their vectors.",
    severity="warning",
    actions=("trash", "review"),
    needs=("parts",),
)

_GROUPS = _Kind(
    leak="group",
    name="groups-across-parts",
    heading="One group in several parts",
    title=lambda n: f"{counted(n, 'group stands', 'groups stand')} in several parts",
    why="Pictures of one group (one leaf, one person, one place) stand in several parts of the "
    "split. A model can know them again by what they have in common beside the class, so figures "
    "may be too good. It is a fact that they stand there; how much it matters, a split with whole "
    "groups tells: fieldguide train --resplit.",
    severity="warning",
    actions=("review",),
    needs=("parts", "groups"),
)


def _find(pool: Pool, kind: _Kind) -> Iterator[Finding]:
    parts = {picture.member_id: picture.part for picture in pool.pictures if picture.part}
    near = pool.near if kind.leak == "near-duplicate" else ()
    leak = next(
        (leak for leak in find_leaks(pool.items, parts, near) if leak.kind == kind.leak), None
    )
    if leak is None:
        return
    nearness = Nearness(near)
    cases = [_case(kind, items, parts, nearness) for items in leak.pictures]
    cases.sort(key=lambda case: (-case.certainty, -len(case.suspects), case.key))
    yield Finding(
        check=kind.name,
        title=kind.title(len(cases)),
        why=kind.why,
        severity=kind.severity,
        cases=tuple(cases),
        actions=kind.actions,
        figures={
            "cases": len(cases),
            "pictures": len(leak.members),
            "test pictures": len(leak.test_members),
            "parts": ", ".join(leak.parts),
        },
    )


def _case(kind: _Kind, items: Sequence[Item], parts: dict[int, str], nearness: Nearness) -> Case:
    # The test part is to be clean, so its pictures are those to look at first.
    order: dict[str, int] = {part: number for number, part in enumerate(reversed(PARTS))}
    ordered = sorted(items, key=lambda item: (order.get(parts[item.member_id], 9), item.name))
    counts = listed(
        counted(number, f"in {part}", f"in {part}")
        for part in PARTS
        if (number := sum(parts[item.member_id] == part for item in items))
    )
    hashes = sorted({item.sha256 for item in items})
    if kind.leak == "group":
        identity, what, certainty = [str(items[0].group)], f"The group {items[0].group!r} has", 1.0
    elif kind.leak == "duplicate":
        identity, what, certainty = hashes, "The same bytes stand", 1.0
    else:
        identity, what, certainty = hashes, "One scene stands", nearness.of_scene(hashes)
    suspects = tuple(Suspect(i.member_id, note=_note(i, parts[i.member_id])) for i in ordered)
    return Case(case_key(kind.name, *identity), f"{what} {counts}.", certainty, suspects)


def _note(item: Item, part: str) -> str:
    return part if item.label is None else f"{part}, {item.label}"


CHECKS = tuple(
    Check(kind.name, kind.heading, partial(_find, kind=kind), needs=kind.needs)
    for kind in (_COPIES, _NEAR, _GROUPS)
)
