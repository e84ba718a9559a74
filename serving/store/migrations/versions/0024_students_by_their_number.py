"""Students are found by the district's own number without reading all of them."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INDEX = "ix_students_district_id_student_id"


def upgrade() -> None:
    """The database with an index of students by number."""
    op.create_index(INDEX, "students", ["district_id", "student_id"])


def downgrade() -> None:
    """The database without it."""
    op.drop_index(INDEX, "students")
