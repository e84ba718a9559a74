"""Columns of a record that follow from the student's other records in the same view."""

import ibis
import ibis.expr.types as ir

from features.engine.school_terms import term_key
from features.engine.terms_and_marks import FAILING, course_made_up
from features.tables import TABLES

WHOLE_DAY = 100
"""Hundredths of a day missed on a day that belongs to a run of absences."""

WHOLE_DAY_SECTION = "day"
MONDAY, FRIDAY = 0, 4


def once_a_day(absences: ir.Table) -> ir.Table:
    """Absences that add up to one day at most: a day entered as absent and again as suspended is missed once.

    And whether the day was `missed` as a whole. Few days have several events: only those are put in order.
    """
    day = ["student_key", "date"]
    several = absences.group_by(day).aggregate(events=absences.count()).filter(lambda days: days.events > 1)
    alone = absences.anti_join(several, day)
    hundredths = ibis.least(alone.absent_hundredths, WHOLE_DAY)
    alone = alone.mutate(absent_hundredths=hundredths, missed=alone.absent_hundredths >= WHOLE_DAY)
    return alone.union(added_up(absences.semi_join(several, day)))


def added_up(absences: ir.Table) -> ir.Table:
    """Absences of days with several of them: the largest counts first, and `missed` is by all of them."""
    order = [ibis.desc("absent_hundredths"), *map(ibis.asc, ("school_id", "section_id", "kind"))]
    sums, day = absences.absent_hundredths.sum(), ["student_key", "date"]
    before = sums.over(group_by=day, order_by=order, rows=(None, -1))
    whole = sums.over(group_by=day, order_by=order, rows=(None, None))
    left = WHOLE_DAY - ibis.least(ibis.coalesce(before, 0), WHOLE_DAY)
    return absences.mutate(absent_hundredths=ibis.least(absences.absent_hundredths, left), missed=whole >= WHOLE_DAY)


def with_cuts(absences: ir.Table) -> ir.Table:
    """Absences with `is_cut`: a class missed on a day of which the student was there for a part. Needs `missed`."""
    section = absences.section_id != WHOLE_DAY_SECTION
    return absences.mutate(is_cut=section & (absences.kind == "absent") & ~absences.missed)


def with_runs(missed: ir.Table) -> ir.Table:
    """Days missed as a whole with `run_days`, and whether they are `in_current_run`.

    A run is school days one after the other; `run_days` is how many they were. The current run reaches the student's
    latest school day. Needs `days_ago` and `years_ago`.
    """
    year = ["student_key", "years_ago"]
    rows = missed.mutate(number=ibis.dense_rank().over(group_by=year, order_by="days_ago"))
    rows = rows.mutate(run=rows.days_ago - rows.number)
    run = ibis.window(group_by=[*year, "run"])
    first, last = rows.days_ago.min().over(run), rows.days_ago.max().over(run)
    return rows.mutate(run_days=last - first + 1, in_current_run=first == 0).drop("number", "run")


def with_edge_of_week(dated: ir.Table) -> ir.Table:
    """Dated records with `edge_of_week`: they happened on a Monday or a Friday."""
    return dated.mutate(edge_of_week=dated.date.day_of_week.index().isin([MONDAY, FRIDAY]))


def with_posted(marks: ir.Table, replaced: ir.Table) -> ir.Table:
    """Marks with `posted`: when the first version of each was known, by the versions replaced since."""
    key = list(TABLES["marks"].key)
    first = replaced.group_by(key).aggregate(first=replaced.known_on.min()).view()
    posted = ibis.least(ibis.coalesce(first.first, marks.known_on), marks.known_on)
    return marks.left_join(first, key).select(marks, posted=posted)


def newest_of_course(marks: ir.Table) -> ir.Table:
    """Of each student and course the mark first posted last: a correction of an old term is not the newest one.

    A course whose newest line says that the student withdrew has none.
    """
    order = [ibis.desc("posted"), ibis.desc(marks.mark_kind == "final"), ibis.desc("term_id"), ibis.asc("school_id")]
    place = ibis.row_number().over(group_by=["student_key", "course_id"], order_by=order)
    return marks.mutate(place=place).filter(lambda rows: (rows.place == 0) & rows.mark.notnull()).drop("place")


