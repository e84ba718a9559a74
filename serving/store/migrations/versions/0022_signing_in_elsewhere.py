"""People sign in at their district's identity provider, and a password may need a code of an app beside it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "linked_identities": (("district_id", "issuer", "subject", "staff_id"), ("district_id", "issuer", "subject")),
    "second_factors": (("district_id", "staff_id", "sealed_secret"), ("district_id", "staff_id")),
    "recovery_codes": (("district_id", "staff_id", "digest"), ("district_id", "staff_id", "digest")),
}
"""Each table's columns of text, and its key."""
MORE: dict[str, tuple[SchemaItem, ...]] = {
    "linked_identities": (
        sa.Column("provisioned", sa.Boolean(), nullable=False),
        sa.Column("linked_at", sa.DateTime(), nullable=False),
        sa.UniqueConstraint(
            "district_id", "issuer", "staff_id", name="uq_linked_identities_district_id_issuer_staff_id"
        ),
    ),
    "second_factors": (
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
    ),
    "recovery_codes": (),
}


def upgrade() -> None:
    """The three tables, the stage of a session that is not open yet, and the roles that a provider gave."""
    for name, (texts, key) in TABLES.items():
        op.create_table(
            name,
            *(sa.Column(column, sa.String(), nullable=False) for column in texts),
            *MORE[name],
            sa.ForeignKeyConstraint(
                ["district_id", "staff_id"],
                ["staff.district_id", "staff.staff_id"],
                name=f"fk_{name}_district_id_staff",
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        )
    op.add_column("sessions", sa.Column("stage", sa.String(), nullable=True))
    op.add_column("role_assignments", sa.Column("provider", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Without them; half-open sessions end."""
    op.execute("DELETE FROM sessions WHERE stage IS NOT NULL")
    op.drop_column("role_assignments", "provider")
    op.drop_column("sessions", "stage")
    for name in reversed(TABLES):
        op.drop_table(name)
