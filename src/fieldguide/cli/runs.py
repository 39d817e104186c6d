"""``fieldguide runs``, ``evaluate`` and ``report``."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from fieldguide.cli.console import output
from fieldguide.cli.opening import open_workspace
from fieldguide.cli.progress import TerminalProgress
from fieldguide.cli.shown import shown
from fieldguide.cli.summary import print_reading
from fieldguide.errors import DataError, UnknownNameError
from fieldguide.evaluate import wording
from fieldguide.records import datasets, models, versions
from fieldguide.records import runs as run_records
from fieldguide.types import PARTS, Part
from fieldguide.workflows.evaluate_run import evaluate_run, refresh_report
from fieldguide.workflows.train_dataset import load_run
from fieldguide.workspace import Workspace


@click.command()
@click.argument("dataset", required=False)
@click.pass_context
def runs(ctx: click.Context, dataset: str | None) -> None:
    """List the runs, or those of one DATASET."""
    with open_workspace(ctx) as workspace, workspace.records.read() as connection:
        if dataset is not None:
            datasets.get(connection, dataset)
        rows = run_records.all_of(connection, dataset)
    console = output()
    if not rows:
        console.print("There is no run yet. Start one with: fieldguide train PICTURES/")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("run", "dataset", "version", "head", "backbone", "accuracy", "status"):
        table.add_column(heading)
    for row in rows:
        accuracy = wording.figure(row.metrics["accuracy"], as_percent=True) if row.metrics else ""
        table.add_row(
            str(row.id),
            shown(row.dataset),
            str(row.version),
            shown(row.recipe["head"]),
            shown(row.recipe["backbone"]),
            accuracy,
            row.status,
        )
    console.print(table)


@click.command()
@click.argument("run")
@click.option(
    "--part",
    type=click.Choice(PARTS),
    default="test",
    show_default=True,
    help="Which part to measure on. Readings of the test part are counted.",
)
@click.pass_context
def evaluate(ctx: click.Context, run: str, part: Part) -> None:
    """Measure the model of RUN (a number, or a model's name) on a part once more."""
    with open_workspace(ctx) as workspace, TerminalProgress(Console(stderr=True)) as progress:
        number = find_run(workspace, run)
        _check_part(workspace, number, part)
        reading, record = evaluate_run(workspace, number, part=part, progress=progress)
    print_reading(output(), reading, record)


@click.command()
@click.argument("run")
@click.pass_context
def report(ctx: click.Context, run: str) -> None:
    """Write the report of RUN (a number, or a model's name) and say where it is."""
    with open_workspace(ctx) as workspace:
        number = find_run(workspace, run)
        refresh_report(workspace, number)
        result = load_run(workspace, number)
    click.echo(result.report)


def find_run(workspace: Workspace, named: str) -> int:
    """Return the number of the run that a number or a model's name stands for.

    Raises:
        UnknownNameError: If it stands for none.
    """
    with workspace.records.read() as connection:
        known = [row.id for row in run_records.all_of(connection)]
        # The database takes whole numbers of up to 18 digits; no run has a greater one.
        if named.isdecimal() and len(named) <= 18 and int(named) in known:
            return int(named)
        try:
            return models.newest(connection, named).run_id
        except UnknownNameError:
            kind = "run" if named.isdecimal() else "run or model"
            raise UnknownNameError(kind, named, map(str, known)) from None


def _check_part(workspace: Workspace, number: int, part: Part) -> None:
    with workspace.records.read() as connection:
        version_id = run_records.get(connection, number).version_id
        parts = {item.part for item in versions.items(connection, version_id)}
    if part not in parts:
        raise DataError(f"Run {number} has no pictures in its {part} part.")
