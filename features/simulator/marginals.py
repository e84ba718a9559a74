"""Marginal figures of simulated districts, compared with published ones."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from features.simulator.gradients import ABSENCES, AVERAGES, FLAGS, NEAR, Gradient, Step

CORE = ("ela", "math", "science", "social_science")
FAILED = ("F", "NP")
LEAST_DAYS = 31
SEMESTERS = ("S1", "S2")
GRADUATED, GRADUATING = "graduated within four years", (0.85, 0.88)
"""The name of the share of all who graduate, and the range that is near California's."""

LOW_AVERAGE, MUCH_AWAY = 2, 0.125
"""San Francisco's two flags: an average below, and a share of days missed above."""


@dataclass(frozen=True)
class Marginal:
    """A figure of the simulation (a share, 0-1), the range it is published in, and where."""

    says: str
    simulated: float
    published: tuple[float, float]
    source: str

    @property
    def is_off(self) -> bool:
        """Whether the simulation lies outside of what is published."""
        return not self.published[0] <= round(self.simulated, 2) <= self.published[1]


class Collaborative:
    """The records of several simulated districts, current versions only, student ids made unique."""

    def __init__(self, folders: Sequence[Path], years: Sequence[int]) -> None:
        self.folders = folders
        self.years = years
        """Finished school years."""
        self.enrollments = self.current("enrollments", "student_id", "school_id", "entry_date")
        self.enrollments["school_year"] = self.enrollments["school_year"].astype(int)

    def current(self, name: str, *key: str) -> pd.DataFrame:
        """The last version of every record of a table."""
        parts = [pd.read_csv(folder / f"{name}.csv", dtype=str).assign(district=folder.name) for folder in self.folders]
        rows = pd.concat(parts, ignore_index=True)
        if "student_id" in rows:
            rows["student_id"] = rows["district"] + rows["student_id"]
        return rows.sort_values("known_on", kind="stable").drop_duplicates([*key, "district"], keep="last")

    def enrolled(self, year: int, *grades: int) -> "pd.Index[str]":
        """Students with a spell of that year in one of these grades."""
        spells = self.enrollments[self.enrollments["school_year"] == year]
        here = spells[spells["grade_level"].astype(int).isin(grades)] if grades else spells
        found: pd.Index[str] = pd.Index(here["student_id"].unique())
        return found

    def graduation(self, first_year: int) -> "pd.Series[bool]":
        """First-time ninth graders of a year who did not transfer out or vanish: whether a diploma came in four."""
        earlier = self.enrollments[
            (self.enrollments["grade_level"] == "9") & (self.enrollments["school_year"] < first_year)
        ]
        cohort = self.enrolled(first_year, 9).difference(pd.Index(earlier["student_id"]))
        later = self.enrollments[self.enrollments["school_year"] <= first_year + 3]
        last = later.sort_values("entry_date").drop_duplicates("student_id", keep="last").set_index("student_id")
        gone = last["exit_kind"].isin(["transferred", "unknown", "deceased"])
        cohort = cohort.difference(gone.index[gone])
        completions = self.current("completions", "student_id", "date", "kind")
        in_time = completions[(completions["kind"] == "diploma") & (completions["date"] < f"{first_year + 3}-09-01")]
        return pd.Series(cohort.isin(in_time["student_id"]), index=cohort)

    def marks(self) -> pd.DataFrame:
        """Every mark of every year."""
        key = ("student_id", "school_id", "school_year", "term_id", "course_id", "mark_kind")
        marks = self.current("marks", *key)
        return marks.assign(school_year=marks["school_year"].astype(int))

    def finals(self, marks: pd.DataFrame) -> pd.DataFrame:
        """Final marks with points and credits as numbers."""
        marks = marks[marks["mark_kind"] == "final"]
        return marks.assign(
            points=pd.to_numeric(marks["points_hundredths"]) / 100,
            credits=pd.to_numeric(marks["credits_earned_hundredths"]).fillna(0) / 100,
        )

    def on_track(self, finals: pd.DataFrame) -> "pd.Series[bool]":
        """By the Chicago rule, the ninth grades of every finished year together: those with marks of both semesters."""
        parts = []
        for year in self.years:
            own = finals[(finals["school_year"] == year) & finals["student_id"].isin(self.enrolled(year, 9))]
            whole = own.groupby("student_id")["term_id"].nunique() == len(SEMESTERS)
            own = own[own["student_id"].isin(whole.index[whole])]
            earned = own.groupby("student_id")["credits"].sum()
            failed = own[own["subject"].isin(CORE) & own["mark"].isin(FAILED)].groupby("student_id").size()
            parts.append((earned >= 5) & (failed.reindex(earned.index, fill_value=0) <= 1))
        return pd.concat(parts)

    def absences(self) -> pd.DataFrame:
        """Days missed per student, school year and date."""
        rows = self.current("attendance", "student_id", "school_id", "date", "section_id", "kind")
        missed = pd.to_numeric(rows["absent_hundredths"]) / 100
        rows = rows.assign(missed=missed, date=pd.to_datetime(rows["date"]))
        daily = rows.groupby(["student_id", "date"])["missed"].sum().clip(upper=1).reset_index()
        year = daily["date"].dt.year + (daily["date"].dt.month >= 7)
        return daily.assign(school_year=year)

    def days_expected(self) -> "pd.Series[int]":
        """School days enrolled on which attendance was taken, per student and finished school year."""
        calendar = self.current("calendar_days", "school_id", "track", "date")
        calendar = calendar[calendar["attendance_taken"] == "true"]
        where = ["district", "school_id", "track", "school_year"]
        days = {key: sorted(group["date"]) for key, group in calendar.groupby(where)}
        spells = self.enrollments[self.enrollments["school_year"].isin(self.years)]
        counts = [
            between(days.get((district, school, track, str(year)), []), entry, ends)
            for district, school, track, year, entry, ends in zip(
                spells["district"], spells["school_id"], spells["track"], spells["school_year"],
                spells["entry_date"], spells["exit_date"].fillna("9999"), strict=True,
            )
        ]  # fmt: skip
        return spells.assign(days=counts).groupby(["student_id", "school_year"])["days"].sum()

    def suspended(self) -> float:
        """Share of a year's students who were suspended at least once, in or out of school."""
        actions = self.current("discipline_actions", "incident_id", "student_id", "action", "date")
        removed = actions[actions["action"].isin(["in_school_suspension", "out_of_school_suspension"])]
        date = pd.to_datetime(removed["date"])
        year = date.dt.year + (date.dt.month >= 7)
        students = removed.assign(school_year=year).drop_duplicates(["student_id", "school_year"])
        enrolled = sum(len(self.enrolled(year)) for year in self.years)
        return float(students["school_year"].isin(self.years).sum() / enrolled)


