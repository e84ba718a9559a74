"""A run says what its outcome is called: a district may have its own."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BEFORE = "ended grade 9 off track"
"""The only outcome there was before."""


def upgrade() -> None:
    """Column `runs.ended`; runs written before were about grade 9."""
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("ended", sa.String(), nullable=False, server_default=BEFORE))
    with op.batch_alter_table("runs") as runs:
        runs.alter_column("ended", server_default=None)


def downgrade() -> None:
    """Without the column."""
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("ended")
