"""The ledger: what became of every flag, drawn for each way in which a year can end."""

from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from features.definitions.catalog import OUTCOMES
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.language.outcome import Outcome
from features.ledger.ledger import Ledger, build_ledger
from features.snapshots.labels import WHEREABOUTS_UNKNOWN
from features.snapshots.outcome_periods import UNFINISHED
from features.tables import PROTECTED_TABLES, TABLES
from tests.drawn import canonical, cell, reader, reader_of, rows_of, school_days, stacked

YEAR = school_days(date(2025, 9, 1), 200)
LAST_DAY, HORIZON, LATER = date(2026, 6, 5), date(2026, 7, 5), date(2026, 8, 1)
NOVEMBER = "2025-11-20"
ENDINGS = """
| student_id | exit_date  | exit_kind   | passed | failed | list | helped     | resolution      | off   | ended      |
| ada        |            |             | 8      | 2      | yes  |            | came_true       | true  | 2026-06-05 |
| bo         |            |             | 10     | 0      | yes  |            | did_not         | false | 2026-06-05 |
| cy         |            |             | 10     | 0      | yes  | 2026-01-15 | supported_first | false | 2026-06-05 |
| di         |            |             | 8      | 2      | yes  | 2026-01-15 | came_true       | true  | 2026-06-05 |
| eve        | 2026-02-02 | left        | 4      | 0      | yes  |            | came_true       | true  | 2026-02-02 |
| flo        | 2026-02-02 | transferred | 4      | 0      | yes  | 2026-01-15 | moved_away      |       | 2026-06-05 |
| gus        | 2026-02-02 | unknown     | 4      | 0      | yes  |            | moved_away      |       | 2026-06-05 |
| hal        | 2026-02-02 | deceased    | 4      | 0      | yes  |            | not_told        |       | 2026-06-05 |
| ida        |            |             | 0      | 0      | yes  |            | not_told        |       | 2026-06-05 |
| jo         |            |             | 8      | 2      |      |            |                 | true  | 2026-06-05 |
| kim        |            |             | 10     | 0      |      | 2026-01-15 |                 | false | 2026-06-05 |
"""
BECAUSE = {"flo": "went elsewhere", "gus": WHEREABOUTS_UNKNOWN, "hal": "died", "ida": "the records do not tell"}


def flags(*lists: tuple[str, str], outcome: str = OFF_TRACK_CHICAGO.name, made_on: str = "") -> str:
    """Lists as flags: each a date and the students on it, in order."""
    header = (
        "| student_id | run_id | outcome | as_of | release_id | scorer | capacity | list_position | risk | known_on |"
    )
    lines = [
        f"| {student} | run {day} | {outcome} | {day} | r1 | model | 9 | {place} | 0.5 | {made_on or day} |"
        for day, students in lists
        for place, student in enumerate(students.split(), start=1)
    ]
    return "\n".join([header, *lines])


def enrolled(rows: list[dict[str, str]]) -> str:
    """A spell of each student of this year."""
    lines = ["| student_id | school_year | entry_date | exit_date | exit_kind |"]
    lines += [f"| {row['student_id']} | 2026 | 2025-09-01 | {row['exit_date']} | {row['exit_kind']} |" for row in rows]
    return "\n".join(lines)


def semester_marks(rows: list[dict[str, str]]) -> str:
    """Half a credit for each mark passed, and an F in core for each one failed."""
    lines = [
        "| student_id | school_year | term_id | course_id | subject | mark | credits_earned_hundredths | known_on |"
    ]
    kinds = (("passed", "math", "C", 50), ("failed", "ela", "F", 0))
    lines += [
        f"| {row['student_id']} | 2026 | s1 | {kind} {n} | {subject} | {mark} | {earned} | {LAST_DAY} |"
        for row in rows
        for kind, subject, mark, earned in kinds
        for n in range(int(row[kind]))
    ]
    return "\n".join(lines)