def with_recovery(marks: ir.Table) -> ir.Table:
    """Marks with `is_recovered`: failed, and passed later, be it in a course that makes up for it. Needs `posted`."""
    marks = marks.mutate(made_up=course_made_up(marks))
    failed = marks.filter(marks.mark.isin(FAILING)).select("student_key", "made_up").distinct()
    passed = marks.filter((marks.mark_kind == "final") & marks.mark.notin(FAILING))
    passed = passed.semi_join(failed, ["student_key", "made_up"])
    last = passed.group_by("student_key", "made_up").aggregate(passed_on=when(passed).max()).view()
    joined = marks.left_join(last, ["student_key", "made_up"])
    passed_since = marks.mark.isin(FAILING) & last.passed_on.notnull()  # of few marks: no text is made of the others
    recovered = ibis.ifelse(passed_since, last.passed_on > when(marks), False)
    return joined.select(marks, is_recovered=recovered).drop("made_up")


def when(marks: ir.Table) -> ir.StringColumn:
    """The place of a mark in time, to be compared: school year, day posted, term."""
    year, posted = marks.school_year.cast("string"), marks.posted.cast("string")
    return year.concat(" ", posted, " ", marks.term_id)


def with_grade(marks: ir.Table, enrollments: ir.Table) -> ir.Table:
    """Marks with `grade_level`: the highest that the student was enrolled in that school year, if any."""
    grades = enrollments.group_by(["student_key", "school_year"]).aggregate(grade_level=ibis._.grade_level.max())
    keys = ["student_key", "school_year"]
    return marks.left_join(grades, keys).select(marks, grades.grade_level)


def with_terms(marks: ir.Table, terms: ir.Table) -> ir.Table:
    """Marks with `term_start`, `term_end` and `is_summer`."""
    key = term_key(terms)
    spans = terms.select(*key, term_start="start_date", term_end="end_date", is_summer=terms.kind == "summer")
    return marks.left_join(spans, key).select(
        marks, spans.term_start, spans.term_end, is_summer=ibis.coalesce(spans.is_summer, False)
    )


def terms_with_finals(marks: ir.Table, terms: ir.Table) -> ir.Table:
    """The terms in which each student has final marks: `student_key`, `school_year` and `term_end`, each once."""
    finals = marks.filter(marks.mark_kind == "final").select("student_key", *term_key(terms)).distinct()
    return with_terms(finals, terms).select("student_key", "school_year", "term_end").distinct()


def with_terms_ago(dated: ir.Table, finals: ir.Table) -> ir.Table:
    """Marks with `terms_ago`: 0 in the student's latest term with final marks, and 1 in the one before.

    Needs `term_end`; `finals` are the terms that students have final marks in.
    """
    place = ibis.dense_rank().over(group_by="student_key", order_by=[ibis.desc("school_year"), ibis.desc("term_end")])
    ranked = finals.mutate(terms_ago=place).view()
    same = [
        dated.student_key == ranked.student_key,
        dated.school_year == ranked.school_year,
        dated.term_end.identical_to(ranked.term_end),
    ]
    return dated.left_join(ranked, same).select(dated, ranked.terms_ago)


def with_new_schools(spells: ir.Table) -> ir.Table:
    """Spells with `is_new_school`: of a student who has earlier years on record, none of them at that school."""
    here = spells.school_year.min().over(group_by=["student_key", "school_id"])
    ever = spells.school_year.min().over(group_by="student_key")
    return spells.mutate(is_new_school=(spells.school_year == here) & (spells.school_year > ever))


def with_last(spells: ir.Table) -> ir.Table:
    """Spells with `is_last`: no spell of the student is of a later school year, or of the same and ends later.

    A spell of an earlier year may have no exit date: it seems to last until today where the next is at another school.
    """
    order = [ibis.desc("school_year"), ibis.desc("ends"), ibis.desc("entry_date"), ibis.asc("school_id")]
    place = ibis.row_number().over(group_by="student_key", order_by=order)
    return spells.mutate(is_last=place == 0)


def with_repetition(spells: ir.Table) -> ir.Table:
    """Spells with `repeats_grade`, true where the student was in the same grade in an earlier school year.

    And `days_before`, the school days of the year before the spell began. Needs `days` and `last_day`.
    """
    first = spells.school_year.min().over(group_by=["student_key", "grade_level"])
    return spells.mutate(repeats_grade=spells.school_year > first, days_before=spells.last_day - spells.days)
