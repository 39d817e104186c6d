"""The tables, as SQLAlchemy Core objects. Migrations bring a database to this shape."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps it without a zone, so the zone is put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Convert to UTC before storing."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:
        """Mark what was read as UTC."""
        del dialect
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def _id() -> sa.Column[int]:
    # SQLite numbers rows by itself only for INTEGER; PostgreSQL wants room for more.
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)


def _reference(name: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(
        name,
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        sa.ForeignKey(target),
        nullable=nullable,
    )


def _client_key() -> sa.Column[str]:
    return sa.Column("client_key", sa.Text, nullable=False, unique=True)


datasets = sa.Table(
    "datasets",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    _client_key(),
)

images = sa.Table(
    "images",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("perceptual_hash", sa.BigInteger, nullable=False),
    sa.Column("added_at", UtcTime, nullable=False),
)

members = sa.Table(
    "members",
    metadata,
    _id(),
    _reference("dataset_id", "datasets.id"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), sa.ForeignKey("images.sha256"), nullable=False),
    sa.Column("group_key", sa.Text),
    sa.Column("given_part", sa.Text),
    sa.Column("linked_path", sa.Text),
    sa.Column("source", sa.Text),
    sa.Column("added_at", UtcTime, nullable=False),
    sa.Column("removed_at", UtcTime),
    _client_key(),
    sa.UniqueConstraint("dataset_id", "name", "sha256"),
    sa.Index(None, "dataset_id", "sha256"),
    sa.Index(None, "sha256"),
)

columns = sa.Table(
    "columns",
    metadata,
    _id(),
    _reference("dataset_id", "datasets.id"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.UniqueConstraint("dataset_id", "name"),
)

column_values = sa.Table(
    "column_values",
    metadata,
    _reference("member_id", "members.id"),
    _reference("column_id", "columns.id"),
    sa.Column("number", sa.Double),
    sa.Column("text", sa.Text),
    sa.PrimaryKeyConstraint("member_id", "column_id"),
)

questions = sa.Table(
    "questions",
    metadata,
    _id(),
    _reference("dataset_id", "datasets.id"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    _client_key(),
    sa.UniqueConstraint("dataset_id", "name"),
)

choices = sa.Table(
    "choices",
    metadata,
    _id(),
    _reference("question_id", "questions.id"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("archived_at", UtcTime),
    sa.UniqueConstraint("question_id", "name"),
)

votes = sa.Table(
    "votes",
    metadata,
    _id(),
    _reference("member_id", "members.id"),
    _reference("question_id", "questions.id"),
    _reference("choice_id", "choices.id", nullable=True),
    sa.Column("annotator", sa.Text, nullable=False),
    sa.Column("annotator_kind", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    _client_key(),
    sa.Index(None, "question_id", "member_id"),
)

labels = sa.Table(
    "labels",
    metadata,
    _reference("member_id", "members.id"),
    _reference("question_id", "questions.id"),
    _reference("choice_id", "choices.id", nullable=True),
    sa.Column("certainty", sa.Double, nullable=False),
    sa.Column("vote_count", sa.Integer, nullable=False),
    sa.Column("computed_at", UtcTime, nullable=False),
    sa.PrimaryKeyConstraint("question_id", "member_id"),
)

imports = sa.Table(
    "imports",
    metadata,
    _id(),
    _reference("dataset_id", "datasets.id"),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
    sa.Column("outcomes", sa.JSON),
    _client_key(),
)

splits = sa.Table(
    "splits",
    metadata,
    _id(),
    _reference("dataset_id", "datasets.id"),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("fractions", sa.JSON, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    _client_key(),
)

split_parts = sa.Table(
    "split_parts",
    metadata,
    _reference("split_id", "splits.id"),
    _reference("member_id", "members.id"),
    sa.Column("part", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("split_id", "member_id"),
)

versions = sa.Table(
    "versions",
    metadata,
    _id(),
    _reference("dataset_id", "datasets.id"),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    _reference("split_id", "splits.id"),
    _reference("question_id", "questions.id"),
    sa.Column("summary", sa.JSON, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    _client_key(),
    sa.UniqueConstraint("dataset_id", "number"),
    sa.UniqueConstraint("dataset_id", "content_hash"),
)

version_items = sa.Table(
    "version_items",
    metadata,
    _reference("version_id", "versions.id"),
    _reference("member_id", "members.id"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("label", sa.Text),
    sa.Column("certainty", sa.Double),
    sa.Column("part", sa.Text),
    sa.Column("group_key", sa.Text),
    sa.Column("cluster", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("version_id", "member_id"),
    sa.Index(None, "sha256"),
)

runs = sa.Table(
    "runs",
    metadata,
    _id(),
    _reference("version_id", "versions.id"),
    sa.Column("recipe", sa.JSON, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
    sa.Column("metrics", sa.JSON),
    _client_key(),
)

models = sa.Table(
    "models",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    _reference("run_id", "runs.id"),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    _client_key(),
    sa.UniqueConstraint("name", "number"),
)

readings = sa.Table(
    "readings",
    metadata,
    _id(),
    _reference("version_id", "versions.id"),
    _reference("run_id", "runs.id"),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("read_at", UtcTime, nullable=False),
    _client_key(),
    sa.Index(None, "version_id", "part"),
)
