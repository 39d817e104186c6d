"""``fieldguide trash``: take pictures out of a dataset, and put them back."""

from __future__ import annotations

import click
import sqlalchemy as sa
from rich.table import Table

from fieldguide.cli.console import output
from fieldguide.cli.opening import open_workspace
from fieldguide.cli.shown import shown
from fieldguide.evaluate import wording
from fieldguide.records import datasets
from fieldguide.records import trash as trash_records
from fieldguide.records.clock import now
from fieldguide.workflows import trash_pictures
from fieldguide.workspace import Workspace

_AUTHOR = "command line"
_PAGE = 500


@click.command()
@click.argument("dataset")
@click.argument("action", type=click.Choice(["list", "add", "restore"]), default="list")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--reason", default="", help="Why the pictures go into the trash.")
@click.pass_context
def trash(
    ctx: click.Context, dataset: str, action: str, names: tuple[str, ...], reason: str
) -> None:
    """List the trash of a dataset, add pictures to it, or restore them.

    What is in the trash is no longer labelled, checked or trained on, and an import does not bring
    it back. Nothing is lost: its votes and its places in frozen versions stay. To have a picture's
    bytes deleted, use `fieldguide forget`.
    """
    if action == "list" and names:
        raise click.UsageError("'list' takes no names.")
    if action != "list" and not names:
        raise click.UsageError(f"Name the pictures to {action}.")
    with open_workspace(ctx) as workspace:
        with workspace.records.read() as connection:
            dataset_id = datasets.get(connection, dataset).id
        if action == "list":
            _list(workspace, dataset, dataset_id)
        elif action == "add":
            _add(workspace, dataset_id, names, reason)
        else:
            _restore(workspace, dataset_id, names)


def _add(workspace: Workspace, dataset_id: int, names: tuple[str, ...], reason: str) -> None:
    def work(connection: sa.Connection) -> int:
        ids = trash_pictures.present_ids(connection, dataset_id, names)
        gone = trash_records.put(
            connection,
            dataset_id,
            ids,
            author=_AUTHOR,
            reason=reason,
            client_key=f"cli:{now().isoformat()}",
        )
        return len(gone)

    count = workspace.records.write(work)
    output().print(f"{wording.counted(count, 'picture')} in the trash now.", highlight=False)


def _restore(workspace: Workspace, dataset_id: int, names: tuple[str, ...]) -> None:
    def work(connection: sa.Connection) -> int:
        ids = trash_pictures.trashed_ids(connection, dataset_id, names)
        return len(trash_pictures.restore(connection, dataset_id, ids, author=_AUTHOR))

    count = workspace.records.write(work)
    output().print(f"{wording.counted(count, 'picture')} restored.", highlight=False)


def _list(workspace: Workspace, dataset: str, dataset_id: int) -> None:
    console = output()
    table = Table(box=None, pad_edge=False)
    for heading in ("picture", "since", "by", "why"):
        table.add_column(heading, overflow="fold")
    after: int | None = None
    with workspace.records.read() as connection:
        while page := trash_records.page(connection, dataset_id, after=after, limit=_PAGE):
            for row in page:
                since = row.trashed_at.strftime("%Y-%m-%d %H:%M")
                table.add_row(shown(row.name), since, shown(row.author), shown(row.reason))
            after = page[-1].entry
    if not table.row_count:
        console.print(f"The trash of {shown(dataset)} is empty.", highlight=False)
        return
    console.print(table)
