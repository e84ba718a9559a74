"""A simulated district, written year by year as the CSV files it would export."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from features.simulator import attendance, behavior, calendars, enrollment, marks, people, staff
from features.simulator.csv_writer import CsvWriter
from features.simulator.delayed_signal import with_delayed_signal
from features.simulator.engagement import quarter_means, weekly_engagement
from features.simulator.ground_truth import GroundTruth, ended_as
from features.simulator.interventions import Interventions, draw_interventions, with_intervention_effect
from features.simulator.plan import GRADES, Flags, Floats, Ints, Plan
from features.simulator.schooling import LASTING, USUAL, habit_paths
from features.simulator.schools import FIRST_HIGH_GRADE, Schools, school_rows, schools_of

REPEATING_SHARE = 0.015
MADE_UP_BY_SUMMER = 0.22
"""Share of what a student owes that summer school and online courses make up each year."""

STAYING_IN_STATE = 0.4
"""Share of those who transfer out who come to another district of the collaborative in the year after."""


def simulate_district(plan: Plan, folder: Path, *, truth: Path | None = None) -> dict[str, int]:
    """Rows written per table; one CSV file per canonical table lands in the folder, older ones are replaced.

    The same plan writes the same bytes. Nothing that the district learns after `plan.today` is written. What no
    district could know, such as the true effect of help, goes to the folder `truth`, where one is named.
    """
    return simulate_state((plan,), {plan.district_id: folder}, truth=truth)[plan.district_id]


def simulate_state(
    plans: Sequence[Plan], folders: Mapping[str, Path], *, truth: Path | None = None
) -> dict[str, dict[str, int]]:
    """Rows written per district and table: districts of one collaborative, between which some students move.

    The years are those of the district with most of them; in a year before its own a district has no records.
    """
    districts = [District(plan, folders[plan.district_id], truth) for plan in plans]
    movers = pd.DataFrame()
    for school_year in max((plan.school_years for plan in plans), key=len):
        arrivals = spread(movers, districts, school_year)
        left = [
            district.year(school_year, arrivals[place]).assign(district=place)
            for place, district in enumerate(districts)
            if school_year in district.plan.school_years
        ]
        movers = pd.concat(left, ignore_index=True)
    return {district.plan.district_id: district.finish() for district in districts}


def spread(movers: pd.DataFrame, districts: "Sequence[District]", school_year: int) -> list[pd.DataFrame]:
    """Which district each mover comes to, by size, never the one that was left."""
    if movers.empty or len(districts) == 1:
        return [movers.iloc[:0] for _ in districts]
    rng = districts[0].plan.generator(school_year * 10)
    size = np.array([district.plan.students for district in districts], dtype=np.float64)
    weight = np.where(movers["district"].to_numpy()[:, None] == np.arange(len(districts)), 0.0, size)
    chosen = (rng.random((len(movers), 1)) >= np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)).sum(axis=1)
    stays = rng.random(len(movers)) < STAYING_IN_STATE
    return [movers[stays & (chosen == place)] for place in range(len(districts))]


class District:
    """One district, simulated year by year."""

    def __init__(self, plan: Plan, folder: Path, truth: Path | None) -> None:
        self.plan, self.records, self.schools = plan, CsvWriter(folder, plan), schools_of(plan)
        self.truth = GroundTruth(truth, plan, self.schools) if truth else None
        founded = calendars.calendar_of(plan.school_years[0], plan.opens_late).opening
        self.records.add("schools", school_rows(self.schools, founded))
        self.staff = staff.staff_rows(plan, self.schools, founded)
        self.records.add("staff", self.staff)
        self.everyone = pd.DataFrame()

    def year(self, school_year: int, arrivals: pd.DataFrame) -> pd.DataFrame:
        """Those who transferred out for the first time, as the next year would find them; the records are written."""
        year = Year(self.plan, self.schools, school_year, staff=self.staff, records=self.records, truth=self.truth)
        self.everyone = year.run(self.everyone, arrivals)
        came_once = self.everyone["state"] < 0
        gone = self.everyone[self.everyone["transferred"] & came_once & (self.everyone["grade"] <= GRADES[-1])]
        self.everyone["transferred"] = False
        return gone.assign(state=people.state_of(gone, self.plan))

    def finish(self) -> dict[str, int]:
        """Rows written per table."""
        self.records.add("students", people.student_rows(self.everyone, self.plan))
        self.records.add("demographics", people.demographic_rows(self.everyone))
        self.records.add("programs", people.program_rows(self.everyone, self.plan))
        return self.records.rows


class Year:
    """One school year of a district, from the people at its start to the people at its end."""

    def __init__(
        self,
        plan: Plan,
        schools: Schools,
        school_year: int,
        *,
        staff: pd.DataFrame,
        records: CsvWriter,
        truth: GroundTruth | None,
    ) -> None:
        self.plan, self.schools, self.staff, self.records, self.truth = plan, schools, staff, records, truth
        self.calendar = calendars.calendar_of(school_year, plan.opens_late)
        self.schooling = LASTING if plan.marks_last else USUAL
        self.rng = plan.generator(school_year)

    def run(self, everyone: pd.DataFrame, movers: pd.DataFrame) -> pd.DataFrame:
        """The people as the next year finds them; the year's records are written on the way."""
        everyone = enrollment.with_newcomers(
            everyone, self.plan, self.calendar.school_year, rng=self.rng, movers=movers
        )
        roster = enrollment.placed(everyone, self.schools, self.rng)
        spells = enrollment.spells_of(roster, self.schools, self.calendar, rng=self.rng, schooling=self.schooling)
        everyone = enrollment.entered(everyone, roster, spells)
        alone = weekly_engagement(roster, self.schools, self.rng)
        if self.plan.planted.later:
            alone = with_delayed_signal(alone, roster, self.plan.planted.later, self.rng)
        given = draw_interventions(alone, self.rng)
        weekly = with_intervention_effect(alone, given)
        suspended = self.write_behavior(roster, spells, weekly)
        missed = self.write_days(spells, weekly, suspended)
        quarterly = quarter_means(weekly, self.calendar)
        habits = None if self.schooling.habits is None else habit_paths(roster["habits"].to_numpy(), self.rng)
        given_marks, versions = self.write_marks(roster, spells, quarterly, missed, habits)
        failed = marks.failed_finals(given_marks, len(roster))
        if self.truth:
            ended = ended_as(roster, spells, self.finals(versions, len(roster)))
            self.truth.add(self.calendar.school_year, roster, alone, given=given, ended=ended)
        self.write_supports(everyone, spells, given)
        owed = self.owed(roster, failed)
        spells = self.write_enrollments(spells, owed)
        everyone.loc[roster["person"], "owed"] = owed - self.made_up(owed)
        everyone.loc[roster["person"], "away"] = missed.sum(axis=1)
        everyone.loc[roster["person"], "habits"] = 0.0 if habits is None else habits[:, -1]
        everyone.loc[roster["person"], "drift"] = alone[:, -1] - alone.mean(axis=1)
        return enrollment.next_year(everyone, roster, spells, repeats=self.repeating(roster, failed))

    def write_behavior(self, roster: pd.DataFrame, spells: pd.DataFrame, weekly: Floats) -> Flags:
        """Days suspended out of school, per roster row and session day."""
        incidents = behavior.incidents_of(
            roster, spells, weekly, calendar=self.calendar, planted=self.plan.planted, rng=self.rng
        )
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
        rows = attendance.attendance_rows(versions, self.schools)
        if self.plan.by_section:
            rows = attendance.by_section(rows, versions["school"].to_numpy() >= self.schools.middle, self.plan.planted)
        self.records.add("attendance", rows)
        return attendance.missed_days(exceptions, self.calendar, len(weekly))

    def write_marks(
        self, roster: pd.DataFrame, spells: pd.DataFrame, quarterly: Floats, missed: Floats, habits: Floats | None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The marks as they were given, and with what make-ups made of them."""
        scores = marks.quarter_scores(
            roster, quarterly, missed,
            rng=self.rng, kinder=self.plan.kinder_marks, schooling=self.schooling, habits=self.schooling.worth(habits),
        )  # fmt: skip
        term_marks = marks.term_marks(scores, self.rng, self.schooling)
        given = marks.marks_of(spells, roster["grade"].to_numpy(), term_marks, calendar=self.calendar, rng=self.rng)
        versions = marks.with_make_ups(given, self.rng)
        self.records.add("marks", marks.mark_rows(versions, self.schools, self.calendar.school_year))
        return given, versions

    def finals(self, versions: pd.DataFrame, size: int) -> marks.Finals | None:
        """How the finals of the year stood when it was over; None while it is not."""
        tracks = max(self.schools.track_count(school) for school in range(self.schools.count))
        settled = self.calendar.settled(tracks)
        return marks.finals_by(versions, size, settled) if settled <= np.datetime64(self.plan.today) else None

    def owed(self, roster: pd.DataFrame, failed: Ints) -> Ints:
        """Semester courses of high school that each student failed and has not made up, at the end of the year."""
        return roster["owed"].to_numpy() + np.where(roster["grade"] >= FIRST_HIGH_GRADE, failed, 0)

    def made_up(self, owed: Ints) -> Ints:
        """How many of them summer school and online courses make up."""
        return self.rng.binomial(owed, MADE_UP_BY_SUMMER).astype(np.int64)

    def write_supports(self, everyone: pd.DataFrame, spells: pd.DataFrame, given: Interventions) -> None:
        """Contacts and plans of the year and, in the running year, caseloads."""
        counselor = staff.counselors_of(spells, everyone, self.staff, schools=self.schools, rng=self.rng)
        numbered = spells.assign(spell=np.arange(len(spells)))
        supports = staff.supports_of(numbered, given, self.calendar, rng=self.rng)
        self.records.add(
            "supports", staff.support_rows(supports, counselor, self.staff, school_year=self.calendar.school_year)
        )
        if self.calendar.school_year == self.plan.school_years[-1]:
            self.records.add("caseloads", staff.caseload_rows(spells, counselor, self.staff))

    def write_enrollments(self, spells: pd.DataFrame, owed: Ints) -> pd.DataFrame:
        """The spells, those of graduates ending with the year."""
        finished = enrollment.with_graduates(spells, self.calendar, owed <= self.schooling.most_owed)
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
