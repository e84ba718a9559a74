"""A student's year in charts and tables, from the records that a score saw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from presentation.charts.marks import Chart
from serving.pages.record_charts import DAYS_A_WEEK, TermAverage, attendance_chart, marks_by_term, marks_chart
from serving.pages.record_tables import RecordTable, code_words, record_table
from serving.pages.year_timeline import Happening, Kind
from serving.store.cell_types import JsonRow
from serving.store.student_records import NO_HISTORY, ScoreRecords
from serving.wording.locale import Language


@dataclass(frozen=True)
class Charts:
    """A student's year in records: charts, the tables behind them, and what of the year stands on a timeline."""

    attendance: Chart | None
    attendance_table: RecordTable | None
    marks: Chart | None
    terms: tuple[TermAverage, ...]
    marks_table: RecordTable | None
    happenings: tuple[Happening, ...]


def build_charts(language: Language, records: ScoreRecords | None) -> Charts:
    """The student's year in charts and tables."""
    history = records.history() if records else NO_HISTORY
    weeks, marks = history["attendance"], history["marks"]
    terms = tuple(marks_by_term(marks))
    return Charts(
        attendance=attendance_chart(language, weeks),
        attendance_table=record_table(language, weeks),
        marks=marks_chart(language, terms),
        terms=terms,
        marks_table=record_table(language, marks),
        happenings=tuple(record_happenings(language, records)) if records else (),
    )


def record_happenings(language: Language, records: ScoreRecords) -> Iterator[Happening]:
    """The weeks of attendance, and the days on which marks and incidents are on record; of incidents, all years'."""
    history, seen = records.history(), records.seen
    for week in history["attendance"]:
        yield week_happening(language, week)
    marks = [row for row in history["marks"] if row["school_year"] == records.run.school_year]
    named = [(str(row["known_on"]), f"{row.get('course_name') or '–'}: {row['mark']}") for row in marks]
    yield from by_day("mark", named)
    said = [
        (str(row["date"]), code_words(language, row[column]))
        for table, column in (("incidents", "severity"), ("discipline_actions", "action"))
        for row in seen.get(table, ())
    ]
    yield from by_day("incident", said)


def week_happening(language: Language, week: JsonRow) -> Happening:
    """A week of attendance."""
    missed, days = float(week["missed"] or 0) / 100, week["days"] or 0
    words = language.translate("{missed} of {days} school days of the week", missed=missed, days=days)
    return Happening("attendance", date.fromisoformat(str(week["week"])), words, share=missed / DAYS_A_WEEK)


def by_day(kind: Kind, said: Sequence[tuple[str, str]]) -> Iterator[Happening]:
    """What is on record of each day, as one."""
    days: dict[str, list[str]] = {}
    for day, words in said:
        days.setdefault(day, []).append(words)
    for day, every in days.items():
        yield Happening(kind, date.fromisoformat(day), "; ".join(every))
