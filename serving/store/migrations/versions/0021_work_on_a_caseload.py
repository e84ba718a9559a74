"""Saved views of a caseload, covers for absent colleagues, and the person responsible for a student."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STAFF = ["staff.district_id", "staff.staff_id"]
TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "saved_views": (("district_id", "staff_id", "query"), ("district_id", "staff_id", "query")),
    "covers": (
        ("district_id", "cover_id", "absent_id", "staff_id", "given_by"), ("district_id", "cover_id"),
    ),
    "responsible_people": (
        ("district_id", "student_key", "staff_id", "assigned_by"), ("district_id", "student_key"),
    ),
}  # fmt: skip
"""Each table's columns of text, and its key."""
MORE: dict[str, tuple[SchemaItem, ...]] = {
    "saved_views": (sa.Column("created_at", sa.DateTime(), nullable=False),),
    "covers": (
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_covers_district_id"),
        sa.ForeignKeyConstraint(
            ["district_id", "absent_id"], STAFF, name="fk_covers_district_id_absent_id", ondelete="CASCADE"
        ),
    ),
    "responsible_people": (sa.Column("assigned_at", sa.DateTime(), nullable=False),),
}


def upgrade() -> None:
    """The three tables; their rows go with the person whom they name."""
    for name, (texts, key) in TABLES.items():
        op.create_table(
            name,
            *(sa.Column(column, sa.String(), nullable=False) for column in texts),
            *MORE[name],
            sa.ForeignKeyConstraint(
                ["district_id", "staff_id"], STAFF, name=f"fk_{name}_district_id_staff_id", ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        )
    op.create_index("ix_covers_district_id_staff_id", "covers", ["district_id", "staff_id"])


def downgrade() -> None:
    """Without the tables."""
    for name in reversed(TABLES):
        op.drop_table(name)
