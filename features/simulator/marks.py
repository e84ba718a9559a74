"""Marks: progress at the first and third quarter, finals with credit at the end of each semester."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.simulator.calendars import QUARTERS, Calendar
from features.simulator.csv_writer import coded
from features.simulator.people import days_of, student_ids
from features.simulator.plan import Days, Flags, Floats, Ints, days_after
from features.simulator.schooling import USUAL, Schooling
from features.simulator.schools import FIRST_HIGH_GRADE, Schools

SUBJECTS = ("ela", "math", "science", "social_science", "other", "other")
CODES = ("ELA", "MAT", "SCI", "SOC", "ART", "PE")
COURSES = ("English", "Mathematics", "Science", "Social Studies", "Arts", "Physical Education")
A_G = ("b", "c", "d", "a", "f")
"""The area of each course of grades 9 to 12 in California's A-G requirements; physical education has none."""
CORE = 4
PASS_FAIL_COURSE = 5
MARKS = ("A", "B", "C", "D", "F", "P", "NP")
F, P, NP = 4, 5, 6
POINTS = np.array([400, 300, 200, 100, 0, -1, -1, -1])
"""Grade points by mark; no points for P, NP and the missing mark, which is last (-1)."""
ENGAGEMENT_WORTH = 0.55
ABSENCE_COST = 0.07
"""What engagement and a day missed in a quarter, beyond three, are worth in a latent score."""

COURSE_EASE = np.array([0.05, -0.20, -0.05, 0.05, 0.45, 0.60])
CREDIT = 50
TERMS = ("Q1", "S1", "Q3", "S2")
FINAL = np.array([False, True, False, True])
LENIENCY = 0.15
"""How much kinder a progress mark is than a final."""
MISSING_SHARE = 0.015
MADE_UP_SHARE = 0.06
"""Share of Fs that a make-up turns into a better mark, about 0.5 % of all marks."""


def quarter_scores(
    roster: pd.DataFrame,
    engagement: Floats,
    missed: Floats,
    *,
    rng: np.random.Generator,
    kinder: float = 0.0,
    schooling: Schooling = USUAL,
    habits: Floats | None = None,
) -> Floats:
    """Latent score per roster row, course and quarter, from ability, engagement and days missed, and `kinder` more.

    `habits` are those of each row and quarter that last; without, a random walk begins anew.
    """
    n = len(roster)
    lasting = 0.40 * roster["ability"].to_numpy()[:, None] + rng.normal(0, 0.30, (n, len(SUBJECTS))) + COURSE_EASE
    present = ENGAGEMENT_WORTH * engagement - ABSENCE_COST * np.minimum(missed - 3, 15)
    turns = np.cumsum(rng.normal(0, 0.45, (n, QUARTERS)), axis=1) if habits is None else habits
    noise = rng.normal(0, 0.50, (n, len(SUBJECTS), QUARTERS))
    level = schooling.score(roster["grade"].to_numpy()) + kinder
    scores: Floats = level[:, None, None] + lasting[:, :, None] + (present + turns)[:, None, :] + noise
    return scores


def term_marks(scores: Floats, rng: np.random.Generator, schooling: Schooling = USUAL) -> Ints:
    """Mark per roster row, course and term of TERMS; -1 is missing.

    A progress mark is a teacher's first impression; a final weighs the quarters of its semester.
    """
    q1, q2, q3, q4 = np.moveaxis(scores, -1, 0)
    terms = np.stack([q1, 0.4 * q1 + 0.6 * q2, q3, 0.4 * q3 + 0.6 * q4], axis=-1)
    seen = terms + np.where(FINAL, 0.0, LENIENCY) + rng.normal(0, 1, terms.shape) * np.where(FINAL, 0.15, 0.60)
    mark = F - np.searchsorted(schooling.edges, seen, side="right")
    mark[:, PASS_FAIL_COURSE] = np.where(mark[:, PASS_FAIL_COURSE] == F, NP, P)
    return np.where(rng.random(mark.shape) < MISSING_SHARE, -1, mark).astype(np.int64)


