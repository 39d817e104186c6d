"""``fieldguide check``: what it prints, JSON, exit codes, and unknown names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldguide.cli.main import main
from fieldguide.curate.checks.report import CheckReport
from fieldguide.face import open_guide


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["check", *arguments])
    out, err = capsys.readouterr()
    return int(stopped.value.code or 0), out, err


@pytest.fixture
def faulty(tmp_path: Path, class_folders: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pictures of which one stands under two classes and eight are there twice."""
    monkeypatch.setenv("FIELDGUIDE_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.setenv("COLUMNS", "200")
    data = (class_folders / "amber" / "00.jpg").read_bytes()
    (class_folders / "blue" / "[red]same.jpg").write_bytes(data)
    for number in range(8):
        copied = (class_folders / "green" / f"{number:02d}.jpg").read_bytes()
        (class_folders / "green" / f"copy {number}.jpg").write_bytes(copied)
    return class_folders


ONLY = ("--only", "exact-copies", "--only", "conflicting-labels")


def test_a_folder_is_imported_and_its_faults_are_named(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = _run(capsys, str(faulty), *ONLY)
    assert code == 0
    assert "1 picture has several classes at once [conflicting-labels]" in out
    assert "blue/[red]same.jpg (blue)" in out
    assert "8 pictures are there several times" in out
    assert out.index("error ") < out.index("hint ")
    assert out.count("2 files have the same bytes") == 5
    assert "... and 3 more: --only exact-copies --all" in out
    assert "pictures: 1 error, 1 hint in 45 pictures" in out

    code, out, _ = _run(capsys, "pictures", "--only", "exact-copies", "--all")
    assert code == 0
    assert out.count("2 files have the same bytes") == 8
    assert "conflicting" not in out


def test_exit_codes_follow_the_worst_finding(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(faulty)
    for only, fail_on, expected in (
        ("exact-copies", "warning", 0),
        ("exact-copies", "hint", 1),
        ("conflicting-labels", "warning", 1),
        ("conflicting-labels", "error", 1),
        ("broken-times", "hint", 0),
    ):
        code, _, _ = _run(capsys, source, "--only", only, "--fail-on", fail_on)
        assert (only, fail_on, code) == (only, fail_on, expected)
        source = "pictures"


def test_json_is_the_whole_report_and_python_gives_the_same(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = _run(capsys, str(faulty), *ONLY, "--json")
    assert code == 0
    assert json.loads(out)["dataset"] == "pictures"
    report = CheckReport.from_json(out)
    with open_guide() as guide:
        again = guide.dataset("pictures").check(only=["exact-copies", "conflicting-labels"])
    assert again.findings == report.findings
    assert repr(again).startswith("CheckReport(pictures: 1 error, 1 hint in 45 pictures")


def test_what_could_not_be_looked_at_is_said(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = _run(capsys, str(faulty), "--only", "groups-across-parts")
    assert (
        "not checked: groups-across-parts, because the pictures are not divided into parts; "
        "no picture belongs to a group"
    ) in out
    assert "no finding in 45 pictures; 1 of 1 checks could not look" in out


def test_unknown_names_are_refused_before_anything_is_imported(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = _run(capsys, str(faulty), "--only", "exact-copie")
    assert code == 2
    assert "Did you mean 'exact-copies'" in err
    with open_guide() as guide:
        assert guide.datasets() == []
    code, _, err = _run(capsys, "nowhere")
    assert code == 2
    assert "neither a folder or file nor a dataset" in err
