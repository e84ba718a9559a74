"""Students stand in the order of their names, and those whom a run lists in its order, without being put into it."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

NAMES, LISTED = "ix_students_district_id_last_name_first_name", "ix_scores_listed"


def upgrade() -> None:
    """The database with an index of students by name, and of listed scores by position."""
    op.create_index(NAMES, "students", ["district_id", "last_name", "first_name"])
    op.create_index(
        LISTED, "scores", ["district_id", "run_id", "list_position"],
        sqlite_where=sa.text("flagged = 1"), postgresql_where=sa.text("flagged"),
    )  # fmt: skip


def downgrade() -> None:
    """The database without them."""
    op.drop_index(LISTED, "scores")
    op.drop_index(NAMES, "students")
