"""``fieldguide freeze``, ``versions``, ``diff`` and ``restore``."""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
from rich.console import Console
from rich.table import Table

from fieldguide.cli.choices import fractions, split_options
from fieldguide.cli.console import output
from fieldguide.cli.opening import open_workspace
from fieldguide.cli.progress import TerminalProgress
from fieldguide.cli.shown import shown
from fieldguide.curate.versions.diff import KINDS, Comparison, Kind
from fieldguide.curate.versions.listing import WORDS, as_json, lines, write_csv
from fieldguide.evaluate import wording
from fieldguide.records import datasets
from fieldguide.records import versions as version_records
from fieldguide.records.versions import VersionRow, VersionUse
from fieldguide.types import PARTS
from fieldguide.workflows.compare_versions import compare_versions
from fieldguide.workflows.freeze_version import FreezeOrder, freeze_version
from fieldguide.workflows.restore_version import Restoration, plan_restoration, restore_version

_FIRST_FEW = 5


def _author() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "owner"


@click.command()
@click.argument("dataset")
@click.option("--note", default="", metavar="TEXT", help="What to say of the version.")
@click.option("--author", help="Who freezes it. [default: your name on this computer]")
@click.option("--no-split", is_flag=True, help="Do not divide it into parts; much faster.")
@split_options
@click.option("--backbone", help="Whose vectors confirm near duplicates.")
@click.pass_context
def freeze(
    ctx: click.Context,
    dataset: str,
    note: str,
    author: str | None,
    no_split: bool,
    question: str | None,
    resplit: bool,
    test_share: float | None,
    val_share: float | None,
    seed: int,
    backbone: str | None,
) -> None:
    """Keep a dataset as it is as a numbered version that never changes.

    It holds the pictures, the labels of all questions with certainty and votes, columns, parts, and
    the questions with classes and guidelines. Where nothing changed since, no version is made.
    """
    order = FreezeOrder(
        author=author or _author(),
        note=note,
        question=question,
        resplit=resplit,
        seed=seed,
        fractions=fractions(test_share, val_share),
        divide=not no_split,
        backbone=backbone,
    )
    with open_workspace(ctx) as workspace, TerminalProgress(Console(stderr=True)) as progress:
        frozen = freeze_version(workspace, dataset, order, progress=progress)
    console, version = output(), frozen.version
    counts = (version.card or {})["counts"]
    words = "Froze" if frozen.fresh else "Nothing has changed:"
    console.print(
        f"{words} version {version.number} of {shown(dataset)}: "
        f"{wording.counted(counts['pictures'], 'picture')}, "
        f"{wording.count(counts['labelled'])} labelled.",
        highlight=False,
    )
    for text in version.summary["notes"]:
        console.print(shown(text), highlight=False)
    if not frozen.noted:
        console.print(f"It keeps the note that it has: {shown(version.note)}", highlight=False)


@click.command()
@click.argument("dataset")
@click.option("--json", "as_json_", is_flag=True, help="As JSON.")
@click.pass_context
def versions(ctx: click.Context, dataset: str, as_json_: bool) -> None:
    """List the versions of a DATASET, the newest first."""
    with open_workspace(ctx) as workspace, workspace.records.read() as connection:
        rows = version_records.of_dataset(connection, datasets.get(connection, dataset).id)
        uses = version_records.uses(connection, [row.id for row in rows])
        counts = {row.id: version_records.count_by_part(connection, row.id) for row in rows}
    listed = [_listed(row, counts[row.id], uses.get(row.id, [])) for row in rows]
    if as_json_:
        click.echo(json.dumps(listed, indent=1, ensure_ascii=False))
        return
    console = output()
    if not listed:
        console.print("There is no version yet. Make one with: fieldguide freeze DATASET")
        return
    table = Table(box=None, pad_edge=False)
    headings = ("version", "frozen at", "author", "pictures", "labelled", *PARTS, "models", "note")
    for heading in headings:
        right = heading in {"version", "pictures", "labelled", *PARTS}
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for row, line in zip(rows, listed, strict=True):
        table.add_row(
            str(line["version"]),
            row.created_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            shown(row.author or "a training"),
            str(line["pictures"]),
            str(line["labelled"]),
            *(str(line["parts"].get(part, "")) for part in PARTS),
            shown(", ".join(line["models"])),
            shown(row.note),
        )
    console.print(table)


@click.command()
@click.argument("dataset")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B", default="now")
@click.option("--all", "every", is_flag=True, help="Name all pictures, not only the first few.")
@click.option("--json", "as_json_", is_flag=True, help="As JSON, with all pictures.")
@click.option(
    "--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Into a table."
)
@click.pass_context
def diff(
    ctx: click.Context,
    dataset: str,
    before: str,
    after: str,
    every: bool,
    as_json_: bool,
    csv_file: Path | None,
) -> None:
    """Show what became of a DATASET from A to B.

    A and B are numbers of versions, dates such as 2026-05-01 (the end of that day, UTC), moments
    such as 2026-05-01T12:00, or the word now, which is also taken for a B that is left out.
    """
    with open_workspace(ctx) as workspace:
        comparison = compare_versions(workspace, dataset, before, after)
    if csv_file is not None:
        count = write_csv(comparison, csv_file)
        click.echo(f"Wrote {count} rows to {csv_file}.", err=True)
    if as_json_:
        click.echo(json.dumps(as_json(comparison), indent=1, ensure_ascii=False))
    else:
        _print_comparison(output(), comparison, every=every)


