"""People hold roles that were given by hand, beside that of the district's records, and choose one to work in."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEYS = {
    "role_assignments": ("district_id", "staff_id", "role", "school_id"),
    "role_choices": ("district_id", "staff_id"),
}
TIMES = {"role_assignments": "given_at", "role_choices": "chosen_at"}


def upgrade() -> None:
    """Tables `role_assignments` and `role_choices`."""
    for name, key in KEYS.items():
        op.create_table(
            name,
            *(
                sa.Column(column, sa.String(), nullable=False)
                for column in ("district_id", "staff_id", "role", "school_id")
            ),
            sa.Column(TIMES[name], sa.DateTime(), nullable=False),
            sa.ForeignKeyConstraint(
                ["district_id", "staff_id"],
                ["staff.district_id", "staff.staff_id"],
                name=f"fk_{name}_district_id_staff_id_staff",
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        )


def downgrade() -> None:
    """Without the tables."""
    for name in KEYS:
        op.drop_table(name)
