"""Labelling together: people, questions with settings, standing answers, leases, reviews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of the labelling site and widen those that it builds upon."""
    op.create_table(
        "replies",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("reply", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_replies")),
    )
    op.create_index(op.f("ix_replies_created_at"), "replies", ["created_at"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("disabled_at", _TIME, nullable=True),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("client_key", name=op.f("uq_users_client_key")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", _ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=True),
        sa.Column("revoked_at", _TIME, nullable=True),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("client_key", name=op.f("uq_api_tokens_client_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index(op.f("ix_api_tokens_user_id"), "api_tokens", ["user_id"], unique=False)

    op.create_table(
        "grants",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("dataset_id", _ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("granted_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_grants_dataset_id_datasets")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_grants_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "dataset_id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_dataset_id"), "grants", ["dataset_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", _ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("user_id", _ID, nullable=True),
        sa.Column("dataset_id", _ID, nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME, nullable=True),
        sa.Column("withdrawn_at", _TIME, nullable=True),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_invitations_dataset_id_datasets")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_invitations_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("client_key", name=op.f("uq_invitations_client_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id_users")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)

    op.create_table(
        "uploads",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("dataset_id", _ID, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.Column("job", sa.Text(), nullable=True),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_uploads_dataset_id_datasets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("client_key", name=op.f("uq_uploads_client_key")),
    )
    op.create_table(
        "views",
        sa.Column("id", _ID, nullable=False),
        sa.Column("dataset_id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_views_dataset_id_datasets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
        sa.UniqueConstraint("client_key", name=op.f("uq_views_client_key")),
        sa.UniqueConstraint("dataset_id", "name", name=op.f("uq_views_dataset_id_name")),
    )
    op.create_table(
        "annotator_fits",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("fit", sa.JSON(), nullable=False),
        sa.Column("last_vote_id", sa.BigInteger(), nullable=False),
        sa.Column("fitted_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_annotator_fits_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_annotator_fits")),
    )
    op.create_table(
        "comments",
        sa.Column("id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_comments_member_id_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("client_key", name=op.f("uq_comments_client_key")),
    )
    op.create_index(op.f("ix_comments_member_id"), "comments", ["member_id"], unique=False)

    op.create_table(
        "flags",
        sa.Column("id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("raised_at", _TIME, nullable=False),
        sa.Column("cleared_by", sa.Text(), nullable=True),
        sa.Column("cleared_at", _TIME, nullable=True),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_flags_member_id_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
        sa.UniqueConstraint("client_key", name=op.f("uq_flags_client_key")),
    )
    op.create_index(op.f("ix_flags_member_id"), "flags", ["member_id"], unique=False)

    op.create_table(
        "leases",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("given_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_leases_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_leases_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("question_id", "member_id", "annotator", name=op.f("pk_leases")),
    )
    op.create_index(
        op.f("ix_leases_question_id_annotator"),
        "leases",
        ["question_id", "annotator"],
        unique=False,
    )

    op.create_table(
        "question_edits",
        sa.Column("id", _ID, nullable=False),
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_question_edits_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_edits")),
        sa.UniqueConstraint("client_key", name=op.f("uq_question_edits_client_key")),
    )
    op.create_index(
        op.f("ix_question_edits_question_id"), "question_edits", ["question_id"], unique=False
    )

    op.create_table(
        "queue_positions",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("order_key", sa.Double(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_queue_positions_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("question_id", "annotator", name=op.f("pk_queue_positions")),
    )
    op.create_table(
        "upload_files",
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name=op.f("fk_upload_files_upload_id_uploads")
        ),
        sa.PrimaryKeyConstraint("upload_id", "number", name=op.f("pk_upload_files")),
    )
    op.create_table(
        "choice_aliases",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("choice_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["choices.id"], name=op.f("fk_choice_aliases_choice_id_choices")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_choice_aliases_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("question_id", "name", name=op.f("pk_choice_aliases")),
    )
    op.create_table(
        "choice_examples",
        sa.Column("choice_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["choices.id"], name=op.f("fk_choice_examples_choice_id_choices")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_choice_examples_member_id_members")
        ),
        sa.PrimaryKeyConstraint("choice_id", "member_id", name=op.f("pk_choice_examples")),
    )
    op.create_table(
        "extra_answers",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("set_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_extra_answers_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_extra_answers_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("question_id", "member_id", name=op.f("pk_extra_answers")),
    )
    op.create_table(
        "gold_answers",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("choice_id", _ID, nullable=True),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("choice_ids", sa.JSON(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("set_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["choices.id"], name=op.f("fk_gold_answers_choice_id_choices")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_gold_answers_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_gold_answers_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("question_id", "member_id", name=op.f("pk_gold_answers")),
    )
    op.create_table(
        "label_choices",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("choice_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["choices.id"], name=op.f("fk_label_choices_choice_id_choices")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_label_choices_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_label_choices_question_id_questions")
        ),
        sa.PrimaryKeyConstraint(
            "question_id", "choice_id", "member_id", name=op.f("pk_label_choices")
        ),
    )
    op.create_index(
        op.f("ix_label_choices_member_id"), "label_choices", ["member_id"], unique=False
    )
    op.create_index(
        op.f("ix_label_choices_question_id_choice_id_name_member_id"),
        "label_choices",
        ["question_id", "choice_id", "name", "member_id"],
        unique=False,
    )

    op.create_table(
        "answers",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("annotator_kind", sa.Text(), nullable=False),
        sa.Column("vote_id", _ID, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("choice_id", _ID, nullable=True),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("decides", sa.Boolean(), nullable=False),
        sa.Column("answered_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["choices.id"], name=op.f("fk_answers_choice_id_choices")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_answers_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_answers_question_id_questions")
        ),
        sa.ForeignKeyConstraint(["vote_id"], ["votes.id"], name=op.f("fk_answers_vote_id_votes")),
        sa.PrimaryKeyConstraint("question_id", "member_id", "annotator", name=op.f("pk_answers")),
    )
    op.create_index(
        op.f("ix_answers_question_id_annotator_verdict_choice_id"),
        "answers",
        ["question_id", "annotator", "verdict", "choice_id"],
        unique=False,
    )

    op.create_table(
        "vote_choices",
        sa.Column("vote_id", _ID, nullable=False),
        sa.Column("choice_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["choices.id"], name=op.f("fk_vote_choices_choice_id_choices")
        ),
        sa.ForeignKeyConstraint(
            ["vote_id"], ["votes.id"], name=op.f("fk_vote_choices_vote_id_votes")
        ),
        sa.PrimaryKeyConstraint("vote_id", "choice_id", name=op.f("pk_vote_choices")),
    )
    with op.batch_alter_table("choices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("position", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("key", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("colour", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("description", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("parent_id", _ID, nullable=True))
        batch_op.add_column(sa.Column("merged_into", _ID, nullable=True))
        batch_op.add_column(sa.Column("split_at", _TIME, nullable=True))

    with op.batch_alter_table("datasets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("description", sa.Text(), server_default="", nullable=False))

    # A cache: dropped and made anew; it is filled again when a question is next opened.
    op.drop_table("labels")
    op.create_table(
        "labels",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("choice_id", _ID, nullable=True),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("certainty", sa.Double(), nullable=True),
        sa.Column("vote_count", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("order_key", sa.Double(), nullable=False),
        sa.Column("computed_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["choices.id"], name=op.f("fk_labels_choice_id_choices")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_labels_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_labels_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("question_id", "member_id", name=op.f("pk_labels")),
    )
    for columns in (
        ["member_id"],
        ["question_id", "choice_id", "name", "member_id"],
        ["question_id", "state", "name", "member_id"],
        ["question_id", "state", "order_key", "member_id"],
        ["question_id", "verdict", "name", "member_id"],
    ):
        op.create_index(op.f("ix_labels_" + "_".join(columns)), "labels", columns)
    op.create_index(
        "ix_labels_by_certainty",
        "labels",
        ["question_id", sa.text("coalesce(certainty, -1.0)"), "member_id"],
    )

    op.create_index(op.f("ix_members_dataset_id_id"), "members", ["dataset_id", "id"], unique=False)

    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guidelines", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("settings", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("archived_at", _TIME, nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("labels_at", _TIME, nullable=True))

    with op.batch_alter_table("votes", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("verdict", sa.Text(), server_default="answer", nullable=False)
        )
        batch_op.add_column(sa.Column("number", sa.Double(), nullable=True))
        batch_op.add_column(
            sa.Column("decides", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("milliseconds", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_votes_question_id_annotator"), ["question_id", "annotator"], unique=False
        )
