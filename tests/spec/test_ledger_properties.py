"""What holds of any ledger: every flag has one resolution, and time only settles what was open."""

from datetime import date, timedelta
from itertools import combinations

from hypothesis import strategies as st

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.ledger.ledger import Ledger, build_ledger
from models.metrics.track_record import list_records
from tests.drawn import canonical, reader_of, school_days, stacked
from tests.spec.cases_together import drawn_cases, of_case
from tests.spec.drawn_snapshots import FULL
from tests.spec.made_districts import Row
from tests.spec.test_ledger import NOVEMBER, enrolled, flags, semester_marks, supports

SPRING, HORIZON = "2026-02-20", date(2026, 7, 5)
CALENDAR = canonical("calendar_days", school_days(date(2025, 9, 1), 200))
DAYS = (date(2025, 11, 20), date(2026, 3, 1), HORIZON - timedelta(days=1), HORIZON, date(2026, 9, 1))
STUDENTS = ("ada", "bo", "cy", "di", "eve", "flo")
EXITS = (("", ""), ("2025-12-12", "transferred"), ("2026-02-02", "left"), ("2026-03-02", "unknown"), ("", ""))

student = st.fixed_dictionaries(
    {
        "exit": st.sampled_from(EXITS),
        "passed": st.sampled_from(["0", "9", "10"]),
        "failed": st.sampled_from(["0", "1", "2"]),
        "november": st.booleans(),
        "spring": st.booleans(),
        "helped": st.sampled_from(["", "2025-11-20", "2026-01-15", "2026-04-01", "2026-06-20"]),
    }
)
districts = st.lists(student, min_size=len(STUDENTS), max_size=len(STUDENTS))
IN_SUITE, IN_SWEEP = 12, 200
"""Drawn lists of six students: in `make test` all in one district, in `make properties` one by one."""


def rows_in(drawn: list[list[dict[str, object]]]) -> dict[str, list[Row]]:
    """The records of the drawn students; the first of each six is on both lists, so that both were made."""
    parts = [{name: canonical(name, text) for name, text in drawings(one).items()} for one in drawn]
    rows: dict[str, list[Row]] = {"calendar_days": CALENDAR}
    for number, part in enumerate(parts):
        for name, some in part.items():
            rows.setdefault(name, []).extend(of_case(number, row) for row in some)
    return rows


def drawings(drawn: list[dict[str, object]]) -> dict[str, str]:
    """The drawn tables of six students."""
    rows = [{"student_id": who, **one} for who, one in zip(STUDENTS, drawn, strict=True)]
    named = [{**{k: str(v) for k, v in row.items()}, **exits(row["exit"])} for row in rows]
    lists = [(day, [str(row["student_id"]) for row in rows if row[name] or row is rows[0]])
             for name, day in (("november", NOVEMBER), ("spring", SPRING))]  # fmt: skip
    helped = [(str(row["student_id"]), str(row["helped"])) for row in rows if row["helped"]]
    return {
        "enrollments": enrolled(named),
        "marks": semester_marks(named),
        "supports": stacked(supports(*helped)),
        "flags": flags(*((day, " ".join(listed)) for day, listed in lists)),
    }


def exits(drawn: object) -> dict[str, str]:
    """An exit as columns."""
    assert isinstance(drawn, tuple)
    return {"exit_date": drawn[0], "exit_kind": drawn[1]}


def resolutions(ledger: Ledger) -> dict[tuple[str, str], str]:
    flags = ledger.flags
    keys = zip(flags["student_key"], flags["run_id"], strict=True)
    return dict(zip(((str(who), str(run)) for who, run in keys), map(str, flags["resolution"]), strict=True))


def test_every_flag_has_one_resolution_and_time_only_settles_what_was_open() -> None:
    """Between any two of the days; no record here is corrected, nor known later than it was."""
    drawn = drawn_cases(districts, IN_SUITE, IN_SWEEP)
    for some in [[one] for one in drawn] if FULL else [drawn]:
        rows = rows_in(some)
        warehouse = reader_of(rows)
        ledgers = {day: build_ledger(warehouse, OFF_TRACK_CHICAGO, day) for day in DAYS}
        for day, ledger in ledgers.items():
            has_one_resolution_for_each_flag(ledger, [row for row in rows["flags"] if str(row["as_of"]) <= str(day)])
        for before, after in combinations(ledgers.values(), 2):
            settled = resolutions(after)
            changed = {what for flag, what in resolutions(before).items() if settled[flag] != what}
            assert changed <= {"still_open"}


def has_one_resolution_for_each_flag(ledger: Ledger, known: list[Row]) -> None:
    """AssertionError where one is missing or counted twice."""
    assert int(ledger.flags["resolution"].value_counts().sum()) == len(known) == len(resolutions(ledger))
    (record,) = list_records(ledger)
    told = (record.came_true, record.did_not, record.supported, record.moved_away, record.still_open, record.not_told)
    assert sum(told) == record.listed == ledger.flags["student_key"].nunique()
    assert record.never_listed + record.came_true == record.off_track
