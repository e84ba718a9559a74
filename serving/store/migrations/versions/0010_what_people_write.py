"""What people write about students has tables of its own; what the district's system knows of supports is apart."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

DISTRICT = ("district_id", sa.String)
STUDENT = ("student_key", sa.String)
TABLES: dict[str, tuple[tuple[str, type], ...]] = {
    "contacts": (
        DISTRICT, ("contact_id", sa.String), STUDENT, ("kind", sa.String), ("party", sa.String), ("day", sa.Date),
        ("reached", sa.Boolean), ("result", sa.String), ("next_step", sa.String), ("try_again_on", sa.Date),
        ("restricted", sa.Boolean), ("staff_id", sa.String), ("recorded_on", sa.Date), ("created_at", sa.DateTime),
        ("revised_at", sa.DateTime), ("revision", sa.Integer), ("withdrawn", sa.Boolean),
    ),
    "follow_ups": (
        DISTRICT, ("follow_up_id", sa.String), STUDENT, ("contact_id", sa.String), ("asked_of", sa.String),
        ("task", sa.String), ("due_on", sa.Date), ("staff_id", sa.String), ("created_at", sa.DateTime),
        ("resolved_at", sa.DateTime), ("resolved_by", sa.String), ("resolution", sa.String),
    ),
    "plans": (
        DISTRICT, ("plan_id", sa.String), STUDENT, ("goal", sa.String), ("strategy", sa.String),
        ("champion", sa.String), ("start_date", sa.Date), ("planned_end", sa.Date), ("sessions_a_week", sa.Integer),
        ("staff_id", sa.String), ("recorded_on", sa.Date), ("created_at", sa.DateTime), ("revised_at", sa.DateTime),
        ("revision", sa.Integer), ("ended_on", sa.Date), ("outcome", sa.String), ("outcome_note", sa.String),
    ),
    "notes": (
        DISTRICT, ("note_id", sa.String), STUDENT, ("body", sa.String), ("restricted", sa.Boolean),
        ("draft", sa.Boolean), ("staff_id", sa.String), ("created_at", sa.DateTime), ("revised_at", sa.DateTime),
        ("revision", sa.Integer),
    ),
    "flag_answers": (
        DISTRICT, ("run_id", sa.String), STUDENT, ("staff_id", sa.String), ("outcome", sa.String),
        ("answer", sa.String), ("reason", sa.String), ("answered_at", sa.DateTime),
    ),
    "data_problems": (
        DISTRICT, ("problem_id", sa.String), STUDENT, ("subject", sa.String), ("description", sa.String),
        ("staff_id", sa.String), ("created_at", sa.DateTime), ("due_on", sa.Date), ("answer", sa.String),
        ("answer_note", sa.String), ("answered_by", sa.String), ("answered_at", sa.DateTime),
    ),
    "snoozes": (
        DISTRICT, ("snooze_id", sa.String), STUDENT, ("staff_id", sa.String), ("reason", sa.String),
        ("until", sa.Date), ("created_at", sa.DateTime), ("ended_at", sa.DateTime),
    ),
}  # fmt: skip
"""The tables of a student's entries: their columns in order."""

KEYS = {
    "contacts": ("district_id", "contact_id"),
    "follow_ups": ("district_id", "follow_up_id"),
    "plans": ("district_id", "plan_id"),
    "notes": ("district_id", "note_id"),
    "flag_answers": ("district_id", "run_id", "student_key", "staff_id"),
    "data_problems": ("district_id", "problem_id"),
    "snoozes": ("district_id", "snooze_id"),
}
EMPTY_UNTIL = frozenset(
    {
        ("contacts", "try_again_on"), ("follow_ups", "contact_id"), ("follow_ups", "resolved_at"),
        ("follow_ups", "resolved_by"), ("plans", "ended_on"), ("data_problems", "answered_by"),
        ("data_problems", "answered_at"), ("snoozes", "ended_at"),
    }
)  # fmt: skip
"""The columns that may be empty."""


def upgrade() -> None:
    """The database with this revision."""
    create_roster_supports("roster_supports")
    move_supports("contacts", "roster_supports")
    op.drop_table("contacts")
    for name, columns in TABLES.items():
        create_entries(name, columns)
    op.create_index(
        "uq_follow_ups_open_of_a_contact", "follow_ups", ["district_id", "contact_id"], unique=True,
        sqlite_where=sa.text("resolved_at IS NULL"), postgresql_where=sa.text("resolved_at IS NULL"),
    )  # fmt: skip
    create_plan_sessions()
    create_revisions()
    create_staff_grants()


def downgrade() -> None:
    """The database without it: what people wrote is gone."""
    for name in ("staff_grants", "revisions", "plan_sessions", *reversed(TABLES)):
        op.drop_table(name)
    create_roster_supports("contacts")
    move_supports("roster_supports", "contacts")
    op.drop_table("roster_supports")


def create_roster_supports(name: str) -> None:
    """The table of contacts and plans as the district's own system has them."""
    op.create_table(
        name,
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("support_id", sa.String(), nullable=False),
        sa.Column("student_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name=f"fk_{name}_district_id"),
        sa.PrimaryKeyConstraint("district_id", "support_id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_district_id_student_key", name, ["district_id", "student_key"])


def move_supports(old: str, new: str) -> None:
    """Takes over the rows."""
    columns = "district_id, support_id, student_key, kind, date, staff_id"
    op.execute(f"INSERT INTO {new} ({columns}) SELECT {columns} FROM {old}")  # noqa: S608 - our own names


def create_entries(name: str, columns: tuple[tuple[str, type], ...]) -> None:
    """One table of a student's entries."""
    op.create_table(
        name,
        *(sa.Column(column, kind(), nullable=(name, column) in EMPTY_UNTIL) for column, kind in columns),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name=f"fk_{name}_district_id"),
        sa.PrimaryKeyConstraint(*KEYS[name], name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_district_id_student_key", name, ["district_id", "student_key"])


def create_plan_sessions() -> None:
    """Table `plan_sessions`."""
    op.create_table(
        "plan_sessions",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "plan_id"], ["plans.district_id", "plans.plan_id"], ondelete="CASCADE",
            name="fk_plan_sessions_district_id_plan_id",
        ),
        sa.PrimaryKeyConstraint("district_id", "plan_id", "day", name="pk_plan_sessions"),
    )  # fmt: skip


def create_revisions() -> None:
    """Table `revisions`."""
    op.create_table(
        "revisions",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("entry_kind", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("revised_on", sa.Date(), nullable=False),
        sa.Column("revised_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_revisions_district_id"),
        sa.PrimaryKeyConstraint("district_id", "entry_kind", "entry_id", "revision", name="pk_revisions"),
    )


def create_staff_grants() -> None:
    """Table `staff_grants`."""
    op.create_table(
        "staff_grants",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("permission", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "staff_id"], ["staff.district_id", "staff.staff_id"], ondelete="CASCADE",
            name="fk_staff_grants_district_id_staff_id",
        ),
        sa.PrimaryKeyConstraint("district_id", "staff_id", "permission", name="pk_staff_grants"),
    )  # fmt: skip
