"""Divide a dataset and freeze it, with everything that needs: vectors, near duplicates, parts."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from fieldguide.curate.freezing import Freezing, Signature, SplitChoice, freeze
from fieldguide.curate.near_duplicates import NearPair, find_near_duplicates
from fieldguide.curate.splitting import DEFAULT_FRACTIONS, check_fractions
from fieldguide.embed.embedding import embed
from fieldguide.embed.extracting import extractors, sketch_cache
from fieldguide.errors import InterruptedRunError
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import datasets, images, members
from fieldguide.records.versions import VersionRow
from fieldguide.types import Progress, SilentProgress
from fieldguide.workspace import Workspace

_ATTEMPTS = 5


def embed_dataset(
    workspace: Workspace, dataset: str, backbone: str, *, progress: Progress | None = None
) -> int:
    """Compute the vectors that are missing and return how many pictures were decoded."""
    network = BACKBONES.get(backbone)
    hashes = image_hashes(workspace, dataset)
    return embed(workspace, hashes, extractors(workspace, network), progress=progress)


def image_hashes(workspace: Workspace, dataset: str) -> list[str]:
    """Return the distinct images of a dataset, sorted by hash."""
    with workspace.records.read() as connection:
        row = datasets.get(connection, dataset)
        return sorted({m.sha256 for m in members.of_dataset(connection, row.id)})


def freeze_dataset(
    workspace: Workspace,
    dataset: str,
    *,
    choice: SplitChoice | None = None,
    backbone: str | None = None,
    progress: Progress | None = None,
) -> VersionRow:
    """Divide a dataset into parts and freeze it.

    Args:
        workspace: Where it is.
        dataset: Its name.
        choice: How to divide it.
        backbone: Whose vectors confirm near duplicates; the default one when None.
        progress: Where to report.

    Returns:
        The version; the same one again when nothing has changed.

    Raises:
        DataError: If there are not two classes with pictures.
        InputError: If the fractions do not make sense.
    """
    return divide_and_freeze(
        workspace, dataset, choice=choice, backbone=backbone, progress=progress
    ).version


def divide_and_freeze(
    workspace: Workspace,
    dataset: str,
    *,
    choice: SplitChoice | None = None,
    backbone: str | None = None,
    signature: Signature | None = None,
    progress: Progress | None = None,
) -> Freezing:
    """Do what ``freeze_dataset`` does, also for somebody who freezes on purpose."""
    watcher = progress or SilentProgress()
    wanted = choice or SplitChoice()
    check_fractions(wanted.fractions or DEFAULT_FRACTIONS)
    name = backbone or workspace.config.backbone
    for attempt in range(_ATTEMPTS):
        compared = frozenset(image_hashes(workspace, dataset))
        embed_dataset(workspace, dataset, name, progress=watcher)
        near = near_duplicates(workspace, compared, name, progress=watcher)
        work = partial(
            freeze,
            dataset=dataset,
            near=near,
            choice=wanted,
            compared=compared,
            signature=signature,
        )
        try:
            return workspace.records.write(work)
        except InterruptedRunError:
            # Somebody imports into it at this moment: compare what came in, too.
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def near_duplicates(
    workspace: Workspace,
    hashes: Collection[str],
    backbone: str,
    *,
    progress: Progress | None = None,
) -> list[NearPair]:
    """Find the near duplicates among images whose vectors are there."""
    watcher = progress or SilentProgress()
    with workspace.records.read() as connection:
        known = images.by_hash(connection, sorted(hashes))
    network = BACKBONES.get(backbone)
    cache = workspace.vectors(network.model_id, network.dimensions)
    with watcher.step("compare", None, "pictures"):
        return find_near_duplicates(
            {sha: row.perceptual_hash for sha, row in known.items()},
            cache,
            sketches=sketch_cache(workspace),
            workers=workspace.config.workers,
        )
