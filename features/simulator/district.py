"""A simulated district, written year by year as the CSV files it would export."""

from pathlib import Path

import numpy as np
import pandas as pd

from features.simulator import attendance, behavior, calendars, enrollment, marks, people, staff
from features.simulator.engagement import quarter_means, weekly_engagement
from features.simulator.plan import Flags, Floats, Ints, Plan
from features.simulator.schools import FIRST_HIGH_GRADE, Schools, school_rows, schools_of
from features.simulator.writing import Records

REPEATING_SHARE = 0.015
FAILED_FINALS_OF_A_GRADUATE = 5


def simulate_district(plan: Plan, folder: Path) -> dict[str, int]:
    """Rows written per table; one CSV file per canonical table lands in the folder, older ones are replaced.

    The same plan writes the same bytes. Nothing that the district learns after `plan.today` is written.
    """
    records = Records(folder, plan)
    schools = schools_of(plan)
    founded = calendars.calendar_of(plan.school_years[0]).opening
    records.add("schools", school_rows(schools, founded))
    everyone_on_staff = staff.staff_rows(plan, schools, founded)
    records.add("staff", everyone_on_staff)
    everyone = pd.DataFrame()
    for school_year in plan.school_years:
        everyone = Year(plan, schools, school_year, staff=everyone_on_staff, records=records).run(everyone)
    records.add("students", people.student_rows(everyone, plan))
    records.add("demographics", people.demographic_rows(everyone))
    records.add("programs", people.program_rows(everyone, plan))
    return records.rows


class Year:
    """One school year of a district, from the people at its start to the people at its end."""

    def __init__(
        self, plan: Plan, schools: Schools, school_year: int, *, staff: pd.DataFrame, records: Records
    ) -> None:
        self.plan, self.schools, self.staff, self.records = plan, schools, staff, records
        self.calendar = calendars.calendar_of(school_year)
        self.rng = plan.generator(school_year)

    def run(self, everyone: pd.DataFrame) -> pd.DataFrame:
        """The people as the next year finds them; the year's records are written on the way."""
        everyone = enrollment.with_newcomers(everyone, self.plan, self.calendar.school_year, rng=self.rng)
        roster = enrollment.placed(everyone, self.schools, self.rng)
        spells = enrollment.spells_of(roster, self.schools, self.calendar, rng=self.rng)
        everyone = enrollment.entered(everyone, roster, spells)
        weekly = weekly_engagement(roster, self.schools, self.rng)
        suspended = self.write_behavior(roster, spells, weekly)
        missed = self.write_days(spells, weekly, suspended)
        quarterly = quarter_means(weekly, self.calendar)
        failed = self.write_marks(roster, spells, quarterly, missed)
        self.write_supports(everyone, spells, quarterly)
        spells = self.write_enrollments(spells, failed)
        everyone.loc[roster["person"], "drift"] = weekly[:, -1] - weekly.mean(axis=1)
        return enrollment.next_year(everyone, roster, spells, repeats=self.repeating(roster, failed))

    def write_behavior(self, roster: pd.DataFrame, spells: pd.DataFrame, weekly: Floats) -> Flags:
        """Days suspended out of school, per roster row and session day."""
        incidents = behavior.incidents_of(roster, spells, weekly, calendar=self.calendar, rng=self.rng)
        actions = behavior.with_actions(incidents, self.calendar, self.rng)
        self.records.add("incidents", behavior.incident_rows(incidents, self.schools))
        self.records.add("discipline_actions", behavior.action_rows(actions, self.schools))
        return behavior.suspended_days(actions, len(roster))

    def write_days(self, spells: pd.DataFrame, weekly: Floats, suspended: Flags) -> Floats:
        """Days missed per roster row and quarter."""
        forgotten = calendars.forgotten_days(self.schools, self.rng)
        self.records.add("terms", calendars.term_rows(self.calendar))
        self.records.add(
            "calendar_days", calendars.calendar_rows(self.plan, self.schools, self.calendar, forgotten=forgotten)
        )
        exceptions = attendance.exceptions_of(
            spells, weekly, suspended, schools=self.schools, calendar=self.calendar, forgotten=forgotten, rng=self.rng
        )
        versions = attendance.with_corrections(exceptions, self.rng)
        self.records.add("attendance", attendance.attendance_rows(versions, self.schools))
        return attendance.missed_days(exceptions, self.calendar, len(weekly))

    def write_marks(self, roster: pd.DataFrame, spells: pd.DataFrame, quarterly: Floats, missed: Floats) -> Ints:
        """Failed final marks of the year per roster row."""
        scores = marks.quarter_scores(roster, quarterly, missed, rng=self.rng)
        given = marks.marks_of(
            spells, roster["grade"].to_numpy(), marks.term_marks(scores, self.rng), calendar=self.calendar, rng=self.rng
        )
        versions = marks.with_make_ups(given, self.rng)
        self.records.add("marks", marks.mark_rows(versions, self.schools, self.calendar.school_year))
        return marks.failed_finals(given, len(roster))

    def write_supports(self, everyone: pd.DataFrame, spells: pd.DataFrame, quarterly: Floats) -> None:
        """Contacts and plans of the year and, in the running year, caseloads."""
        counselor = staff.counselors_of(spells, everyone, self.staff, schools=self.schools, rng=self.rng)
        numbered = spells.assign(spell=np.arange(len(spells)))
        supports = staff.supports_of(numbered, quarterly, self.calendar, rng=self.rng)
        self.records.add(
            "supports", staff.support_rows(supports, counselor, self.staff, school_year=self.calendar.school_year)
        )
        if self.calendar.school_year == self.plan.school_years[-1]:
            self.records.add("caseloads", staff.caseload_rows(spells, counselor, self.staff))

    def write_enrollments(self, spells: pd.DataFrame, failed: Ints) -> pd.DataFrame:
        """The spells, those of graduates ending with the year."""
        finished = enrollment.with_graduates(spells, self.calendar, failed <= FAILED_FINALS_OF_A_GRADUATE)
        self.records.add("enrollments", enrollment.enrollment_rows(finished, self.schools, self.calendar.school_year))
        self.records.add("completions", enrollment.completion_rows(finished, self.rng))
        return finished

    def repeating(self, roster: pd.DataFrame, failed: Ints) -> Flags:
        """Who repeats grade 9: those with most failed finals, up to a small share of the grade."""
        ninth = (roster["grade"] == FIRST_HIGH_GRADE).to_numpy()
        order = np.where(ninth, failed + self.rng.random(len(roster)), -1.0)
        most = round(REPEATING_SHARE * int(ninth.sum()))
        repeats = np.zeros(len(roster), dtype=np.bool_)
        repeats[np.argsort(-order, kind="stable")[:most]] = True
        return repeats
