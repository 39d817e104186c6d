"""Open the workspace that the command line names."""

from __future__ import annotations

import click

from fieldguide.config import read_config
from fieldguide.workspace import Workspace


def open_workspace(ctx: click.Context) -> Workspace:
    """Open the workspace of ``--workspace``, the environment or the default."""
    return Workspace(read_config(workspace=ctx.find_root().obj))
