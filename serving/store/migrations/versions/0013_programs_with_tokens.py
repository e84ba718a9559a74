"""Keys of some schools, and programs that get tokens for a secret."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The database with this revision. Keys that read scores go on to read their reasons."""
    op.add_column("api_keys", sa.Column("schools", sa.JSON(), nullable=True))
    op.create_table(
        "clients",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("schools", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["district_id"], ["districts.district_id"], name="fk_clients_district_id_districts"),
        sa.PrimaryKeyConstraint("client_id", name="pk_clients"),
    )
    op.create_table(
        "client_secrets",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("district_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], ondelete="CASCADE", name="fk_client_secrets_client_id_clients"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_client_secrets"),
    )
    op.create_index("ix_client_secrets_client_id", "client_secrets", ["client_id"])
    rewrite_scopes(lambda held: [*held, "reasons.read"] if "scores.read" in held else held)


def downgrade() -> None:
    """The database without it."""
    rewrite_scopes(lambda held: [scope for scope in held if scope in ("scores.read", "scores.write")])
    op.drop_table("client_secrets")
    op.drop_table("clients")
    op.drop_column("api_keys", "schools")


def rewrite_scopes(change: Callable[[list[str]], list[str]]) -> None:
    """Gives each key other scopes."""
    keys = sa.table("api_keys", sa.column("key_id", sa.String), sa.column("scopes", sa.JSON))
    connection = op.get_bind()
    for key_id, scopes in connection.execute(sa.select(keys.c.key_id, keys.c.scopes)).all():
        connection.execute(keys.update().where(keys.c.key_id == key_id).values(scopes=change(scopes)))
