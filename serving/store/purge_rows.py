"""The table of certificates: what was purged by a district's policy, when, by whom, and a digest of it."""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.cell_types import JsonObject
from serving.store.rows import Row


class PurgeRow(Row):
    """A certificate of a purge. Never changed.

    `policy` has the years that were kept, `rows` how many rows of each table are gone, `digest` the sha256 of all this
    and of the keys of the rows, and of the certificate before.
    """

    __tablename__ = "purges"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    purge_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]
    name: Mapped[str]
    written_before: Mapped[date | None]
    lists_before: Mapped[date | None]
    policy: Mapped[JsonObject]
    rows: Mapped[JsonObject]
    keys_digest: Mapped[str]
    previous_digest: Mapped[str]
    digest: Mapped[str]
