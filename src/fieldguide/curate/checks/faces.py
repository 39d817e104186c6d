"""Pictures that show faces: people who may not have agreed to it."""

from __future__ import annotations

from collections.abc import Iterator

from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Case, Finding, Suspect, case_key
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.wording import counted

NAME = "faces"
TITLE = "Faces"

_WHY = (
    "A network looked for faces (CenterFace); certainty is its score for the surest face of a "
    "picture, of which those from 0.3 on are listed. It misses faces that are small, turned away "
    "or covered, and takes a few statues, prints and patterns for faces. It says nothing of who is "
    "shown. Pictures of people who can be recognised are personal data: ask them, blur the faces "
    "wherever pictures leave (Settings, Privacy), or drop the pictures."
)


def find(pool: Pool) -> Iterator[Finding]:
    """Give the pictures on which a face was found, the surest first."""
    if pool.faces is None:
        return
    cases = []
    for picture, scores in zip(pool.pictures, pool.faces, strict=True):
        if not scores:
            continue
        best = round(max(scores), 3)
        cases.append(
            Case(
                key=case_key(NAME, picture.sha256),
                why=f"{counted(len(scores), 'face', 'faces')}; the surest scores {best:.2f}.",
                certainty=min(1.0, best),
                suspects=(Suspect(picture.member_id, score=best),),
            )
        )
    if cases:
        cases.sort(key=lambda case: (-case.certainty, case.key))
        yield Finding(
            check=NAME,
            title=f"{counted(len(cases), 'picture', 'pictures')} with faces",
            why=_WHY,
            severity="warning",
            cases=tuple(cases),
            actions=("review", "trash"),
            figures={"pictures": len(cases), "share": round(len(cases) / len(pool.pictures), 4)},
        )


CHECK = Check(NAME, TITLE, find, needs=("faces",))
