"""Curation: the trash, dismissed findings, forgotten pictures, help by models, whole versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of curation and widen those that it builds upon."""
    op.create_table(
        "trash",
        sa.Column("id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("trashed_at", _TIME, nullable=False),
        sa.Column("restored_by", sa.Text(), nullable=True),
        sa.Column("restored_at", _TIME, nullable=True),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_trash_member_id_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trash")),
        sa.UniqueConstraint("client_key", name=op.f("uq_trash_client_key")),
    )
    op.create_index(op.f("ix_trash_member_id"), "trash", ["member_id"], unique=False)

    op.create_table(
        "dismissals",
        sa.Column("id", _ID, nullable=False),
        sa.Column("dataset_id", _ID, nullable=False),
        sa.Column("check_name", sa.Text(), nullable=False),
        sa.Column("case_key", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("dismissed_at", _TIME, nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_dismissals_dataset_id_datasets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dismissals")),
        sa.UniqueConstraint("client_key", name=op.f("uq_dismissals_client_key")),
    )
    op.create_index(
        op.f("ix_dismissals_dataset_id_check_name"),
        "dismissals",
        ["dataset_id", "check_name"],
        unique=False,
    )

    op.create_table(
        "forgotten",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("forgotten_at", _TIME, nullable=False),
        sa.Column("erased_at", _TIME, nullable=True),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_forgotten")),
    )

    op.create_table(
        "rejections",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("choice_id", _ID, nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("rejected_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["choices.id"], name=op.f("fk_rejections_choice_id_choices")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_rejections_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_rejections_question_id_questions")
        ),
        sa.PrimaryKeyConstraint(
            "question_id", "member_id", "choice_id", "annotator", name=op.f("pk_rejections")
        ),
    )
    op.create_index(op.f("ix_rejections_member_id"), "rejections", ["member_id"], unique=False)

    op.create_table(
        "selections",
        sa.Column("id", _ID, nullable=False),
        sa.Column("dataset_id", _ID, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("client_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_selections_dataset_id_datasets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selections")),
        sa.UniqueConstraint("client_key", name=op.f("uq_selections_client_key")),
    )
    op.create_index(op.f("ix_selections_dataset_id"), "selections", ["dataset_id"], unique=False)
    op.create_table(
        "selection_members",
        sa.Column("selection_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_selection_members_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["selection_id"],
            ["selections.id"],
            name=op.f("fk_selection_members_selection_id_selections"),
        ),
        sa.PrimaryKeyConstraint("selection_id", "member_id", name=op.f("pk_selection_members")),
    )
    op.create_index(
        op.f("ix_selection_members_member_id"), "selection_members", ["member_id"], unique=False
    )

    op.create_table(
        "review_requests",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("after_vote", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_review_requests_member_id_members")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_review_requests_question_id_questions"),
        ),
        sa.PrimaryKeyConstraint("question_id", "member_id", name=op.f("pk_review_requests")),
    )
    op.create_index(
        op.f("ix_review_requests_member_id"), "review_requests", ["member_id"], unique=False
    )

    # Columns are added without copying a table, for the copy of a parent would lose its children.
    op.add_column("votes", sa.Column("certainty", sa.Double(), nullable=True))
    for table in ("votes", "answers"):
        op.add_column(
            table, sa.Column("aided", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.add_column("datasets", sa.Column("privacy", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("versions", sa.Column("card", sa.JSON(), nullable=True))
    op.add_column("versions", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("versions", sa.Column("author", sa.Text(), server_default="", nullable=False))
    op.add_column("versions", sa.Column("training_hash", sa.String(length=64), nullable=True))
    # Until now a version held nothing but what training sees.
    op.execute("UPDATE versions SET training_hash = content_hash")
    # Nothing refers to its rows with a cascade, and foreign keys are off here; see env.py.
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.alter_column("split_id", existing_type=_ID, nullable=True)
        batch_op.alter_column("question_id", existing_type=_ID, nullable=True)
    op.add_column("version_items", sa.Column("votes", sa.Integer(), nullable=True))
    op.add_column("version_items", sa.Column("columns", sa.JSON(), nullable=True))
    op.add_column("version_items", sa.Column("other_labels", sa.JSON(), nullable=True))
