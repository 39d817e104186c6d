"""Copies: the same picture, or nearly the same, several times on one side of the split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Suspect, case_key
from fieldguide.curate.checks.nearness import Nearness
from fieldguide.curate.checks.pool import Picture, Pool
from fieldguide.curate.checks.wording import counted

EXACT = "exact-copies"
NEAR = "near-copies"


def find_exact(pool: Pool) -> Iterator[Finding]:
    """Find files with the same bytes in one part and one class."""
    cases = []
    for sha256, pictures in sorted(pool.by_hash.items()):
        # Copies in several parts, or under several classes, are another check's business.
        classes = {picture.label for picture in pictures} - {None}
        parts = {picture.part for picture in pictures}
        if len(pictures) < 2 or len(parts) > 1 or len(classes) > 1:
            continue
        cases.append(
            Case(
                key=case_key(EXACT, sha256, *sorted(picture.name for picture in pictures)),
                why=f"{counted(len(pictures), 'file has', 'files have')} the same bytes.",
                certainty=1.0,
                suspects=tuple(
                    Suspect(p.member_id, note="" if n else "the first by name")
                    for n, p in enumerate(pictures)
                ),
            )
        )
    if not cases:
        return
    cases.sort(key=lambda case: (-len(case.suspects), case.key))
    surplus = sum(len(case.suspects) - 1 for case in cases)
    yield Finding(
        check=EXACT,
        title=f"{counted(len(cases), 'picture is', 'pictures are')} there several times",
        why="Files with the same bytes stand in the dataset under several names. Fieldguide trains "
        "and tests on each of them once and keeps them in one part, so results do not suffer; they "
        "cost labelling, and in other programs they count double. The bytes are equal: there is no "
        "doubt about it.",
        severity="hint",
        cases=tuple(cases),
        actions=("merge", "trash"),
        figures={"images": len(cases), "surplus copies": surplus},
    )


def find_near(pool: Pool) -> Iterator[Finding]:
    """Find scenes with several pictures on one side of a split: re-encoded, cropped, bursts."""
    nearness = Nearness(pool.near)
    scenes: dict[str, list[Picture]] = defaultdict(list)
    for picture, scene in zip(pool.pictures, pool.scenes, strict=True):
        scenes[scene].append(picture)
    cases = []
    for pictures in scenes.values():
        hashes = sorted({picture.sha256 for picture in pictures})
        if len(hashes) < 2 or len({picture.part for picture in pictures}) > 1:
            continue
        cases.append(
            Case(
                key=case_key(NEAR, *hashes),
                why=_describe(pictures, len(hashes)),
                certainty=nearness.of_scene(hashes),
                suspects=_largest_first(pictures),
            )
        )
    if not cases:
        return
    cases.sort(key=lambda case: (-case.certainty, -len(case.suspects), case.key))
    yield Finding(
        check=NEAR,
        title=f"{counted(len(cases), 'scene has', 'scenes have')} several nearly equal pictures",
        why="Pictures look like copies that were saved again, made smaller or cropped, or like one "
        "burst. Fieldguide keeps them on one side of a split; they add less to a model than so "
        "many different pictures would, and can take one answer together. Certainty is the "
        "likeness of the least alike two that hold the scene together: the cosine of their "
        "vectors.",
        severity="hint",
        cases=tuple(cases),
        actions=("merge", "trash", "review"),
        figures={
            "scenes": len(cases),
            "pictures": sum(len(case.suspects) for case in cases),
        },
    )


def _describe(pictures: Sequence[Picture], images: int) -> str:
    sizes = {(picture.width, picture.height) for picture in pictures}
    formats = {picture.format for picture in pictures}
    differ = [
        word
        for word, different in (("size", len(sizes) > 1), ("format", len(formats) > 1))
        if different
    ]
    text = f"{counted(images, 'picture', 'pictures')} of one scene"
    return f"{text}, of different {' and '.join(differ)}." if differ else f"{text}."


def _largest_first(pictures: Sequence[Picture]) -> tuple[Suspect, ...]:
    # The one with the most pixels, and of these the largest file, is the one worth keeping.
    ordered = sorted(pictures, key=lambda p: (-p.width * p.height, -p.bytes, p.name))
    return tuple(
        Suspect(p.member_id, note=f"{p.width} x {p.height}" if p.width else "") for p in ordered
    )


CHECKS = (
    Check(EXACT, "The same picture several times", find_exact),
    Check(NEAR, "Several pictures of one scene", find_near),
)
