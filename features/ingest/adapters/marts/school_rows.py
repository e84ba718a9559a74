"""Schools, terms and calendars from the marts."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from features.ingest.adapters.marts.descriptor_codes import SCHOOL_LEVELS, TERM_IDS, TERM_KINDS
from features.ingest.adapters.marts.mart_schemas import mart_rows
from features.ingest.load_parameters import LOAD_DAY

MOST_DAYS = {"quarter": 60, "trimester": 80, "semester": 130}
"""The longest term of each kind, in days, where no descriptor says what it is; a longer one is a year."""

EVENTS_A_DAY = 6
"""Events of a usual day from which a day without any is one on which attendance was not taken: by chance alone one day
in 400 would have none."""

AUGUST = 8

USUAL_DAYS: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "Y": ((8, 15), (6, 15)), "S1": ((8, 15), (12, 31)), "S2": ((1, 1), (6, 15)), "SU": ((6, 16), (7, 31)),
    "Q1": ((8, 15), (10, 15)), "Q2": ((10, 16), (12, 31)), "Q3": ((1, 1), (3, 15)), "Q4": ((3, 16), (6, 15)),
    "T1": ((8, 15), (11, 15)), "T2": ((11, 16), (2, 28)), "T3": ((3, 1), (6, 15)),
    "W1": ((8, 15), (9, 25)), "W2": ((9, 26), (11, 6)), "W3": ((11, 7), (12, 31)), "W4": ((1, 1), (2, 15)),
    "W5": ((2, 16), (4, 10)), "W6": ((4, 11), (6, 15)),
}  # fmt: skip
"""The first and last day, month and day, of a term of a year of which no session tells."""

ALWAYS = "1990-07-01"
"""Since when schools and staff are known, as the marts do not say."""


def school_rows() -> ir.Table:
    """Schools; the level by the school's category, else by its name."""
    schools = mart_rows("dim_school")
    by_name = ibis.cases(
        (schools.school_name.contains("Middle") | schools.school_name.contains("Junior High"), "middle"),
        (schools.school_name.contains("High"), "high"),
        else_="other",
    )
    level = schools.school_category.cases(*SCHOOL_LEVELS.items(), else_=None)
    level = ibis.ifelse(schools.school_category.isnull(), by_name, level.fill_null("other"))
    return schools.select("school_id", name=schools.school_name, level=level, known_on=ibis.date(ALWAYS))


def start_of_year(school_year: ir.IntegerValue) -> ir.DateValue:
    """July 1 before a school year, at the latest the day of the load."""
    return ibis.least(ibis.date(school_year.cast("int32") - 1, 7, 1), LOAD_DAY)


def term_id_of(word: ir.StringValue) -> ir.StringValue:
    """The id of a term: a short one for words of the standard, else the word."""
    return word.cases(*TERM_IDS.items(), else_=None).fill_null(word)


def term_kind(word: ir.StringValue, start: ir.DateValue, end: ir.DateValue) -> ir.StringValue:
    """How long a term is: by its word, else by its days."""
    days = end.delta(start, unit="day")
    by_length = ibis.cases(*((days <= most, kind) for kind, most in MOST_DAYS.items()), else_="year")
    summer = start.month().isin((6, 7)) & (days <= MOST_DAYS["trimester"])
    return word.cases(*TERM_KINDS.items(), else_=None).fill_null(ibis.ifelse(summer, "summer", by_length))


def terms_of_schools() -> ir.Table:
    """The terms of each school: its sessions, and grading periods that are none of them."""
    sessions, periods = mart_rows("dim_session"), mart_rows("dim_grading_period")
    both = ibis.union(
        sessions.select(
            "k_school", "school_year", word="academic_term", start_date="session_begin_date",
            end_date="session_end_date", place=ibis.literal(0),
        ),
        periods.select(
            "k_school", "school_year", word="grading_period", start_date="begin_date", end_date="end_date",
            place=ibis.literal(1),
        ),
    )  # fmt: skip
    both = both.mutate(term_id=term_id_of(both.word), kind=term_kind(both.word, both.start_date, both.end_date))
    key = ["k_school", "school_year", "term_id"]
    first = both.mutate(first=both.place.min().over(group_by=key)).filter(ibis._.place == ibis._.first)
    terms = first.group_by(key).aggregate(
        kind=first.kind.min(), start_date=first.start_date.min(), end_date=first.end_date.max()
    )
    return terms.inner_join(mart_rows("dim_school").select("k_school", "school_id"), "k_school").drop("k_school")


TERM = ["school_year", "term_id"]
DATES = ["kind", "start_date", "end_date"]


def common_terms() -> ir.Table:
    """The terms of the district: of each the dates that most of its schools have."""
    counted = terms_of_schools().group_by([*TERM, *DATES]).aggregate(schools=ibis._.count())
    order = [ibis.desc("schools"), ibis.asc("start_date"), ibis.asc("end_date"), ibis.asc("kind")]
    ranked = counted.mutate(place=ibis.row_number().over(group_by=TERM, order_by=order))
    return ranked.filter(ranked.place == 0).drop("place", "schools")


