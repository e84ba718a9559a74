"""How many students a list has of each kind, and who stands at which place; from the next list on."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

Kind = sa.String | sa.Integer | sa.Boolean | sa.JSON
TEXT, NUMBER, FLAG, JSON = sa.String(), sa.Integer(), sa.Boolean(), sa.JSON()
# columns by table: name and type; those of the key come first
TABLES: dict[str, tuple[int, list[tuple[str, Kind]]]] = {
    "list_counts": (6, [
        ("district_id", TEXT), ("list_id", TEXT), ("school_id", TEXT), ("run_id", TEXT), ("grade", NUMBER),
        ("band", TEXT), ("scored", NUMBER), ("listed", NUMBER), ("placed", NUMBER), ("placed_listed", NUMBER),
        ("placed_unscored", NUMBER), ("records", JSON),
    ]),
    "list_places": (3, [
        ("district_id", TEXT), ("list_id", TEXT), ("place", NUMBER), ("student_key", TEXT), ("school_id", TEXT),
        ("grade", NUMBER), ("band", TEXT), ("listed", FLAG),
    ]),
}  # fmt: skip
BY_SCHOOL = "ix_list_places_district_id_list_id_school_id_place"


def upgrade() -> None:
    """The database with these tables, which are empty: until there is a next list, what it has is counted anew."""
    for table, (key, columns) in TABLES.items():
        op.create_table(
            table,
            *(sa.Column(name, kind, nullable=False) for name, kind in columns),
            sa.ForeignKeyConstraint(
                ["district_id"], ["districts.district_id"], name=f"fk_{table}_district_id_districts"
            ),
            sa.PrimaryKeyConstraint(*(name for name, _ in columns[:key]), name=f"pk_{table}"),
            sqlite_with_rowid=table != "list_places",
        )
    op.create_index(BY_SCHOOL, "list_places", ["district_id", "list_id", "school_id", "place"])


def downgrade() -> None:
    """The database without them."""
    for table in reversed(TABLES):
        op.drop_table(table)
