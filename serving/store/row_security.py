"""Row-level security of PostgreSQL: a role that does not own the tables sees one district's rows.

A second wall behind the `where` of each query. Policies are brought up to date after each migration, so that no new
table is forgotten.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, inspect, text

from serving.store.rows import Row

POLICY = "own_district"
OWN = "district_id = current_setting('ontrack.district', true)"
SECRETS = {
    "sessions": "token_digest = current_setting('ontrack.token', true)",
    "api_keys": "key_id = current_setting('ontrack.key', true)",
    "clients": "client_id = current_setting('ontrack.key', true)",
    "client_secrets": "client_id = current_setting('ontrack.key', true)",
}
"""Rows that are looked for by a secret, before it is known whose district they are of."""
APPENDED = {"access_log"}
"""Tables whose rows a service never changes or removes."""


def secure_rows(connection: Connection) -> None:
    """Gives every table with a district its policy; nothing on another database than PostgreSQL."""
    if connection.dialect.name != "postgresql":
        return
    for table in secured_tables(connection):
        allowed = " OR ".join(filter(None, (OWN, SECRETS.get(table))))
        for statement in (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS {POLICY} ON {table}",
            f"CREATE POLICY {POLICY} ON {table} USING ({allowed}) WITH CHECK ({allowed})",
        ):
            connection.execute(text(statement))


def secured_tables(connection: Connection) -> Iterator[str]:
    """The tables that are there and whose rows are of a district."""
    there = set(inspect(connection).get_table_names())
    for name, table in Row.metadata.tables.items():
        if name in there and "district_id" in table.columns:
            yield name


def grant_service(connection: Connection, role: str) -> None:
    """Lets a role use the tables as the service does: it reads and writes rows, and changes no table."""
    quoted = connection.dialect.identifier_preparer.quote(role)
    there = set(inspect(connection).get_table_names())
    for name in sorted(there & set(Row.metadata.tables)):
        rights = "SELECT, INSERT" if name in APPENDED else "SELECT, INSERT, UPDATE, DELETE"
        connection.execute(text(f"GRANT {rights} ON {name} TO {quoted}"))
    connection.execute(text(f"GRANT SELECT ON alembic_version TO {quoted}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
