"""Single records that programs sent, and webhooks with their messages and deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tables `sent_records`, `webhook_endpoints`, `webhook_messages` and `webhook_deliveries`."""
    create_sent_records()
    create_endpoints()
    create_deliveries()


def create_sent_records() -> None:
    """Table `sent_records`."""
    op.create_table(
        "sent_records",
        *(sa.Column(name, sa.String(), nullable=False) for name in KEY),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.Column("loaded", sa.JSON(), nullable=True),
        sa.Column("load_id", sa.Integer(), nullable=True),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_sent_records_district_id"),
        sa.PrimaryKeyConstraint(*KEY, name="pk_sent_records"),
    )


KEY = ("district_id", "student_key", "table_name", "record_id")


def create_endpoints() -> None:
    """Tables `webhook_endpoints` and `webhook_messages`."""
    op.create_table(
        "webhook_endpoints",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("endpoint_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.JSON(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_webhook_endpoints_district_id"),
        sa.PrimaryKeyConstraint("district_id", "endpoint_id", name="pk_webhook_endpoints"),
    )
    op.create_table(
        "webhook_messages",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_webhook_messages_district_id"),
        sa.PrimaryKeyConstraint("district_id", "message_id", name="pk_webhook_messages"),
    )


def create_deliveries() -> None:
    """Table `webhook_deliveries`."""
    op.create_table(
        "webhook_deliveries",
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("endpoint_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "endpoint_id"],
            ["webhook_endpoints.district_id", "webhook_endpoints.endpoint_id"],
            name="fk_webhook_deliveries_district_id_endpoint_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "message_id"],
            ["webhook_messages.district_id", "webhook_messages.message_id"],
            name="fk_webhook_deliveries_district_id_message_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("district_id", "endpoint_id", "message_id", name="pk_webhook_deliveries"),
    )
    op.create_index(
        "ix_webhook_deliveries_district_id_state_next_at", "webhook_deliveries", ["district_id", "state", "next_at"]
    )


def downgrade() -> None:
    """The database without them."""
    for name in ("webhook_deliveries", "webhook_messages", "webhook_endpoints", "sent_records"):
        op.drop_table(name)