@click.command()
@click.argument("dataset")
@click.argument("number", type=click.IntRange(1, 10**9))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--author", help="Who restores it. [default: your name on this computer]")
@click.pass_context
def restore(ctx: click.Context, dataset: str, number: int, yes: bool, author: str | None) -> None:
    """Bring a DATASET back to what version NUMBER holds.

    Pictures, groups, columns and labels; what is there now is frozen first. Nothing is deleted:
    pictures that the version lacks go into the trash, and every vote stays in the record.
    """
    console = output()
    with open_workspace(ctx) as workspace:
        plan = plan_restoration(workspace, dataset, number)
        if not yes:
            _print_restoration(console, plan, will=True)
            if not plan.changes:
                return
            click.confirm("Go on?", abort=True, err=True)
        with TerminalProgress(Console(stderr=True)) as progress:
            done = restore_version(
                workspace,
                dataset,
                number,
                author=author or _author(),
                key=uuid4().hex,
                progress=progress,
            )
    _print_restoration(console, done, will=False)


def _listed(
    row: VersionRow, counts: list[tuple[str | None, int, int]], uses: list[VersionUse]
) -> dict[str, Any]:
    return {
        "version": row.number,
        "created_at": row.created_at.isoformat(),
        "author": row.author,
        "note": row.note,
        "content_hash": row.content_hash,
        "pictures": sum(count for _, count, _ in counts),
        "labelled": sum(labelled for _, _, labelled in counts),
        "parts": {part: count for part, count, _ in counts if part is not None},
        "runs": [use.run_id for use in uses],
        "models": [f"{use.model} {use.release}" for use in uses if use.model is not None],
    }


def _print_comparison(console: Console, comparison: Comparison, *, every: bool) -> None:
    title = f"From {shown(comparison.before)} to {shown(comparison.after)}"
    counts = comparison.counts
    console.print(f"[bold]{title}[/]: " + (_summed(counts) or "nothing changed."), highlight=False)
    for question, pairs in comparison.label_tables.items():
        table = Table(box=None, pad_edge=False, title=shown(question), title_justify="left")
        for heading, side in (("from", "left"), ("to", "left"), ("pictures", "right")):
            table.add_column(heading, justify=side)  # type: ignore[arg-type]
        for (before, after), count in pairs.items():
            table.add_row(shown(before), shown(after), str(count))
        console.print(table)
    for kind in KINDS:
        _print_kind(console, comparison, kind, every=every)
    for where, before, after in comparison.card:
        console.print(shown(f"{where}: {before!r} → {after!r}"), highlight=False)
    for text in (*comparison.left_out, *comparison.notes):
        console.print(shown(text), style="dim", highlight=False)


def _print_kind(console: Console, comparison: Comparison, kind: Kind, *, every: bool) -> None:
    told = list(comparison.of_kinds([kind]))
    if told:
        console.print(f"[bold]{WORDS[kind]}[/]", highlight=False)
    for change in told if every else told[:_FIRST_FEW]:
        for said, what, before, after in lines(change):
            if said == kind:
                detail = f" {shown(what)}:" if what else ""
                detail += f" {shown(before)} → {shown(after)}" if before or after else ""
                line = f"  {shown(change.ref.name)}{detail}"
                console.print(line, highlight=False, soft_wrap=True)
    if not every and len(told) > _FIRST_FEW:
        console.print(f"  and {len(told) - _FIRST_FEW} more; see --all", highlight=False)


def _summed(counts: Mapping[Kind, int]) -> str:
    return ", ".join(f"{count} {WORDS[kind]}" for kind, count in counts.items())


def _print_restoration(console: Console, told: Restoration, *, will: bool) -> None:
    words = {
        "pictures come back": told.brought_back,
        "pictures go into the trash": told.set_aside,
        "labels are decided": told.decided,
        "labels are withdrawn": told.withdrawn,
        "groups change": told.groups,
        "values of columns change": told.columns,
    }
    parts = [f"{count} {name}" for name, count in words.items() if count]
    heading = "This would happen" if will else f"Restored version {told.number}"
    console.print(f"{heading}: {', '.join(parts) or 'nothing has to change'}.", highlight=False)
    if told.kept_as is not None and parts:
        console.print(
            f"What was there before is version {told.kept_as}: "
            f"fieldguide restore DATASET {told.kept_as}"
            if not will
            else f"What is there now is version {told.kept_as} already.",
            highlight=False,
        )
    for one in told.impossible:
        console.print(
            f"[yellow]Not possible[/] for {one.count}: {shown(one.reason)} "
            f"({shown(', '.join(one.examples))})",
            highlight=False,
        )
    for text in told.notes if parts else ():
        console.print(shown(text), style="dim", highlight=False)
