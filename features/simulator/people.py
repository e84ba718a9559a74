"""Students who do not exist: who they are, and what the district wrote down about that."""

import numpy as np
import pandas as pd

from features.simulator.csv_writer import coded
from features.simulator.names import FIRST_NAMES, LAST_NAMES
from features.simulator.plan import NEVER, Days, Flags, Floats, Ints, Plan, days_after
from features.simulator.planted_bias import Planted

FIRST_STUDENT_ID = 100_001
"""Where every simulated district begins to count, so that ids collide."""

RACES = ("Latino", "White", "Asian", "Black", "Native American", "Pacific Islander")
RACE_SHARES = (0.46, 0.23, 0.15, 0.12, 0.015, 0.025)
BLACK = RACES.index("Black")
TWO_RACES = 0.05
SEXES = ("F", "M", "X")
PROGRAMS = ("english_learner", "special_education", "low_income", "foster", "homeless")

ENDING = {"english_learner": 0.35, "special_education": 0.05, "low_income": 0.05}
"""Share of members who leave the program within about three years."""

# Planted: base rates differ, since each of these lowers engagement and ability a little.
ENGAGEMENT_SHIFT = np.array([-0.05, -0.15, -0.30, -0.50, -0.60])
ABILITY_SHIFT = np.array([-0.35, -0.45, -0.30, -0.20, -0.20])


def new_people(grade: Ints, school_year: int, planted: Planted, *, rng: np.random.Generator) -> pd.DataFrame:
    """One row per new student of the given grades: fixed traits, and state that changes from year to year."""
    n = len(grade)
    race = rng.choice(len(RACES), n, p=RACE_SHARES)
    member = memberships(race, rng)
    engagement = rng.normal(0, 1, n)
    return pd.DataFrame(
        {
            "race": race,
            "second_race": np.where(rng.random(n) < TWO_RACES, (race + rng.integers(1, 4, n)) % len(RACES), -1),
            "sex": rng.choice(len(SEXES), n, p=(0.489, 0.503, 0.008)),
            **{name: member[:, place] for place, name in enumerate(PROGRAMS)},
            "first": rng.integers(0, len(FIRST_NAMES), n),
            "last": rng.integers(0, len(LAST_NAMES), n),
            "birth": birth_dates(grade, school_year, rng),
            "engagement": engagement + member @ engagement_shift(planted) + 0.25,
            "ability": 0.5 * engagement + rng.normal(0, 0.87, n) + member @ ability_shift(planted) + 0.3,
            "health": rng.normal(0, 1, n),
            "dip": np.where(rng.random(n) < 0.3, rng.exponential(0.8, n), 0.0),
            "drift": rng.normal(0, 0.5, n),
            "habits": 0.0,
            "grade": grade,
            "school": rng.integers(0, 1_000_000, n),
            "track": rng.integers(0, 2, n),
            "owed": 0,
            "away": 0.0,
            "state": -1,
            "transferred": False,
            "here": True,
            "new": True,
            "midyear": False,
            "known_on": NEVER,
            "gone_on": NEVER,
        }
    )


def engagement_shift(planted: Planted) -> Floats:
    """What each program adds to its members' engagement."""
    return np.where(planted.groups_differ, ENGAGEMENT_SHIFT, 0.0)


def ability_shift(planted: Planted) -> Floats:
    """What each program adds to its members' ability."""
    return np.where(planted.groups_differ, ABILITY_SHIFT, 0.0)


def memberships(race: Ints, rng: np.random.Generator) -> Flags:
    """Per student and program, whether ever in it; poverty and language differ between groups, as they do."""
    english = np.array([0.25, 0.02, 0.24, 0.03, 0.05, 0.12])[race]
    income = np.array([0.68, 0.32, 0.40, 0.66, 0.70, 0.60])[race]
    low_income = rng.random(len(race)) < income
    chances = np.column_stack(
        [
            english,
            np.full(len(race), 0.13),
            low_income * 1.0,
            np.full(len(race), 0.011),
            np.where(low_income, 0.07, 0.005),
        ]
    )
    return rng.random(chances.shape) < chances


