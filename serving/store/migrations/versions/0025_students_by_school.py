"""Students of a school, and whose caseload a student is on, are found without reading all of a district."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STUDENTS, CASELOADS = "ix_students_district_id_school_id", "ix_caseloads_district_id_student_key"


def upgrade() -> None:
    """The database with an index of students by school, and of caseloads by student."""
    op.create_index(STUDENTS, "students", ["district_id", "school_id"])
    op.create_index(CASELOADS, "caseloads", ["district_id", "student_key"])


def downgrade() -> None:
    """The database without them."""
    op.drop_index(CASELOADS, "caseloads")
    op.drop_index(STUDENTS, "students")
