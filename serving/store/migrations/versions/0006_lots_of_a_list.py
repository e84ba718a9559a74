"""A score says the chance of its student to be listed, and whether a lot alone listed them; a run its lots' seed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = {"list_probability": sa.Double, "at_random": sa.Boolean}


def upgrade() -> None:
    """The database with this revision."""
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("list_seed", sa.Integer(), nullable=True))
    with op.batch_alter_table("scores") as scores:
        for name, kind in COLUMNS.items():
            scores.add_column(sa.Column(name, kind(), nullable=True))


def downgrade() -> None:
    """The database without it."""
    with op.batch_alter_table("scores") as scores:
        for name in COLUMNS:
            scores.drop_column(name)
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("list_seed")