def between(days: Sequence[str], first: str, last: str) -> int:
    """How many of some sorted days lie between two, both counted."""
    return bisect_right(days, last) - bisect_left(days, first)


@dataclass(frozen=True)
class Marginals:
    """The figures of simulated districts beside published ones, and what their group sizes leave room for."""

    figures: tuple[Marginal, ...]
    most_graduating: dict[Gradient, float]
    """The largest share of all students that could graduate with the published steps of a gradient near."""

    within_year: float
    """Correlation of averages after the first quarter and at the end of the year."""


def marginals_of(folders: Sequence[Path], years: Sequence[int]) -> Marginals:
    """The published figures beside those of simulated districts, over these finished school years (four or more)."""
    state = Collaborative(folders, years)
    marks = state.marks()
    finals, daily, expected = state.finals(marks), state.absences(), state.days_expected()
    missed = daily.groupby(["student_id", "school_year"])["missed"].sum()
    judged = expected[expected >= LEAST_DAYS]
    chronic = missed.reindex(judged.index, fill_value=0) / judged >= 0.1
    cohorts = [year for year in years if year + 3 <= max(years)]
    graduated = pd.concat({year: state.graduation(year) for year in cohorts}, names=["school_year", "student_id"])
    known = ninth_grades(graduated, finals, daily, missed / expected)
    figures = (
        Marginal("chronically absent", float(chronic.mean()), (0.18, 0.22), "California 2023-24: about 20 %"),
        Marginal("suspended at least once", state.suspended(), (0.025, 0.04), "California 2023-24: about 3 %"),
        Marginal(GRADUATED, float(graduated.mean()), GRADUATING, "California: 86 to 87 %"),
        Marginal("on track after grade 9", float(state.on_track(finals).mean()), (0.80, 0.85), "Chicago: 80 to 85 %"),
        *(shown(step, known[one], graduated) for one in known for step in one.steps if step.published is not None),
    )
    most = {one: one.most_graduating(values.dropna()) for one, values in known.items()}
    return Marginals(figures, most, within_year(marks[marks["school_year"].isin(years)]))


def ninth_grades(
    graduated: "pd.Series[bool]", finals: pd.DataFrame, daily: pd.DataFrame, rates: "pd.Series[float]"
) -> dict[Gradient, "pd.Series[float]"]:
    """What each gradient is by, per first-time ninth grader whose graduation is known; empty where it is not."""
    average = finals.groupby(["school_year", "student_id"])["points"].mean()
    fall = daily[daily["date"].dt.month >= 8].groupby(["school_year", "student_id"])["missed"].sum()
    year, student = (graduated.index.get_level_values(level) for level in ("school_year", "student_id"))
    low = pd.Series(average.reindex(pd.MultiIndex.from_arrays([year - 1, student])).to_numpy(), index=graduated.index)
    away = pd.Series(rates.reindex(pd.MultiIndex.from_arrays([student, year - 1])).to_numpy(), index=graduated.index)
    flags = ((low < LOW_AVERAGE).astype(float) + (away > MUCH_AWAY)).mask(low.isna() | away.isna())
    return {
        AVERAGES: average.round().reindex(graduated.index),
        ABSENCES: fall.reindex(graduated.index, fill_value=0),
        FLAGS: flags,
    }


def shown(step: Step, values: "pd.Series[float]", graduated: "pd.Series[bool]") -> Marginal:
    """A share beside one that is published for one city and time."""
    published = step.published or 0.0
    share = float(graduated[step.has(values)].mean())
    return Marginal(f"graduated, of {step.who}", share, (published - NEAR, published + NEAR), f"about {published:.0%}")


def within_year(marks: pd.DataFrame) -> float:
    """Correlation of a student's average after the first quarter with that of the finals of the second semester."""
    points = pd.to_numeric(marks["points_hundredths"])
    terms = points.groupby([marks["student_id"], marks["school_year"], marks["term_id"]]).mean().unstack()
    return float(terms["Q1"].corr(terms["S2"]))
