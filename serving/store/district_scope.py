"""The rows that a transaction may see on PostgreSQL: one district's, or the one row that a secret leads to.

Policies of the tables compare with these settings (serving.store.row_security). SQLite has no such wall.
"""

from typing import Literal

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

Scope = Literal["district", "token", "key"]


def enter_district(session: Session | Connection, district_id: str) -> None:
    """Shows the transaction this district's rows, and no other's."""
    set_scope(session, "district", district_id)


def present_token(session: Session | Connection, token_digest: str) -> None:
    """Shows the transaction the session of this token, whose district is not known before."""
    set_scope(session, "token", token_digest)


def present_key(session: Session | Connection, key_id: str) -> None:
    """Shows the transaction the API key or client of this id, whose district is not known before."""
    set_scope(session, "key", key_id)


def set_scope(session: Session | Connection, scope: Scope, value: str) -> None:
    """Sets one of the settings until the transaction ends."""
    bound = session if isinstance(session, Connection) else session.get_bind()
    if bound.dialect.name == "postgresql":
        session.execute(text("SELECT set_config(:name, :value, true)"), {"name": f"ontrack.{scope}", "value": value})
