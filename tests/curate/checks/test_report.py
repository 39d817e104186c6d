"""The report: order, dismissed cases, JSON there and back, and what it says of itself."""

from __future__ import annotations

import pytest

from fieldguide.curate.checks.finding import Case, Finding, Suspect
from fieldguide.curate.checks.report import CheckReport, CheckRun, in_order
from fieldguide.errors import DataError


def _finding(check: str, severity: str, *certainties: float) -> Finding:
    cases = tuple(
        Case(f"{check} {n}", "Because.", value, (Suspect(n, "note", "rust", 1.5),))
        for n, value in enumerate(certainties)
    )
    return Finding(
        check=check,
        title=f"{len(cases)} of {check}",
        why="How.",
        severity=severity,  # type: ignore[arg-type]
        cases=cases,
        actions=("relabel",),
        figures={"share": 0.5, "name": "é", "nothing": None},
    )


def _report(*findings: Finding) -> CheckReport:
    return CheckReport(
        dataset="leaves",
        made="2025-01-02T03:04:05+00:00",
        pictures=9,
        labelled=8,
        classes=2,
        findings=in_order(findings),
        checks=(CheckRun("a", "A", 0.1, 1), CheckRun("b", "B", 0.0, 0, "no picture has a label")),
        seconds={"total": 1.0},
        notes=("A note.",),
    )


def test_the_worst_and_surest_come_first() -> None:
    findings = [
        _finding("sure hint", "hint", 1.0),
        _finding("unsure", "warning", 0.6),
        _finding("sure", "warning", 0.9, 0.2),
        _finding("bad", "error", 0.1),
    ]
    assert [f.check for f in in_order(findings)] == ["bad", "sure", "unsure", "sure hint"]
    assert _report(*findings).worst == "error"
    assert _report().worst is None


def test_json_there_and_back() -> None:
    report = _report(_finding("a", "hint", 0.9, 0.8)).without({("a", "a 1")})
    assert report.dismissed
    assert CheckReport.from_json(report.to_json()) == report


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 0}', '{"format": 1}', "\x00"])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="Run the checks again"):
        CheckReport.from_json(text)


def test_dismissed_cases_go_and_come_back() -> None:
    whole = _report(_finding("a", "error", 0.9, 0.8, 0.7), _finding("b", "hint", 1.0))
    less = whole.without({("a", "a 0"), ("b", "b 0"), ("a", "unknown")})
    (finding,) = less.findings
    assert finding.title == "3 of a – dismissed: 1 of 3"
    assert [case.key for case in finding.cases] == ["a 1", "a 2"]
    assert [case.key for f in less.dismissed for case in f.cases] == ["a 0", "b 0"]
    assert less.without({("a", "a 0"), ("b", "b 0")}) == less
    assert less.without(set()) == whole


def test_a_key_is_dismissed_for_its_check_only() -> None:
    whole = _report(_finding("a", "error", 0.9))
    assert whole.without({("b", "a 0")}) == whole


def test_silence_is_told_from_health() -> None:
    report = _report()
    assert report.summary() == ("leaves: no finding in 9 pictures; 1 of 2 checks could not look")
    assert [check.name for check in report.could_not] == ["b"]


def test_it_shows_itself() -> None:
    report = _report(_finding("a<b>", "warning", 0.9))
    assert repr(report).splitlines() == [
        "CheckReport(leaves: 1 warning in 9 pictures; 1 of 2 checks could not look)",
        "  warning: 1 of a<b> [a<b>]",
    ]
    assert "1 of a&lt;b&gt;" in report._repr_html_()
