"""Folders whose subfolders are classes, with or without ``train``, ``val`` and ``test`` above."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from fieldguide.errors import SourceError
from fieldguide.formats import layout, litter
from fieldguide.formats.files import read_file, read_nothing, refuse_error
from fieldguide.formats.folder_table import FolderTable, Said, read_folder_table
from fieldguide.formats.names import UniqueNames, clean, slug
from fieldguide.formats.walk import Findings, Scan, Walk
from fieldguide.types import Entry, Outcome, Refusal, Source, SourceOptions


def _may_read(path: Path) -> bool:
    return os.access(path, os.R_OK)


_NOTHING = Said()


class ClassFolder:
    """Reads a folder of pictures.

    The name of a class's folder is the label; deeper folders belong to the class. A table at the
    top that names the pictures gives them further columns and groups. Every file is handed out,
    whether it is a picture or not, sorted by name; only the litter of operating systems is passed
    over. Pictures are opened when an entry is read, never before.

    Args:
        scan: How a folder is listed.
        may_read: Whether the system lets this user read the file at a path.
    """

    def __init__(
        self,
        scan: Scan = os.scandir,
        may_read: Callable[[Path], bool] = _may_read,
    ) -> None:
        self._scan = scan
        self._may_read = may_read

    def matches(self, path: Path) -> bool:
        """Whether the path is a folder."""
        return path.is_dir()

    def open(self, path: Path, options: SourceOptions) -> Source:
        """Walk through the folder and find out what its subfolders mean.

        Raises:
            SourceError: If the folder cannot be listed or holds no file, or if columns are named
                other than a group of the table in the folder.
            UnknownNameError: If that table has no such column.
        """
        layout.refuse_columns(path, replace(options, group=None))
        root = path.resolve()
        try:
            found = Walk(str(root), self._scan).run()
        except OSError as error:
            raise SourceError(
                f"The folder {root} cannot be opened: {error.strerror}. Check its permissions."
            ) from error
        paths = sorted((clean(name), name) for name in (*found.files, *found.refusals))
        if not paths:
            raise SourceError(
                f"The folder {root} holds no files. Give a folder of pictures, sorted into one "
                "subfolder per class if they have labels."
            )
        files = [name for name, raw in paths if raw not in found.refusals]
        table = read_folder_table(
            root,
            frozenset(files),
            (raw for _, raw in paths if "/" not in raw and raw not in found.refusals),
            options,
        )
        places = layout.recognise((name for name, _ in paths), explained=table.read)
        return Source(
            format="class-folder",
            location=root,
            suggested_name=slug(root.name),
            count=len(paths),
            guesses=(*places.guesses, *table.guesses, *litter.announce(found.litter)),
            entries=partial(self._entries, root, paths, found, places, table),
        )

    def _entries(
        self,
        root: Path,
        paths: list[tuple[str, str]],
        found: Findings,
        places: layout.Layout,
        table: FolderTable,
    ) -> Iterator[Entry]:
        names = UniqueNames()
        for name, raw in paths:
            path = root / raw
            refusal = found.refusals.get(raw) or self._check(path)
            part, label = places.place(name)
            said = table.of.get(name, _NOTHING)
            yield Entry(
                name=names.claim(name),
                read=read_nothing if refusal else partial(read_file, path),
                path=path,
                label=label,
                group=said.group,
                part=part,
                columns=said.columns,
                refusal=refusal,
            )

    def _check(self, path: Path) -> Refusal | None:
        if self._may_read(path):
            return None
        try:
            path.stat()
        except OSError as error:
            return refuse_error(error)
        return Refusal(Outcome.UNREADABLE, "this user may not read it")
