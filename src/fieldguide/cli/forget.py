"""``fieldguide forget``: delete pictures from the workspace for good."""

from __future__ import annotations

import getpass

import click
from rich.console import Console

from fieldguide.cli.console import output
from fieldguide.cli.opening import open_workspace
from fieldguide.cli.progress import TerminalProgress
from fieldguide.cli.shown import shown
from fieldguide.records.forgotten import Footprint
from fieldguide.workflows.forget_pictures import erase_forgotten, find_pictures, forget_pictures


@click.command()
@click.argument("dataset", required=False)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--reason", default="", help="Why; kept beside the hashes of the pictures.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def forget(
    ctx: click.Context, dataset: str | None, names: tuple[str, ...], reason: str, yes: bool
) -> None:
    """Delete pictures from the workspace, with all that is known of them, for good.

    Bytes, thumbnails, vectors, labels, votes and comments go, under every name and in every
    dataset. Versions keep an empty row; models that learned from the pictures are named. Without
    arguments, what was cut short is finished.
    """
    console = output()
    with open_workspace(ctx) as workspace:
        if dataset is None:
            with TerminalProgress(Console(stderr=True)) as progress:
                count = erase_forgotten(workspace, progress=progress)
            console.print(f"{count} pictures that were forgotten before are erased now.")
            return
        if not names:
            raise click.UsageError("Name the pictures as they are called in the dataset.")
        found = find_pictures(workspace, dataset, names)
        _print_footprint(console, found)
        if not yes:
            click.confirm("Forget them? This cannot be undone.", abort=True)
        with TerminalProgress(Console(stderr=True)) as progress:
            report = forget_pictures(
                workspace, found.hashes, author=_author(), reason=reason, progress=progress
            )
    console.print(f"{len(found.hashes)} pictures are forgotten.", highlight=False)
    for note in report.notes:
        console.print(f"[yellow]Note:[/] {shown(note)}", highlight=False)


def _author() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # In a container there may be a number for the user, and no name.
        return "command line"


def _print_footprint(console: Console, found: Footprint) -> None:
    console.print(
        f"{len(found.hashes)} pictures with {found.votes} votes, known as:", highlight=False
    )
    for name in found.names:
        console.print(f"  {shown(name.dataset)}: {shown(name.name)}", highlight=False)
    for title, values in (
        ("Versions that contain them", found.version_names),
        ("Models trained on these", found.model_names),
    ):
        if values:
            console.print(f"{title}: {shown(', '.join(values))}", highlight=False)
