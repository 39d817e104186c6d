"""``fieldguide users``: accounts from the command line, for who runs the server."""

from __future__ import annotations

import sys
from typing import get_args

import click
import sqlalchemy as sa
from rich.table import Table

from fieldguide.api.links import link_path
from fieldguide.api.passwords import check_password, hash_password
from fieldguide.cli.console import output
from fieldguide.cli.opening import open_workspace
from fieldguide.cli.shown import shown
from fieldguide.records import datasets, invitations
from fieldguide.records import users as user_records
from fieldguide.records.invitations import DAYS, MOST_DAYS, InvitationRow
from fieldguide.types import ROLES, Role

_AUTHOR = "command line"

_with_url = click.option(
    "--url",
    default="http://127.0.0.1:8000",
    show_default=True,
    help="Address of the server, before the link's own part.",
)
_with_days = click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=DAYS,
    show_default=True,
    help="How long the link is valid.",
)


@click.group()
def users() -> None:
    """Manage who may use the web application."""


@users.command("add")
@click.argument("name")
@click.option("--full-name", default="", help="The name for people. [default: NAME]")
@click.option("--admin", is_flag=True, help="May do all, and manage the others.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_context
def add(ctx: click.Context, name: str, full_name: str, admin: bool, password_stdin: bool) -> None:
    """Make an account with a password."""
    user_records.check_name(name)
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    check_password(password, name=name)
    hashed = hash_password(password)
    with open_workspace(ctx) as workspace:
        user = workspace.records.write(
            lambda c: user_records.add(
                c, name, full_name=full_name, password_hash=hashed, administrator=admin
            )
        )
    click.echo(f"Made {'administrator' if user.administrator else 'user'} {user.name}.")


@users.command("invite")
@click.option("--dataset", help="The dataset to which the link leads.")
@click.option("--role", type=click.Choice(get_args(Role)), help="The role there.")
@click.option("--admin", is_flag=True, help="Makes an administrator.")
@click.option("--note", default="", help="For whom it is, as a reminder.")
@_with_days
@_with_url
@click.pass_context
def invite(
    ctx: click.Context,
    dataset: str | None,
    role: Role | None,
    admin: bool,
    note: str,
    days: int,
    url: str,
) -> None:
    """Print a link by which one person makes an account."""
    if (dataset is None) != (role is None):
        raise click.UsageError(f"Give --dataset and --role together; roles: {', '.join(ROLES)}.")

    def make(connection: sa.Connection) -> tuple[InvitationRow, str]:
        found = None if dataset is None else datasets.get(connection, dataset)
        return invitations.create(
            connection,
            author=_AUTHOR,
            dataset_id=None if found is None else found.id,
            role=role,
            administrator=admin,
            note=note,
            days=days,
        )

    with open_workspace(ctx) as workspace:
        _print_link(url, *workspace.records.write(make))


@users.command("reset")
@click.argument("name")
@_with_days
@_with_url
@click.pass_context
def reset(ctx: click.Context, name: str, days: int, url: str) -> None:
    """Print a link by which NAME chooses a new password."""

    def make(connection: sa.Connection) -> tuple[InvitationRow, str]:
        user = user_records.get_named(connection, name)
        return invitations.create_reset(connection, user.id, author=_AUTHOR, days=days)

    with open_workspace(ctx) as workspace:
        _print_link(url, *workspace.records.write(make))


@users.command("disable")
@click.argument("name")
@click.pass_context
def disable(ctx: click.Context, name: str) -> None:
    """Lock NAME out, at once; all that they did stays."""
    with open_workspace(ctx) as workspace:
        workspace.records.write(
            lambda c: user_records.disable(c, user_records.get_named(c, name).id)
        )
    click.echo(f"Disabled {name}.")


@users.command("enable")
@click.argument("name")
@click.pass_context
def enable(ctx: click.Context, name: str) -> None:
    """Let NAME in again."""
    with open_workspace(ctx) as workspace:
        workspace.records.write(
            lambda c: user_records.enable(c, user_records.get_named(c, name).id)
        )
    click.echo(f"Enabled {name}.")


@users.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """List the accounts."""
    with open_workspace(ctx) as workspace, workspace.records.read() as connection:
        rows = user_records.every(connection)
    if not rows:
        click.echo("There is no account yet. Make one with: fieldguide users add NAME --admin")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "full name", "administrator", "password", "disabled"):
        table.add_column(heading)
    for row in rows:
        table.add_row(
            shown(row.name),
            shown(row.full_name),
            "yes" if row.administrator else "",
            "yes" if row.has_password else "no",
            "" if row.disabled_at is None else f"{row.disabled_at:%Y-%m-%d}",
        )
    output().print(table)


def _print_link(url: str, row: InvitationRow, token: str) -> None:
    click.echo(f"{url.rstrip('/')}{link_path(row.purpose, token)}")
    click.echo(f"Works once, until {row.expires_at:%Y-%m-%d %H:%M} UTC.", err=True)
