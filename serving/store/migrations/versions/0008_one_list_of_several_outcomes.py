"""Runs of several outcomes make one list, on which a student has one place; a score says whether it kept its place.

A run of before is a list of its own, and its students have their places on it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PLACES = """
UPDATE scores SET place = COALESCE(
    list_position,
    (SELECT students + 1 FROM runs WHERE runs.district_id = scores.district_id AND runs.run_id = scores.run_id)
)
"""


def upgrade() -> None:
    """The database with this revision."""
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("list_id", sa.String(), nullable=True))
    with op.batch_alter_table("scores") as scores:
        scores.add_column(sa.Column("place", sa.Integer(), nullable=True))
        scores.add_column(sa.Column("kept", sa.Boolean(), nullable=True))
    op.execute("UPDATE runs SET list_id = run_id")
    op.execute(PLACES)
    op.create_index("ix_runs_district_id_list_id", "runs", ["district_id", "list_id"])


def downgrade() -> None:
    """The database without it."""
    op.drop_index("ix_runs_district_id_list_id", table_name="runs")
    with op.batch_alter_table("scores") as scores:
        scores.drop_column("kept")
        scores.drop_column("place")
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("list_id")
