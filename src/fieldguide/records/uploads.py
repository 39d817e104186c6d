"""Uploads: files that come from a browser, piece by piece, before they are imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from fieldguide.records.chunks import chunks
from fieldguide.records.clock import now
from fieldguide.records.schema import upload_files, uploads


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload; ``job`` is the import that took it over once all files were there."""

    id: str
    dataset_id: int
    author: str
    created_at: datetime
    finished_at: datetime | None
    job: str | None


@dataclass(frozen=True, slots=True)
class UploadFile:
    """A file that an upload announced: its name with ``/`` and its size in bytes."""

    number: int
    name: str
    bytes: int


def add(
    connection: sa.Connection,
    upload_id: str,
    dataset_id: int,
    *,
    author: str,
    files: Sequence[UploadFile],
) -> None:
    """Announce an upload with its files."""
    connection.execute(
        uploads.insert(),
        {
            "id": upload_id,
            "dataset_id": dataset_id,
            "author": author,
            "created_at": now(),
            "client_key": f"upload:{upload_id}",
        },
    )
    for part in chunks(files):
        connection.execute(
            upload_files.insert(),
            [
                {"upload_id": upload_id, "number": f.number, "name": f.name, "bytes": f.bytes}
                for f in part
            ],
        )


def find(connection: sa.Connection, upload_id: str) -> Upload | None:
    """Return an upload, or None."""
    row = connection.execute(
        sa.select(
            uploads.c.id,
            uploads.c.dataset_id,
            uploads.c.author,
            uploads.c.created_at,
            uploads.c.finished_at,
            uploads.c.job,
        ).where(uploads.c.id == upload_id)
    ).first()
    return None if row is None else Upload(*row)


def files(connection: sa.Connection, upload_id: str) -> list[UploadFile]:
    """Return the files that an upload announced, by number."""
    query = (
        sa.select(upload_files.c.number, upload_files.c.name, upload_files.c.bytes)
        .where(upload_files.c.upload_id == upload_id)
        .order_by(upload_files.c.number)
    )
    return [UploadFile(*row) for row in connection.execute(query)]


def file(connection: sa.Connection, upload_id: str, number: int) -> UploadFile | None:
    """Return one file of an upload, or None."""
    row = connection.execute(
        sa.select(upload_files.c.number, upload_files.c.name, upload_files.c.bytes).where(
            upload_files.c.upload_id == upload_id, upload_files.c.number == number
        )
    ).first()
    return None if row is None else UploadFile(*row)


def finish(connection: sa.Connection, upload_id: str, job: str) -> None:
    """Note that all files are there and which job imports them."""
    connection.execute(
        uploads.update().where(uploads.c.id == upload_id).values(finished_at=now(), job=job)
    )
