"""The tables of a district's newest list: how many students it has of each kind, and who stands at which place.

Both follow from scores and roster, are written with the list, and go with it; they are there so that nobody has to look
at all scores of a large district to show fifty of its students.
"""

from sqlalchemy import JSON, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.rows import Row

WHOLE_DISTRICT = ""
"""What stands for a school in a count of the district."""
ROSTER = ""
"""What stands for a run in a count of all students, on a list or not."""


class ListCountRow(Row):
    """The students of a school and grade with a band in a run: `scored` by it, and `listed` of them.

    `placed` are those of whom the run's score is the most urgent one, `placed_listed` are listed, and of
    `placed_unscored` too little is on record. `records` are the different track records that the listed ones are told,
    as JSON texts. `school_id` is empty for the whole district. Where `run_id` is empty, `scored` are all students of
    the roster, of any grade and band.
    """

    __tablename__ = "list_counts"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    list_id: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    grade: Mapped[int] = mapped_column(primary_key=True)
    band: Mapped[str] = mapped_column(primary_key=True)
    scored: Mapped[int]
    listed: Mapped[int]
    placed: Mapped[int]
    placed_listed: Mapped[int]
    placed_unscored: Mapped[int]
    records: Mapped[list[str | None]] = mapped_column(JSON)


class ListPlaceRow(Row):
    """Who stands at a place of the list of all outcomes, and what a filter asks of the student."""

    __tablename__ = "list_places"
    __table_args__ = (
        ForeignKeyConstraint(["district_id"], ["districts.district_id"]),
        Index(None, "district_id", "list_id", "school_id", "place"),
        {"sqlite_with_rowid": False},
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    list_id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    student_key: Mapped[str]
    school_id: Mapped[str]
    grade: Mapped[int]
    band: Mapped[str]
    listed: Mapped[bool]
