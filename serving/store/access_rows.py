"""The tables of programs that sign in with a client secret. Secrets themselves are only with their holders."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.rows import Row


class ClientRow(Row):
    """A program of a district that gets tokens for its secret; of all schools where `schools` is empty."""

    __tablename__ = "clients"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    client_id: Mapped[str] = mapped_column(primary_key=True)
    district_id: Mapped[str]
    name: Mapped[str]
    scopes: Mapped[list[str]]
    schools: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ClientSecretRow(Row):
    """A secret of a client. Several hold at a time while a new one takes the place of an old one."""

    __tablename__ = "client_secrets"
    __table_args__ = (
        ForeignKeyConstraint(["client_id"], ["clients.client_id"], ondelete="CASCADE"),
        Index(None, "client_id"),
    )

    digest: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str]
    district_id: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
