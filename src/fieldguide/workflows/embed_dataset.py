"""The job that embeds a dataset's pictures."""

from __future__ import annotations

from typing import Any

from fieldguide.config import read_config
from fieldguide.embed.embedding import embed
from fieldguide.embed.extracting import extractors
from fieldguide.jobs.context import JobContext
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import members
from fieldguide.workspace import Workspace


def run(context: JobContext, *, dataset_id: int) -> dict[str, Any]:
    """Compute the vectors that a dataset's pictures lack for the default backbone."""
    with Workspace(read_config(workspace=context.folder)) as workspace:
        network = BACKBONES.get(workspace.config.backbone)
        with workspace.records.read() as connection:
            hashes = sorted(set(members.names_by_hash(connection, dataset_id).values()))
        computed = context.step(
            "Embed pictures",
            embed,
            workspace,
            hashes,
            extractors(workspace, network),
            progress=context.progress,
        )
    return {"pictures": len(hashes), "computed": computed}
