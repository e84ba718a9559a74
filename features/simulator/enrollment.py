"""Who is enrolled in a school year: newcomers, spells, moves, and who goes on to the next."""

import numpy as np
import pandas as pd

from features.simulator.calendars import SESSION_DAYS, TRACKS, Calendar
from features.simulator.csv_writer import coded
from features.simulator.people import PROGRAMS, days_of, new_people, student_ids
from features.simulator.plan import GRADES, NEVER, Days, Flags, Ints, Plan, days_after
from features.simulator.schooling import USUAL, Schooling
from features.simulator.schools import FIRST_HIGH_GRADE, Schools

EXIT_KINDS = ("moved_school", "transferred", "left", "unknown", "completed")
MOVED, TRANSFERRED, LEFT, UNKNOWN, COMPLETED = range(5)
MIDYEAR_SHARE = 0.04
LATE_SHARE = 0.03
OWING_TELLS, MOST_OWED = 0.2, 14
"""What each failed semester course that is not made up adds to the log of it, and the most that count."""

MOST_AWAY = 50
"""The most days missed in the year before that count."""


LASTING = (
    "race", "second_race", "sex", *PROGRAMS, "first", "last", "birth", "engagement", "ability", "health", "dip",
    "drift", "habits", "owed", "away", "state",
)  # fmt: skip
"""What a student who comes from another district brings along."""


