"""The table of nightly runs."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.cell_types import JsonRow
from serving.store.rows import Row


class NightRow(Row):
    """What became of a district's nightly run: `steps` has a row per step; ids, codes and counts only."""

    __tablename__ = "nights"
    __table_args__ = (Index(None, "district_id", "night"),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    night_id: Mapped[str] = mapped_column(primary_key=True)
    night: Mapped[date]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str]
    loaded_on: Mapped[date | None]
    steps: Mapped[list[JsonRow]]
