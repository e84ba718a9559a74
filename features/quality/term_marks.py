"""What the records say of each school's marks, term by term. Everything is counted in the warehouse."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from features.engine.compilation import compile_script
from features.engine.parameters import day_parameter, number_parameter
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.quality.current_records import known_rows, records_of
from features.quality.monthly_figures import year_before
from features.quality.term_names import TermNames
from features.warehouse.reader import Reader

LATE = timedelta(days=14)
"""How much later than a year before the marks of a term may come."""

TOP = 0.01
"""The share of marks that must reach the top: one slip of a hand is no scale."""


@dataclass(frozen=True)
class TermMarks:
    """The marks that a school gave in one term; `in_time` were known two weeks before the same day of that year.

    `letters` and `points` (hundredths) say how often each was given. `term` is its kind and place in the year, for
    ids may change with the year, at schools with terms of their own by these.
    """

    school_id: str
    school_year: int
    term: str
    in_time: int
    letters: Mapping[str, int]
    points: Mapping[int, int] = field(default_factory=dict)

    @property
    def marks(self) -> int:
        """How many marks."""
        return sum(self.letters.values())

    @property
    def pointed(self) -> int:
        """How many marks with grade points."""
        return sum(self.points.values())

    @property
    def mean_points(self) -> float:
        """Their mean, in points; 0 without any."""
        return sum(points * n for points, n in self.points.items()) / (100 * max(self.pointed, 1))

    @property
    def top_points(self) -> float:
        """The most points that at least one mark in a hundred has, in points; 0 without any."""
        reached = 0
        for points, n in sorted(self.points.items(), reverse=True):
            reached += n
            if reached >= TOP * self.pointed:
                return points / 100
        return 0.0


Terms = Mapping[tuple[str, int, str], TermMarks]
"""Marks by school, school year and term."""


@dataclass(frozen=True)
class Given:
    """How often a school gave a mark with these points in a term."""

    school_id: str
    school_year: int
    term_id: str
    mark: str
    points: int | None
    given: int
    in_time: int


def marks_of(reader: Reader, today: date, names: TermNames, school_year: int) -> Terms:
    """The marks of every school and term, known by today; `school_year` is the running one."""
    found: dict[tuple[str, int, str], list[Given]] = {}
    then: dict[str, date | int | str] = {"year_before": school_year - 1, "in_time": year_before_day(today) - LATE}
    for one in records_of(reader, given_script(), Given, today, then):
        name = names.name(one.school_id, one.school_year, one.term_id)
        found.setdefault((one.school_id, one.school_year, name), []).append(one)
    return {key: term_marks(key, found[key]) for key in sorted(found)}


@cached_script
def given_script() -> Script:
    """DuckDB's SQL for `Given`: a row for each school, term, mark and points.

    In the school year `year_before`, only what was known by the day `in_time` was in time.
    """
    rows = known_rows("marks")
    rows = rows.filter(rows.mark.notnull())
    in_time = (rows.school_year != number_parameter("year_before")) | (rows.known_on <= day_parameter("in_time"))
    key = {"points": rows.points_hundredths, **{name: rows[name] for name in PLACE}}
    return compile_script(rows.group_by(**key).aggregate(given=rows.count(), in_time=in_time.cast("int64").sum()))


PLACE = ("school_id", "school_year", "term_id", "mark")


def year_before_day(day: date) -> date:
    """The same day a year before."""
    return year_before(day.replace(day=1)) + timedelta(days=day.day - 1)


def term_marks(key: tuple[str, int, str], rows: list[Given]) -> TermMarks:
    """The marks of one school and term, added up."""
    letters, points = Counter[str](), Counter[int]()
    for row in rows:
        letters[row.mark] += row.given
        if row.points is not None:
            points[row.points] += row.given
    return TermMarks(*key, in_time=sum(row.in_time for row in rows), letters=letters, points=points)