def supports(*of: tuple[str, str], known_on: str = "") -> str:
    """A contact with each student on a day, known then or later."""
    lines = ["| support_id | student_id | kind | date | known_on |"]
    return "\n".join([*lines, *(f"| {who} {day} | {who} | contact | {day} | {known_on or day} |" for who, day in of)])


def district(**others: str) -> dict[str, str]:
    """The district of the endings, listed once in November."""
    rows = rows_of(ENDINGS)
    drawn = {
        "calendar_days": YEAR,
        "enrollments": enrolled(rows),
        "marks": semester_marks(rows),
        "supports": supports(*((row["student_id"], row["helped"]) for row in rows if row["helped"])),
        "flags": flags((NOVEMBER, " ".join(row["student_id"] for row in rows if row["list"]))),
    }
    return {**drawn, **others}


def ledger(drawn: Mapping[str, str], on: date = LATER, outcome: Outcome = OFF_TRACK_CHICAGO) -> Ledger:
    return build_ledger(reader(drawn), outcome, on)


def by_student(frame: pd.DataFrame, column: str) -> dict[str, str]:
    """A column by student, as it is drawn; a date without its time."""
    cells = [cell(value).removesuffix(" 00:00:00") for value in frame[column]]
    return dict(zip(map(str, frame["student_key"]), cells, strict=True))


def assert_same(left: Ledger, right: Ledger) -> None:
    assert_frame_equal(left.flags, right.flags)
    assert_frame_equal(left.students, right.students)


def drawn_column(name: str) -> dict[str, str]:
    """A column of the endings."""
    return {row["student_id"]: row[name] for row in rows_of(ENDINGS)}


def test_every_way_in_which_a_flag_is_resolved() -> None:
    found, listed = ledger(district()), drawn_column("list")
    resolution = drawn_column("resolution")
    assert by_student(found.flags, "resolution") == {who: what for who, what in resolution.items() if listed[who]}
    assert by_student(found.students, "resolution") == resolution
    assert by_student(found.students, "off_track") == drawn_column("off")
    assert by_student(found.students, "ended_on") == drawn_column("ended")
    assert by_student(found.students, "missing_because") == {who: BECAUSE.get(who, "") for who in listed}
    assert by_student(found.students, "first_flag") == {who: flagged and NOVEMBER for who, flagged in listed.items()}
    helped = drawn_column("helped")
    assert by_student(found.students, "supported_on") == {who: listed[who] and helped[who] for who in listed}


def test_every_flag_keeps_what_its_run_said() -> None:
    row = ledger(district()).flags.iloc[1]
    said = {"run_id": f"run {NOVEMBER}", "release_id": "r1", "scorer": "model", "capacity": 9, "list_position": 2}
    assert {name: row[name] for name in said} == said
    assert (row["student_key"], row["risk"], row["school_year"]) == ("bo", 0.5, 2026)


@pytest.mark.parametrize(("on", "resolution"), [(HORIZON - timedelta(days=1), "still_open"), (HORIZON, "came_true")])
def test_while_the_horizon_is_ahead_every_flag_is_open(on: date, resolution: str) -> None:
    """Also of those who have gone: while the year lasts, nothing is said."""
    found = ledger(district(), on)
    assert by_student(found.flags, "resolution")["ada"] == resolution
    if resolution == "still_open":
        assert set(found.flags["resolution"]) == {"still_open"}
        assert set(found.students["missing_because"]) == {UNFINISHED}


@pytest.mark.parametrize(("day", "known_on", "resolution"), [
    ("2025-11-20", "", "did_not"),  # the day of the list: nobody has seen it yet
    ("2025-11-21", "", "supported_first"),
    ("2026-06-05", "", "supported_first"),
    ("2026-06-06", "", "did_not"),  # after the last day that counts
    ("2026-01-15", "2026-08-01", "supported_first"),
    ("2026-01-15", "2026-08-02", "did_not"),  # not known on the day of the ledger
])  # fmt: skip
def test_support_counts_after_the_flag_and_by_the_last_day(day: str, known_on: str, resolution: str) -> None:
    found = ledger(district(supports=supports(("bo", day), known_on=known_on)))
    assert by_student(found.flags, "resolution")["bo"] == resolution