def birth_dates(grade: Ints, school_year: int, rng: np.random.Generator) -> Days:
    """Birth dates of students of the usual age: eleven in the September of grade 6."""
    year = school_year - 1 - grade - 6
    first = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + 243
    return days_after(first, rng.integers(0, 365, len(grade)))


def student_ids(person: Ints) -> Ints:
    """The district's id of each student."""
    return FIRST_STUDENT_ID + person


def student_rows(people: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The table of students; one in twenty has no state id."""
    rng = plan.generator(1)
    n = len(people)
    number = state_of(people, plan)
    return pd.DataFrame(
        {
            "student_id": student_ids(np.arange(n)),
            "first_name": coded(people["first"].to_numpy(), FIRST_NAMES),
            "last_name": coded(people["last"].to_numpy(), LAST_NAMES),
            "birth_date": people["birth"],
            "state_id": pd.Series(number, dtype="Int64").mask(rng.random(n) < 0.05),
            "known_on": people["known_on"],
        }
    )


def state_of(people: pd.DataFrame, plan: Plan) -> Ints:
    """The state's id of some people by their place: the one brought along, or this district's, up to a million."""
    brought, first = people["state"].to_numpy(), int(plan.generator(4).integers(1000, 9999))
    numbers = first * 1_000_000 + (people.index.to_numpy() * 7_919 + 12_345) % 1_000_000
    return np.where(brought >= 0, brought, numbers).astype(np.int64)


def demographic_rows(people: pd.DataFrame) -> pd.DataFrame:
    """Sex, and one or two races, of each student from the first day enrolled."""
    values = (*SEXES, *RACES)
    person = np.arange(len(people))
    parts = []
    for attribute, column, offset in (
        ("sex", "sex", 0),
        ("race_ethnicity", "race", 3),
        ("race_ethnicity", "second_race", 3),
    ):
        code = people[column].to_numpy()
        held = code >= 0
        since = people["known_on"].to_numpy()[held]
        parts.append(
            pd.DataFrame(
                {
                    "student_id": student_ids(person[held]),
                    "attribute": attribute,
                    "value": coded(code[held] + offset, values),
                    "start_date": since,
                    "end_date": NEVER,
                    "known_on": since,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def program_rows(people: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Dated program membership, while the student is in the district; an end is a second version of the row."""
    rng = plan.generator(2)
    parts = [one_program(people, name, rng) for name in PROGRAMS]
    rows = pd.concat(parts, ignore_index=True)
    ended = rows[rows["end_date"].notna()].assign(known_on=lambda ending: ending["end_date"])
    return pd.concat([rows.assign(end_date=NEVER), ended], ignore_index=True)


def one_program(people: pd.DataFrame, program: str, rng: np.random.Generator) -> pd.DataFrame:
    """The members of one program, with the day it ended for some."""
    n = len(people)
    later, ends, years = rng.integers(0, 500, n), rng.random(n), rng.integers(1, 4, n)
    begins_later = program in ("foster", "homeless")
    start = days_after(days_of(people["known_on"]), later * begins_later)
    end = days_after(start, rng.integers(90, 400, n)) if begins_later else next_june(start, years)
    end = np.where(ends < (0.8 if begins_later else ENDING[program]), end, NEVER)
    gone = days_of(people["gone_on"])
    end = np.where(~np.isnat(gone) & (end > gone), NEVER, end)
    member = people[program].to_numpy() & (np.isnat(gone) | (start < gone))
    frame = {
        "student_id": student_ids(np.arange(n)),
        "program": program,
        "start_date": start,
        "end_date": end,
        "known_on": start,
    }
    return pd.DataFrame(frame)[member]


def next_june(start: Days, years: Ints) -> Days:
    """June 15 of the calendar year so many years after a day."""
    year = start.astype("datetime64[Y]") + years.astype("timedelta64[Y]")
    june: Days = year.astype("datetime64[D]") + 165
    return june


def days_of(column: "pd.Series[pd.Timestamp]") -> Days:
    """A column of dates as days."""
    return column.to_numpy().astype("datetime64[D]")
