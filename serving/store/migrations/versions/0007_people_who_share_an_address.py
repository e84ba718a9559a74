"""A person may be without an e-mail address: where somebody who came later has the same one.

SQLite makes the table anew, which ends the sessions that follow from it: everybody signs in again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The database with this revision."""
    with op.batch_alter_table("staff") as staff:
        staff.alter_column("email", existing_type=sa.String(), nullable=True)


def downgrade() -> None:
    """The database without it; whoever has no address is left out."""
    op.execute("DELETE FROM staff WHERE email IS NULL")
    with op.batch_alter_table("staff") as staff:
        staff.alter_column("email", existing_type=sa.String(), nullable=False)
