"""Conflicting labels: the same picture, or nearly the same, under several classes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Suspect, case_key
from fieldguide.curate.checks.nearness import Nearness
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.wording import counted, listed
from fieldguide.curate.items import Item
from fieldguide.curate.leaks import find_leaks

NAME = "conflicting-labels"


def find(pool: Pool) -> Iterator[Finding]:
    """Find pictures that bear several classes although they show the same."""
    equal = next((leak for leak in find_leaks(pool.items, {}, ()) if leak.kind == "conflict"), None)
    if equal is not None:
        cases = tuple(_equal(items) for items in equal.pictures)
        yield Finding(
            check=NAME,
            title=f"{counted(len(cases), 'picture has', 'pictures have')} several classes at once",
            why="Files with the same bytes stand under different classes, so at least one of their "
            "labels is wrong or the classes overlap. A model cannot learn from them, and in a test "
            "part they make its figures wrong. The bytes are equal: there is no doubt about it.",
            severity="error",
            cases=cases,
            actions=("relabel", "merge", "trash", "review"),
            figures={"images": len(cases), "pictures": len(equal.members)},
        )
    near = sorted(_near(pool), key=lambda case: (-case.certainty, case.key))
    if near:
        yield Finding(
            check=NAME,
            title=f"{counted(len(near), 'scene', 'scenes')} with nearly equal pictures "
            f"{'has' if len(near) == 1 else 'have'} several classes",
            why="Pictures that look like copies or like one burst stand under different classes. "
            "They may show different things all the same. Certainty is the likeness of the least "
            "alike two that hold the scene together: the cosine of their vectors.",
            severity="warning",
            cases=tuple(near),
            actions=("relabel", "review"),
            figures={"scenes": len(near)},
        )


def _equal(items: Sequence[Item]) -> Case:
    labelled = [item for item in items if item.label is not None]
    classes = sorted({str(item.label) for item in labelled})
    return Case(
        key=case_key(NAME, "equal", items[0].sha256, *classes),
        why=f"The same bytes are labelled {listed(classes)}.",
        certainty=1.0,
        suspects=_suspects(labelled),
    )


def _suspects(items: Sequence[Item]) -> tuple[Suspect, ...]:
    counts = Counter(str(item.label) for item in items)
    (first, most), *others = counts.most_common()
    # Where no class has more pictures than the next, nothing speaks for either.
    favourite = first if not others or most > others[0][1] else None
    ordered = sorted(items, key=lambda item: (counts[str(item.label)], item.name))
    return tuple(
        Suspect(
            item.member_id,
            note=str(item.label),
            suggested=favourite if item.label != favourite else None,
        )
        for item in ordered
    )


def _near(pool: Pool) -> Iterator[Case]:
    nearness = Nearness(pool.near)
    scenes: dict[str, list[Item]] = defaultdict(list)
    for item, scene in zip(pool.items, pool.scenes, strict=True):
        if item.label is not None:
            scenes[scene].append(item)
    for items in scenes.values():
        classes_of: dict[str, set[str]] = defaultdict(set)
        for item in items:
            classes_of[item.sha256].add(str(item.label))
        # What equal bytes contradict is told above; here each image has one class.
        clear = [item for item in items if len(classes_of[item.sha256]) == 1]
        classes = sorted({str(item.label) for item in clear})
        if len(classes) < 2:
            continue
        hashes = sorted({item.sha256 for item in clear})
        yield Case(
            key=case_key(NAME, "near", *hashes, *classes),
            why=f"{counted(len(clear), 'picture', 'pictures')} of one scene "
            f"are labelled {listed(classes)}.",
            certainty=nearness.of_scene(hashes),
            suspects=_suspects(clear),
        )


CHECK = Check(NAME, "One picture under several classes", find, needs=("labels",))
