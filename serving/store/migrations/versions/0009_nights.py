"""What became of each district's nightly runs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The database with this revision."""
    op.create_table(
        "nights",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("night_id", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("loaded_on", sa.Date(), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "night_id", name="pk_nights"),
    )
    op.create_index("ix_nights_district_id_night", "nights", ["district_id", "night"])


def downgrade() -> None:
    """The database without it."""
    op.drop_table("nights")
