from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from fieldguide.config import read_config
from fieldguide.errors import WorkspaceError
from fieldguide.records import database, labels, versions, votes
from fieldguide.records.database import Records
from fieldguide.records.schema import metadata
from fieldguide.workflows.compare_versions import compare_versions
from fieldguide.workflows.freeze_version import FreezeOrder, freeze_version
from fieldguide.workspace import Workspace


def test_head_is_the_newest_migration() -> None:
    script = ScriptDirectory(str(Path(database.__file__).parent / "migrations"))
    assert script.get_current_head() == database.HEAD


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_migrations_give_the_tables_of_the_schema(tmp_path: Path) -> None:
    with Records(f"sqlite:///{tmp_path / 'a.db'}") as records, records.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        # Indices of expressions are passed over by the comparison.
        held = set(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
        named = {str(index.name) for table in metadata.tables.values() for index in table.indexes}
        assert named <= held


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


def test_an_upgrade_keeps_votes_and_fills_the_labels_again(tmp_path: Path) -> None:
    path = tmp_path / "fieldguide.db"
    _make_at_first_revision(path)
    config = read_config({"FIELDGUIDE_WORKSPACE": str(tmp_path)})
    with Workspace(config) as workspace, workspace.records.read() as connection:
        found = labels.of_question(connection, 1)
        assert {member: label.choice for member, label in found.items()} == {1: "rust", 2: None}
        assert [vote.verdict for vote in votes.of_question(connection, 1)] == ["answer"] * 3
    assert (tmp_path / "fieldguide.db.before-upgrade-from-0001").exists()


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_an_upgrade_keeps_versions_readable_and_comparable(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "fieldguide.db"
    _make_at_first_revision(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(_FIRST_VERSION)
    _bring_to(path, revision)
    config = read_config({"FIELDGUIDE_WORKSPACE": str(tmp_path)})
    with Workspace(config) as workspace:
        with workspace.records.read() as connection:
            (version,) = versions.of_dataset(connection, 1)
            assert versions.first_trained_alike(connection, 1, "cc") == version
            assert (version.card, version.note, version.split_id) == (None, "", 1)
            assert [i.label for i in versions.items(connection, version.id)] == ["rust", None]
            uses = versions.uses(connection, [version.id])[version.id]
            assert [(use.run_id, use.status) for use in uses] == [(1, "finished")]
        difference = compare_versions(workspace, "leaves", "1", "now")
        assert difference.label_tables == {}
        assert difference.counts == {"certainty": 1}
        assert any("frozen before they were kept" in text for text in difference.left_out)
        order = FreezeOrder("mia", divide=False)
        assert freeze_version(workspace, "leaves", order).version.number == 2
        assert compare_versions(workspace, "leaves", "1", "2").counts == {"certainty": 1}


def _make_at_first_revision(path: Path) -> None:
    _bring_to(path, "0001")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(_FIRST_ROWS)


def _bring_to(path: Path, revision: str) -> None:
    engine = database._engine(database.sqlite_url(path), writes=True, foreign_keys=False)
    settings = Config()
    settings.set_main_option("script_location", str(database._MIGRATIONS))
    settings.attributes["engine"] = engine
    command.upgrade(settings, revision)
    engine.dispose()


_FIRST_ROWS = """
INSERT INTO datasets VALUES (1, 'leaves', 'x', '2026-01-02 03:04:05.000000', 'd');
INSERT INTO images VALUES ('aa', 1, 'JPEG', 'RGB', 4, 3, 1, '2026-01-02 03:04:05.000000');
INSERT INTO images VALUES ('bb', 1, 'JPEG', 'RGB', 4, 3, 2, '2026-01-02 03:04:05.000000');
INSERT INTO members (id, dataset_id, name, sha256, added_at, client_key) VALUES
    (1, 1, 'a.jpg', 'aa', '2026-01-02 03:04:05.000000', 'm1'),
    (2, 1, 'b.jpg', 'bb', '2026-01-02 03:04:05.000000', 'm2');
INSERT INTO questions VALUES (1, 1, 'class', 'single', '2026-01-02 03:04:05.000000', 'q');
INSERT INTO choices (id, question_id, name) VALUES (1, 1, 'rust'), (2, 1, 'miner');
INSERT INTO votes
    (id, member_id, question_id, choice_id, annotator, annotator_kind, created_at, client_key)
VALUES
    (1, 1, 1, 1, 'import', 'import', '2026-01-02 03:04:05.000000', 'v1'),
    (2, 2, 1, 1, 'import', 'import', '2026-01-02 03:04:05.000000', 'v2'),
    (3, 2, 1, 2, 'ada', 'person', '2026-01-02 03:04:05.000000', 'v3');
"""

_FIRST_VERSION = """
INSERT INTO splits VALUES (1, 1, 'made', 0, '{}', '2026-01-02 03:04:05.000000', 's');
INSERT INTO versions
    (id, dataset_id, number, content_hash, split_id, question_id, summary, created_at, client_key)
VALUES (1, 1, 1, 'cc', 1, 1, '{"untrusted": []}', '2026-01-02 03:04:06.000000', 'w');
INSERT INTO version_items
    (version_id, member_id, name, sha256, label, certainty, part, group_key, cluster)
VALUES
    (1, 1, 'a.jpg', 'aa', 'rust', 1.0, 'train', NULL, 'aa'),
    (1, 2, 'b.jpg', 'bb', NULL, NULL, NULL, NULL, 'bb');
INSERT INTO runs (id, version_id, recipe, status, started_at, client_key)
VALUES (1, 1, '{}', 'finished', '2026-01-02 03:04:07.000000', 'r');
"""
