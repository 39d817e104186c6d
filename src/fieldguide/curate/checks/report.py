"""The report of a round of checks: what was found, what ran, and what could not and why."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from html import escape
from typing import Any

from fieldguide.curate.checks.finding import SEVERITIES, Case, Finding, Severity, Suspect
from fieldguide.curate.checks.wording import counted
from fieldguide.errors import DataError

FORMAT = 1
"""Number of the form in which reports are stored; another form needs another number."""


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One check of the round.

    Attributes:
        name: The check.
        title: What it looks for.
        seconds: How long it took.
        findings: How many findings it gave, dismissed cases among them.
        could_not: Why it could not look, in a few words; None when it could. Without findings this
            tells a healthy dataset from one that was not looked at.
    """

    name: str
    title: str
    seconds: float
    findings: int
    could_not: str | None = None


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a round of checks gave.

    Attributes:
        dataset: Name of the dataset.
        made: When the round ended, ISO 8601 in UTC.
        pictures: How many pictures were looked at.
        labelled: How many of them have a label.
        classes: How many classes the labels name.
        findings: The worst and surest first, without dismissed cases.
        dismissed: The findings with the cases that people have dismissed, and no others.
        checks: The checks that were asked for.
        seconds: Time by step, such as ``"embed"`` and ``"checks"``, and ``"total"``.
        notes: What limits the round, in full sentences.
        question_id: The question whose labels were looked at.
    """

    dataset: str
    made: str
    pictures: int
    labelled: int
    classes: int
    findings: tuple[Finding, ...] = ()
    dismissed: tuple[Finding, ...] = ()
    checks: tuple[CheckRun, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    question_id: int | None = None

    @property
    def worst(self) -> Severity | None:
        """How bad the worst finding is; None without findings."""
        return next((s for s in SEVERITIES if any(f.severity == s for f in self.findings)), None)

    @property
    def could_not(self) -> tuple[CheckRun, ...]:
        """The checks that could not look."""
        return tuple(check for check in self.checks if check.could_not is not None)

    def without(self, dismissed: Collection[tuple[str, str]]) -> CheckReport:
        """Return the report as it is when these cases, (check, key), and no others are dismissed.

        Cases that were dismissed before and are not among them come back.
        """
        everything = _join((*self.findings, *self.dismissed))
        shown, hidden = [], []
        for finding in everything:
            known = {c.key for c in finding.cases if (finding.check, c.key) in dismissed}
            shown += _shown(finding, [c for c in finding.cases if c.key not in known])
            if known:
                cases = tuple(c for c in finding.cases if c.key in known)
                hidden.append(replace(finding, cases=cases))
        return replace(self, findings=in_order(shown), dismissed=in_order(hidden))

    def to_json(self) -> str:
        """Write the report as JSON."""
        content = {"format": FORMAT, **asdict(self)}
        return json.dumps(content, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> CheckReport:
        """Read a report that ``to_json`` wrote.

        Raises:
            DataError: If it is none, or was written by another version of Fieldguide.
        """
        try:
            content = json.loads(text)
            if content.pop("format") != FORMAT:
                raise DataError(_UNREADABLE)
            return cls(
                **{
                    **content,
                    "findings": tuple(_finding(f) for f in content["findings"]),
                    "dismissed": tuple(_finding(f) for f in content["dismissed"]),
                    "checks": tuple(CheckRun(**check) for check in content["checks"]),
                    "notes": tuple(content["notes"]),
                }
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(_UNREADABLE) from error

    def summary(self) -> str:
        """Say in one sentence what was found."""
        if not self.findings:
            found = "no finding"
        else:
            kinds = [(s, sum(f.severity == s for f in self.findings)) for s in SEVERITIES]
            found = ", ".join(counted(n, s, f"{s}s") for s, n in kinds if n)
        text = f"{self.dataset}: {found} in {counted(self.pictures, 'picture', 'pictures')}"
        if self.could_not:
            number = len(self.could_not)
            text += f"; {number} of {len(self.checks)} checks could not look"
        return text

    def __repr__(self) -> str:
        lines = [f"CheckReport({self.summary()})"]
        lines += [f"  {f.severity}: {f.title} [{f.check}]" for f in self.findings]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{finding.severity}</td><td>{escape(finding.title)}</td>"
            f"<td>{escape(finding.why)}</td></tr>"
            for finding in self.findings
        )
        return f"<b>{escape(self.summary())}</b><table>{rows}</table>"


_UNREADABLE = (
    "The stored report of the quality checks cannot be read: it is damaged or of another version "
    "of Fieldguide. Run the checks again."
)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings: the worst first, of these the surest, of these in the order of the checks."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (SEVERITIES.index(f.severity), -max(c.certainty for c in f.cases)),
        )
    )


def _join(findings: Iterable[Finding]) -> list[Finding]:
    """Bring the shown and the dismissed cases of each finding together again."""
    # One check can give several findings, which its title without the remark tells apart.
    joined: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        plain = replace(finding, title=finding.title.partition(_REMARK)[0])
        key = (plain.check, plain.title)
        if key in joined:
            cases = sorted((*joined[key].cases, *plain.cases), key=lambda c: -c.certainty)
            plain = replace(joined[key], cases=tuple(cases))
        joined[key] = plain
    return list(joined.values())


_REMARK = " – dismissed: "


def _shown(finding: Finding, cases: list[Case]) -> list[Finding]:
    if not cases:
        return []
    if len(cases) == len(finding.cases):
        return [finding]
    gone = len(finding.cases) - len(cases)
    title = f"{finding.title}{_REMARK}{gone:,} of {len(finding.cases):,}"
    return [replace(finding, title=title, cases=tuple(cases))]


def _finding(content: dict[str, Any]) -> Finding:
    cases = tuple(
        Case(**{**case, "suspects": tuple(Suspect(**suspect) for suspect in case["suspects"])})
        for case in content["cases"]
    )
    return Finding(**{**content, "cases": cases, "actions": tuple(content["actions"])})
