"""Drawn students: the future that a way back asks for is on track, one step less is not, and no future is read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import strategies as st

from features.definitions.catalog import OUTCOMES
from features.language.feature_set import Outcome, attendance, discipline, enrolled, marks, threshold
from features.language.outcome import with_thresholds
from features.way_back.steps import WayBack
from features.way_back.way_back import find_ways_back
from tests.drawn import canonical, reader_of, rows_of, school_days
from tests.spec.cases_together import of_case
from tests.spec.drawn_snapshots import FULL, drawn
from tests.spec.futures import broken_promises
from tests.spec.made_districts import Row, Rows, merged
from tests.spec.rest_of_year import Past

FALL, WINTER = date(2025, 11, 20), date(2026, 2, 20)
CALENDAR = school_days(date(2025, 9, 1), 200)
DAYS = [date.fromisoformat(row["date"]) for row in rows_of(CALENDAR)]
TERMS = """
| school_year | term_id | kind     | start_date | end_date   | known_on   |
| 2026        | q1      | quarter  | 2025-09-01 | 2025-11-07 | 2025-07-01 |
| 2026        | s1      | semester | 2025-09-01 | 2026-01-23 | 2025-07-01 |
| 2026        | s2      | semester | 2026-01-26 | 2026-06-05 | 2025-07-01 |
"""
YEAR: Rows = {"calendar_days": canonical("calendar_days", CALENDAR), "terms": canonical("terms", TERMS)}
COURSES = [("eng", "ela"), ("alg", "math"), ("bio", "science"), ("civ", "social_science"), ("art", "other")]
POINTS = {"A": 400, "B": 300, "C": 200, "D": 100, "F": 0}

REGULAR = marks.final().regular()
OWN = Outcome(
    name="own",
    says="",
    ended="",
    source="these tests",
    cohort=enrolled(9),
    off_track=(attendance.unexcused().days_absent() >= threshold("most_days", 9.5))
    | (REGULAR.core().failing() > 2)
    | (discipline.suspensions().count() > 1)
    | (REGULAR.ever().credits_earned() < 3.3),
)
DECIDED = {
    "chicago": (with_thresholds(OUTCOMES["grade9_off_track_chicago"], {"least_credits": 4.25}), WINTER),
    "chronic absence": (OUTCOMES["chronic_absence_9"], WINTER),
    "core F": (with_thresholds(OUTCOMES["core_f_next_term_9"], {"least_failures": 2}), FALL),
    "a district's own": (OWN, FALL),
}


def enrolled_from(student: str, entry: date) -> Row:
    """A spell of grade 9."""
    return {
        "student_key": student, "school_id": "10", "track": "main", "school_year": 2026, "grade_level": 9,
        "entry_date": entry, "known_on": entry,
    }  # fmt: skip


def mark(student: str, course: tuple[str, str], letter: str | None, *, term: str, credit: int, known_on: date) -> Row:
    """A mark, final in a semester and in progress in a quarter."""
    final = term.startswith("s")
    earned = credit * (letter not in ("F", "NP")) if final and letter else None
    return {
        "student_key": student, "school_id": "10", "school_year": 2026, "term_id": term, "course_id": course[0],
        "course_name": course[0], "subject": course[1], "mark_kind": "final" if final else "progress", "mark": letter,
        "points_hundredths": POINTS.get(letter or ""), "credits_attempted_hundredths": credit,
        "credits_earned_hundredths": earned, "known_on": known_on,
    }  # fmt: skip


letters: st.SearchStrategy[str | None] = st.sampled_from(["A", "B", "C", "C", "D", "F", "P", "NP", None])


@st.composite
def students(draw: st.DrawFn, name: str, as_of: date) -> Rows:
    """One student's records up to the as-of date."""
    days = [day for day in DAYS if day <= as_of]
    entry = draw(st.sampled_from([days[0], days[0], days[-10]]))
    there = [day for day in days if day >= entry]
    taken = COURSES if draw(st.booleans()) else []
    rows: Rows = {"enrollments": [enrolled_from(name, entry)], "marks": [], "attendance": []}
    for course in taken:
        credit, known_on = draw(st.sampled_from([50, 50, 100])), min(as_of, date(2026, 1, 30))
        rows["marks"].append(mark(name, course, draw(letters), term="q1", credit=credit, known_on=known_on))
        if as_of == WINTER and draw(st.integers(0, 5)):
            rows["marks"].append(mark(name, course, draw(letters), term="s1", credit=credit, known_on=known_on))
    missed = there[: draw(st.integers(0, 22))] + draw(st.sampled_from([[], [as_of + timedelta(days=5)]]))
    short, excused = draw(st.sampled_from([(), (0, 1), (2,)])), draw(st.sampled_from([(), (0, 1, 2, 3)]))
    rows["attendance"] = [
        {**row, "absent_hundredths": 33 if place in short else 100, "excused": place in excused}
        for place, row in enumerate(absences(name, missed, as_of))
    ]
    return {**rows, "discipline_actions": draw(suspensions(name, there[0]))}


