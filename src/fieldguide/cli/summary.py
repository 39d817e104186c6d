"""The short table at the end of a training."""

from __future__ import annotations

import shlex

from rich.console import Console
from rich.table import Table

from fieldguide.cli.shown import shown
from fieldguide.collect.importing import ImportReport
from fieldguide.evaluate import wording
from fieldguide.evaluate.findings import about_leak
from fieldguide.evaluate.record import EvaluationRecord, Reading
from fieldguide.evaluate.verdict import worst_classes
from fieldguide.types import Outcome
from fieldguide.workflows.train_dataset import RunResult


def print_import(console: Console, report: ImportReport) -> None:
    """Sum up what became of the files."""
    counts = ", ".join(
        f"{wording.count(n)} {outcome.value}" for outcome, n in sorted(report.outcomes.items()) if n
    )
    console.print(f"[bold]{shown(report.dataset)}[/]: {counts}", highlight=False)
    for name, outcome, reason in report.problems:
        detail = f" ({reason})" if reason else ""
        console.print(f"  [yellow]{outcome.value}[/]: {shown(name + detail)}", highlight=False)
    if report.refused > len(report.problems):
        console.print(f"  ... and {report.refused - len(report.problems)} more", highlight=False)
    if trashed := report.outcomes.get(Outcome.TRASHED, 0):
        console.print(
            f"  {wording.count(trashed)} left in the trash: "
            f"fieldguide trash {shown(shlex.quote(report.dataset))} list",
            highlight=False,
        )
    console.print(f"  Every file: {shown(str(report.list_path))}", highlight=False, soft_wrap=True)


def print_run(console: Console, result: RunResult) -> None:
    """Print the table that ends a training, and what to do next."""
    record = result.record
    if result.repeated:
        console.print(
            f"Run {result.run_id} has done exactly this already; use --again to train anew.",
            highlight=False,
        )
    console.print(_table(record))
    for sentence in (*record["verdict"], *record["split"]["notes"]):
        console.print(shown(sentence), highlight=False)
    for reason, count in record["data"]["excluded"].items():
        console.print(f"{wording.count(count)} left out: {shown(reason)}", highlight=False)
    for leak in record["split"]["leaks"]:
        console.print(f"[yellow]Leak:[/] {shown(about_leak(leak))}", highlight=False)
    if record["test_models"] > 1:
        console.print(
            f"{wording.count(record['test_models'])} models have read this test part; the more "
            "that do, the more the best of them flatters.",
            highlight=False,
        )
    console.print("\n[bold]Next[/]", highlight=False)
    for step in (*record["next_steps"], *_uses(result)):
        console.print(f"  • {shown(step)}", highlight=False, soft_wrap=True)


def print_reading(console: Console, reading: Reading, record: EvaluationRecord) -> None:
    """Print the figures of one more reading."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, figure in reading["metrics"].items():
        table.add_row(name.replace("_", " "), wording.figure(figure))
    console.print(table)
    if reading["part"] == "test":
        console.print(
            f"The test part was read {wording.counted(record['test_readings'], 'time')} with this "
            f"model, and by {wording.counted(record['test_models'], 'model')} in all.",
            highlight=False,
        )


def _table(record: EvaluationRecord) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    test = record["test"]
    metrics = test["metrics"]
    table.add_row(
        "accuracy",
        f"[bold]{wording.figure(metrics['accuracy'], as_percent=True)}[/]"
        f"  on {wording.counted(test['pictures'], 'test picture')}",
    )
    if record["as_given"] is not None:
        given = record["as_given"]
        table.add_row(
            "  as given",
            f"{wording.figure(given['metrics']['accuracy'], as_percent=True)}"
            f"  on {wording.counted(given['pictures'], 'test picture')}",
        )
    table.add_row("macro F1", wording.figure(metrics["macro_f1"]))
    for baseline in record["baselines"]:
        table.add_row(
            shown(baseline["name"]), wording.figure(baseline["accuracy"], as_percent=True)
        )
    imperfect = [row for row in test["per_class"] if row["f1"]["value"] != 1]
    for row in worst_classes(imperfect, 3):
        table.add_row(
            f"lowest: {shown(wording.short(row['name'], 30))}",
            f"F1 {wording.figure(row['f1'])}  on {wording.counted(row['support'], 'picture')}",
        )
    cost = record["cost"]
    table.add_row(
        "cost",
        f"{cost['seconds']:.1f} s, {cost['cpu_seconds']:.1f} CPU-seconds; "
        f"{wording.counted(cost['pictures_embedded'], 'picture')} embedded",
    )
    return table


def _uses(result: RunResult) -> list[str]:
    return [
        f"Read the report: {result.report}",
        f"Use the model: fieldguide predict {shlex.quote(str(result.bundle))} photo.jpg",
    ]
