"""Find the files that a person names: files, folders and patterns."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from fieldguide.errors import InputError


def find_files(named: Iterable[str]) -> list[Path]:
    """Expand files, folders (with all files below, hidden ones left out) and glob patterns.

    Raises:
        InputError: If a name stands for nothing.
    """
    found: dict[Path, None] = {}
    for name in named:
        try:
            files = _files_of(name)
        except OSError:
            # A name that is too long for the system is asked about with an error, not with "no".
            files = []
        if not files:
            raise InputError(
                f"{name!r} is no file, no folder with files, and no pattern that fits one."
            )
        found.update(dict.fromkeys(files))
    return list(found)


def _files_of(name: str) -> list[Path]:
    path = Path(name)
    # An empty name, as an unset variable gives, would mean the present folder.
    if not name:
        return []
    if path.is_dir():
        return [f for f in sorted(path.rglob("*")) if f.is_file() and not _hidden(f, path)]
    if path.exists():
        return [path]
    # Patterns may be absolute or reach above the present folder, which Path.glob cannot.
    matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207
    return [Path(match) for match in matches if Path(match).is_file()]


def _hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)
