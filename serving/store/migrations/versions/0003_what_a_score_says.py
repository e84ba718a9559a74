"""A score says strengths, the way back, its track record and what changed it; a run how the last lists turned out."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEPT = ("way_back", "track_record", "change")


def upgrade() -> None:
    """The database with this revision."""
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("last_lists", sa.JSON(), nullable=True))
    with op.batch_alter_table("scores") as scores:
        scores.add_column(sa.Column("strengths", sa.JSON(), nullable=False, server_default="[]"))
        for name in KEPT:
            scores.add_column(sa.Column(name, sa.JSON(), nullable=True))
    with op.batch_alter_table("scores") as scores:
        scores.alter_column("strengths", server_default=None)


def downgrade() -> None:
    """The database without it."""
    with op.batch_alter_table("scores") as scores:
        for name in ("strengths", *KEPT):
            scores.drop_column(name)
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("last_lists")
