"""How Alembic reaches the database: through the engine that the records opened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from fieldguide.records.schema import metadata


def _run() -> None:
    engine: sa.Engine = context.config.attributes["engine"]
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=sqlite,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(
                        f"The migration broke {len(broken)} references: {broken[:5]}"
                    )
        connection.commit()


_run()
