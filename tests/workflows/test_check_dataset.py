"""The round of quality checks: planted faults are named, a clean set is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.workflows.working import work_off

from fieldguide.curate.checks import available
from fieldguide.curate.checks.report import CheckReport
from fieldguide.errors import DataError, UnknownNameError
from fieldguide.jobs.jobs import Jobs
from fieldguide.records import datasets, dismissals, members
from fieldguide.workflows import check_dataset as checking
from fieldguide.workflows.check_dataset import check_dataset, stored_report
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workflows.tasks import TASKS
from fieldguide.workspace import Workspace

CLASSES = ("fern", "moss", "reed")
SIDE = 224


def textured(seed: int, kind: int) -> Image.Image:
    """Draw a picture of its own whose grain tells its class: fine, coarse, or stripes."""
    random = np.random.default_rng([seed, kind])
    grain = {0: (8, 8), 1: (56, 56), 2: (224, 7)}[kind]
    shape = (SIDE // grain[0], SIDE // grain[1])
    fine = np.kron(random.uniform(-70, 70, shape), np.ones(grain))
    # Large soft shapes differ from picture to picture, so that none is a near copy of another.
    soft = Image.fromarray(random.uniform(80, 170, (6, 6, 3)).astype(np.uint8))
    coarse = np.asarray(soft.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float64)
    return Image.fromarray(np.clip(coarse + fine[..., None], 0, 255).astype(np.uint8))


def save(path: Path, picture: Image.Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=92)


@pytest.fixture(scope="module")
def clean_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty different pictures of each of three classes that can be learned."""
    root = tmp_path_factory.mktemp("sets") / "meadow"
    for kind, label in enumerate(CLASSES):
        for number in range(20):
            save(root / label / f"{number:02d}.jpg", textured(number, kind))
    return root


@pytest.fixture
def planted(clean_set: Path, tmp_path: Path) -> Path:
    """The clean set in two parts, with a fault of each kind."""
    root = tmp_path / "planted"
    for label in CLASSES:
        for number in range(20):
            part = "test" if number % 5 == 0 else "train"
            data = (clean_set / label / f"{number:02d}.jpg").read_bytes()
            target = root / part / label / f"{number:02d}.jpg"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    fern = root / "train" / "fern"
    # The same bytes under two classes and in two parts, and twice in one folder.
    (root / "test" / "moss" / "conflict.jpg").write_bytes((fern / "01.jpg").read_bytes())
    (fern / "again.jpg").write_bytes((fern / "02.jpg").read_bytes())
    # Saved again and smaller.
    moss = root / "train" / "moss"
    with Image.open(moss / "03.jpg") as picture:
        picture.resize((180, 180)).save(moss / "smaller.jpg", quality=70)
    # A wrong label.
    save(root / "train" / "reed" / "wrong.jpg", textured(99, 1))
    rows = ["file,leaf_id,height"]
    for label in CLASSES:
        rows += [f"train/{label}/{n:02d}.jpg,{label}{n // 2},{n}.5" for n in range(20) if n % 5]
        rows += [f"test/{label}/{n:02d}.jpg,{label}{n // 2},{n}.5" for n in range(0, 20, 5)]
    rows[-1] = rows[-1].replace("reed7", "reed6")
    (root / "manifest.csv").write_text("\n".join(rows))
    return root


def _named(workspace: Workspace, report: CheckReport, check: str) -> set[str]:
    with workspace.records.read() as connection:
        row = datasets.get(connection, report.dataset)
        names = {m.id: m.name for m in members.of_dataset(connection, row.id)}
    return {
        names[member]
        for finding in report.findings
        if finding.check == check
        for member in finding.member_ids
    }


def test_a_clean_set_gives_no_finding(workspace: Workspace, clean_set: Path) -> None:
    import_pictures(workspace, clean_set)
    report = check_dataset(workspace, "meadow")
    assert report.findings == ()
    assert [check.name for check in report.checks] == [c.name for c in available.CHECKS]
    assert (report.pictures, report.labelled, report.classes) == (60, 60, 3)
    could_not = {check.name: check.could_not for check in report.could_not}
    assert could_not["copies-elsewhere"] == "the workspace has no other dataset"
    assert could_not["groups-across-parts"] == (
        "the pictures are not divided into parts; no picture belongs to a group"
    )
    # The labels were really judged.
    assert "label-errors" not in could_not


def test_planted_faults_are_named(workspace: Workspace, planted: Path) -> None:
    import_pictures(workspace, planted)
    report = check_dataset(workspace, "planted")
    found = partial(_named, workspace, report)
    both = {"test/moss/conflict.jpg", "train/fern/01.jpg"}
    assert found("conflicting-labels") == both
    assert found("copies-across-parts") == both
    assert found("exact-copies") == {"train/fern/02.jpg", "train/fern/again.jpg"}
    assert {"train/moss/03.jpg", "train/moss/smaller.jpg"} <= found("near-copies")
    assert "train/reed/wrong.jpg" in found("label-errors")
    assert {"test/reed/10.jpg", "train/reed/11.jpg"} <= found("groups-across-parts")
    assert report.worst == "error"
    severities = [finding.severity for finding in report.findings]
    assert severities == sorted(severities, key=["error", "warning", "hint"].index)
    with workspace.records.read() as connection:
        row = datasets.get(connection, "planted")
        wrong = {m.id for m in members.of_dataset(connection, row.id) if "wrong" in m.name}
    (suggested,) = (
        suspect.suggested
        for finding in report.findings
        if finding.check == "label-errors"
        for case in finding.cases
        for suspect in case.suspects
        if suspect.member_id in wrong
    )
    assert suggested == "moss"


