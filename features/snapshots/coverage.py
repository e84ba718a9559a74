"""Students enrolled in grades 6 to 12 whom no served outcome is about, and which outcome would be."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import duckdb
import ibis
import ibis.expr.types as ir

from features.definitions.catalog import outcomes_of
from features.definitions.served_outcomes import Cell, cells_of, served_outcomes
from features.engine.compilation import compile_script
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.errors import NothingKnown
from features.health import HealthCheck
from features.language.outcome import Outcome
from features.settings import District, Settings
from features.warehouse.file import READ_CONFIG
from features.warehouse.reader import Reader

SERVED_GRADES = range(6, 13)
Kind = tuple[Cell, bool]
"""A grade, whether a student is in it again, and whether they were enrolled on census day, or that is ahead."""
USUAL = "core_f_next_term_"
"""How the outcomes begin that fit any grade and need nothing but marks."""


def check_coverage(settings: Settings, district: District, now: datetime) -> Iterator[HealthCheck]:
    """How many students enrolled today no outcome of the district is about, and what to add; nothing before records."""
    path = settings.warehouse(district.id)
    if not path.exists():
        return
    served = [one.outcome for one in served_outcomes(settings, district.id)]
    today = settings.today or now.astimezone(ZoneInfo(district.timezone)).date()
    try:
        with duckdb.connect(str(path), read_only=True, config=READ_CONFIG) as connection:
            reader = Reader(connection)
            if not reader.has_every_column():
                return
            counts = count_students(reader, reader.view(today))
    except (duckdb.Error, NothingKnown):  # the warehouse's own finding says so; no school year began yet
        return
    left_out = uncovered(counts, served)
    if not left_out:
        said = f"each of {sum(counts.values()):,} students of grades 6-12 belongs to an outcome that is served"
        yield HealthCheck("coverage", "ok", said, district=district.id)
        return
    known = list(outcomes_of(settings).values())
    yield HealthCheck(
        "coverage", "look", in_words(left_out), what_to_add(left_out, district, served, known), district.id
    )


def count_students(reader: Reader, view: View) -> Mapping[Kind, int]:
    """Students of grades 6 to 12 who are enrolled on the as-of date, by their kind."""
    rows = reader.records(grades_script(view.shape), view.values)
    return {
        ((int(grade), "again" if again else "first"), bool(census)): int(students)
        for grade, again, census, students in rows
    }


@cached_script
def grades_script(shape: ViewShape) -> Script:
    """DuckDB's SQL for how many are enrolled, by `grade_level`, `again` and `on_census_day`."""
    return compile_script(grades_of(VisibleTables(shape)))


def grades_of(tables: VisibleTables) -> ir.Table:
    """How many are enrolled on the as-of date, by `grade_level`, `again` and `on_census_day`, as cohorts count them."""
    now, spells = tables.there(), tables.begun()
    latest = ibis.row_number().over(group_by="student_key", order_by=[ibis.desc("entry_date"), ibis.asc("school_id")])
    placed = now.mutate(place=latest).filter(ibis._.place == 0).select("student_key", "grade_level")
    placed = placed.filter(placed.grade_level.isin(list(SERVED_GRADES)))
    earlier = spells.filter(spells.school_year < tables.school_year)
    earlier = earlier.select("student_key", "grade_level").distinct().mutate(before=True)
    census = tables.on_census_day(spells).distinct().mutate(counted=True)
    joined = placed.left_join(earlier, ["student_key", "grade_level"]).left_join(census, "student_key")
    known = joined.select(
        "grade_level", again=joined.before.fill_null(False), on_census_day=joined.counted.fill_null(False)
    )
    by = ["grade_level", "again", "on_census_day"]
    return known.group_by(by).aggregate(students=known.count()).order_by(by)


def is_about(outcome: Outcome, kind: Kind) -> bool:
    """Whether students of a kind are in an outcome's cohort."""
    cell, there = kind
    return cell in cells_of(outcome) and (there or not outcome.cohort.on_census_day)


def uncovered(counts: Mapping[Kind, int], served: Sequence[Outcome]) -> Mapping[Kind, int]:
    """The students whom no outcome is about, by their kind."""
    return {kind: students for kind, students in counts.items() if not any(is_about(one, kind) for one in served)}


def in_words(left_out: Mapping[Kind, int]) -> str:
    """How many students of which grades no outcome is about, and why not where another of the grade is covered."""
    by_grade = Counter[Cell]()
    for (cell, _), students in left_out.items():
        by_grade[cell] += students
    late = {cell: students for (cell, there), students in left_out.items() if not there}
    each = [
        f"{students:,} of grade {grade}{' (again)' * (how == 'again')}"
        + (f", {late[grade, how]:,} of them not there on census day" if (grade, how) in late else "")
        for (grade, how), students in by_grade.items()
    ]
    return f"no outcome that is served is about {sum(left_out.values()):,} enrolled students: {'; '.join(each)}"


def what_to_add(
    left_out: Mapping[Kind, int], district: District, served: Sequence[Outcome], known: Sequence[Outcome]
) -> str:
    """The outcomes that would cover them, as `ontrack.toml` takes them, and the grades for which none is known."""
    usual = sorted(known, key=lambda one: not one.name.startswith(USUAL))
    fits = {kind: next((one.name for one in usual if is_about(one, kind)), None) for kind in left_out}
    names = list(dict.fromkeys(name for name in fits.values() if name))
    bare = ", ".join(map(str, sorted({grade for ((grade, _), _), name in fits.items() if name is None})))
    define = f"define an outcome for those left of grade {bare} (docs/how-to/add-an-outcome.md)" if bare else ""
    if not names:
        return define
    lines = ", ".join(f'{{ name = "{name}", model = false }}' for name in names)
    own = ", ".join(f'"{one.name}"' for one in served)
    add = f"add to `outcomes` of the district: {lines}; then train and promote"
    if not district.outcomes:
        add = f"no `outcomes` are declared, so {own} alone is served; write `outcomes = [{own}, {lines}]`"
    return f"{add}; {define}" if define else add