def assumed_terms() -> ir.Table:
    """Terms that transcripts name and no session of theirs tells of, such as those of years before: at usual dates."""
    rows = mart_rows("fct_course_transcripts").filter(ibis._.academic_term.notnull() & ibis._.school_year.notnull())
    rows = rows.select("school_year", word="academic_term").distinct()
    rows = rows.select("school_year", "word", term_id=term_id_of(rows.word)).anti_join(terms_of_schools(), TERM)
    start, end = (usual_day(rows, place) for place in (0, 1))
    dated = rows.select(*TERM, kind=term_kind(rows.word, start, end), start_date=start, end_date=end)
    return dated.group_by(TERM).aggregate(
        kind=dated.kind.min(), start_date=dated.start_date.min(), end_date=dated.end_date.max()
    )


def usual_day(terms: ir.Table, place: int) -> ir.DateValue:
    """The first day (place 0) or last day (1) that a term of that id usually has; of one unknown, those of a year."""
    days = {term_id: days[place] for term_id, days in USUAL_DAYS.items()}
    month, day = (
        terms.term_id.cases(*((term_id, one[part]) for term_id, one in days.items()), else_=days["Y"][part])
        for part in (0, 1)
    )
    ends_in = terms.school_year.cast("int32")
    return ibis.date(ibis.ifelse(month >= AUGUST, ends_in - 1, ends_in), month.cast("int32"), day.cast("int32"))


def term_rows() -> ir.Table:
    """The terms of the district, and those that its transcripts name."""
    terms = ibis.union(common_terms().select(*TERM, *DATES), assumed_terms().select(*TERM, *DATES))
    return terms.mutate(known_on=start_of_year(terms.school_year))


def school_term_rows() -> ir.Table:
    """All terms of a school in each year in which one of them has other dates than most schools have."""
    own = terms_of_schools()
    other = own.anti_join(common_terms(), [*TERM, *DATES]).select("school_id", "school_year").distinct()
    terms = own.semi_join(other, ["school_id", "school_year"])
    return terms.mutate(track=ibis.literal("main"), known_on=start_of_year(terms.school_year))


def tracks() -> ir.Table:
    """The track of each calendar: its code where a school has several in a year, else `main`."""
    days = mart_rows("dim_calendar_date").mutate(code=ibis._.calendar_code.fill_null(ibis._.k_school_calendar))
    calendars = days.select("k_school", "school_year", "k_school_calendar", "code").distinct()
    several = ibis._.count().over(group_by=["k_school", "school_year"]) > 1
    return calendars.mutate(track=ibis.ifelse(several, calendars.code, "main")).drop("code")


def calendar_day_rows() -> ir.Table:
    """Days of each school's calendars, with whether attendance was taken as the events tell it."""
    days = mart_rows("dim_calendar_date").inner_join(tracks(), ["k_school", "school_year", "k_school_calendar"])
    days = days.inner_join(mart_rows("dim_school").select("k_school", "school_id"), "k_school")
    days = days.select(
        "k_school", "school_id", "track", "school_year", date="calendar_date",
        in_session=ibis._.is_school_day.fill_null(False),
    )  # fmt: skip
    days = with_attendance_taken(days.distinct())
    return days.mutate(known_on=start_of_year(days.school_year)).drop("k_school")


def with_attendance_taken(days: ir.Table) -> ir.Table:
    """The days with `attendance_taken`: days of instruction until a school's last event, unless nothing came of one.

    A day without any event is one on which attendance was not taken where the days of that school and year usually have
    several; at a small school it may well be a day on which all were there.
    """
    marked = days.left_join(event_days(), [("k_school", "at"), ("date", "day")]).drop("at", "day")
    year = ["k_school", "school_year"]
    last = ibis.ifelse(marked.events.notnull(), marked.date, None).max().over(group_by=year)
    usual = marked.events.mean().over(group_by=year)
    open_day = marked.in_session & (marked.date <= ibis.least(last, LOAD_DAY))
    taken = open_day & (marked.events.notnull() | (usual < EVENTS_A_DAY))
    return marked.mutate(attendance_taken=taken.fill_null(False)).drop("events")


def event_days() -> ir.Table:
    """How many events of attendance a school sent of each day, by school key as `at` and date as `day`."""
    dates = mart_rows("dim_calendar_date").select("k_calendar_date", "calendar_date")
    events = mart_rows("fct_student_school_attendance_event").left_join(dates, "k_calendar_date")
    day = ibis.coalesce(events.attendance_event_date, events.calendar_date)
    of_sections = mart_rows("fct_student_section_attendance_event")
    both = ibis.union(
        events.select(at="k_school", day=day), of_sections.select(at="k_school", day="attendance_event_date")
    )
    return both.group_by(["at", "day"]).aggregate(events=ibis._.count())
