"""Classes with too few pictures, with far fewer than others, or missing from a part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Suspect, case_key
from fieldguide.curate.checks.pool import Picture, Pool
from fieldguide.curate.checks.units import units_of
from fieldguide.curate.checks.wording import counted, listed
from fieldguide.types import PARTS

NAME = "class-balance"

FEW = 10
"""Different pictures under which a class cannot be tested: a usual test part gets one of them."""

UNEQUAL = 10.0
"""How many times as many pictures the largest class may have as the smallest."""

_WHY = (
    f"Different pictures are counted, copies once. A class with fewer than {FEW} gives a test part "
    "one picture or none, so that nothing can be said of it; one whose pictures all belong to one "
    "group or scene cannot be divided; one that a part lacks is not trained, or not tested. Where "
    f"the largest class has over {UNEQUAL:g} times the pictures of the smallest, accuracy tells "
    "of the large ones alone: look at balanced accuracy and F1. Label more of the classes that are "
    "named. Certainty is 1: these are counts."
)


def find(pool: Pool) -> Iterator[Finding]:
    """Find classes whose numbers stand in the way of training or testing."""
    by_class = _by_class(pool)
    if len(by_class) < 2:
        return
    cases = [*_few(by_class), *_one_unit(pool, by_class), *_missing(by_class), *_unequal(by_class)]
    if cases:
        sizes = [_different(pictures) for pictures in by_class.values()]
        yield Finding(
            check=NAME,
            title=f"The numbers of {counted(len(by_class), 'class', 'classes')} are a problem: "
            f"{min(sizes):,} to {max(sizes):,} different pictures",
            why=_WHY,
            severity="warning",
            cases=tuple(cases),
            figures={
                "classes": len(by_class),
                "smallest": min(sizes),
                "largest": max(sizes),
            },
        )


def _by_class(pool: Pool) -> dict[str, list[Picture]]:
    found: dict[str, list[Picture]] = defaultdict(list)
    for picture in pool.pictures:
        if picture.label is not None:
            found[picture.label].append(picture)
    return dict(sorted(found.items()))


def _different(pictures: list[Picture]) -> int:
    return len({picture.sha256 for picture in pictures})


def _few(by_class: dict[str, list[Picture]]) -> Iterator[Case]:
    for label, pictures in by_class.items():
        count = _different(pictures)
        if count < FEW:
            yield Case(
                key=case_key(NAME, "few", label),
                why=f"{label!r} has {counted(count, 'picture', 'different pictures')}.",
                certainty=1.0,
                suspects=_suspects(pictures),
            )


def _one_unit(pool: Pool, by_class: dict[str, list[Picture]]) -> Iterator[Case]:
    units = units_of(pool)
    for label, pictures in by_class.items():
        if _different(pictures) < FEW:
            continue
        if len({int(units[pool.row_of[picture.member_id]]) for picture in pictures}) == 1:
            yield Case(
                key=case_key(NAME, "one group", label),
                why=f"All {len(pictures):,} pictures of {label!r} belong to one group or show one "
                "scene, so that they cannot be divided into parts.",
                certainty=1.0,
                suspects=_suspects(pictures),
            )


def _missing(by_class: dict[str, list[Picture]]) -> Iterator[Case]:
    everything = [picture for pictures in by_class.values() for picture in pictures]
    for part in PARTS:
        if all(picture.part != part for picture in everything):
            continue
        for label, pictures in by_class.items():
            placed = [picture for picture in pictures if picture.part is not None]
            if placed and all(picture.part != part for picture in placed):
                elsewhere = listed(sorted({str(picture.part) for picture in placed}))
                yield Case(
                    key=case_key(NAME, "missing", part, label),
                    why=f"{label!r} has no picture in the part {part!r}; its {len(placed):,} are "
                    f"in {elsewhere}.",
                    certainty=1.0,
                )


def _unequal(by_class: dict[str, list[Picture]]) -> Iterator[Case]:
    sizes = {label: _different(pictures) for label, pictures in by_class.items()}
    large, small = max(sizes, key=sizes.__getitem__), min(sizes, key=sizes.__getitem__)
    if sizes[large] > UNEQUAL * sizes[small]:
        yield Case(
            key=case_key(NAME, "unequal"),
            why=f"{large!r} has {sizes[large]:,} different pictures and {small!r} has "
            f"{sizes[small]:,}: {sizes[large] / sizes[small]:.0f} times as many.",
            certainty=1.0,
        )


def _suspects(pictures: list[Picture]) -> tuple[Suspect, ...]:
    return tuple(Suspect(picture.member_id) for picture in pictures)


CHECK = Check(NAME, "Balance of the classes", find, needs=("classes",))
