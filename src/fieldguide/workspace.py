"""The workspace: one installation's records and storage, opened together."""

from __future__ import annotations

import functools
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import sqlalchemy as sa

from fieldguide.config import Config, read_config
from fieldguide.errors import WorkspaceError
from fieldguide.records import labels, members
from fieldguide.records.database import Records, sqlite_url
from fieldguide.records.question_cache import QuestionCache
from fieldguide.storage.blobs import Blobs
from fieldguide.storage.thumbnails import ThumbnailCache
from fieldguide.storage.vectors import VectorCache

_NOTE = """This folder is a Fieldguide workspace.

fieldguide.db   the records: datasets, votes, versions, runs. Do not edit.
images/         the pictures, each under the SHA-256 of its bytes. Do not edit.
server-secret   signs what browsers send back. Do not share.
jobs.db         background jobs and how far they are. Do not edit.
runs/           a folder per run: report.html, metrics.json, model.onnx.
imports/        a list per import of what became of each file.
uploads/        files from browsers that are not imported yet.
exports/        files that exports of labels wrote; may be deleted.
cache/          may be deleted at any time; it is made again where needed.
"""


class Workspace:
    """A folder with the two truths, records and picture bytes, and the caches made from them.

    Args:
        config: The settings; read from the environment when None.

    Raises:
        WorkspaceError: If the folder cannot be made or its records cannot be opened.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.config = read_config() if config is None else config
        self.root = self.config.workspace.absolute()
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            note = self.root / "README.txt"
            if not note.exists():
                note.write_text(_NOTE)
        except OSError as error:
            raise WorkspaceError(
                f"The workspace {self.root} cannot be made: {error.strerror}. Name another folder "
                "with --workspace or FIELDGUIDE_WORKSPACE."
            ) from error
        self.records = Records(sqlite_url(self.root / "fieldguide.db"))
        self.questions = QuestionCache()
        self._build_labels()
        self.images = Blobs(self.root / "images")
        self.thumbnails = ThumbnailCache(self.root / "cache" / "thumbnails")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Workspace({str(self.root)!r})"

    def close(self) -> None:
        """Finish queued writes and close the records."""
        self.records.close()

    def _build_labels(self) -> None:
        # An upgrade may have emptied this cache; whoever opens the workspace next fills it again.
        with self.records.read() as connection:
            missing = labels.unbuilt(connection)
        for question in missing:
            self.records.write(functools.partial(labels.refresh, question_id=question))

    @property
    def jobs_url(self) -> sa.URL:
        """Where the background jobs are kept."""
        return sqlite_url(self.root / "jobs.db")

    def vectors(self, model_id: str, dimensions: int) -> VectorCache:
        """Open the cache of one backbone's vectors."""
        return VectorCache(self.root / "cache" / "vectors" / model_id, dimensions)

    def erase_vectors(self, hashes: Sequence[str]) -> None:
        """Erase the vectors of some images in every cache, whatever wrote it."""
        for index in sorted((self.root / "cache" / "vectors").glob("*/index.bin")):
            cache = VectorCache.open_any(index.parent)
            if cache is None:
                # Empty or damaged: nothing in it can be used, so nothing is lost with it.
                shutil.rmtree(index.parent)
            else:
                cache.erase(hashes)

    def check_report(self, dataset_id: int) -> Path:
        """Where the report of the last quality checks of a dataset lies."""
        return self.root / "cache" / "checks" / f"{dataset_id}.json"

    def run_folder(self, run_id: int) -> Path:
        """Where a run's files lie."""
        return self.root / "runs" / str(run_id)

    def import_list(self, import_id: int) -> Path:
        """Where the list of an import's outcomes lies."""
        return self.root / "imports" / f"{import_id}.csv"

    def upload_folder(self, upload_id: str) -> Path:
        """Where the pieces of an upload lie until they are imported."""
        return self.root / "uploads" / upload_id

    def export_folder(self, job_id: int) -> Path:
        """Where the files of an export lie."""
        return self.root / "exports" / str(job_id)

    def read_image(self, sha256: str) -> bytes:
        """Return the bytes of an image, from the storage or from where it was linked.

        Raises:
            WorkspaceError: If the bytes are gone or are no longer the same.
        """
        if self.images.exists(sha256):
            data = self.images.read(sha256)
            if hashlib.sha256(data).hexdigest() == sha256:
                return data
        with self.records.read() as connection:
            linked = members.linked_paths(connection, sha256)
        for member in linked:
            path = Path(str(member.linked_path))
            if path.is_file():
                data = path.read_bytes()
                if hashlib.sha256(data).hexdigest() == sha256:
                    return data
        if linked:
            raise WorkspaceError(
                f"The linked picture {linked[0].linked_path!r} is gone or has changed since it was "
                "imported. Import its folder again, or put the file back."
            )
        if self.images.exists(sha256):
            raise WorkspaceError(
                f"The stored picture {self.images.path(sha256)} has changed since it was imported. "
                "Remove it and import its source again, or restore it from a backup."
            )
        raise WorkspaceError(
            f"The bytes of image {sha256} are missing from {self.images.root}. Import its source "
            "again, or restore the folder from a backup."
        )
