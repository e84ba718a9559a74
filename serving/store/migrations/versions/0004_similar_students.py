"""A score by the rule says how many past students its risk is of, and between what their share lies."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The database with this revision."""
    with op.batch_alter_table("scores") as scores:
        scores.add_column(sa.Column("similar_students", sa.JSON(), nullable=True))


def downgrade() -> None:
    """The database without it."""
    with op.batch_alter_table("scores") as scores:
        scores.drop_column("similar_students")
