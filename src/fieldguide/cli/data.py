"""``fieldguide import``, ``split`` and ``datasets``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from fieldguide.cli.choices import fractions, source_options, split_options
from fieldguide.cli.console import output
from fieldguide.cli.opening import open_workspace
from fieldguide.cli.progress import TerminalProgress
from fieldguide.cli.shown import shown
from fieldguide.cli.summary import print_import
from fieldguide.curate.freezing import SplitChoice
from fieldguide.evaluate.findings import about_leak
from fieldguide.records import datasets as dataset_records
from fieldguide.records import versions
from fieldguide.types import PARTS, SourceOptions
from fieldguide.workflows.freeze_dataset import freeze_dataset
from fieldguide.workflows.import_pictures import import_pictures


@click.command("import")
@click.argument("source", metavar="PICTURES")
@source_options
@click.pass_context
def import_(
    ctx: click.Context,
    source: str,
    name: str | None,
    label: str | None,
    group: str | None,
    split: str | None,
    image: str | None,
    link: bool,
) -> None:
    """Bring pictures into a dataset; every file ends in a named outcome."""
    with (
        open_workspace(ctx) as workspace,
        TerminalProgress(Console(stderr=True)) as progress,
    ):
        report = import_pictures(
            workspace,
            Path(source),
            dataset=name,
            options=SourceOptions(label=label, group=group, split=split, image=image),
            link=link,
            progress=progress,
        )
    console = output()
    print_import(console, report)
    console.print(f"Next: fieldguide train {shown(shlex.quote(report.dataset))}", highlight=False)


@click.command()
@click.argument("dataset")
@split_options
@click.option("--backbone", help="Whose vectors confirm near duplicates.")
@click.pass_context
def split(
    ctx: click.Context,
    dataset: str,
    question: str | None,
    resplit: bool,
    test_share: float | None,
    val_share: float | None,
    seed: int,
    backbone: str | None,
) -> None:
    """Divide a dataset into parts without leaks and freeze it as a version."""
    console = output()
    with open_workspace(ctx) as workspace:
        with TerminalProgress(Console(stderr=True)) as progress:
            version = freeze_dataset(
                workspace,
                dataset,
                choice=SplitChoice(
                    question=question,
                    resplit=resplit,
                    seed=seed,
                    fractions=fractions(test_share, val_share),
                ),
                backbone=backbone,
                progress=progress,
            )
        with workspace.records.read() as connection:
            items = versions.items(connection, version.id)
    table = Table(box=None, pad_edge=False)
    for heading in ("class", *PARTS):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for label in sorted({item.label for item in items if item.label and item.part}):
        counts = [sum(i.label == label and i.part == part for i in items) for part in PARTS]
        table.add_row(shown(label), *(str(count) for count in counts))
    console.print(table)
    summary = version.summary
    console.print(
        f"Version {version.number} of {shown(dataset)}; the split was {summary['origin']}.",
        highlight=False,
    )
    for note in summary["notes"]:
        console.print(shown(note), highlight=False)
    for reason, count in summary["excluded"].items():
        console.print(f"{count} left out: {shown(reason)}", highlight=False)
    for leak in summary["leaks"]:
        console.print(f"[yellow]Leak:[/] {shown(about_leak(leak))}", highlight=False)


@click.command()
@click.pass_context
def datasets(ctx: click.Context) -> None:
    """List the datasets."""
    with open_workspace(ctx) as workspace, workspace.records.read() as connection:
        rows = dataset_records.summaries(connection)
    console = output()
    if not rows:
        console.print("There is no dataset yet. Make one with: fieldguide import PICTURES/")
        return
    table = Table(box=None, pad_edge=False)
    for heading, side in (("dataset", "left"), ("pictures", "right"), ("versions", "right")):
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    table.add_column("source", overflow="fold")
    for row in rows:
        table.add_row(shown(row.name), str(row.pictures), str(row.versions), shown(row.source))
    console.print(table)
