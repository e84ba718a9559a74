"""Canonical columns that no column of the file is: what they probably are, and from where else they come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow.compute as pc

from features.attendance_tables import ATTENDANCE
from features.file_mapping.column_mapping import ColumnMapping, Lookup
from features.file_mapping.validation import columns_of
from features.ingest.proposal.code_guesses import LEFT_OUT
from features.ingest.proposal.column_match import ColumnMatch, match_columns
from features.ingest.proposal.column_profile import ColumnProfile, is_date
from features.ingest.proposal.name_match import words_of
from features.ingest.proposal.proposed_columns import CodeGuess, ColumnSetting, setting_of
from features.ingest.proposal.synonyms import OTHER_SUBJECTS
from features.ingest.proposal.table_match import SampledFile, TableMatch
from features.tables import ENROLLMENTS

Settings = Mapping[str, ColumnSetting]

SAME_IN_EVERY_ROW: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "enrollments": {"track": ("main", "no column of calendar tracks")},
    "calendar_days": {"track": ("main", "no column of calendar tracks")},
    "school_terms": {"track": ("main", "no column of calendar tracks")},
    "attendance": {
        "section_id": ("day", "no column of sections: taken once a day"),
        "excused": ("false", "no column says whether an absence was excused"),
    },
    "schools": {"level": ("other", "no column of grades served: middle or high where you know it")},
    "marks": {"mark_kind": ("final", "no column says which marks are in progress")},
    "incidents": {"severity": ("minor", "no column says how serious")},
    "discipline_actions": {"days_removed_hundredths": ("0", "no column of days removed")},
    "students": {"first_name": ("Student", "no column of names")},
}
"""Table and column = the value to propose where no column is it, and why."""

SAME_AS: Mapping[str, Mapping[str, str]] = {
    "calendar_days": {"in_session": "attendance_taken"},
    "schools": {"name": "school_id"},
    "students": {"last_name": "student_id"},
    "marks": {"course_name": "course_id", "course_id": "course_name"},
}
"""Table and column = another column of the table whose value may stand for it."""

MISSED = {"absent": "100", "suspended": "100", "partial": "50", "tardy": "0"}
"""Hundredths of a day that each kind of attendance usually misses."""

TERM_TABLES = ("terms", "school_terms")

TERMS_A_YEAR = {2: "semester", 3: "trimester", 4: "quarter"}

FIRST_MONTH = 7


def fill_missing(match: TableMatch, settings: Settings, first_day: str) -> dict[str, ColumnSetting]:
    """Settings for columns that are not placed, where something can be proposed."""
    found: dict[str, ColumnSetting] = {}
    for name, (value, why) in SAME_IN_EVERY_ROW.get(match.table.name, {}).items():
        found[name] = ColumnSetting(name, ColumnMapping(always=value), "a guess", why)
    for name, other in SAME_AS.get(match.table.name, {}).items():
        if other in settings and name not in settings:
            mapping = ColumnMapping(column=settings[other].column)
            codes = settings[other].codes if match.table.name == "calendar_days" else ()
            found[name] = ColumnSetting(name, mapping, "a guess", f"no column of its own: taken from {other}", codes)
    if match.table.name == "attendance" and "kind" in settings:
        found["absent_hundredths"] = missed_by_kind(settings["kind"])
    found |= id_of_incident(match, settings)
    found |= days_held(match, settings, first_day)
    found |= one_school_year(match)
    found |= kind_of_terms(match)
    return {name: one for name, one in found.items() if name not in settings}


def missed_by_kind(kind: ColumnSetting) -> ColumnSetting:
    """How much of the day each kind of attendance misses, by its code."""
    codes = kind.codes or tuple(CodeGuess(word, 0, word) for word in ATTENDANCE.column("kind").allowed)
    missed = tuple(replace(one, meaning=MISSED.get(one.meaning or "")) for one in codes if one.meaning != LEFT_OUT)
    why = "no column of the part of the day: whole days, half for partial, none for tardy"
    return ColumnSetting("absent_hundredths", ColumnMapping(column=kind.column), "a guess", why, missed)


def id_of_incident(match: TableMatch, settings: Settings) -> dict[str, ColumnSetting]:
    """An id of incidents out of student, day and what happened, where no column is one."""
    parts = [settings[name].column for name in ("student_id", "date", "severity") if name in settings]
    if match.table.name != "incidents" or len(set(parts)) < len(parts) or len(parts) < 2 or "" in parts:
        return {}
    parts[2:2] = [one.name for one in match.file.profiles if "time" in words_of(one.name) and one.name not in parts][:1]
    why = "no column of ids: student, day, hour and what happened; students of one incident have one each"
    return {"incident_id": ColumnSetting("incident_id", ColumnMapping(joined=tuple(parts)), "a guess", why)}


def days_held(match: TableMatch, settings: Settings, first_day: str) -> dict[str, ColumnSetting]:
    """The attribute of a column of race or sex, and the days of the school year from which rows hold."""
    found: dict[str, ColumnSetting] = {}
    own = columns_of(match.table)
    if match.table.name == "demographics" and "attribute" not in settings:
        about = "sex" if {"sex", "gender"} & set(words_of(settings["value"].column)) else "race_ethnicity"
        why = "the name of the column"
        found["attribute"] = ColumnSetting("attribute", ColumnMapping(always=about), "likely", why)
    if "start_date" not in own or "start_date" in settings or match.table.name in TERM_TABLES:
        return found
    year = match_columns(ENROLLMENTS, match.file.profiles, {}).get("school_year")
    if year is None:
        why = "no column says since when: the first day of the records"
        found["start_date"] = ColumnSetting("start_date", ColumnMapping(always=first_day), "a guess", why)
        return found
    for name, day in (("start_date", "07-01"), ("end_date", "06-30")):
        why = f"the row is of a school year ({year.profile.name})"
        found[name] = ColumnSetting(name, ColumnMapping(day_of_school_year=day), "likely", why)
    if year.profile.name != "school_year" or codes_needed(year):
        found["school_year"] = setting_of(ENROLLMENTS, ENROLLMENTS.column("school_year"), year)
    return found


def codes_needed(year: ColumnMatch) -> bool:
    """Whether a column of school years needs codes to be read."""
    return bool(setting_of(ENROLLMENTS, ENROLLMENTS.column("school_year"), year).codes)


def one_school_year(match: TableMatch) -> dict[str, ColumnSetting]:
    """The school year of all rows, where every date of the file is of one."""
    if "school_year" not in columns_of(match.table):
        return {}
    dates = ("date", "entry_date", "start_date", "known_on")
    profile = next((match.columns[name].profile for name in dates if name in match.columns), None)
    years = set(school_years(profile)) if profile is not None else set()
    if len(years) != 1:
        return {}
    year = str(years.pop())
    why = "no column of school years; all dates are of one"
    return {"school_year": ColumnSetting("school_year", ColumnMapping(always=year), "likely", why)}


def school_years(profile: ColumnProfile) -> Iterator[int]:
    """The years in which the school years of some dates end."""
    for value in profile.probe:
        if profile.date_form and is_date(value, profile.date_form):
            day = datetime.strptime(value, profile.date_form)
            yield day.year + (day.month >= FIRST_MONTH)


def kind_of_terms(match: TableMatch) -> dict[str, ColumnSetting]:
    """How long terms are, where each school year has two, three or four."""
    if match.table.name not in TERM_TABLES:
        return {}
    years = set(school_years(match.columns["start_date"].profile))
    schools = match.columns["school_id"].profile.distinct if "school_id" in match.columns else 1
    kind = TERMS_A_YEAR.get(round(match.file.sample.cells.num_rows / max(1, len(years) * schools)))
    why = "no column of kinds; so many terms a year"
    return {"kind": ColumnSetting("kind", ColumnMapping(always=kind), "a guess", why)} if kind else {}


def lookup_of(match: TableMatch, files: Sequence[SampledFile]) -> dict[str, ColumnSetting]:
    """The grade level out of another file that names the students alike."""
    student = match.columns["student_id"].profile.name
    for other in sorted(files, key=lambda file: (len(OTHER_SUBJECTS & all_words(file)), len(file.name))):
        columns = match_columns(ENROLLMENTS, other.profiles, {})
        names = {one.profile.name for one in columns.values()}
        if other.name == match.file.name or "grade_level" not in columns or student not in names:
            continue
        year = columns.get("school_year")
        shares_year = year is not None and "school_year" in match.columns
        both = shares_year and year is not None and match.columns["school_year"].profile.name == year.profile.name
        keys = (student, year.profile.name) if both and year is not None else (student,)
        grade = columns["grade_level"]
        lookup = Lookup(file=other.pattern, column=grade.profile.name, match=keys, take=take_of(other, keys, grade))
        plain = setting_of(ENROLLMENTS, ENROLLMENTS.column("grade_level"), grade)
        why = f"no column of this file: {grade.profile.name} of {other.name}, by {' and '.join(keys)}"
        return {"grade_level": replace(plain, mapping=ColumnMapping(lookup=lookup), sureness="likely", why=why)}
    return {}


def all_words(file: SampledFile) -> set[str]:
    """The words of a file's header."""
    return {word for profile in file.profiles for word in words_of(profile.name)}


def take_of(file: SampledFile, keys: Sequence[str], grade: ColumnMatch) -> str:
    """`highest` where a student has several grades at a time, else `one`."""
    places = [f"c{file.sample.names.index(name)}" for name in keys]
    value = f"c{grade.profile.place}"
    counted = file.sample.cells.group_by(places).aggregate([(value, "count_distinct")])
    several = pc.greater(counted.column(f"{value}_count_distinct"), 1)
    return "highest" if several.combine_chunks().true_count else "one"
