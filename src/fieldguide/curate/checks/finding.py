"""What a quality check gives: findings, each with the cases that a person decides about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "hint"]
"""Whether results are wrong because of it, may be wrong, or a person may want to know."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "hint")

Action = Literal["relabel", "merge", "trash", "review"]
"""What a person can do about a case: give another class, treat the pictures as one, drop some to
the trash, or send them to review."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """One picture of a case.

    Attributes:
        member_id: The picture in the dataset.
        note: What is the matter with this one, in a few words; empty where the case says it all.
        suggested: The class that it should rather have, if the check can tell.
        score: The figure by which it was found, if there is one; what it is, the finding says.
    """

    member_id: int
    note: str = ""
    suggested: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What a person decides about at once: one picture, a pair, a burst, a column.

    Attributes:
        key: Tells the case from all others of its check, and is the same when it is found again;
            see :func:`case_key`. A dismissed case is known by it.
        why: Why this is a case, in one sentence with its figures.
        certainty: How sure it is, in [0, 1]; 1 for facts such as equal bytes. It is an estimate
            whose meaning the finding's ``why`` tells.
        suspects: Its pictures, the likeliest fault first; empty when it is about the dataset.
    """

    key: str
    why: str
    certainty: float
    suspects: tuple[Suspect, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """All cases of one kind of fault.

    Attributes:
        check: Name of the check that found it.
        title: What was found, in one line with its number.
        why: How it was looked for, what certainty means here, and what it does to results.
        severity: How bad it is.
        cases: The surest first; never empty.
        actions: What can be done about the cases.
        figures: Numbers by name, for tables and programs.
    """

    check: str
    title: str
    why: str
    severity: Severity
    cases: tuple[Case, ...]
    actions: tuple[Action, ...] = ()
    figures: Mapping[str, float | int | str | None] = field(default_factory=dict)

    @property
    def member_ids(self) -> list[int]:
        """All pictures concerned, each once, those of the surest cases first."""
        found = {s.member_id: None for case in self.cases for s in case.suspects}
        return list(found)


def case_key(check: str, *identity: str | float | None) -> str:
    """Return the key of a case, 64 hexadecimal digits.

    Args:
        check: Name of the check.
        *identity: What makes the case this one: hashes of its pictures (sorted, where their order
            means nothing), the label that is doubted, the name of a column. No figures and no row
            numbers: they change although the case is the same.

    Example:
        >>> case_key("tiny", "ab") == case_key("tiny", "ab") != case_key("tiny", "cd")
        True
    """
    text = json.dumps([check, *identity], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
