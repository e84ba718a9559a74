"""People who were added by hand, and those whose access has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The database with this revision."""
    op.add_column("staff", sa.Column("added", sa.Boolean(), nullable=True))
    op.add_column("staff", sa.Column("ended_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """The database without them; who was added by hand is no more, with what they were permitted."""
    op.execute("DELETE FROM sessions WHERE staff_id IN (SELECT staff_id FROM staff WHERE added)")
    op.execute("DELETE FROM staff WHERE added")
    op.drop_column("staff", "added")
    op.drop_column("staff", "ended_at")
