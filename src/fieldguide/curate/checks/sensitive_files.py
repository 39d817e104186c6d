"""What files say of places and people, beside their picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Severity, Suspect, case_key
from fieldguide.curate.checks.pool import Picture, Pool

Kind = Literal["place", "owner", "serial_number", "thumbnail", "remark"]

_KINDS: tuple[tuple[Kind, str], ...] = (
    ("place", "say where they were taken"),
    ("owner", "name a person: an owner, an artist, a holder of rights"),
    ("serial_number", "carry the serial number of a camera or lens, which tells its owner"),
    ("thumbnail", "carry a small copy of a picture, which may show what was cut away"),
    ("remark", "carry a remark: a comment, caption or description"),
)

_OF_PEOPLE = frozenset({"place", "owner", "serial_number"})

_WHY = (
    "The metadata of every file are read (EXIF, XMP, IPTC, comments). What is named here stays in "
    "the sealed originals; exports and shared pages carry no metadata. It is worth knowing before "
    "the originals themselves are handed on, and where rare species, patients or private homes are "
    "shown. Each kind of fact is one case, with all its pictures; certainty is 1, for it stands in "
    "the files."
)


def find(pool: Pool) -> Iterator[Finding]:
    """Find files whose metadata tell of places or people."""
    facts = pool.facts
    if facts is None or not pool.pictures:
        return
    cases, kinds = [], []
    for kind, what in _KINDS:
        told = [
            picture
            for picture, fact in zip(pool.pictures, facts, strict=True)
            if getattr(fact, kind)
        ]
        if told:
            kinds.append((kind, len(told)))
            cases.append(_case(kind, what, told, len(pool.pictures)))
    if not cases:
        return
    concerned = {s.member_id for case in cases for s in case.suspects}
    severity: Severity = "warning" if any(kind in _OF_PEOPLE for kind, _ in kinds) else "hint"
    number = len(concerned)
    yield Finding(
        check="sensitive-files",
        title="1 file tells more than its picture"
        if number == 1
        else f"{number:,} files tell more than their picture",
        why=_WHY,
        severity=severity,
        cases=tuple(cases),
        actions=("trash", "review"),
        figures={"pictures": number, "of": len(pool.pictures), **dict(kinds)},
    )


def _case(kind: Kind, what: str, told: Sequence[Picture], n: int) -> Case:
    # A dismissal holds for these files; when another one joins them, a person is asked again.
    key = case_key("sensitive-files", kind, *sorted({picture.sha256 for picture in told}))
    return Case(
        key=key,
        why=f"Of {n:,} files, {len(told):,} {what}.",
        certainty=1.0,
        suspects=tuple(Suspect(picture.member_id) for picture in told),
    )


CHECK = Check("sensitive-files", "What files tell beside their picture", find, needs=("facts",))
