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


def _number(name: str) -> sa.Column[int]:
    # A row of the same table; without a constraint, which SQLite could only add by copying all.
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer, "sqlite"))


def _client_key() -> sa.Column[str]:
    return sa.Column("client_key", sa.Text, nullable=False, unique=True)


datasets = sa.Table(
    "datasets",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    # What may leave the workspace, and how exactly; see ``records/privacy.py``.
    sa.Column("privacy", sa.JSON, nullable=False, server_default="{}"),
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
    sa.Index(None, "dataset_id", "id"),
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
    sa.Column("guidelines", sa.Text, nullable=False, server_default=""),
    sa.Column("settings", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("archived_at", UtcTime),
    sa.Column("revision", sa.Integer, nullable=False, server_default="1"),
    # None until the table of labels holds a row for each picture.
    sa.Column("labels_at", UtcTime),
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
    sa.Column("position", sa.Integer, nullable=False, server_default="0"),
    sa.Column("key", sa.Text),
    sa.Column("colour", sa.Text),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    _number("parent_id"),
    _number("merged_into"),
    sa.Column("split_at", UtcTime),
    sa.Column("archived_at", UtcTime),
    sa.UniqueConstraint("question_id", "name"),
)

choice_aliases = sa.Table(
    "choice_aliases",
    metadata,
    _reference("question_id", "questions.id"),
    sa.Column("name", sa.Text, nullable=False),
    _reference("choice_id", "choices.id"),
    sa.PrimaryKeyConstraint("question_id", "name"),
)

choice_examples = sa.Table(
    "choice_examples",
    metadata,
    _reference("choice_id", "choices.id"),
    _reference("member_id", "members.id"),
    sa.Column("added_at", UtcTime, nullable=False),
    sa.PrimaryKeyConstraint("choice_id", "member_id"),
)

question_edits = sa.Table(
    "question_edits",
    metadata,
    _id(),
    _reference("question_id", "questions.id"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("undone_at", UtcTime),
    _client_key(),
    sa.Index(None, "question_id"),
)

votes = sa.Table(
    "votes",
    metadata,
    _id(),
    _reference("member_id", "members.id"),
    _reference("question_id", "questions.id"),
    sa.Column("verdict", sa.Text, nullable=False, server_default="answer"),
    _reference("choice_id", "choices.id", nullable=True),
    sa.Column("number", sa.Double),
    sa.Column("decides", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("milliseconds", sa.Integer),
    # A model's probability of what it says; people give none.
    sa.Column("certainty", sa.Double),
    # Whether a model's suggestion was in sight when a person answered.
    sa.Column("aided", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("annotator", sa.Text, nullable=False),
    sa.Column("annotator_kind", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    _client_key(),
    sa.Index(None, "question_id", "member_id"),
    sa.Index(None, "question_id", "annotator"),
)

vote_choices = sa.Table(
    "vote_choices",
    metadata,
    _reference("vote_id", "votes.id"),
    _reference("choice_id", "choices.id"),
    sa.PrimaryKeyConstraint("vote_id", "choice_id"),
)

answers = sa.Table(
    "answers",
    metadata,
    _reference("question_id", "questions.id"),
    _reference("member_id", "members.id"),
    sa.Column("annotator", sa.Text, nullable=False),
    sa.Column("annotator_kind", sa.Text, nullable=False),
    _reference("vote_id", "votes.id"),
    sa.Column("verdict", sa.Text, nullable=False),
    _reference("choice_id", "choices.id", nullable=True),
    sa.Column("number", sa.Double),
    sa.Column("decides", sa.Boolean, nullable=False),
    sa.Column("aided", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("answered_at", UtcTime, nullable=False),
    sa.PrimaryKeyConstraint("question_id", "member_id", "annotator"),
    sa.Index(None, "question_id", "annotator", "verdict", "choice_id"),
)

labels = sa.Table(
    "labels",
    metadata,
    _reference("question_id", "questions.id"),
    _reference("member_id", "members.id"),
    # The picture's, so that an index has it beside what narrows a choice of pictures down.
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text),
    _reference("choice_id", "choices.id", nullable=True),
    sa.Column("number", sa.Double),
    sa.Column("certainty", sa.Double),
    sa.Column("vote_count", sa.Integer, nullable=False),
    sa.Column("wanted", sa.Integer, nullable=False),
    sa.Column("order_key", sa.Double, nullable=False),
    sa.Column("computed_at", UtcTime, nullable=False),
    sa.PrimaryKeyConstraint("question_id", "member_id"),
    sa.Index(None, "question_id", "state", "order_key", "member_id"),
    sa.Index(None, "question_id", "choice_id", "name", "member_id"),
    sa.Index(None, "question_id", "state", "name", "member_id"),
    sa.Index(None, "question_id", "verdict", "name", "member_id"),
    sa.Index(None, "member_id"),
)

certainty_key = sa.func.coalesce(labels.c.certainty, sa.literal_column("-1.0"))
"""By what pictures are sorted by certainty; those without an answer come before all others."""

sa.Index("ix_labels_by_certainty", labels.c.question_id, certainty_key, labels.c.member_id)

label_choices = sa.Table(
    "label_choices",
    metadata,
    _reference("question_id", "questions.id"),
    _reference("choice_id", "choices.id"),
    _reference("member_id", "members.id"),
    sa.Column("name", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("question_id", "choice_id", "member_id"),
    sa.Index(None, "question_id", "choice_id", "name", "member_id"),
    sa.Index(None, "member_id"),
)

annotator_fits = sa.Table(
    "annotator_fits",
    metadata,
    _reference("question_id", "questions.id"),
    sa.Column("fit", sa.JSON, nullable=False),
    sa.Column("last_vote_id", sa.BigInteger, nullable=False),
    sa.Column("fitted_at", UtcTime, nullable=False),
    sa.PrimaryKeyConstraint("question_id"),
)

leases = sa.Table(
    "leases",
    metadata,
    _reference("question_id", "questions.id"),
    _reference("member_id", "members.id"),
    sa.Column("annotator", sa.Text, nullable=False),
    sa.Column("given_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.PrimaryKeyConstraint("question_id", "member_id", "annotator"),
    sa.Index(None, "question_id", "annotator"),
)

queue_positions = sa.Table(
    "queue_positions",
    metadata,
    _reference("question_id", "questions.id"),
    sa.Column("annotator", sa.Text, nullable=False),
    sa.Column("order_key", sa.Double, nullable=False),
    sa.Column("member_id", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("question_id", "annotator"),
)

extra_answers = sa.Table(
    "extra_answers",
    metadata,
    _reference("question_id", "questions.id"),
    _reference("member_id", "members.id"),
    sa.Column("extra", sa.Integer, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("set_at", UtcTime, nullable=False),
    sa.PrimaryKeyConstraint("question_id", "member_id"),
)

review_requests = sa.Table(
    "review_requests",
    metadata,
    _reference("question_id", "questions.id"),
    _reference("member_id", "members.id"),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    # Only a decision that is newer settles the picture.
    sa.Column("after_vote", sa.BigInteger, nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.PrimaryKeyConstraint("question_id", "member_id"),
    sa.Index(None, "member_id"),
)

gold_answers = sa.Table(
    "gold_answers",
    metadata,
    _reference("question_id", "questions.id"),
    _reference("member_id", "members.id"),
    sa.Column("verdict", sa.Text, nullable=False),
    _reference("choice_id", "choices.id", nullable=True),
    sa.Column("number", sa.Double),
    sa.Column("choice_ids", sa.JSON),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("set_at", UtcTime, nullable=False),
    sa.PrimaryKeyConstraint("question_id", "member_id"),
)

comments = sa.Table(
    "comments",
    metadata,
    _id(),
    _reference("member_id", "members.id"),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    _client_key(),
    sa.Index(None, "member_id"),
)

flags = sa.Table(
    "flags",
    metadata,
    _id(),
    _reference("member_id", "members.id"),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("raised_at", UtcTime, nullable=False),
    sa.Column("cleared_by", sa.Text),
    sa.Column("cleared_at", UtcTime),
    _client_key(),
    sa.Index(None, "member_id"),
)

trash = sa.Table(
    "trash",
    metadata,
    _id(),
    _reference("member_id", "members.id"),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("trashed_at", UtcTime, nullable=False),
    sa.Column("restored_by", sa.Text),
    sa.Column("restored_at", UtcTime),
    _client_key(),
    sa.Index(None, "member_id"),
)

dismissals = sa.Table(
    "dismissals",
    metadata,
    _id(),
    _reference("dataset_id", "datasets.id"),
    sa.Column("check_name", sa.Text, nullable=False),
    sa.Column("case_key", sa.String(64), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("dismissed_at", UtcTime, nullable=False),
    sa.Column("undone_by", sa.Text),
    sa.Column("undone_at", UtcTime),
    _client_key(),
    sa.Index(None, "dataset_id", "check_name"),
)

forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("forgotten_at", UtcTime, nullable=False),
    # None until its files are gone, too.
    sa.Column("erased_at", UtcTime),
    sa.Column("versions", sa.JSON, nullable=False),
    sa.Column("models", sa.JSON, nullable=False),
)

rejections = sa.Table(
    "rejections",
    metadata,
    _reference("question_id", "questions.id"),
    _reference("member_id", "members.id"),
    _reference("choice_id", "choices.id"),
    sa.Column("annotator", sa.Text, nullable=False),
    sa.Column("rejected_at", UtcTime, nullable=False),
    sa.PrimaryKeyConstraint("question_id", "member_id", "choice_id", "annotator"),
    sa.Index(None, "member_id"),
)

selections = sa.Table(
    "selections",
    metadata,
    _id(),
    _reference("dataset_id", "datasets.id"),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    _client_key(),
    sa.Index(None, "dataset_id"),
)

selection_members = sa.Table(
    "selection_members",
    metadata,
    _reference("selection_id", "selections.id"),
    _reference("member_id", "members.id"),
    sa.PrimaryKeyConstraint("selection_id", "member_id"),
    sa.Index(None, "member_id"),
)

views = sa.Table(
    "views",
    metadata,
    _id(),
    _reference("dataset_id", "datasets.id"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    _client_key(),
    sa.UniqueConstraint("dataset_id", "name"),
)

users = sa.Table(
    "users",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("full_name", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text),
    sa.Column("administrator", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("disabled_at", UtcTime),
    _client_key(),
)

grants = sa.Table(
    "grants",
    metadata,
    _reference("user_id", "users.id"),
    _reference("dataset_id", "datasets.id"),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("granted_at", UtcTime, nullable=False),
    sa.PrimaryKeyConstraint("user_id", "dataset_id"),
    sa.Index(None, "dataset_id"),
)

invitations = sa.Table(
    "invitations",
    metadata,
    _id(),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("purpose", sa.Text, nullable=False),
    _reference("user_id", "users.id", nullable=True),
    _reference("dataset_id", "datasets.id", nullable=True),
    sa.Column("role", sa.Text),
    sa.Column("administrator", sa.Boolean, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("used_at", UtcTime),
    sa.Column("withdrawn_at", UtcTime),
    _client_key(),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    _reference("user_id", "users.id"),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Index(None, "user_id"),
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    _id(),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    _reference("user_id", "users.id"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime),
    sa.Column("revoked_at", UtcTime),
    _client_key(),
    sa.Index(None, "user_id"),
)

uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _reference("dataset_id", "datasets.id"),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
    sa.Column("job", sa.Text),
    _client_key(),
)

upload_files = sa.Table(
    "upload_files",
    metadata,
    sa.Column("upload_id", sa.Text, sa.ForeignKey("uploads.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("upload_id", "number"),
)

replies = sa.Table(
    "replies",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_hash", sa.String(64), nullable=False),
    sa.Column("reply", sa.JSON, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Index(None, "created_at"),
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
    # Over what training sees of it alone; None where it was not divided into parts.
    sa.Column("training_hash", sa.String(64)),
    _reference("split_id", "splits.id", nullable=True),
    _reference("question_id", "questions.id", nullable=True),
    sa.Column("summary", sa.JSON, nullable=False),
    sa.Column("card", sa.JSON),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("author", sa.Text, nullable=False, server_default=""),
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
    sa.Column("votes", sa.Integer),
    sa.Column("part", sa.Text),
    sa.Column("group_key", sa.Text),
    sa.Column("cluster", sa.Text, nullable=False),
    # Values by column name, and labels of the dataset's other questions by their names; None in
    # versions that were frozen before these were kept.
    sa.Column("columns", sa.JSON),
    sa.Column("other_labels", sa.JSON),
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