def test_the_same_support_came_before_a_later_flag() -> None:
    """The first flag was supported, the later one was not; the student counts by the first."""
    lists = flags((NOVEMBER, "cy"), ("2026-02-20", "cy"))
    found = ledger(district(flags=lists))
    assert found.flags["resolution"].tolist() == ["supported_first", "did_not"]
    assert by_student(found.students, "resolution")["cy"] == "supported_first"


def test_students_of_the_cohort_are_seen_who_were_never_listed() -> None:
    """From the first list to the last: who had gone before, came after, or is in another grade, is not of it."""
    spells = """
    | student_id | school_year | grade_level | entry_date | exit_date  | exit_kind   | of it |
    | early      | 2026        | 9           | 2025-09-01 | 2025-11-20 | transferred |       |
    | went       | 2026        | 9           | 2025-09-01 | 2026-01-20 | transferred | yes   |
    | came       | 2026        | 9           | 2026-02-20 |            |             | yes   |
    | late       | 2026        | 9           | 2026-02-21 |            |             |       |
    | older      | 2026        | 10          | 2025-09-01 |            |             |       |
    | ada        | 2026        | 9           | 2025-09-01 |            |             | yes   |
    """
    drawn = {"enrollments": spells, "calendar_days": YEAR, "flags": flags((NOVEMBER, "ada"), ("2026-02-20", "ada"))}
    found = by_student(ledger(drawn).students, "student_key")
    assert list(found) == sorted(row["student_id"] for row in rows_of(spells) if row["of it"])


def test_a_flagged_student_whom_the_records_no_longer_know_is_still_in_the_ledger() -> None:
    """The enrollment was withdrawn since, and another student's grade was corrected."""
    drawn = district(flags=flags((NOVEMBER, "ada ghost bo")))
    found = ledger({**drawn, "enrollments": drawn["enrollments"].replace("| bo | 2026 | 2025", "| bo | 2025 | 2024")})
    assert by_student(found.flags, "resolution") == {"ada": "came_true", "ghost": "moved_away", "bo": "moved_away"}
    assert by_student(found.students, "school_id")["ghost"] == ""


def test_what_becomes_known_later_does_not_change_an_earlier_day() -> None:
    """Marks, exits, contacts, a calendar and a flag that came a day after."""
    after = LATER + timedelta(days=1)
    header = (
        "| student_id | school_year | term_id | course_id | subject | mark | credits_earned_hundredths | known_on |"
    )
    marks = f"{header}\n| bo | 2026 | s1 | passed 0 | math | F | 0 | {after} |"
    spells = (
        "| student_id | school_year | entry_date | exit_date | exit_kind | known_on |\n"
        f"| bo | 2026 | 2025-09-01 | 2026-01-02 | transferred | {after} |\n"
        f"| new | 2026 | 2025-09-01 | | | {after} |"
    )
    calendar = school_days(date(2026, 6, 8), 5).replace("2020-01-01", str(after))
    lists = stacked(district()["flags"], flags((str(after), "kim")))
    drawn = {name: canonical(name, text) for name, text in district(flags=lists).items()}
    later = {"marks": marks, "enrollments": spells, "calendar_days": calendar,
             "supports": supports(("bo", "2026-01-15"), known_on=str(after))}  # fmt: skip
    more = {name: [*drawn[name], *canonical(name, later[name])] if name in later else drawn[name] for name in drawn}
    assert_same(build_ledger(reader_of(more), OFF_TRACK_CHICAGO, LATER), ledger(district()))


