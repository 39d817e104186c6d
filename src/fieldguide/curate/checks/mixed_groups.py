"""Mixed groups: groups with several classes where nearly all others have one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Suspect, case_key
from fieldguide.curate.checks.pool import Picture, Pool
from fieldguide.curate.checks.wording import counted, listed

NAME = "mixed-groups"

MOST_MIXED = 0.5
"""Up to this share of the groups that could be mixed, one class a group is taken for the rule."""


def find(pool: Pool) -> Iterator[Finding]:
    """Find groups whose pictures bear several classes, where that is not the rule."""
    groups: dict[str, list[Picture]] = defaultdict(list)
    for picture in pool.pictures:
        if picture.group is not None and picture.label is not None:
            groups[picture.group].append(picture)
    # Copies of one image with two labels are a conflict, not a group with two symptoms.
    several = {g: ps for g, ps in groups.items() if len({p.sha256 for p in ps}) > 1}
    mixed = {g: ps for g, ps in several.items() if len({p.label for p in ps}) > 1}
    # A person who photographs clothes sends many kinds; a leaf mostly has one disease.
    if not mixed or len(mixed) > MOST_MIXED * len(several):
        return
    cases = [_case(group, pictures) for group, pictures in sorted(mixed.items())]
    cases.sort(key=lambda case: len(case.suspects), reverse=True)
    yield Finding(
        check=NAME,
        title=f"{counted(len(cases), 'group has', 'groups have')} pictures of several classes",
        why=f"{len(several) - len(mixed):,} of {len(several):,} groups with several pictures have "
        "one class; these have more. That can be right, as with a leaf that has two diseases, or a "
        "slip. It is a fact that the labels differ; whether one is wrong, only a look tells.",
        severity="hint",
        cases=tuple(cases),
        actions=("relabel", "review"),
        figures={
            "groups with several classes": len(mixed),
            "groups with several pictures": len(several),
            "pictures": sum(len(case.suspects) for case in cases),
        },
    )


def _case(group: str, pictures: list[Picture]) -> Case:
    counts = Counter(str(picture.label) for picture in pictures)
    ordered = sorted(pictures, key=lambda p: (counts[str(p.label)], str(p.label), p.name))
    found = listed(f"{number} {label}" for label, number in sorted(counts.items()))
    return Case(
        key=case_key(NAME, group, *sorted(counts)),
        why=f"The group {group!r} has {found}.",
        certainty=1.0,
        suspects=tuple(Suspect(p.member_id, note=str(p.label)) for p in ordered),
    )


CHECK = Check(NAME, "Groups with several classes", find, needs=("groups", "classes"))
