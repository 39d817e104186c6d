"""``fieldguide serve``."""

from __future__ import annotations

import click

from fieldguide.api.server import addresses, listen, prepare, serve
from fieldguide.cli.opening import open_workspace
from fieldguide.config import has_display
from fieldguide.jobs.supervisor import WorkerProcess
from fieldguide.workflows.tasks import TASKS_PATH


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes one that is free.",
)
@click.option(
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="A further name by which browsers call this server. Can be given several times.",
)
@click.option(
    "--proxy-headers",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="Believe the X-Forwarded headers of the proxy at this address. Several times likewise.",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.pass_context
def serve_(
    ctx: click.Context,
    host: str,
    port: int,
    allowed_hosts: tuple[str, ...],
    proxies: tuple[str, ...],
    no_browser: bool,
) -> None:
    """Run the web application until Ctrl+C.

    On this machine alone the printed link signs you in. With --host others can reach the server;
    they sign in with accounts from `fieldguide users`.
    """
    with listen(host, port) as listening, open_workspace(ctx) as workspace:
        options = prepare(
            workspace, listening, host=host, allowed_hosts=allowed_hosts, proxies=proxies
        )
        address, link = addresses(options)

        def tell() -> None:
            click.echo(f"Fieldguide serves {workspace.root}")
            click.echo(f"Open {link or address}")
            click.echo("Stop with Ctrl+C.")
            if link is not None and not no_browser and has_display():
                click.launch(link)

        def worker() -> WorkerProcess:
            return WorkerProcess(workspace.jobs_url, TASKS_PATH, workspace.root)

        serve(workspace, options, listening, started=tell, alongside=worker)
    click.echo("Stopped.")
