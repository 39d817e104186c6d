"""Freeze a dataset on purpose: a version of all that it holds, with an author and a note."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

from fieldguide.config import read_config
from fieldguide.curate.freezing import (
    Freezing,
    Signature,
    SplitChoice,
    can_divide,
    freeze_undivided,
)
from fieldguide.errors import DataError
from fieldguide.jobs.context import JobContext
from fieldguide.records import datasets
from fieldguide.types import Progress, SilentProgress
from fieldguide.workflows.freeze_dataset import divide_and_freeze
from fieldguide.workspace import Workspace


@dataclasses.dataclass(frozen=True, slots=True)
class FreezeOrder:
    """What is to be frozen, and how.

    Attributes:
        author: Who freezes it.
        note: What they say of it.
        question: Name of the question whose labels are taken; see ``SplitChoice``.
        resplit: Make a split even where one came with the data.
        seed: Draws the order of assignment.
        fractions: Share of each part.
        divide: Whether to divide it into parts, for which all pictures are compared.
        backbone: Whose vectors confirm near duplicates; the default one when None.
    """

    author: str
    note: str = ""
    question: str | None = None
    resplit: bool = False
    seed: int = 0
    fractions: dict[str, float] | None = None
    divide: bool = True
    backbone: str | None = None


def freeze_version(
    workspace: Workspace, dataset: str, order: FreezeOrder, *, progress: Progress | None = None
) -> Freezing:
    """Freeze a dataset with all that it holds; the same content is the same version again.

    Where there are not two classes to divide, as before the first label, it is frozen without
    parts, and its summary says so.

    Args:
        workspace: Where it is.
        dataset: Its name.
        order: How.
        progress: Where to report.

    Raises:
        DataError: If it has no pictures.
        InputError: If the shares do not make sense, or the question has to be named.
        UnknownNameError: If there is no such dataset, question or backbone.
    """
    watcher = progress or SilentProgress()
    signature = Signature(author=order.author, note=order.note.strip())
    choice = SplitChoice(
        question=order.question,
        resplit=order.resplit,
        seed=order.seed,
        fractions=order.fractions,
    )
    with workspace.records.read() as connection:
        divisible = can_divide(connection, dataset, order.question)
    if order.divide and divisible:
        return divide_and_freeze(
            workspace,
            dataset,
            choice=choice,
            backbone=order.backbone,
            signature=signature,
            progress=watcher,
        )
    if order.divide and not choice.is_left_open:
        raise DataError(
            f"The dataset {dataset!r} has not two classes, so it cannot be divided into parts. "
            "Label it first, or freeze it without choices of a split."
        )
    with watcher.step("freeze", None, "pictures"):
        return workspace.records.write(
            partial(freeze_undivided, dataset=dataset, question=order.question, signature=signature)
        )


def run(context: JobContext, *, dataset_id: int, order: dict[str, Any]) -> dict[str, Any]:
    """Freeze a dataset as a job."""
    with Workspace(read_config(workspace=context.folder)) as workspace:
        return dict(
            context.step(
                "Freeze the dataset", _freeze, workspace, context, dataset_id, FreezeOrder(**order)
            )
        )


def _freeze(
    workspace: Workspace, context: JobContext, dataset_id: int, order: FreezeOrder
) -> dict[str, Any]:
    with workspace.records.read() as connection:
        dataset = datasets.name_of(connection, dataset_id)
    frozen = freeze_version(workspace, dataset, order, progress=context.progress)
    return {
        "number": frozen.version.number,
        "fresh": frozen.fresh,
        "noted": frozen.noted,
        "notes": frozen.version.summary["notes"],
    }
