"""Check a dataset: bring vectors up to date, run the quality checks, keep the report."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from fieldguide.config import read_config
from fieldguide.curate.checks.available import CHECKS
from fieldguide.curate.checks.check import Check
from fieldguide.curate.checks.finding import Finding
from fieldguide.curate.checks.pool import Pool
from fieldguide.curate.checks.report import CheckReport, CheckRun, in_order
from fieldguide.curate.freezing import labelled_question
from fieldguide.errors import UnknownNameError
from fieldguide.jobs.context import JobContext
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import datasets, dismissals
from fieldguide.records.clock import now
from fieldguide.types import Progress, SilentProgress
from fieldguide.workflows.checked_pictures import CheckedPictures
from fieldguide.workflows.freeze_dataset import embed_dataset
from fieldguide.workflows.stopwatch import Stopwatch
from fieldguide.workspace import Workspace


def check_dataset(
    workspace: Workspace,
    dataset: str,
    *,
    names: Sequence[str] | None = None,
    question: str | None = None,
    backbone: str | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Look for faults in a dataset's pictures and labels.

    The report of a whole round is kept, and a later round takes its place; see ``stored_report``.

    Args:
        workspace: Where it is.
        dataset: Its name.
        names: The checks to run; all when None.
        question: Name of the question whose labels are checked; the one that has any when None.
        backbone: Whose vectors are used; the default one when None.
        progress: Where to report.

    Returns:
        The findings, the worst and surest first, without the cases that people have dismissed.

    Raises:
        UnknownNameError: If there is no such dataset, check, question or backbone.
        InputError: If several questions have labels and none was named.
        WorkspaceError: If bytes are gone of pictures that have no vectors yet.
    """
    checks = named_checks(names)
    watcher = progress or SilentProgress()
    network = BACKBONES.get(backbone or workspace.config.backbone)
    with workspace.records.read() as connection:
        row = datasets.get(connection, dataset)
    # Asking for the class question makes it where it is missing, so this is a write.
    question_id = workspace.records.write(partial(labelled_question, dataset=row, name=question))
    watch = Stopwatch()
    with watch.step("embed"):
        embed_dataset(workspace, dataset, network.name, progress=watcher)
    seen = CheckedPictures(workspace, row, question_id, network, watcher)
    with watch.step("compare"):
        pool = seen.pool()
    with watch.step("check"):
        findings, runs = _run(checks, pool, watcher)
    labels = [picture.label for picture in pool.pictures if picture.label is not None]
    report = CheckReport(
        dataset=row.name,
        made=now().isoformat(),
        pictures=len(pool.pictures),
        labelled=len(labels),
        classes=len(set(labels)),
        findings=in_order(findings),
        checks=tuple(runs),
        seconds={
            **{step["name"]: step["seconds"] for step in watch.steps},
            "total": watch.seconds,
        },
        notes=tuple(seen.notes),
        question_id=question_id,
    )
    if names is None:
        _store(workspace, row.id, report)
    return _without_dismissed(workspace, row.id, report)


def named_checks(names: Sequence[str] | None) -> tuple[Check, ...]:
    """Return the checks of these names, in the order in which checks run; all when None.

    Raises:
        UnknownNameError: If there is no check of a name.
    """
    if names is None:
        return CHECKS
    known = [check.name for check in CHECKS]
    for name in names:
        if name not in known:
            raise UnknownNameError("check", name, known)
    return tuple(check for check in CHECKS if check.name in names)


def stored_report(workspace: Workspace, dataset_id: int) -> CheckReport | None:
    """Return the report of the last whole round, without the cases dismissed by now.

    Returns:
        The report, or None when the dataset was never checked or the cache was emptied.

    Raises:
        DataError: If the report cannot be read.
    """
    path = workspace.check_report(dataset_id)
    if not path.is_file():
        return None
    return _without_dismissed(workspace, dataset_id, CheckReport.from_json(path.read_bytes()))


def run(context: JobContext, *, dataset_id: int, question: str | None = None) -> dict[str, Any]:
    """Check a dataset in the background."""
    with Workspace(read_config(workspace=context.folder)) as workspace:
        with workspace.records.read() as connection:
            name = datasets.name_of(connection, dataset_id)
        outline: dict[str, Any] = context.step(
            "Check the pictures and labels",
            _summary,
            workspace,
            name,
            question=question,
            progress=context.progress,
        )
    return outline


def _summary(
    workspace: Workspace, dataset: str, *, question: str | None, progress: Progress
) -> dict[str, Any]:
    # The report itself can be large; a job's record keeps its outline only.
    report = check_dataset(workspace, dataset, question=question, progress=progress)
    return {
        "pictures": report.pictures,
        "findings": len(report.findings),
        "worst": report.worst,
        "could_not": [check.name for check in report.could_not],
    }


def _run(
    checks: Sequence[Check], pool: Pool, watcher: Progress
) -> tuple[list[Finding], list[CheckRun]]:
    findings: list[Finding] = []
    runs = []
    with watcher.step("check", len(checks), "checks") as tracker:
        for check in checks:
            watch = Stopwatch()
            with watch.step("check"):
                lacking = [reason for need in check.needs if (reason := pool.lacks(need))]
                found = [] if lacking else list(check.find(pool))
            reason = "; ".join(lacking) or None
            runs.append(CheckRun(check.name, check.title, watch.seconds, len(found), reason))
            findings += found
            tracker.advance()
    return findings, runs


def _store(workspace: Workspace, dataset_id: int, report: CheckReport) -> None:
    path = workspace.check_report(dataset_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".partial")
    beside.write_text(report.to_json(), encoding="utf-8", errors="surrogatepass")
    beside.replace(path)


def _without_dismissed(workspace: Workspace, dataset_id: int, report: CheckReport) -> CheckReport:
    with workspace.records.read() as connection:
        return report.without(dismissals.dismissed(connection, dataset_id))
