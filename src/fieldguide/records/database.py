"""Open the records: engine, pragmas, migration, reading and writing."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self, TypeVar

import sqlalchemy as sa

from fieldguide.errors import WorkspaceError
from fieldguide.locking import locked
from fieldguide.records import lowercase
from fieldguide.records.writer import Work, Writer

T = TypeVar("T")

HEAD = "0003"
"""The revision that this code reads and writes; a test holds it equal to the newest migration."""

_ATTEMPTS_TO_EMPTY, _PAUSE = 20, 0.5
_MIGRATING = threading.Lock()
_MIGRATIONS = Path(__file__).parent / "migrations"


def sqlite_url(path: Path) -> sa.URL:
    """Return the URL of a database file, whatever characters its path has."""
    return sa.URL.create("sqlite", database=str(path))


class Records:
    """The records of one workspace.

    Args:
        url: A SQLAlchemy URL.

    Raises:
        WorkspaceError: If the database cannot be opened or was written by a newer release.
    """

    def __init__(self, url: str | sa.URL) -> None:
        self._url = sa.make_url(url)
        self._readers = _engine(self._url, writes=False)
        self._writers = _engine(self._url, writes=True)
        self._glancers = _engine(self._url, writes=False, transactions=False)
        self._kept = threading.local()
        try:
            self._migrate()
        except sa.exc.DatabaseError as error:
            self._readers.dispose()
            self._writers.dispose()
            self._glancers.dispose()
            raise WorkspaceError(
                f"The records at {url} cannot be opened: {error.orig}. If another program holds "
                "them, wait for it; if the file is damaged, restore it from a backup."
            ) from error
        self._writer = Writer(self._writers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection that reads one consistent state."""
        with self._readers.connect() as connection:
            yield connection

    def glance(self, work: Work[T]) -> T:
        """Run ``work``, which looks single rows up, without a transaction around it.

        It is several times cheaper than ``read``, but two statements may see two states. Each
        thread keeps a connection of its own.
        """
        connection: sa.Connection | None = getattr(self._kept, "connection", None)
        if connection is None or connection.closed:
            connection = self._glancers.connect()
            self._kept.connection = connection
        try:
            return work(connection)
        finally:
            connection.rollback()

    def write(self, work: Work[T]) -> T:
        """Run ``work`` in a transaction and return its result once it is on disk."""
        return self._writer.submit(work).result()

    def submit(self, work: Work[T]) -> Future[T]:
        """Queue ``work``; the future has its result once it is on disk."""
        return self._writer.submit(work)

    def compact(self) -> None:
        """Write the database anew without what was deleted, so that no trace of it is left.

        On PostgreSQL the server does so by itself, and its backups are its administrator's matter.

        Raises:
            WorkspaceError: If somebody reads or writes all the while.
        """
        if not _is_sqlite(self._url):
            return
        with contextlib.closing(sqlite3.connect(str(self._url.database), timeout=60)) as plain:
            plain.execute("VACUUM")
            for _ in range(_ATTEMPTS_TO_EMPTY):
                busy, _, _ = plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return
                time.sleep(_PAUSE)
        raise WorkspaceError(
            f"The records at {self._url} are in use all the time, so that deleted rows may still "
            "stand in their journal. Do the same again when nobody else works in the workspace."
        )

    def close(self) -> None:
        """Finish queued writes and close all connections."""
        self._writer.close()
        self._readers.dispose()
        self._writers.dispose()
        self._glancers.dispose()

    def _migrate(self) -> None:
        with _alone(self._writers.url):
            self._migrate_alone()

    def _migrate_alone(self) -> None:
        revision = _revision(self._writers)
        if revision == HEAD:
            return
        known = {path.name.split("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")}
        if revision is not None and revision not in known:
            raise WorkspaceError(
                f"The records at {self._url} were written by a newer release of Fieldguide "
                f"(schema {revision}; this release knows {HEAD}). Upgrade with: "
                "pip install --upgrade fieldguide"
            )
        if revision is not None:
            _back_up(self._writers, revision)
        _upgrade(self._url)


def _engine(
    url: sa.URL, *, writes: bool, foreign_keys: bool = True, transactions: bool = True
) -> sa.Engine:
    sqlite = _is_sqlite(url)
    options: dict[str, Any] = {} if transactions else {"poolclass": sa.pool.NullPool}
    if not transactions and not sqlite:
        options["isolation_level"] = "AUTOCOMMIT"
    engine = sa.create_engine(url, connect_args={"timeout": 60} if sqlite else {}, **options)
    if engine.dialect.name != "sqlite":
        return engine

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _: Any) -> None:
        # The driver's own transaction handling would commit before savepoints; begin is ours.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        cursor.close()
        lowercase.teach(connection)

    if not transactions:
        return engine

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A write transaction takes its lock at once, so that it cannot fail half-way.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _is_sqlite(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _revision(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


@contextlib.contextmanager
def _alone(url: sa.URL) -> Iterator[None]:
    # Threads by the one lock, processes by the other: Alembic keeps its state in globals, and the
    # first connection to a SQLite file changes its journal.
    with _MIGRATING, contextlib.ExitStack() as stack:
        if url.get_backend_name() == "sqlite" and url.database:
            stack.enter_context(locked(Path(f"{url.database}.lock")))
        yield


def _upgrade(url: sa.URL) -> None:
    from alembic import command
    from alembic.config import Config

    # A batch migration that recreates a parent table deletes all child rows while foreign keys are
    # on, so migrations have connections of their own; env.py checks the references at the end.
    engine = _engine(url, writes=True, foreign_keys=False)

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    try:
        command.upgrade(config, "head")
    finally:
        engine.dispose()


def _back_up(engine: sa.Engine, revision: str) -> None:
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path:
        return
    with (
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(f"{path}.before-upgrade-from-{revision}")) as target,
    ):
        source.backup(target)
