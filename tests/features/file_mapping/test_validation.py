"""Mapping validation: one sentence names the place in `ontrack.toml` and what was expected there."""

from pathlib import Path

import pytest

from features.errors import SettingsRefused
from features.settings_file import load_settings

TOML = """
[[districts]]
id = "north"
name = "North"

[districts.files.{table}]
{said}
"""

MISTAKES = {
    "a table that there is not": ("atendance", "", "atendance: no such table; did you mean attendance?"),
    "a table that no file has": ("flags", "", "flags: no such table; there are schools, terms, "),
    "an unknown setting": ("marks", 'fiel = "x"', "marks.fiel: unknown key; did you mean 'file'?"),
    "an unknown setting of a column": (
        "marks", 'columns.mark = { colum = "x" }', "marks.columns.mark.colum: unknown key; did you mean 'column'?",
    ),
    "an unknown setting of a look-up": (
        "marks",
        'columns.mark.lookup = { file = "x", column = "x", match = ["x"], tak = "one" }',
        "marks.columns.mark.lookup.tak: unknown key; did you mean 'take'?",
    ),
    "an unknown setting of known_on": (
        "marks", 'known_on = { afterwards = "x" }', "marks.known_on.afterwards: unknown key; did you mean 'after'?",
    ),
    "an unknown column": (
        "marks", 'columns.grade_points = "x"', "marks.columns.grade_points: no such column; there are student_id, ",
    ),
    "an unknown column like a known one": (
        "marks", 'columns.marc = "x"', "marks.columns.marc: no such column; did you mean mark?",
    ),
    "codes of an unknown column": (
        "marks", 'codes.subjet = { A = "ela" }', "marks.codes.subjet: no such column; did you mean subject?",
    ),
    "known_on among the columns": (
        "marks", 'columns.known_on = "x"', "marks.columns.known_on: known_on has a setting of its own, beside columns",
    ),
    "two sources": (
        "marks",
        'columns.mark = { column = "x", always = "A" }',
        "marks.columns.mark: expected one of column, always, day_of_school_year, lookup, joined",
    ),
    "an id joined from one column": (
        "incidents", 'columns.incident_id = { joined = ["x", "x"] }',
        "incidents.columns.incident_id: joined: expected two columns or more, each once",
    ),
    "a mark joined from two": (
        "marks", 'columns.mark = { joined = ["x", "y"] }',
        "marks.columns.mark.joined: expected for an id only; this column is none",
    ),
    "work on a value that is always the same": (
        "marks",
        'columns.mark = { always = "A", pattern = "(.)" }',
        "marks.columns.mark: pattern: only the text of a column or lookup needs it",
    ),
    "a value that is never allowed": (
        "marks", 'columns.mark = { always = "E" }', "marks.columns.mark.always: expected one of A, B, C, D, F, P, NP",
    ),
    "a number that is out of range": (
        "marks",
        'columns.school_year = { always = "26" }',
        "marks.columns.school_year.always: expected a whole number from 1990 to 2100",
    ),
    "a date of another form": (
        "programs",
        'columns.start_date = { always = "7/1/2025" }',
        "programs.columns.start_date.always: expected a date as YYYY-MM-DD",
    ),
    "a yes": (
        "attendance",
        'columns.excused = { always = "yes" }',
        "attendance.columns.excused.always: expected true or false",
    ),
    "a day of the school year for what is no date": (
        "marks",
        'columns.mark = { day_of_school_year = "07-01" }',
        "marks.columns.mark.day_of_school_year: expected for a date; this column is text",
    ),
    "a day that some years lack": (
        "programs",
        'columns.start_date = { day_of_school_year = "02-29" }',
        "programs.columns.start_date.day_of_school_year: expected a month-day such as 07-01, which every year has",
    ),
    "times for what is no number of hundredths": (
        "marks",
        'columns.mark = { column = "x", times = 100 }',
        "marks.columns.mark.times: expected for columns of hundredths only; this one is text",
    ),
    "digits for a date": (
        "programs",
        'columns.start_date = { column = "x", digits = 3 }',
        "programs.columns.start_date.digits: expected for columns of text or student only; this one is date",
    ),
    "a pattern without a group": (
        "marks",
        'columns.mark = { column = "x", pattern = "[A-F]" }',
        "marks.columns.mark.pattern: expected a group in parentheses around the value",
    ),
    "a pattern that is none": (
        "marks",
        'columns.mark = { column = "x", pattern = "(" }',
        "marks.columns.mark.pattern: not a regular expression: ",
    ),
    "a pattern that looks around": (
        "marks",
        'columns.mark = { column = "x", pattern = "(?=A)(.)" }',
        "marks.columns.mark.pattern: no part of a pattern may look around, refer back, or be possessive",
    ),
    "a code with a meaning that is not allowed": (
        "attendance",
        'codes.kind = { A = "away" }',
        "attendance.codes.kind.A: expected one of absent, partial, tardy, suspended",
    ),
    "a code that was not decided on": (
        "attendance", 'codes.excused = { A = "?" }', "attendance.codes.excused.A: expected true or false",
    ),
    "a code for nothing where there must be something": (
        "attendance",
        'codes.kind = { A = "" }',
        "attendance.codes.kind.A: expected a meaning; this column may not be empty",
    ),
    "a grade beyond all grades": (
        "enrollments",
        'codes.grade_level = { PG = "14" }',
        "enrollments.codes.grade_level.PG: expected a whole number from -1 to 13",
    ),
    "codes of a date": (
        "programs",
        'codes.start_date = { A = "2025-01-01" }',
        "programs.codes.start_date: expected for a column that has codes; this one is a date, or the same for all rows",
    ),
    "a form of a date without a year": (
        "marks", 'dates = ["%m/%d"]', "marks.dates: %m/%d: expected %Y or %y, %m or %b, and %d, such as %m/%d/%Y",
    ),
    "a form of a date with a sign that there is not": (
        "marks", 'dates = ["%Y-%m-%e"]', "marks.dates: %Y-%m-%e: no such sign as %e; there are %Y %y %m",
    ),
    "two forms that read one date as two": (
        "marks",
        'dates = ["%m/%d/%Y", "%d/%m/%Y"]',
        "marks.dates: two forms differ in the order of month and day only: one text would be two dates",
    ),
    "an encoding that nobody knows": (
        "marks", 'encoding = "ansi-x"', "marks.encoding: no such encoding; common ones are utf-8, utf-16 and cp1252",
    ),
    "a header that names a column twice": (
        "marks", 'header = ["a", "a"]', "marks.header: expected every column of the file, each by a name of its own",
    ),
    "known_on after what is no date": (
        "marks",
        'known_on = { after = "mark", days = 2 }',
        "marks.known_on.after: expected a date that every row has: term_end",
    ),
    "known_on after a date that a row may lack": (
        "enrollments",
        'known_on = { after = "exit_date", days = 2 }',
        "enrollments.known_on.after: expected a date that every row has: entry_date",
    ),
    "known_on after, but how long": (
        "enrollments",
        'known_on = { after = "entry_date" }',
        "enrollments.known_on: `after` goes with either school_days or days",
    ),
    "known_on always on no day": (
        "enrollments",
        'known_on = { always = "soon" }',
        "enrollments.known_on: always: expected a date as YYYY-MM-DD",
    ),
    "known_on twice": (
        "enrollments",
        'known_on = { load = true, column = "x" }',
        "enrollments.known_on: expected one of column, always, after, load",
    ),
    "deletes of a full extract": (
        "enrollments",
        'deletes = { column = "x", values = ["D"] }',
        "enrollments: deletes: only a delta has them; a full extract withdraws by absence",
    ),
    "a delta that covers something": (
        "enrollments", 'kind = "delta"\ncovers = "all"', "enrollments: covers: only a full extract covers something",
    ),
    "covers what nothing does": (
        "enrollments",
        'covers = "everything"',
        "enrollments.covers: expected all, school_years, nothing, or a number of days",
    ),
    "days of rows that have none": (
        "students", "covers = 30", "students.covers: expected all or nothing; rows of this table have no date",
    ),
    "school years of rows that are of none": (
        "staff",
        'covers = "school_years"',
        "staff.covers: expected all or nothing; rows of this table are of no school year",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "said", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_a_mapping_is_one_sentence_with_its_place(
    tmp_path: Path, table: str, said: str, expected: str
) -> None:
    path = tmp_path / "ontrack.toml"
    path.write_text(TOML.format(table=table, said=said), encoding="utf-8")
    with pytest.raises(SettingsRefused) as refused:
        load_settings(path)
    assert str(refused.value).startswith(f"{path}: districts.0.files.{expected}")
    assert str(refused.value).count("districts.0") == 1


SOUND = {
    "codes": ("enrollments", 'codes.grade_level = { KG = "0", PK = "-1" }\ncodes.exit_kind = { X = "" }'),
    "codes in days": (
        "attendance",
        'columns.absent_hundredths = { column = "x", times = 100 }\ncodes.absent_hundredths = { H = "0.5" }',
    ),
    "a school year to reckon with": (
        "programs",
        'columns.start_date = { day_of_school_year = "07-01" }\ncolumns.school_year = "Year"',
    ),
    "a window of days": ("attendance", "covers = 30"),
    "a window of school years": ("marks", 'covers = "school_years"'),
    "a time in a date": ("attendance", 'dates = ["%Y-%m-%d %H:%M:%S", "%d-%b-%y"]'),
    "a rule": ("attendance", 'known_on = { after = "date", school_days = 2 }'),
}


@pytest.mark.parametrize(("table", "said"), SOUND.values(), ids=SOUND.keys())
def test_a_sound_mapping_is_taken(tmp_path: Path, table: str, said: str) -> None:
    path = tmp_path / "ontrack.toml"
    path.write_text(TOML.format(table=table, said=said), encoding="utf-8")
    assert table in load_settings(path).districts[0].files
