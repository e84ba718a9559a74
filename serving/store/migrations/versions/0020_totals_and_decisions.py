"""Totals of schools, audits that were read, and releases that two people decide."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

Kind = sa.String | sa.Integer | sa.Date | sa.DateTime
TEXT, NUMBER, DAY, MOMENT = sa.String(), sa.Integer(), sa.Date(), sa.DateTime()
# columns by table: name, type, whether it may be empty; those of the key come first
TABLES: dict[str, tuple[int, list[tuple[str, Kind]]]] = {
    "school_totals": (8, [
        ("district_id", TEXT), ("list_id", TEXT), ("measure", TEXT), ("school_year", NUMBER), ("period", TEXT),
        ("subject", TEXT), ("grade", NUMBER), ("school_id", TEXT), ("period_end?", DAY), ("n", NUMBER), ("yes", NUMBER),
    ]),
    "audit_sign_offs": (2, [
        ("district_id", TEXT), ("sign_off_id", TEXT), ("outcome", TEXT), ("bundle_digest", TEXT), ("staff_id", TEXT),
        ("name", TEXT), ("note", TEXT), ("at", MOMENT),
    ]),
    "release_proposals": (2, [
        ("district_id", TEXT), ("proposal_id", TEXT), ("outcome", TEXT), ("action", TEXT), ("bundle_digest", TEXT),
        ("reason", TEXT), ("proposed_by", TEXT), ("proposed_name", TEXT), ("proposed_at", MOMENT), ("decision", TEXT),
        ("decided_by?", TEXT), ("decided_name?", TEXT), ("decided_at?", MOMENT), ("release_id?", TEXT),
    ]),
}  # fmt: skip


def upgrade() -> None:
    """The database with these tables."""
    for table, (key, columns) in TABLES.items():
        op.create_table(
            table,
            *(sa.Column(name.rstrip("?"), kind, nullable=name.endswith("?")) for name, kind in columns),
            sa.ForeignKeyConstraint(
                ["district_id"], ["districts.district_id"], name=f"fk_{table}_district_id_districts"
            ),
            sa.PrimaryKeyConstraint(*(name for name, _ in columns[:key]), name=f"pk_{table}"),
        )


def downgrade() -> None:
    """The database without them."""
    for table in TABLES:
        op.drop_table(table)
