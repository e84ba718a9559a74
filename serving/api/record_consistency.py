"""Consistency of the records of a request: rows that contradict themselves, each other, or the as-of date."""

from collections.abc import Iterator, Sequence
from datetime import date
from operator import attrgetter

from features.tables import TABLES
from serving.api.messages import SentRecords, SentRow
from serving.web.problems import Mistake

SHARES = {"absent": (1, 100), "partial": (1, 99), "tardy": (0, 99), "suspended": (0, 100)}
"""The least and the most hundredths of a day that each kind of attendance misses.

Who is absent missed something; who was there in part, or came late, did not miss all of the day. A suspension in school
misses nothing.
"""

PLANNED = ("exit_date", "start_date", "end_date")
"""Dates that may lie ahead: the end of a spell, and when a section is, are often known before they come."""


def record_mistakes(records: SentRecords, as_of: date | None) -> list[Mistake]:
    """Every mistake of the records beyond single cells; without an as-of date, none against it."""
    tables: dict[str, Sequence[SentRow]] = {name: getattr(records, name) for name in SentRecords.model_fields}
    return [
        *(one for name, rows in tables.items() for one in repeated_rows(name, rows, as_of)),
        *early_exits(records),
        *unfit_shares(records),
        *(one for name, rows in tables.items() if as_of for one in late_dates(name, rows, as_of)),
    ]


def repeated_rows(name: str, rows: Sequence[SentRow], as_of: date | None) -> Iterator[Mistake]:
    """Rows with the key of an earlier one that became known on the same day; on a later day it is a correction."""
    key = tuple(column for column in TABLES[name].key if column != "student_key")
    first: dict[tuple[object, ...], int] = {}
    keys = list(map(attrgetter(*key, "known_on"), rows))
    if len({said[:-1] for said in keys}) == len(keys):
        return
    for place, row in enumerate(rows):
        said = (*keys[place][:-1], row.known_on or as_of)
        if said in first:
            same = ", ".join((*key, "known_on"))
            expected = f"expected each record once, but row {first[said]} has the same {same}"
            yield Mistake(pointer=f"#/{name}/{place}", detail=expected)
        first.setdefault(said, place)


def early_exits(records: SentRecords) -> Iterator[Mistake]:
    """Spells and sections that end before they begin."""
    for place, row in enumerate(records.enrollments):
        if row.exit_date and row.exit_date < row.entry_date:
            expected = "expected a day on or after entry_date"
            yield Mistake(pointer=f"#/enrollments/{place}/exit_date", detail=expected)
    for place, section in enumerate(records.section_enrollments):
        if section.end_date and section.end_date < section.start_date:
            expected = "expected a day on or after start_date"
            yield Mistake(pointer=f"#/section_enrollments/{place}/end_date", detail=expected)


def unfit_shares(records: SentRecords) -> Iterator[Mistake]:
    """Shares of a day that do not fit what was recorded."""
    for place, row in enumerate(records.attendance):
        least, most = SHARES[row.kind]
        if not least <= row.absent_hundredths <= most:
            expected = f"expected {least} to {most} where kind is {row.kind}"
            yield Mistake(pointer=f"#/attendance/{place}/absent_hundredths", detail=expected)


def late_dates(name: str, rows: Sequence[SentRow], as_of: date) -> Iterator[Mistake]:
    """Dates after the as-of date: such a row would be taken and count for nothing."""
    columns = [column.name for column in TABLES[name].columns if column.kind == "date"]
    for column in (*columns, "known_on"):
        if column in PLANNED:
            continue
        for place, day in enumerate(map(attrgetter(column), rows)):
            if day is not None and day > as_of:
                expected = f"expected a day until {as_of}, the date that the score looks from"
                yield Mistake(pointer=f"#/{name}/{place}/{column}", detail=expected)
