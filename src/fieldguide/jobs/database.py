"""The database of the jobs: one table of jobs, one of workers, beside the tables of DBOS.

It is apart from the records: it can be deleted when no job is wanted any more, and its many small
writes do not keep those of the records waiting.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fieldguide.errors import WorkspaceError
from fieldguide.locking import locked
from fieldguide.records.schema import UtcTime

SCHEMA = 1
"""The shape of the tables below; a database of a newer shape is not touched."""

_BUSY_SECONDS = 30
_LOCK = 4_607_182_418
"""Number of the PostgreSQL advisory lock under which the tables are made."""

metadata = sa.MetaData()

_JSON = sa.JSON(none_as_null=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

jobs = sa.Table(
    "fieldguide_jobs",
    metadata,
    sa.Column("id", _NUMBER, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("arguments", _JSON, nullable=False),
    sa.Column("queue", sa.Text, nullable=False),
    sa.Column("asked_by", sa.Text),
    sa.Column("dataset", _NUMBER),
    sa.Column("client_key", sa.Text, unique=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("wanted", sa.Text, nullable=False),
    # Whether the engine knows that it is to run it; looked at only while it is queued.
    sa.Column("dispatched", sa.Boolean, nullable=False),
    # Whoever acts on the job writes its name here first, and nobody else acts until it is gone.
    sa.Column("runner", sa.Text),
    # How often it was begun since its last finished step.
    sa.Column("starts", sa.Integer, nullable=False),
    sa.Column("progress", _JSON),
    sa.Column("error", sa.Text),
    sa.Column("trace", sa.Text),
    sa.Column("result", _JSON),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("started_at", UtcTime),
    sa.Column("finished_at", UtcTime),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Index("ix_fieldguide_jobs_state_id", "state", "id"),
    sa.Index("ix_fieldguide_jobs_dataset_id", "dataset", "id"),
    sa.Index("ix_fieldguide_jobs_runner", "runner"),
)

workers = sa.Table(
    "fieldguide_job_workers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("pid_began", sa.Text, nullable=False),
    sa.Column("beats", sa.BigInteger, nullable=False),
)

_schema = sa.Table(
    "fieldguide_job_schema", metadata, sa.Column("version", sa.Integer, primary_key=True)
)


def open_database(url: str | sa.URL) -> sa.Engine:
    """Open the database of the jobs and make its tables if they are not there.

    Args:
        url: A SQLAlchemy URL, of SQLite or PostgreSQL.

    Raises:
        WorkspaceError: If it cannot be opened or was written by a newer release.
    """
    engine = _engine(sa.make_url(url))
    shown = engine.url.render_as_string(hide_password=True)
    try:
        with _alone(engine) as connection:
            found = _version(connection)
            if found is None:
                metadata.create_all(connection)
                connection.execute(sa.insert(_schema).values(version=SCHEMA))
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise WorkspaceError(
            f"The jobs at {shown} cannot be opened: {error.orig}. If another program holds them, "
            "wait for it; if the file is damaged, move it away: only the list of jobs is lost."
        ) from error
    if found is not None and found > SCHEMA:
        engine.dispose()
        raise WorkspaceError(
            f"The jobs at {shown} were written by a newer release of Fieldguide (schema {found}; "
            f"this release knows {SCHEMA}). Upgrade with: pip install --upgrade fieldguide"
        )
    return engine


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _: Any) -> None:
        # DBOS counts on a write transaction that takes its lock at once.
        connection.isolation_level = "IMMEDIATE"
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine


@contextlib.contextmanager
def _alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    # Two processes may open a new database at one moment, and the first changes its journal.
    with contextlib.ExitStack() as stack:
        if engine.dialect.name == "sqlite" and engine.url.database not in {None, "", ":memory:"}:
            stack.enter_context(locked(Path(f"{engine.url.database}.lock")))
        connection = stack.enter_context(engine.begin())
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        yield connection


def _version(connection: sa.Connection) -> int | None:
    if not sa.inspect(connection).has_table(_schema.name):
        return None
    return connection.execute(sa.select(_schema.c.version)).scalar()
