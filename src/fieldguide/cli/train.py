"""``fieldguide train`` and ``fieldguide demo``."""

from __future__ import annotations

import click
from rich.console import Console

from fieldguide.cli.choices import fractions, source_options, split_options
from fieldguide.cli.console import output
from fieldguide.cli.opening import open_workspace
from fieldguide.cli.progress import TerminalProgress
from fieldguide.cli.summary import print_import, print_run
from fieldguide.curate.freezing import SplitChoice
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.heads.available import HEADS
from fieldguide.train.recipe import Recipe
from fieldguide.types import SourceOptions
from fieldguide.workflows.demo import DEMO_DATASET, DEMO_OPTIONS, demo_source
from fieldguide.workflows.train_folder import train_folder
from fieldguide.workspace import Workspace


@click.command()
@click.argument("source", metavar="PICTURES")
@source_options
@split_options
@click.option(
    "--head",
    default="logistic",
    show_default=True,
    help=f"What is trained on the vectors: {', '.join(HEADS.names())}.",
)
@click.option(
    "--backbone",
    help=f"Pretrained network: {', '.join(BACKBONES.names())}. "
    "[default: efficientnet-lite0, or FIELDGUIDE_BACKBONE]",
)
@click.option("--again", is_flag=True, help="Train anew even if a run has done exactly this.")
@click.pass_context
def train(
    ctx: click.Context,
    source: str,
    name: str | None,
    label: str | None,
    group: str | None,
    split: str | None,
    image: str | None,
    link: bool,
    question: str | None,
    resplit: bool,
    test_share: float | None,
    val_share: float | None,
    seed: int,
    head: str,
    backbone: str | None,
    again: bool,
) -> None:
    """From pictures to a tested model, in one line.

    PICTURES is a folder whose subfolders are classes (train/, val/ and test/ may stand above them),
    a zip or tar of one, a CSV or Parquet table with a row per picture, or the name of a dataset.
    """
    with open_workspace(ctx) as workspace:
        _train(
            workspace,
            source,
            name=name,
            options=SourceOptions(label=label, group=group, split=split, image=image),
            link=link,
            recipe=Recipe(backbone=backbone or workspace.config.backbone, head=head, seed=seed),
            choice=SplitChoice(
                question=question,
                resplit=resplit,
                seed=seed,
                fractions=fractions(test_share, val_share),
            ),
            again=again,
        )


@click.command()
@click.option("--again", is_flag=True, help="Train anew even if a run has done exactly this.")
@click.pass_context
def demo(ctx: click.Context, again: bool) -> None:
    """Do the main job on photographs of groceries, which come with the extra 'demo'."""
    with open_workspace(ctx) as workspace:
        _train(
            workspace,
            str(demo_source()),
            name=DEMO_DATASET,
            options=DEMO_OPTIONS,
            link=False,
            recipe=Recipe(backbone=workspace.config.backbone),
            choice=SplitChoice(),
            again=again,
        )


def _train(
    workspace: Workspace,
    source: str,
    *,
    name: str | None,
    options: SourceOptions,
    link: bool,
    recipe: Recipe,
    choice: SplitChoice,
    again: bool,
) -> None:
    with TerminalProgress(Console(stderr=True)) as progress:
        result = train_folder(
            workspace,
            source,
            dataset=name,
            options=options,
            link=link,
            recipe=recipe,
            choice=choice,
            again=again,
            progress=progress,
        )
    console = output()
    if result.imported is not None:
        print_import(console, result.imported)
    print_run(console, result.run)
