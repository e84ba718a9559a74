"""The service database as it first was."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "districts",
    "schools",
    "staff",
    "students",
    "caseloads",
    "contacts",
    "runs",
    "scores",
    "calendars",
    "sessions",
    "sign_in_attempts",
    "api_keys",
    "access_log",
)


def upgrade() -> None:
    """The database with this revision."""
    create_districts()
    create_schools()
    create_staff()
    create_students()
    create_caseloads()
    create_contacts()
    create_runs()
    create_scores()
    create_calendars()
    create_sessions()
    create_sign_in_attempts()
    create_api_keys()
    create_access_log()


def downgrade() -> None:
    """The database without it."""
    for table in reversed(TABLES):
        op.drop_table(table)


def create_districts() -> None:
    """Table `districts`."""
    op.create_table(
        "districts",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", name="pk_districts"),
    )


def create_schools() -> None:
    """Table `schools`."""
    op.create_table(
        "schools",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_schools_district_id"),
        sa.PrimaryKeyConstraint("district_id", "school_id", name="pk_schools"),
    )


def create_staff() -> None:
    """Table `staff`."""
    op.create_table(
        "staff",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_staff_district_id"),
        sa.PrimaryKeyConstraint("district_id", "staff_id", name="pk_staff"),
        sa.UniqueConstraint("district_id", "email", name="uq_staff_district_id_email"),
    )


def create_students() -> None:
    """Table `students`."""
    op.create_table(
        "students",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("student_key", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("grade_level", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_students_district_id"),
        sa.PrimaryKeyConstraint("district_id", "student_key", name="pk_students"),
    )


def create_caseloads() -> None:
    """Table `caseloads`."""
    op.create_table(
        "caseloads",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("student_key", sa.String(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_caseloads_district_id"),
        sa.PrimaryKeyConstraint("district_id", "staff_id", "student_key", "start_date", name="pk_caseloads"),
    )


def create_contacts() -> None:
    """Table `contacts`."""
    op.create_table(
        "contacts",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("support_id", sa.String(), nullable=False),
        sa.Column("student_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_contacts_district_id"),
        sa.PrimaryKeyConstraint("district_id", "support_id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_district_id_student_key", "contacts", ["district_id", "student_key"])


def create_runs() -> None:
    """Table `runs`."""
    op.create_table(
        "runs",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("release_id", sa.String(), nullable=False),
        sa.Column("scorer", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("bundle_digest", sa.String(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("feature_set", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("data_through", sa.Date(), nullable=False),
        sa.Column("students", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Integer(), nullable=False),
        sa.Column("unscored", sa.Integer(), nullable=False),
        sa.Column("headline", sa.JSON(), nullable=True),
        sa.Column("dictionary", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_runs_district_id"),
        sa.PrimaryKeyConstraint("district_id", "run_id", name="pk_runs"),
    )


def create_scores() -> None:
    """Table `scores`."""
    op.create_table(
        "scores",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("student_key", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("risk", sa.Double(), nullable=True),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("previous_risk", sa.Double(), nullable=True),
        sa.Column("previous_band", sa.String(), nullable=True),
        sa.Column("previous_as_of", sa.Date(), nullable=True),
        sa.Column("list_position", sa.Integer(), nullable=True),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("history", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "run_id"], ["runs.district_id", "runs.run_id"], name="fk_scores_district_id_run_id"
        ),
        sa.PrimaryKeyConstraint("district_id", "run_id", "student_key", name="pk_scores"),
    )
    op.create_index("ix_scores_district_id_student_key", "scores", ["district_id", "student_key"])


def create_calendars() -> None:
    """Table `calendars`."""
    op.create_table(
        "calendars",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("calendar_days", sa.JSON(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "run_id"], ["runs.district_id", "runs.run_id"], name="fk_calendars_district_id_run_id"
        ),
        sa.PrimaryKeyConstraint("district_id", "run_id", "school_id", name="pk_calendars"),
    )


def create_sessions() -> None:
    """Table `sessions`."""
    op.create_table(
        "sessions",
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "staff_id"],
            ["staff.district_id", "staff.staff_id"],
            name="fk_sessions_district_id_staff_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_digest", name="pk_sessions"),
    )


def create_sign_in_attempts() -> None:
    """Table `sign_in_attempts`."""
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_digest", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_attempts"),
    )
    op.create_index("ix_sign_in_attempts_account_digest_at", "sign_in_attempts", ["account_digest", "at"])


def create_api_keys() -> None:
    """Table `api_keys`."""
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_api_keys_district_id"),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_keys"),
    )


def create_access_log() -> None:
    """Table `access_log`."""
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("students", sa.JSON(), nullable=False),
        sa.Column("previous_digest", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
        sa.UniqueConstraint("district_id", "previous_digest", name="uq_access_log_district_id_previous_digest"),
    )