def test_the_order_of_rows_in_the_warehouse_does_not_matter() -> None:
    drawn = {name: canonical(name, text) for name, text in district().items()}
    turned = {name: rows[::-1] for name, rows in drawn.items()}
    first = build_ledger(reader_of(drawn), OFF_TRACK_CHICAGO, LATER)
    assert_same(first, build_ledger(reader_of(turned), OFF_TRACK_CHICAGO, LATER))
    assert first.flags["list_position"].is_monotonic_increasing
    assert first.students["student_key"].astype("str").is_monotonic_increasing


def test_protected_tables_are_not_read() -> None:
    """The ledger is the same where they do not exist."""
    drawn = {name: canonical(name, text) for name, text in district().items()}
    open_ones = [name for name in TABLES if name not in PROTECTED_TABLES]
    found = build_ledger(reader_of(drawn, names=open_ones), OFF_TRACK_CHICAGO, LATER)
    assert_same(found, ledger(district()))


def test_other_outcomes_flags_are_not_of_this_ledger_and_without_any_it_is_empty() -> None:
    drawn = district(flags=flags((NOVEMBER, "ada"), outcome="chronic_absence_9"))
    full, empty = ledger(district()), ledger(drawn)
    for name in ("flags", "students"):
        left, right = getattr(empty, name), getattr(full, name)
        assert len(left) == 0
        assert left.columns.tolist() == right.columns.tolist()


TERMS = """
| school_year | term_id | kind      | start_date | end_date   | known_on   |
| 2026        | t1      | trimester | 2025-09-01 | 2025-11-28 | 2025-07-01 |
| 2026        | t2      | trimester | 2025-12-01 | 2026-02-27 | 2025-07-01 |
| 2026        | t3      | trimester | 2026-03-02 | 2026-06-05 | 2025-07-01 |
"""


def test_where_the_next_term_decides_each_flag_is_resolved_by_its_own() -> None:
    """Ada fails the second trimester and passes the third, Bo the other way round; after that no term begins."""
    lists = flags((NOVEMBER, "ada bo"), ("2026-01-20", "ada"), ("2026-03-20", "ada"), outcome="core_f_next_term_9")
    header = (
        "| student_id | school_year | term_id | course_id | subject | mark | credits_earned_hundredths | known_on |"
    )
    marks = stacked(header + """
    | ada | 2026 | t2 | alg | math | F | 0  | 2026-03-02 |
    | ada | 2026 | t3 | alg | math | C | 50 | 2026-06-05 |
    | bo  | 2026 | t2 | alg | math | C | 50 | 2026-03-02 |
    | bo  | 2026 | t3 | alg | math | F | 0  | 2026-06-05 |
    | kim | 2026 | t2 | alg | math | C | 50 | 2026-03-02 |
    | kim | 2026 | t3 | alg | math | F | 0  | 2026-06-05 |
    """)  # fmt: skip
    rows = [row for row in rows_of(ENDINGS) if row["student_id"] in ("ada", "bo", "kim")]
    drawn = {"calendar_days": YEAR, "enrollments": enrolled(rows), "terms": TERMS, "marks": marks, "flags": lists}
    found = ledger(drawn, outcome=OUTCOMES["core_f_next_term_9"])
    resolved = [(str(row.student_key), str(row.resolution)) for row in found.flags.itertuples()]
    assert resolved == [("ada", "came_true"), ("bo", "did_not"), ("ada", "did_not"), ("ada", "not_told")]
    assert by_student(found.students, "resolution") == {"ada": "came_true", "bo": "did_not", "kim": ""}
    assert by_student(found.students, "off_track") == {"ada": "true", "bo": "false", "kim": "true"}


@pytest.mark.parametrize(("made_on", "counts"), [("2025-11-20", True), ("2025-11-27", True), ("2025-11-28", False)])
def test_a_list_made_long_after_its_date_was_in_nobodys_hands(made_on: str, counts: bool) -> None:
    found = ledger(district(flags=flags(("2025-11-20", "ana"), made_on=made_on)))
    assert (len(found.flags) > 0) == counts
