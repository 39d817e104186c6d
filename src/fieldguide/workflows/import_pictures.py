"""Import a folder, archive or table, and embed the pictures while they are decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fieldguide.collect.importing import ImportReport, import_source
from fieldguide.embed.extracting import extractors
from fieldguide.errors import DataError, InputError
from fieldguide.formats.available import open_source
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.backbones.backbone import Backbone
from fieldguide.records import datasets, members
from fieldguide.types import Entry, Progress, SilentProgress, Source, SourceOptions
from fieldguide.workspace import Workspace


def import_pictures(
    workspace: Workspace,
    path: Path,
    *,
    dataset: str | None = None,
    options: SourceOptions | None = None,
    link: bool = False,
    backbone: str | None = None,
    take_labels: bool = True,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring pictures into a dataset.

    Args:
        workspace: Where to.
        path: A folder, an archive or a table.
        dataset: Name of the dataset; made from the path's name when None.
        options: Which columns of a table mean what.
        link: Leave the files where they are.
        backbone: Name of a backbone to embed with on the way; None only imports.
        take_labels: Whether what the source says of classes and parts is taken over.
        progress: Where to report.

    Returns:
        What became of the files.

    Raises:
        SourceError: If the path cannot be read as a dataset.
        InputError: If the name that the path suggests belongs to pictures from elsewhere.
        DataError: If not one picture could be taken in.
    """
    watcher = progress or SilentProgress()
    source = open_source(path, options or SourceOptions())
    if not take_labels:
        source = _without_labels(source)
    if dataset is not None and dataset.isdecimal():
        raise InputError(f"A dataset cannot be called {dataset}: runs are called by numbers.")
    name = dataset or _free_name(workspace, source)
    for guess in source.guesses:
        watcher.note(guess)
    network: Backbone | None = None if backbone is None else BACKBONES.get(backbone)
    report = import_source(
        workspace,
        source,
        name,
        link=link,
        extractors=[] if network is None else extractors(workspace, network),
        progress=watcher,
    )
    if not report.taken_in:
        reasons = "; ".join(
            f"{name!r}: {outcome} ({why})" for name, outcome, why in report.problems
        )
        raise DataError(
            f"No picture could be taken in from {path}. {reasons}. What became of each file is "
            f"listed in {report.list_path}."
        )
    return report


def _without_labels(source: Source) -> Source:
    def entries() -> Iterator[Entry]:
        return (replace(entry, label=None, part=None) for entry in source.entries())

    return replace(source, guesses=(), entries=entries)


def _free_name(workspace: Workspace, source: Source) -> str:
    # Two folders of one name must not end up in one dataset by accident.
    name = source.suggested_name
    if name.isdecimal():
        # Runs are called by numbers.
        name = f"pictures-{name}"
    with workspace.records.read() as connection:
        known = datasets.find(connection, name)
        empty = known is not None and not members.names_by_hash(connection, known.id)
    if known is not None and known.source != str(source.location) and not empty:
        raise InputError(
            f"There is a dataset {name!r} already, with pictures from {known.source}. Give "
            f"--name {name} to add these pictures to it, or another --name to keep them apart."
        )
    return name
