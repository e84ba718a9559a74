"""Answers that are kept for a while under a key of the program that asked."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TEXTS = ("district_id", "program", "key_digest", "attempt", "request_digest", "sealed")


def upgrade() -> None:
    """The database with this revision."""
    op.create_table(
        "kept_answers",
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.district_id"], name="fk_kept_answers_district_id_districts"
        ),
        sa.PrimaryKeyConstraint("district_id", "program", "key_digest", name="pk_kept_answers"),
    )
    op.create_index("ix_kept_answers_district_id_expires_at", "kept_answers", ["district_id", "expires_at"])


def downgrade() -> None:
    """The database without it."""
    op.drop_table("kept_answers")