def absences(name: str, days: list[date], as_of: date = date.max) -> list[Row]:
    """Whole days missed, those to come known on the as-of date."""
    return [
        {
            "student_key": name, "school_id": "10", "date": day, "section_id": "day", "kind": "absent",
            "absent_hundredths": 100, "excused": False, "known_on": min(day, as_of),
        }
        for day in days
    ]  # fmt: skip


def suspensions(name: str, day: date) -> st.SearchStrategy[list[Row]]:
    """None to two suspensions of a day."""
    row: Row = {
        "student_key": name, "school_id": "10", "date": day, "action": "in_school_suspension",
        "days_removed_hundredths": 100, "known_on": day,
    }  # fmt: skip
    some = [[], [], [{**row, "incident_id": "i1"}], [{**row, "incident_id": f"i{n}"} for n in range(2)]]
    return st.sampled_from(some)


def districts(as_of: date) -> st.SearchStrategy[Rows]:
    """Sixteen students of one school."""
    return st.tuples(*(students(f"s{number:02}", as_of) for number in range(16))).map(together)


def together(every: tuple[Rows, ...]) -> Rows:
    """The rows of all."""
    found: Rows = {}
    for rows in every:
        found = merged(found, rows)
    return found


IN_SUITE, IN_SWEEP = 2, 50
"""Drawn districts of sixteen: in `make test` all in one district, in `make properties` one by one."""


def drawn_districts(as_of: date, number: int = 0) -> list[Rows]:
    """The districts that a property is put to; those of another number are others."""
    found = drawn(districts(as_of), IN_SWEEP if FULL else IN_SUITE * (number + 1))
    return found if FULL else [together(tuple(map(of_drawn, range(IN_SUITE), found[IN_SUITE * number :])))]


def of_drawn(place: int, rows: Rows) -> Rows:
    """The rows with students of that drawn district."""
    return {name: [of_case(place, row) for row in some] for name, some in rows.items()}


@pytest.mark.parametrize("name", DECIDED)
def test_exactly_what_is_asked_is_enough(name: str) -> None:
    """For every state, and with one step less for every step alone."""
    outcome, as_of = DECIDED[name]

    for rows in drawn_districts(as_of):
        reader = reader_of(merged(YEAR, rows))
        ways = find_ways_back(reader, outcome, reader.view(as_of)).by_student()
        assert len(ways) > 1
        assert broken_promises(Past(reader, as_of, outcome), ways) == []


def known_later(rows: Rows, as_of: date) -> Rows:
    """The same records as versions that become known on the day after the as-of date, and another end of the year."""
    tomorrow = as_of + timedelta(days=1)
    later = {name: [{**row, "known_on": tomorrow} for row in some] for name, some in rows.items()}
    shorter = [{**row, "in_session": False, "known_on": tomorrow} for row in YEAR["calendar_days"][-30:]]
    longer = [{**row, "end_date": date(2026, 6, 19), "known_on": tomorrow} for row in YEAR["terms"]]
    return merged(later, {"calendar_days": shorter, "terms": longer})


def ways_in(rows: Rows, outcome: Outcome, as_of: date) -> dict[str, WayBack]:
    """The way back of every student of a district."""
    reader = reader_of(merged(YEAR, rows))
    return find_ways_back(reader, outcome, reader.view(as_of)).by_student()


@pytest.mark.parametrize("name", ["a district's own"])
def test_what_becomes_known_later_changes_nothing(name: str) -> None:
    """Not even the last day of the year, though the label will count up to that one."""
    outcome, as_of = DECIDED[name]

    for before, other in zip(drawn_districts(as_of), drawn_districts(as_of, 1), strict=True):
        known, more = (ways_in(rows, outcome, as_of) for rows in (before, merged(before, known_later(other, as_of))))
        assert known == more
        assert known


def shifted(way: WayBack, name: str, by: int) -> WayBack:
    """The same way with one number of its steps a little off."""
    steps = (replace(step, values={**step.values, name: step.values.get(name, 0) + by}) for step in way.steps)
    return replace(way, steps=tuple(steps))


FAULTS: Mapping[str, Callable[[WayBack], WayBack]] = {
    "asks a day too little": lambda way: shifted(way, "days", 1),
    "asks a day too much": lambda way: shifted(way, "days", -1),
    "says all is met": lambda way: replace(way, state="met"),
    "says nothing can be done": lambda way: replace(way, state="not_reachable"),
}


@pytest.fixture(scope="module")
def missed_five() -> tuple[Past, dict[str, WayBack]]:
    """Ada missed five days of 200, in the fall: fifteen more would be a tenth."""
    outcome, as_of = DECIDED["chronic absence"]
    rows: Rows = {"enrollments": [enrolled_from("ada", DAYS[0])], "attendance": absences("ada", DAYS[:5])}
    reader = reader_of(merged(YEAR, rows))
    past, ways = Past(reader, as_of, outcome), find_ways_back(reader, outcome, reader.view(as_of)).by_student()
    assert broken_promises(past, ways) == []
    return past, ways


@pytest.mark.parametrize("fault", FAULTS)
def test_a_way_back_that_is_a_little_off_is_found_out(fault: str, missed_five: tuple[Past, dict[str, WayBack]]) -> None:
    past, ways = missed_five
    assert broken_promises(past, {"ada": FAULTS[fault](ways["ada"])}) != []
