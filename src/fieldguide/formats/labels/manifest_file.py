"""The manifest beside an export whose own format has no place for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fieldguide.formats.labels.as_json import (
    as_object,
    dump,
    manifest_as_json,
    manifest_from_json,
)
from fieldguide.formats.labels.reading import load_json, placing
from fieldguide.formats.labels.record import Manifest


def path_beside(target: Path) -> Path:
    """Give the path of the manifest of an export.

    Example:
        >>> str(path_beside(Path("out/leaves.csv")))
        'out/leaves.csv.manifest.json'
    """
    return target.with_name(f"{target.name}.manifest.json")


def write_manifest(path: Path, manifest: Manifest, **further: Any) -> None:
    """Write a manifest, and what else the format wants to know again."""
    path.write_text(
        dump({"fieldguide": manifest_as_json(manifest), **further}) + "\n", encoding="utf-8"
    )


def read_manifest(path: Path) -> tuple[Manifest, dict[str, Any]]:
    """Read a manifest, and what else stands in its file.

    Raises:
        SourceError: If it cannot be read.
    """
    value = load_json(path)
    with placing(path, "its beginning"):
        found = as_object(value, "the file")
        return manifest_from_json(found.get("fieldguide")), found
