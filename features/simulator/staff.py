"""Counselors, principals and the data lead; caseloads; contacts and plans."""

import unicodedata

import numpy as np
import pandas as pd

from features.simulator.calendars import Calendar
from features.simulator.csv_writer import coded
from features.simulator.interventions import Interventions
from features.simulator.names import FIRST_NAMES, LAST_NAMES
from features.simulator.people import days_of, student_ids
from features.simulator.plan import NEVER, Ints, Plan, days_after
from features.simulator.schools import Schools

STUDENTS_PER_COUNSELOR = 350


def staff_rows(plan: Plan, schools: Schools, known_on: np.datetime64) -> pd.DataFrame:
    """A principal and two to five counselors per school, and one data lead of the district; ids begin at S001."""
    rng = plan.generator(3)
    school, role = [""], ["district"]
    for n, per_school in enumerate(counselor_counts(plan, schools)):
        school += [schools.ids[n]] * (1 + per_school)
        role += ["principal"] + ["counselor"] * per_school
    names = rng.permutation(len(FIRST_NAMES) * len(LAST_NAMES))[: len(role)]
    first = [FIRST_NAMES[name // len(LAST_NAMES)] for name in names]
    last = [LAST_NAMES[name % len(LAST_NAMES)] for name in names]
    email = [f"{plain(a)}.{plain(b)}@{plan.district_id}.example" for a, b in zip(first, last, strict=True)]
    ids = [f"S{n + 1:03d}" for n in range(len(role))]
    frame = {"staff_id": ids, "first_name": first, "last_name": last, "email": email, "role": role}
    return pd.DataFrame(frame | {"school_id": [s or None for s in school], "known_on": known_on})


def counselor_counts(plan: Plan, schools: Schools) -> list[int]:
    """Counselors per school, about one for every 350 students."""
    share = [3 / 7 / schools.middle] * schools.middle + [4 / 7 / schools.high] * schools.high
    return [int(np.clip(round(plan.students * part / STUDENTS_PER_COUNSELOR), 2, 5)) for part in share]


def plain(name: str) -> str:
    """The name in lower-case ASCII letters, as in an address."""
    letters = unicodedata.normalize("NFKD", name.lower().replace("ı", "i").replace("ø", "o"))
    return "".join(c for c in letters if c.isascii() and c.isalpha())


def counselors_of(
    spells: pd.DataFrame, people: pd.DataFrame, staff: pd.DataFrame, *, schools: Schools, rng: np.random.Generator
) -> Ints:
    """Per spell, the place in `staff` of the student's counselor: by last name in some schools, at random in others."""
    last = np.argsort(np.argsort(LAST_NAMES))[people["last"].to_numpy()][spells["person"].to_numpy()]
    school, counselor = spells["school"].to_numpy(), np.zeros(len(spells), dtype=np.int64)
    is_counselor = (staff["role"] == "counselor").to_numpy()
    for n, school_id in enumerate(schools.ids):
        places = np.flatnonzero(is_counselor & (staff["school_id"] == school_id).to_numpy())
        here = np.flatnonzero(school == n)
        ordered = here[np.argsort(last[here], kind="stable")] if n % 2 == 0 else rng.permutation(here)
        counselor[ordered] = np.repeat(places, [len(part) for part in np.array_split(ordered, len(places))])
    return counselor


def caseload_rows(spells: pd.DataFrame, counselor: Ints, staff: pd.DataFrame) -> pd.DataFrame:
    """This year's caseloads from the first day enrolled; the end is a second version, once the exit is known."""
    rows = pd.DataFrame(
        {
            "staff_id": staff["staff_id"].to_numpy()[counselor],
            "student_id": student_ids(spells["person"].to_numpy()),
            "start_date": spells["entry"],
            "end_date": spells["exit"],
            "known_on": spells["exit_known"],
        }
    )
    opened = rows.assign(end_date=NEVER, known_on=rows["start_date"])
    return pd.concat([opened, rows[rows["end_date"].notna()]], ignore_index=True)


def supports_of(
    spells: pd.DataFrame, given: Interventions, calendar: Calendar, *, rng: np.random.Generator
) -> pd.DataFrame:
    """The contacts of a year, in the spell in which they fell, and the plans that grew out of some."""
    week = given.week[spells["row"]]
    monday = calendar.weekdays[0] + 7 * week
    day = np.busday_offset(monday + rng.integers(0, 5, len(spells)), 0, roll="forward")
    chosen = (week >= 0) & (spells["entry"] <= day) & ~(spells["exit"] < day)
    date = day[chosen]
    known_on = days_after(date, rng.integers(0, 4, len(date)))
    contacts = spells[chosen].assign(kind=0, date=date, end=NEVER, known_on=known_on)
    grown = contacts[given.plan[contacts["row"]]]
    start = np.busday_offset(days_after(days_of(grown["date"]), rng.integers(5, 10, len(grown))), 0, roll="forward")
    plans = grown.assign(kind=1, date=start, end=start + 56, known_on=start)
    begun = plans[(plans["date"] <= plans["exit"]) | plans["exit"].isna()]
    both: pd.DataFrame = pd.concat([contacts, begun], ignore_index=True)
    return both


def support_rows(supports: pd.DataFrame, counselor: Ints, staff: pd.DataFrame, *, school_year: int) -> pd.DataFrame:
    """The table of supports; the end of a plan is a second version."""
    rows = pd.DataFrame(
        {
            "support_id": [f"C{school_year}-{n:05d}" for n in range(len(supports))],
            "student_id": student_ids(supports["person"].to_numpy()),
            "kind": coded(supports["kind"].to_numpy(), ("contact", "plan")),
            "date": supports["date"],
            "end_date": supports["end"],
            "staff_id": staff["staff_id"].to_numpy()[counselor[supports["spell"]]],
            "known_on": supports["known_on"],
        }
    )
    ended = rows[rows["end_date"].notna()].assign(known_on=lambda ending: ending["end_date"])
    return pd.concat([rows.assign(end_date=NEVER), ended], ignore_index=True)
