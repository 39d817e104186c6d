"""The job that counts what a dataset's files tell beside their pictures, and the faces on them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from fieldguide.config import read_config
from fieldguide.errors import WorkspaceError
from fieldguide.jobs.context import JobContext
from fieldguide.models import faces
from fieldguide.parallel import map_in_order
from fieldguide.pictures.file_facts import read_facts
from fieldguide.records import members
from fieldguide.records.clock import now
from fieldguide.workflows.face_scores import face_scores
from fieldguide.workspace import Workspace

KINDS: tuple[str, ...] = (
    "place",
    "serial_number",
    "owner",
    "remark",
    "thumbnail",
    "second_picture",
    "leftover",
    "time",
)
"""What is counted of the files' metadata, by the names of ``FileFacts``."""

_FACES, _UNREAD = "faces", "unread"
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Found:
    """What was found when a dataset was last looked through.

    Attributes:
        looked_at: When.
        pictures: How many different pictures were looked at.
        unread: How many of them could not be read.
        counts: How many have each of ``KINDS``.
        faces: On how many a face was found; None where nobody could look.
    """

    looked_at: datetime
    pictures: int
    unread: int
    counts: Mapping[str, int]
    faces: int | None


def run(context: JobContext, *, dataset_id: int) -> dict[str, Any]:
    """Look through the files of a dataset, and keep what was found."""
    with Workspace(read_config(workspace=context.folder)) as workspace:
        with workspace.records.read() as connection:
            hashes = sorted(set(members.names_by_hash(connection, dataset_id).values()))
        can_find_faces = faces.is_installed()

        def work(chunk: Sequence[str]) -> dict[str, int]:
            seen = map_in_order(
                lambda sha: _look(workspace, sha),
                chunk,
                workers=workspace.config.workers,
            )
            found = Counter(kind for kinds in seen for kind in kinds)
            if can_find_faces:
                found[_FACES] = sum(map(bool, face_scores(workspace, chunk).values()))
            return dict(found)

        parts = context.for_each("Look at the files", hashes, work, unit="pictures", size=_CHUNK)
        counts = Counter[str]()
        for part in parts:
            counts.update(part)
        result = {
            "looked_at": now().isoformat(),
            "pictures": len(hashes),
            "unread": counts[_UNREAD],
            "counts": {kind: counts[kind] for kind in KINDS},
            "faces": counts[_FACES] if can_find_faces else None,
        }
        _keep(_path(workspace, dataset_id), result)
        return result


def last_found(workspace: Workspace, dataset_id: int) -> Found | None:
    """Return what was found last; None when nobody has looked or the cache was emptied."""
    try:
        held = orjson.loads(_path(workspace, dataset_id).read_bytes())
        return Found(**{**held, "looked_at": datetime.fromisoformat(held["looked_at"])})
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        # What an older release wrote is looked for again.
        return None


def _look(workspace: Workspace, sha256: str) -> list[str]:
    try:
        data = workspace.read_image(sha256)
    except WorkspaceError:
        return [_UNREAD]
    facts = read_facts(data)
    return [kind for kind in KINDS if getattr(facts, kind)]


def _path(workspace: Workspace, dataset_id: int) -> Path:
    return workspace.root / "cache" / "privacy" / f"{dataset_id}.json"


def _keep(path: Path, result: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(orjson.dumps(result))
    beside.replace(path)
