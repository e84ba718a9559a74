"""Follow-ups of restricted contacts no longer say what the contact says."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Takes the words out of them; they stay in the contact, for who may read it."""
    op.execute(
        "UPDATE follow_ups SET task = '' WHERE EXISTS (SELECT 1 FROM contacts WHERE contacts.restricted"
        " AND contacts.district_id = follow_ups.district_id AND contacts.contact_id = follow_ups.contact_id)"
    )


def downgrade() -> None:
    """The same database: what was taken out is in the contact."""
