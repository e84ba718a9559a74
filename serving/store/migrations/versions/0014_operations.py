"""Operations that programs ask for, and what their imports left in quarantine."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tables `operations` and `import_quarantine`."""
    op.create_table(
        "operations",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("operation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_operations_district_id"),
        sa.PrimaryKeyConstraint("district_id", "operation_id", name="pk_operations"),
    )
    op.create_index("ix_operations_district_id_state", "operations", ["district_id", "state"])
    op.create_table(
        "import_quarantine",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("operation_id", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "operation_id"],
            ["operations.district_id", "operations.operation_id"],
            name="fk_import_quarantine_district_id_operation_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("district_id", "operation_id", "part", name="pk_import_quarantine"),
    )


def downgrade() -> None:
    """The database without them."""
    op.drop_table("import_quarantine")
    op.drop_table("operations")
