from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from fieldguide.errors import WorkspaceError
from fieldguide.records import database
from fieldguide.records.database import Records
from fieldguide.records.schema import metadata


def test_head_is_the_newest_migration() -> None:
    script = ScriptDirectory(str(Path(database.__file__).parent / "migrations"))
    assert script.get_current_head() == database.HEAD


def test_migrations_give_the_tables_of_the_schema(tmp_path: Path) -> None:
    with Records(f"sqlite:///{tmp_path / 'a.db'}") as records, records.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Records(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WorkspaceError, match=r"newer release.*9999.*Upgrade"):
        Records(f"sqlite:///{path}")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        Records(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"not a database")


def test_two_openers_at_once_make_one_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    failures: list[BaseException] = []

    def work() -> None:
        try:
            Records(url).close()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_foreign_keys_are_kept(tmp_path: Path) -> None:
    with Records(f"sqlite:///{tmp_path / 'a.db'}") as records:

        def orphan(connection: sa.Connection) -> None:
            connection.execute(
                sa.text("INSERT INTO columns (dataset_id, name, kind) VALUES (7, 'x', 'text')")
            )

        with pytest.raises(sa.exc.IntegrityError):
            records.write(orphan)