def test_copies_in_other_datasets_are_found_both_ways(
    workspace: Workspace, clean_set: Path, tmp_path: Path
) -> None:
    import_pictures(workspace, clean_set)
    check_dataset(workspace, "meadow", names=["copies-elsewhere"])
    other = tmp_path / "other"
    save(other / "odd" / "new.jpg", textured(7, 0).rotate(90))
    (other / "odd" / "same.jpg").write_bytes((clean_set / "moss" / "04.jpg").read_bytes())
    with Image.open(clean_set / "reed" / "05.jpg") as picture:
        picture.resize((200, 200)).save(other / "odd" / "near.jpg", quality=80)
    import_pictures(workspace, other)
    report = check_dataset(workspace, "other", names=["copies-elsewhere"])
    (finding,) = report.findings
    assert finding.figures == {"dataset": "meadow", "equal": 1, "nearly equal": 1}
    assert _named(workspace, report, "copies-elsewhere") == {"odd/same.jpg", "odd/near.jpg"}
    back = check_dataset(workspace, "meadow", names=["copies-elsewhere"])
    assert _named(workspace, back, "copies-elsewhere") == {"moss/04.jpg", "reed/05.jpg"}


def test_what_has_no_vectors_elsewhere_is_said(
    workspace: Workspace, clean_set: Path, class_folders: Path
) -> None:
    import_pictures(workspace, class_folders)
    import_pictures(workspace, clean_set)
    report = check_dataset(workspace, "meadow", names=["copies-elsewhere"])
    assert any(
        "36 pictures of other datasets could be compared by their bytes" in n for n in report.notes
    )


def test_dismissed_cases_stay_away_until_they_are_taken_back(
    workspace: Workspace, planted: Path
) -> None:
    import_pictures(workspace, planted)
    only = ["exact-copies"]
    (finding,) = check_dataset(workspace, "planted", names=only).findings
    with workspace.records.read() as connection:
        dataset = datasets.get(connection, "planted").id
    case = (finding.check, finding.cases[0].key)
    workspace.records.write(
        lambda c: dismissals.dismiss(
            c, dataset, [case], author="ada", reason="known", client_key="k1"
        )
    )
    report = check_dataset(workspace, "planted", names=only)
    assert report.findings == ()
    assert len(report.dismissed) == 1
    workspace.records.write(lambda c: dismissals.undo(c, dataset, [case], author="ada"))
    assert check_dataset(workspace, "planted", names=only).findings == (finding,)


def test_unlabelled_pictures_are_not_taken_for_healthy(
    workspace: Workspace, tmp_path: Path
) -> None:
    for number in range(3):
        save(tmp_path / "loose" / f"{number}.jpg", textured(number, 0))
    import_pictures(workspace, tmp_path / "loose")
    report = check_dataset(workspace, "loose")
    could_not = {check.name: check.could_not for check in report.could_not}
    assert could_not["conflicting-labels"] == "no picture has a label"
    assert "the labels are not of two classes" in str(could_not["label-errors"])
    assert report.findings == ()


def test_an_unknown_check_or_dataset_is_named(workspace: Workspace) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'exact-copies'"):
        check_dataset(workspace, "meadow", names=["exact-copy"])
    with pytest.raises(UnknownNameError, match="no dataset named 'meadow'"):
        check_dataset(workspace, "meadow")


def test_a_check_that_raises_is_not_passed_over(
    workspace: Workspace, clean_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Iterator[object]:
        raise ZeroDivisionError

    import_pictures(workspace, clean_set)
    bad = available.Check("broken", "Broken", broken)  # type: ignore[arg-type]
    monkeypatch.setattr(checking, "CHECKS", (*available.CHECKS, bad))
    with pytest.raises(ZeroDivisionError):
        check_dataset(workspace, "meadow", names=["broken"])
    with workspace.records.read() as connection:
        assert stored_report(workspace, datasets.get(connection, "meadow").id) is None


def test_the_job_keeps_the_report(workspace: Workspace, planted: Path) -> None:
    import_pictures(workspace, planted)
    with workspace.records.read() as connection:
        dataset = datasets.get(connection, "planted").id
    assert stored_report(workspace, dataset) is None
    with Jobs(workspace.jobs_url, TASKS) as jobs:
        jobs.enqueue("check", {"dataset_id": dataset})
    (done,) = work_off(workspace)
    assert done.state == "done", done.error
    report = stored_report(workspace, dataset)
    assert report is not None
    assert done.result is not None
    assert done.result["findings"] == len(report.findings) > 3
    assert done.result["worst"] == "error"
    # A round of one check does not take the place of the whole one.
    check_dataset(workspace, "planted", names=["tiny"])
    assert stored_report(workspace, dataset) == report
    workspace.check_report(dataset).write_text("{}")
    with pytest.raises(DataError, match="Run the checks again"):
        stored_report(workspace, dataset)
