"""What is usual at a school, and certificates of purges."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

Kind = sa.String | sa.Integer | sa.Date | sa.DateTime | sa.JSON
TEXT, NUMBER, DAY, MOMENT, JSON = sa.String(), sa.Integer(), sa.Date(), sa.DateTime(), sa.JSON()
# columns by table: name, type, whether it may be empty; those of the key come first
TABLES: dict[str, tuple[int, list[tuple[str, Kind]]]] = {
    "school_ranges": (6, [
        ("district_id", TEXT), ("list_id", TEXT), ("measure", TEXT), ("period", TEXT), ("grade", NUMBER),
        ("school_id", TEXT), ("n", NUMBER), ("low", NUMBER), ("high", NUMBER),
    ]),
    "purges": (2, [
        ("district_id", TEXT), ("purge_id", TEXT), ("number", NUMBER), ("at", MOMENT), ("by", TEXT), ("name", TEXT),
        ("written_before?", DAY), ("lists_before?", DAY), ("policy", JSON), ("rows", JSON), ("keys_digest", TEXT),
        ("previous_digest", TEXT), ("digest", TEXT),
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
