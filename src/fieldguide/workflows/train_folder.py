"""The one line: from a folder of pictures to a model that can be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fieldguide.collect.importing import ImportReport
from fieldguide.curate.freezing import SplitChoice
from fieldguide.errors import SourceError, UnknownNameError
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.heads.available import HEADS
from fieldguide.records import datasets
from fieldguide.train.recipe import Recipe
from fieldguide.types import Progress, SourceOptions
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workflows.stopwatch import Stopwatch
from fieldguide.workflows.train_dataset import RunResult, train_dataset
from fieldguide.workspace import Workspace


@dataclass(frozen=True, slots=True)
class FolderResult:
    """What the one line did.

    Attributes:
        imported: What became of the files; None when a dataset was named that was there already.
        run: The finished run.
    """

    imported: ImportReport | None
    run: RunResult


def train_folder(
    workspace: Workspace,
    source: str | Path,
    *,
    dataset: str | None = None,
    options: SourceOptions | None = None,
    link: bool = False,
    recipe: Recipe | None = None,
    choice: SplitChoice | None = None,
    again: bool = False,
    progress: Progress | None = None,
) -> FolderResult:
    """Import, check, split, embed, train, calibrate, evaluate and report.

    Args:
        workspace: Where everything is kept.
        source: A folder, an archive, a table, or the name of a dataset in the workspace.
        dataset: Name for the dataset; made from the source's name when None.
        options: Which columns of a table mean what.
        link: Leave the files where they are.
        recipe: All choices of the training.
        choice: How to divide the dataset.
        again: Train anew even if a finished run has done exactly this.
        progress: Where to report.

    Returns:
        What became of the files, and the run.

    Raises:
        InputError: If the source, a name or the data cannot be used.
    """
    plan = recipe or Recipe(backbone=workspace.config.backbone)
    wanted = choice or SplitChoice()
    if options is not None and options.split is not None:
        wanted = replace(wanted, given=not wanted.resplit)
    # Asked for now, so that a wrong name or a missing package is not noticed after the import.
    HEADS.get(plan.head)
    _ = BACKBONES.get(plan.backbone).model_id
    watch = Stopwatch()
    imported = None
    name = known_dataset(workspace, source)
    if name is None:
        with watch.step("import"):
            imported = import_pictures(
                workspace,
                Path(source),
                dataset=dataset,
                options=options,
                link=link,
                backbone=plan.backbone,
                progress=progress,
            )
        name = imported.dataset
    run = train_dataset(
        workspace,
        name,
        recipe=plan,
        choice=wanted,
        again=again,
        progress=progress,
        stopwatch=watch,
        embedded_before=0 if imported is None else imported.extracted,
    )
    return FolderResult(imported, run)


def known_dataset(workspace: Workspace, source: str | Path) -> str | None:
    """Return the dataset that a source names; None where it is a path that exists.

    Raises:
        SourceError: If it is neither.
    """
    try:
        if Path(source).exists():
            return None
    except OSError as error:
        raise SourceError(
            f"{str(source)[:60]!r}... is no usable path: {error.strerror}."
        ) from error
    with workspace.records.read() as connection:
        try:
            return datasets.get(connection, str(source)).name
        except UnknownNameError as error:
            raise SourceError(
                f"{str(source)!r} is neither a folder or file nor a dataset. {error}"
            ) from error
