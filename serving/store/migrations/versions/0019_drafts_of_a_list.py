"""Scores are written before their run, so that a list is written beside people who read."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEY = "fk_scores_district_id_run_id"
RUN = ["district_id", "run_id"]


def upgrade() -> None:
    """Scores need no run."""
    with op.batch_alter_table("scores") as scores:
        scores.drop_constraint(KEY, type_="foreignkey")


def downgrade() -> None:
    """They need one again; drafts are left out."""
    op.execute(
        "DELETE FROM scores WHERE NOT EXISTS (SELECT 1 FROM runs"
        " WHERE runs.district_id = scores.district_id AND runs.run_id = scores.run_id)"
    )
    with op.batch_alter_table("scores") as scores:
        scores.create_foreign_key(KEY, "runs", RUN, RUN)
