"""What became of the cases of findings since they were found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from fieldguide.curate.checks.finding import Case, Finding, case_key

CaseState = Literal["open", "handled", "dismissed"]
"""Waiting for a person, acted upon, or found to be all right."""

CASE_STATES: tuple[CaseState, ...] = ("open", "handled", "dismissed")


@dataclass(frozen=True, slots=True)
class Deeds:
    """What people did since the pictures were checked.

    Attributes:
        dismissed: Cases that are dismissed, each as (check, key).
        removed: Pictures that are not in the dataset any more.
        decided: Pictures that a reviewer has decided about.
        sent: Pictures that were sent to review.
    """

    dismissed: AbstractSet[tuple[str, str]] = frozenset()
    removed: AbstractSet[int] = frozenset()
    decided: AbstractSet[int] = frozenset()
    sent: AbstractSet[int] = frozenset()

    def is_done(self, member_id: int) -> bool:
        """Tell whether somebody did something about a picture."""
        return member_id in self.removed or member_id in self.decided or member_id in self.sent


def state_of(check: str, case: Case, deeds: Deeds) -> CaseState:
    """Tell what became of a case.

    A case about one picture is handled when something was done about it. One about several is when
    at most one of them is left as it was: the one that is kept, or whose label was right. One about
    the dataset as a whole can only be dismissed.

    Example:
        >>> from fieldguide.curate.checks.finding import Suspect
        >>> case = Case("k", "two copies", 1.0, (Suspect(1), Suspect(2)))
        >>> state_of("copies", case, Deeds(removed={2}))
        'handled'
    """
    if (check, case.key) in deeds.dismissed:
        return "dismissed"
    if not case.suspects:
        return "open"
    left = sum(not deeds.is_done(suspect.member_id) for suspect in case.suspects)
    return "handled" if left <= (len(case.suspects) > 1) else "open"


def counts(finding: Finding, deeds: Deeds) -> dict[CaseState, int]:
    """Count the cases of a finding by what became of them."""
    found = Counter(state_of(finding.check, case, deeds) for case in finding.cases)
    return {state: found[state] for state in CASE_STATES}


def finding_id(finding: Finding) -> str:
    """Return what tells a finding from the others of its report, 16 hexadecimal digits."""
    return case_key(finding.check, finding.title)[:16]


def find(findings: Iterable[Finding], identifier: str) -> Finding | None:
    """Return the finding with an id, or None."""
    return next((f for f in findings if finding_id(f) == identifier), None)
