"""``fieldguide predict``."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.table import Table

from fieldguide.cli.console import output
from fieldguide.cli.opening import open_workspace
from fieldguide.cli.progress import TerminalProgress
from fieldguide.cli.runs import find_run
from fieldguide.cli.shown import shown
from fieldguide.deploy.finding_files import find_files
from fieldguide.deploy.model import Model, Prediction
from fieldguide.formats.spreadsheet import as_text
from fieldguide.workflows.train_dataset import load_run

SOME_UNREADABLE = 1


@click.command()
@click.argument("model")
@click.argument("files", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Write a JSON list to standard output.")
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV to standard output.")
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Classes per picture in the table.",
)
@click.pass_context
def predict(
    ctx: click.Context,
    model: str,
    files: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
    top: int,
) -> None:
    """Classify FILES (files, folders, patterns) with MODEL (a model.onnx, a name or a run).

    Ends with exit code 1 when a picture could not be read; all others are answered.
    """
    if as_json and as_csv:
        raise click.UsageError("Give --json or --csv, not both.")
    opened = Model(_find_bundle(ctx, model))
    failed = _Failures()
    answers = failed.counted(_predictions(opened, find_files(files), streamed=as_json or as_csv))
    # Held before the bars begin: while they are drawn, rich leads sys.stdout to their console.
    out = sys.stdout
    if as_json:
        _write_json(answers, out)
    elif as_csv:
        _write_csv(answers, opened.classes, out)
    else:
        _print_table(list(answers), top)
    if failed.any:
        ctx.exit(SOME_UNREADABLE)


class _Failures:
    """Passes predictions on and notes whether any of them failed."""

    def __init__(self) -> None:
        self.any = False

    def counted(self, answers: Iterable[Prediction]) -> Iterator[Prediction]:
        for answer in answers:
            self.any |= answer.error is not None
            yield answer


def _predictions(opened: Model, paths: list[Path], *, streamed: bool) -> Iterator[Prediction]:
    if streamed and sys.stdout.isatty():
        # The rows themselves show how far it is; bars would be drawn into them.
        yield from opened.predict_each(paths)
        return
    with (
        TerminalProgress(Console(stderr=True)) as progress,
        progress.step("predict", len(paths), "pictures") as tracker,
    ):
        for answer in opened.predict_each(paths):
            yield answer
            tracker.advance()


def _find_bundle(ctx: click.Context, model: str) -> Path:
    path = Path(model)
    if path.is_file() or path.suffix == ".onnx":
        return path
    with open_workspace(ctx) as workspace:
        return load_run(workspace, find_run(workspace, model)).bundle


def _write_json(answers: Iterable[Prediction], out: TextIO) -> None:
    # What another encoding lacks would be written as \xe9, which is no escape of JSON's.
    ascii_only = (out.encoding or "").lower().replace("-", "") != "utf8"
    before = "[\n "
    for answer in answers:
        out.write(before + json.dumps(answer.to_dict(), ensure_ascii=ascii_only))
        before = ",\n "
    out.write("\n]\n" if before.startswith(",") else "[]\n")


def _write_csv(answers: Iterable[Prediction], classes: tuple[str, ...], out: TextIO) -> None:
    writer = csv.writer(out)
    writer.writerow(["source", "label", "probability", "error", *map(as_text, classes)])
    for a in answers:
        shares = [f"{a.probabilities[name]:.6f}" if a.label else "" for name in classes]
        source, label, error = (as_text(cell or "") for cell in (a.source, a.label, a.error))
        writer.writerow([source, label, f"{a.probability:.6f}", error, *shares])


def _print_table(answers: list[Prediction], top: int) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("picture", overflow="fold")
    table.add_column("answer")
    table.add_column("then")
    for answer in answers:
        if answer.error is not None:
            table.add_row(shown(answer.source), f"[red]{shown(answer.error)}[/]", "")
            continue
        ranked = [f"{shown(n)} {p:.1%}" for n, p in list(answer.probabilities.items())[:top]]
        table.add_row(shown(answer.source), f"[bold]{ranked[0]}[/]", ", ".join(ranked[1:]))
    output().print(table)
