"""What a canonical table is: columns with kind, meaning and bounds, and the columns that every row has."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "date", "boolean", "hundredths", "real", "student", "assigned"]


@dataclass(frozen=True)
class Column:
    """One column: its kind, what it means, in which unit, and what it may hold.

    A column of kind `student` holds the district's own `student_id` in a source file and the
    opaque `student_key` in the warehouse. A column of kind `assigned` is OnTrack's own: no file has it. A text may have
    to match a `pattern` as a whole.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    required: bool = True
    allowed: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    pattern: str = ""


STUDENT = Column("student_key", "student", "the student (in a file: `student_id`, the district's own id)")
"""Whose row it is."""

ELSEWHERE = "~"
"""What the ids of schools begin with at which a student was in another district. No file can name one."""

SCHOOL = Column("school_id", "text", "the school, by the district's id", pattern=f"[^{ELSEWHERE}].*")
"""At which school it is."""

SCHOOL_YEAR = Column(
    "school_year", "integer", "the calendar year in which the school year ends (2027 = 2026-27)",
    unit="year", least=1990, most=2100,
)  # fmt: skip
"""Of which school year it is."""


@dataclass(frozen=True)
class Table:
    """One table: its columns, the key of a record, and whether a district sends it as a file."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    optional: bool = False
    from_source: bool = True

    def __post_init__(self) -> None:
        unknown = set(self.key) - {column.name for column in (*self.columns, *ENVELOPE)}
        if unknown:
            raise ValueError(f"table {self.name}: key names unknown columns {sorted(unknown)}")

    @property
    def has_students(self) -> bool:
        """Whether its rows belong to a student."""
        return any(column.kind == "student" for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        return next(c for c in (*self.columns, *ENVELOPE) if c.name == name)


ENVELOPE = (
    Column("district_id", "text", "the district the row belongs to"),
    Column("known_on", "date", "the local date on which the district knew this", unit="local date"),
    Column("load_id", "integer", "the load that brought the row"),
    Column(
        "superseded_by_load",
        "integer",
        "the load that replaced the row; empty while it is current",
        required=False,
    ),
    Column("withdrawn", "boolean", "whether the district took the record back: the row only says so"),
)
"""Columns that every row carries besides its own."""


def key_of(table: Table) -> list[str]:
    """A table's key columns, with `student_id` for `student_key`."""
    return ["student_id" if name == "student_key" else name for name in table.key]
