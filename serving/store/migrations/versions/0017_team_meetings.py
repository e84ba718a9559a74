"""Team meetings: their agenda, and what was decided of each student."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tables `meetings` and `meeting_items`."""
    op.create_table(
        "meetings",
        *text_columns("district_id", "meeting_id", "school_id", "people", "review", "staff_id"),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_meetings_district_id"),
        sa.PrimaryKeyConstraint("district_id", "meeting_id", name="pk_meetings"),
    )
    op.create_index("ix_meetings_district_id_held_on", "meetings", ["district_id", "held_on"])
    op.create_table(
        "meeting_items",
        *text_columns("district_id", "meeting_id", "student_key", "why", "meaning", "decision", "owner"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("follow_up_id", sa.String(), nullable=True),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "meeting_id"],
            ["meetings.district_id", "meetings.meeting_id"],
            name="fk_meeting_items_district_id_meeting_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("district_id", "meeting_id", "student_key", name="pk_meeting_items"),
    )
    op.create_index("ix_meeting_items_district_id_student_key", "meeting_items", ["district_id", "student_key"])


def text_columns(*names: str) -> list[sa.Column[str]]:
    """Columns of text that are never missing."""
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def downgrade() -> None:
    """Without the tables."""
    op.drop_table("meeting_items")
    op.drop_table("meetings")