def with_newcomers(
    people: pd.DataFrame, plan: Plan, year: int, *, rng: np.random.Generator, movers: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The people so far and those who come new: in August to fill each grade, and some during the year.

    Of the new ones of a grade the first are `movers`, where there are any: students of another district.
    """
    here = people.loc[people["here"], "grade"] if len(people) else pd.Series(dtype=np.int64)
    sizes = [len(part) for part in np.array_split(np.arange(plan.students), len(GRADES))]
    missing = [max(0, size - int((here == grade).sum())) for grade, size in zip(GRADES, sizes, strict=True)]
    midyear = round(MIDYEAR_SHARE * plan.students)
    grades = np.concatenate([np.repeat(np.array(GRADES), missing), rng.integers(GRADES[0], GRADES[-1] + 1, midyear)])
    new = new_people(grades.astype(np.int64), year, plan.planted, rng=rng)
    if plan.marks_last:
        new["habits"] = rng.normal(0, 1, len(new))
    new["midyear"] = np.arange(len(new)) >= len(new) - midyear
    if movers is not None and len(movers):
        new = with_movers(new, movers)
    return pd.concat([people, new], ignore_index=True) if len(people) else new


def with_movers(new: pd.DataFrame, movers: pd.DataFrame) -> pd.DataFrame:
    """The new people, as many as there are movers of their grade being those."""
    place = new.groupby("grade").cumcount()
    movers = movers.assign(place=movers.groupby("grade").cumcount())
    at = new.assign(place=place, at=np.arange(len(new))).merge(movers[["grade", "place"]], on=["grade", "place"])
    who = movers.merge(at[["grade", "place", "at"]], on=["grade", "place"])
    for name in LASTING:
        values = new[name].to_numpy().copy()
        values[who["at"]] = who[name].to_numpy()
        new[name] = values
    return new


def placed(people: pd.DataFrame, schools: Schools, rng: np.random.Generator) -> pd.DataFrame:
    """The people of this year with their school and track; most ninth graders follow their middle school."""
    roster = people[people["here"]].rename_axis("person").reset_index()
    previous, grade = roster["school"].to_numpy(), roster["grade"].to_numpy()
    is_middle = previous < schools.middle
    starts = roster["new"].to_numpy() | ((grade >= FIRST_HIGH_GRADE) & is_middle)
    wanders = rng.random(len(roster)) < 0.2
    origin = np.where(wanders, rng.integers(0, 1_000_000, len(roster)), previous)
    school = np.where(starts, schools.place(origin, grade), previous)
    has_tracks = schools.two_tracks & (school < schools.middle)
    return roster.assign(school=school, track=roster["track"].to_numpy() * has_tracks)


def spells_of(
    roster: pd.DataFrame,
    schools: Schools,
    calendar: Calendar,
    *,
    rng: np.random.Generator,
    schooling: Schooling = USUAL,
) -> pd.DataFrame:
    """One row per spell; `row` is the student's place in the roster, dates are days, missing exits NaT."""
    n = len(roster)
    entry = entry_places(roster["midyear"].to_numpy(), rng)
    kind = exit_kinds(roster, schools, schooling, rng)
    leaving = np.minimum(entry + 5 + (rng.random(n) * (SESSION_DAYS - 8 - entry)).astype(np.int64), SESSION_DAYS - 3)
    sessions = np.stack(calendar.sessions)
    track = roster["track"].to_numpy()
    exit_date = np.where(kind >= 0, sessions[track, leaving], NEVER)
    exit_known = days_after(exit_date, rng.integers(1, 11, n))
    exit_known[kind == MOVED] = next_weekday(exit_date[kind == MOVED])
    spells = pd.DataFrame(
        {
            "row": np.arange(n),
            "person": roster["person"],
            "school": roster["school"],
            "track": track,
            "grade": roster["grade"],
            "health": roster["health"],
            "entry": sessions[track, entry],
            "exit": exit_date,
            "exit_kind": kind,
            "exit_known": exit_known,
            "moved_in": False,
        }
    )
    return pd.concat([spells, second_spells(spells, schools, rng)], ignore_index=True)


def next_weekday(days: Days) -> Days:
    """The next weekday after each day: the first day at the other school, on which a move is known."""
    following: Days = np.busday_offset(days, 1, roll="forward")
    return following


def entry_places(midyear: Flags, rng: np.random.Generator) -> Ints:
    """The session day, counted from 0, on which each student enters."""
    n = len(midyear)
    late = np.where(rng.random(n) < LATE_SHARE, rng.integers(1, 16, n), 0)
    return np.where(midyear, rng.integers(10, 170, n), late).astype(np.int64)


def exit_kinds(roster: pd.DataFrame, schools: Schools, schooling: Schooling, rng: np.random.Generator) -> Ints:
    """How each student's first spell of the year ends before its time; -1 for most, who stay."""
    engagement, grade = roster["engagement"].to_numpy(), roster["grade"].to_numpy()
    others = np.where(grade >= FIRST_HIGH_GRADE, schools.high, schools.middle) > 1
    transferred = 0.039 * np.exp(-0.2 * engagement)
    owed = np.minimum(roster["owed"].to_numpy(), MOST_OWED)
    away = np.minimum(roster["away"].to_numpy(), MOST_AWAY)
    often = np.exp(-0.3 * engagement + OWING_TELLS * owed + schooling.away_tells * away)
    left = np.minimum(np.where(grade > FIRST_HIGH_GRADE, schooling.leaving, 0.1 * schooling.leaving) * often, 0.6)
    unknown = np.full(len(roster), 0.004)
    edges = np.cumsum(np.column_stack([0.02 * others, transferred, left, unknown]), axis=1)
    place = (rng.random((len(roster), 1)) >= edges).sum(axis=1)
    return np.where(place < COMPLETED, place, -1).astype(np.int64)


def second_spells(spells: pd.DataFrame, schools: Schools, rng: np.random.Generator) -> pd.DataFrame:
    """The spells, in another school of the same level, of those who moved within the district."""
    moved = spells[spells["exit_kind"] == MOVED]
    is_high = moved["grade"].to_numpy() >= FIRST_HIGH_GRADE
    count = np.where(is_high, schools.high, schools.middle)
    step = 1 + (rng.random(len(moved)) * (count - 1)).astype(np.int64)
    entry = next_weekday(days_of(moved["exit"]))
    school = schools.place(moved["school"].to_numpy() - schools.middle * is_high + step, moved["grade"].to_numpy())
    return moved.assign(school=school, entry=entry, exit=NEVER, exit_kind=-1, exit_known=NEVER, moved_in=True)


def with_graduates(spells: pd.DataFrame, calendar: Calendar, passed: Flags) -> pd.DataFrame:
    """The spells, those of graduates ending with the year; `passed` is per roster row."""
    graduates = (spells["grade"] == GRADES[-1]) & spells["exit"].isna() & passed[spells["row"]]
    last = np.stack(calendar.sessions)[:, -1][spells["track"]]
    return spells.assign(
        exit=spells["exit"].mask(graduates, pd.Series(last)),
        exit_kind=spells["exit_kind"].mask(graduates, COMPLETED),
        exit_known=spells["exit_known"].mask(graduates, pd.Series(last + 4)),
    )


def enrollment_rows(spells: pd.DataFrame, schools: Schools, school_year: int) -> pd.DataFrame:
    """Each spell as it was known on the first day, and again once its end was known."""
    rows = pd.DataFrame(
        {
            "student_id": student_ids(spells["person"].to_numpy()),
            "school_id": coded(spells["school"].to_numpy(), schools.ids),
            "track": coded(spells["track"].to_numpy(), TRACKS),
            "school_year": school_year,
            "grade_level": spells["grade"],
            "entry_date": spells["entry"],
            "exit_date": spells["exit"],
            "exit_kind": coded(spells["exit_kind"].to_numpy(), EXIT_KINDS),
            "known_on": spells["exit_known"],
        }
    )
    opened = rows.assign(exit_date=NEVER, exit_kind=None, known_on=spells["entry"])
    return pd.concat([opened, rows[rows["exit_date"].notna()]], ignore_index=True)


def completion_rows(spells: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What graduates were awarded on the last day of the year."""
    graduates = spells[spells["exit_kind"] == COMPLETED]
    kind = (rng.random(len(graduates)) < 0.01).astype(np.int64)
    return pd.DataFrame(
        {
            "student_id": student_ids(graduates["person"].to_numpy()),
            "date": graduates["exit"],
            "kind": coded(kind, ("diploma", "certificate")),
            "known_on": graduates["exit_known"],
        }
    )


def last_days(spells: pd.DataFrame, size: int) -> Days:
    """Per roster row, the day the student left the district; NaT for those who go on."""
    gone = np.full(size, NEVER)
    final = spells[spells["exit_kind"] > MOVED]
    gone[final["row"]] = days_of(final["exit"])
    return gone


def entered(people: pd.DataFrame, roster: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    """The people, newcomers known from the first day of their first spell."""
    first = spells["entry"].to_numpy()[: len(roster)]
    new = roster["new"].to_numpy()
    known_on = days_of(people["known_on"])
    known_on[roster["person"].to_numpy()[new]] = first[new]
    return people.assign(known_on=known_on)


def next_year(people: pd.DataFrame, roster: pd.DataFrame, spells: pd.DataFrame, *, repeats: Flags) -> pd.DataFrame:
    """The people as the next year finds them: a grade further unless they repeat, and without those who are gone."""
    person, grade = roster["person"].to_numpy(), roster["grade"].to_numpy()
    gone, school = last_days(spells, len(roster)), roster["school"].to_numpy().copy()
    school[spells["row"]] = spells["school"]
    people = people.assign(new=False, midyear=False)
    people.loc[person, "grade"] = np.where(repeats, grade, grade + 1)
    people.loc[person, "here"] = np.isnat(gone) & (grade < GRADES[-1])
    people.loc[person, "gone_on"] = gone
    moved_away = np.zeros(len(roster), dtype=np.bool_)
    moved_away[spells.loc[spells["exit_kind"] == TRANSFERRED, "row"]] = True
    people.loc[person, "transferred"] = moved_away
    people.loc[person, "school"] = school
    return people