def marks_of(
    spells: pd.DataFrame, grade: Ints, marks: Ints, *, calendar: Calendar, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per mark that was given: to students enrolled at the end of the term, unless just arrived."""
    parts = []
    for term, end in enumerate(calendar.quarter_ends):
        there = spells[enrolled_at(spells, end)]
        row = np.repeat(there["row"].to_numpy(), len(SUBJECTS))
        course = np.tile(np.arange(len(SUBJECTS)), len(there))
        part = pd.DataFrame({"row": row, "course": course, "term": term, "mark": marks[row, course, term]})
        person, school = (np.repeat(there[name].to_numpy(), len(SUBJECTS)) for name in ("person", "school"))
        parts.append(part.assign(person=person, school=school, grade=grade[row], known_on=posted(end, len(part), rng)))
    return pd.concat(parts, ignore_index=True)


def enrolled_at(spells: pd.DataFrame, end: np.datetime64) -> "pd.Series[bool]":
    """Whether the spell covers the end of a term, and the student had three weeks in the district."""
    arrived = (spells["entry"] <= end - np.timedelta64(21, "D")) | (spells["moved_in"] & (spells["entry"] <= end))
    return arrived & ~(spells["exit"] < end)


def posted(end: np.datetime64, n: int, rng: np.random.Generator) -> Days:
    """The day each mark was posted: two to nine weekdays after the term, mostly about five."""
    days = np.array([np.busday_offset(end, later, roll="forward") for later in range(2, 10)])
    return days[rng.choice(len(days), n, p=(0.05, 0.15, 0.2, 0.25, 0.15, 0.1, 0.06, 0.04))]


def with_make_ups(marks: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The marks, and a second version of the Fs that a make-up improved."""
    made_up = marks[(marks["mark"] == F) & (rng.random(len(marks)) < MADE_UP_SHARE)]
    better = F - 1 - (rng.random(len(made_up)) < 0.2)
    known_on = days_after(days_of(made_up["known_on"]), rng.integers(5, 21, len(made_up)))
    return pd.concat([marks, made_up.assign(mark=better, known_on=known_on)], ignore_index=True)


@dataclass(frozen=True)
class Finals:
    """Per roster row how the year's finals ended, by a day: Fs in core, hundredths of credits, and how many finals."""

    core_fs: Ints
    credits: Ints
    given: Ints


def finals_by(versions: pd.DataFrame, n: int, settled: np.datetime64) -> Finals:
    """The finals of the year as they stood on a day, made up or not; `versions` has what replaces a mark after it."""
    final = versions[FINAL[versions["term"].to_numpy()] & (versions["mark"] >= 0) & (versions["known_on"] <= settled)]
    stood = final.drop_duplicates(["row", "course", "term"], keep="last")
    row, mark = stood["row"].to_numpy(), stood["mark"].to_numpy()
    failed = np.isin(mark, (F, NP))

    def per_row(which: Flags) -> Ints:
        return np.bincount(row[which], minlength=n).astype(np.int64)

    core = failed & (stood["course"].to_numpy() < CORE)
    return Finals(per_row(core), CREDIT * per_row(~failed), per_row(np.ones_like(failed)))


def failed_finals(marks: pd.DataFrame, n: int) -> Ints:
    """Failed final marks of the year per roster row."""
    failed = FINAL[marks["term"].to_numpy()] & marks["mark"].isin((F, NP)).to_numpy()
    return np.bincount(marks["row"].to_numpy()[failed], minlength=n).astype(np.int64)


def mark_rows(marks: pd.DataFrame, schools: Schools, school_year: int) -> pd.DataFrame:
    """The table of marks."""
    mark, final = marks["mark"].to_numpy(), FINAL[marks["term"].to_numpy()]
    course = (marks["grade"].to_numpy() - 6) * len(SUBJECTS) + marks["course"].to_numpy()
    in_a_g = (marks["grade"].to_numpy() >= FIRST_HIGH_GRADE) & (marks["course"].to_numpy() < len(A_G))
    points, earned = POINTS[mark], np.where(np.isin(mark, (F, NP)), 0, CREDIT)
    return pd.DataFrame(
        {
            "student_id": student_ids(marks["person"].to_numpy()),
            "school_id": coded(marks["school"].to_numpy(), schools.ids),
            "school_year": school_year,
            "term_id": coded(marks["term"].to_numpy(), TERMS),
            "course_id": coded(course, [f"{code}{grade:02d}" for grade in range(6, 13) for code in CODES]),
            "course_name": coded(course, [f"{name} {grade}" for grade in range(6, 13) for name in COURSES]),
            "subject": coded(marks["course"].to_numpy() - (marks["course"] == 5), SUBJECTS[:5]),
            "a_g": coded(np.where(in_a_g, marks["course"].to_numpy(), -1), A_G),
            "mark_kind": coded(final.astype(np.int64), ("progress", "final")),
            "mark": coded(mark, MARKS),
            "points_hundredths": pd.Series(points, dtype="Int64").mask(points < 0),
            "credits_attempted_hundredths": CREDIT,
            "credits_earned_hundredths": pd.Series(earned, dtype="Int64").mask(~final | (mark < 0)),
            "known_on": marks["known_on"],
        }
    )
