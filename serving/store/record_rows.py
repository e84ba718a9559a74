"""The tables of students' records, which are written once."""

from sqlalchemy import BigInteger, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.rows import Row


class StudentRecordsRow(Row):
    """What was added to a student's records at a number, and what was taken back; rows are only ever added.

    `content` is a JSON list of records, each a list of its table and what is shown of it, as texts; `-1*marks` takes a
    record of `marks` back. A long one is compressed (`serving.store.text_compression`).
    """

    __tablename__ = "student_records"
    __table_args__ = (ForeignKeyConstraint(["district_id"], ["districts.district_id"]),)

    district_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[str]


class RecordStateRow(Row):
    """The digest of a student's records as they are written, and the number at which they changed last."""

    __tablename__ = "record_states"
    __table_args__ = (
        ForeignKeyConstraint(["district_id"], ["districts.district_id"]),
        {"sqlite_with_rowid": False},
    )

    district_id: Mapped[str] = mapped_column(primary_key=True)
    student_key: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    digest: Mapped[int] = mapped_column(BigInteger)
