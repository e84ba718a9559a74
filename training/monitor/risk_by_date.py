"""Risk by date: the average risk given in each school week, beside the share off track then in the judged year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel

from features.settings import Monitor
from models.metrics.intervals import Interval
from presentation.numbers import long_date, of_100, school_year
from training.monitor.checks import MonitorCheck, answer, many, monitored, share_of, too_few

NAMED = 3
"""Weeks that a sentence names."""


@dataclass(frozen=True)
class DatedRisk:
    """The average risk that what serves gives to the cohort of a date, and how many students that is."""

    week: int
    on: date
    n: int
    mean_risk: float


class JudgedDate(BaseModel):
    """A school week of the judged year: how many students there were, and the share who ended off track."""

    week: int
    n: int = 0
    share: float | None = None


class JudgedDates(BaseModel):
    """The part of `metrics.json` that is about the dates of the judged year."""

    by_date: tuple[JudgedDate, ...] = ()
    test_year: int = 0


@dataclass(frozen=True)
class WeekGap:
    """A week's average risk less the share off track of the same week in the judged year, with its interval."""

    given: DatedRisk
    share: float
    gap: Interval


def judged_dates(metrics: Mapping[str, object]) -> JudgedDates:
    """The dates of the judged year, by the bundle's figures; none in a bundle made before it had them."""
    return JudgedDates.model_validate(metrics)


def risk_by_date_check(given: Sequence[DatedRisk], judged: JudgedDates, bounds: Monitor, least: int) -> MonitorCheck:
    """MON12: in every school week the average risk is near the share off track of that week in the judged year."""
    if not judged.by_date:
        return too_few("MON12", "The bundle does not say how many ended off track by school week; train again.")
    gaps = gaps_of(given, judged, least)
    if not gaps:
        return too_few("MON12", "No school week of this year has enough students in both years.")
    bound = bounds.calibration_bound
    verdicts = [monitored(one.gap, above=-bound, below=bound) for one in gaps]
    beyond = [one for one, verdict in zip(gaps, verdicts, strict=True) if verdict == "breach"]
    worst = max(beyond or gaps, key=lambda one: abs(one.gap.estimate))
    year = school_year(judged.test_year)
    if beyond:
        more = f" {many(len(beyond) - NAMED, 'week')} more." if len(beyond) > NAMED else ""
        says = " ".join(week_sentence(one, year, bound) for one in beyond[:NAMED]) + more
        return answer("MON12", "breach", says, figure=worst.gap, threshold=bound)
    says = f"Of {many(len(gaps), 'school week')}, this one is farthest: {week_sentence(worst, year, bound)}"
    all_ok = set(verdicts) == {"ok"}
    return answer("MON12", "ok" if all_ok else "not_enough_evidence", says, figure=worst.gap, threshold=bound)


def gaps_of(given: Sequence[DatedRisk], judged: JudgedDates, least: int) -> list[WeekGap]:
    """The gap of each school week that both years have with enough students, in their order."""
    then = {one.week: one for one in judged.by_date if one.share is not None and one.n >= least}
    return [gap_of(one, then[one.week]) for one in given if one.week in then and one.n >= least]


def gap_of(given: DatedRisk, then: JudgedDate) -> WeekGap:
    """One week's gap; its interval is that of the share."""
    share = share_of(round((then.share or 0.0) * then.n), then.n)
    risk = given.mean_risk
    return WeekGap(given, share.estimate, Interval(risk - share.estimate, risk - share.high, risk - share.low))


def week_sentence(one: WeekGap, year: str, bound: float) -> str:
    """A week, the average risk of its students, and how many ended off track on the same week of the judged year."""
    low, high = one.gap.low * 100, one.gap.high * 100
    return (
        f"Week {one.given.week} of the school year ({long_date(one.given.on)}): the average risk of "
        f"{many(one.given.n, 'student')} is {of_100(one.given.mean_risk)} of 100; of those of week {one.given.week} in "
        f"{year}, {of_100(one.share)} of 100 ended off track (difference {low:+.0f} to {high:+.0f}; allowed is "
        f"{bound * 100:.0f})."
    )
