"""Records of students are written once, and a score says which of them it saw; earlier runs keep theirs as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBERS, TEXTS = ("school_year", "records_number"), ("weeks", "record_columns")


def upgrade() -> None:
    """Tables `student_records` and `record_states`, and what a run says of the records it saw."""
    for name in NUMBERS:
        op.add_column("runs", sa.Column(name, sa.Integer(), nullable=True))
    for name in TEXTS:
        op.add_column("runs", sa.Column(name, sa.JSON(), nullable=True))
    op.create_table(
        "student_records",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("student_key", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.district_id"], name="fk_student_records_district_id_districts"
        ),
        sa.PrimaryKeyConstraint("district_id", "student_key", "number", name="pk_student_records"),
    )
    op.create_table(
        "record_states",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("student_key", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.district_id"], name="fk_record_states_district_id_districts"
        ),
        sa.PrimaryKeyConstraint("district_id", "student_key", name="pk_record_states"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Without the tables; what runs of this version saw cannot be told any more, and they are left out."""
    op.execute("DELETE FROM calendars WHERE run_id IN (SELECT run_id FROM runs WHERE records_number IS NOT NULL)")
    op.execute("DELETE FROM scores WHERE run_id IN (SELECT run_id FROM runs WHERE records_number IS NOT NULL)")
    op.execute("DELETE FROM runs WHERE records_number IS NOT NULL")
    op.drop_table("record_states")
    op.drop_table("student_records")
    for name in (*NUMBERS, *TEXTS):
        op.drop_column("runs", name)
