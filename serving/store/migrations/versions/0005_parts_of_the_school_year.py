"""A run says its school week, its part of the year, why nobody judged its date, and what serves in which weeks."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = {"school_week": sa.Integer, "part": sa.String, "not_judged": sa.String, "parts": sa.JSON}


def upgrade() -> None:
    """The database with this revision."""
    with op.batch_alter_table("runs") as runs:
        for name, kind in COLUMNS.items():
            runs.add_column(sa.Column(name, kind(), nullable=True))


def downgrade() -> None:
    """The database without it."""
    with op.batch_alter_table("runs") as runs:
        for name in COLUMNS:
            runs.drop_column(name)
