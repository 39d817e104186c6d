"""``fieldguide check``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
from rich.console import Console

from fieldguide.cli.choices import source_options
from fieldguide.cli.console import output
from fieldguide.cli.opening import open_workspace
from fieldguide.cli.progress import TerminalProgress
from fieldguide.cli.shown import shown
from fieldguide.cli.summary import print_import
from fieldguide.curate.checks.available import CHECKS
from fieldguide.curate.checks.finding import SEVERITIES, Case, Finding
from fieldguide.curate.checks.report import CheckReport
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import datasets, members
from fieldguide.types import SourceOptions
from fieldguide.workflows.check_dataset import check_dataset, named_checks
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workflows.train_folder import known_dataset
from fieldguide.workspace import Workspace

FIRST_CASES = 5
FIRST_PICTURES = 4

_COLOURS = {"error": "red", "warning": "yellow", "hint": "cyan"}


@click.command()
@click.argument("source", metavar="DATASET|PICTURES")
@source_options
@click.option(
    "--only",
    "names",
    multiple=True,
    metavar="CHECK",
    help=f"Run this check only; may be repeated. Known: {', '.join(c.name for c in CHECKS)}.",
)
@click.option(
    "--question",
    metavar="NAME",
    help="Question whose labels are checked. [default: the one that has labels]",
)
@click.option(
    "--backbone",
    help="Whose vectors are used. [default: efficientnet-lite0, or FIELDGUIDE_BACKBONE]",
)
@click.option("--all", "all_cases", is_flag=True, help="Show every case, not only the first few.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="End with exit code 1 if there is a finding as bad as this, or worse.",
)
@click.pass_context
def check(
    ctx: click.Context,
    source: str,
    name: str | None,
    label: str | None,
    group: str | None,
    split: str | None,
    image: str | None,
    link: bool,
    names: tuple[str, ...],
    question: str | None,
    backbone: str | None,
    all_cases: bool,
    as_json: bool,
    fail_on: str | None,
) -> None:
    """Look for faults in pictures and labels.

    DATASET|PICTURES is the name of a dataset, or a folder, archive or table that is imported first.
    Cases that were dismissed are not shown again.
    """
    # Asked for now, so that a wrong name is not noticed after the import.
    named_checks(names or None)
    console = output()
    with open_workspace(ctx) as workspace:
        _ = BACKBONES.get(backbone or workspace.config.backbone).model_id
        with TerminalProgress(Console(stderr=True)) as progress:
            dataset = known_dataset(workspace, source)
            imported = None
            if dataset is None:
                imported = import_pictures(
                    workspace,
                    Path(source),
                    dataset=name,
                    options=SourceOptions(label=label, group=group, split=split, image=image),
                    link=link,
                    backbone=backbone or workspace.config.backbone,
                    progress=progress,
                )
                dataset = imported.dataset
            report = check_dataset(
                workspace,
                dataset,
                names=names or None,
                question=question,
                backbone=backbone,
                progress=progress,
            )
        if as_json:
            click.echo(report.to_json())
        else:
            if imported is not None:
                print_import(console, imported)
            print_report(console, report, _names(workspace, dataset), all_cases=all_cases)
    if fail_on is not None and _is_as_bad(report, fail_on):
        ctx.exit(1)


def print_report(
    console: Console, report: CheckReport, names: dict[int, str], *, all_cases: bool
) -> None:
    """Print the findings, each with its first cases, and what could not be looked at."""
    for finding in report.findings:
        colour = _COLOURS[finding.severity]
        console.print(
            f"\n[bold {colour}]{finding.severity}[/] [bold]{shown(finding.title)}[/] "
            f"[dim]\\[{finding.check}][/]",
            highlight=False,
        )
        console.print(f"  {shown(finding.why)}", highlight=False, soft_wrap=True)
        _print_cases(console, finding, names, all_cases=all_cases)
    console.print()
    for run in report.could_not:
        console.print(
            f"[dim]not checked:[/] {shown(run.name)}, because {shown(str(run.could_not))}",
            highlight=False,
        )
    for note in report.notes:
        console.print(shown(note), highlight=False, soft_wrap=True)
    dismissed = sum(len(finding.cases) for finding in report.dismissed)
    if dismissed:
        console.print(f"{dismissed:,} dismissed cases are not shown.", highlight=False)
    console.print(f"[bold]{shown(report.summary())}[/]", highlight=False, soft_wrap=True)


def _print_cases(
    console: Console, finding: Finding, names: dict[int, str], *, all_cases: bool
) -> None:
    cases = finding.cases if all_cases else finding.cases[:FIRST_CASES]
    for case in cases:
        sure = "" if case.certainty >= 1.0 else f" [dim]({min(case.certainty, 0.99):.0%} sure)[/]"
        console.print(f"  • {shown(case.why)}{sure}", highlight=False, soft_wrap=True)
        for line in _pictures(case, names, all_cases=all_cases):
            console.print(f"      {shown(line)}", highlight=False, soft_wrap=True)
    if len(cases) < len(finding.cases):
        only = shlex.join(["--only", finding.check, "--all"])
        console.print(
            f"  ... and {len(finding.cases) - len(cases):,} more: {only}", highlight=False
        )


def _pictures(case: Case, names: dict[int, str], *, all_cases: bool) -> list[str]:
    suspects = case.suspects if all_cases else case.suspects[:FIRST_PICTURES]
    lines = []
    for suspect in suspects:
        line = names.get(suspect.member_id, f"picture {suspect.member_id}")
        line += f" ({suspect.note})" if suspect.note else ""
        line += f" → {suspect.suggested}?" if suspect.suggested else ""
        lines.append(line)
    if len(suspects) < len(case.suspects):
        lines.append(f"... and {len(case.suspects) - len(suspects):,} more pictures")
    return lines


def _names(workspace: Workspace, dataset: str) -> dict[int, str]:
    with workspace.records.read() as connection:
        row = datasets.get(connection, dataset)
        return {member.id: member.name for member in members.of_dataset(connection, row.id)}


def _is_as_bad(report: CheckReport, severity: str) -> bool:
    if report.worst is None:
        return False
    order: list[str] = list(SEVERITIES)
    return order.index(report.worst) <= order.index(severity)
