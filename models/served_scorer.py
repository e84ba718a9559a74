"""What serves on a date: the model in a part of the year where it was judged and passed, else a published rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel

from models.bundle.bundle import Bundle
from models.bundle.year_parts import LEAP_YEAR, JudgedWeek, ServedPart, rule_definition
from models.estimators.published_rule import RuleModel

NotJudged = Literal["no_year", "no_school_week", "week", "calendar", "level"]
"""Why no number is told on a date. The first four say that nobody judged it: no year before is on record, the school
year is not, no figures of such a week, or the calendar has shifted. By `level` risks of then were judged, and not shown
to be near enough to what happened: the mean missed in one of the years, or a check of numbers is open. A rule may tell
ranges then."""
BEFORE_FIRST = 1
"""School weeks before the first judged one that are taken for judged too, but for the first of the year."""
SECOND_WEEK = 2
"""The first school week has no day of this year behind it: it is judged only where it was judged itself."""
SHIFT_DAYS = 14
"""Days by which a school week may fall outside of where it fell in the judged years."""
YEAR_DAYS = 366
FAR_DAYS = 28
"""Days from the judged dates from which a bundle without parts says that it was not judged there."""


@dataclass(frozen=True)
class ServedScorer:
    """What serves on a date.

    `bundle` has the scorer, features, dictionary, verdict and figures of what serves there, so that whoever scores
    needs to know nothing of parts. `part` is None in a bundle made before there were parts, whose scorer serves on
    every date. `not_judged` says why no number is told of the date, None where it is. Where nobody judged it a model
    never serves; by `level` what passed there puts the list in order.
    """

    bundle: Bundle
    part: ServedPart | None = None
    not_judged: NotJudged | None = None


class FiguresByPart(BaseModel):
    """The parts of `metrics.json` that are about a part of the year, and about a school week."""

    parts: dict[str, dict[str, object]] = {}
    promised_by_week: dict[str, object] = {}


class JudgedDates(BaseModel):
    """The dates of a year on which a bundle without parts was judged."""

    month_days: tuple[str, ...] = ()


class JudgedAsOf(BaseModel):
    """The part of `metrics.json` that says when a bundle without parts was judged."""

    promised: JudgedDates | None = None


def serving_on(bundle: Bundle, school_week: int | None, as_of: date) -> ServedScorer:
    """What a bundle has to serve on a date of a school week, which is None where no school year is on record."""
    if not bundle.parts:
        return ServedScorer(bundle)
    part = part_of_week(bundle.parts, school_week)
    not_judged = why_not_judged(bundle.parts, school_week, as_of)
    told = replace(
        bundle,
        metrics=figures_of(bundle, part, school_week),
        gate=None if bundle.gate is None else {**bundle.gate, "verdict": part.verdict},
    )
    untold: NotJudged | None = not_judged or (None if part.numbers else "level")
    if part.serves == "model" and not_judged is None:
        return ServedScorer(told, part, untold)
    return ServedScorer(with_rule(told, part, told_rule(part, untold)), part, untold)


def told_rule(part: ServedPart, untold: NotJudged | None) -> RuleModel:
    """The part's rule with what is told of its shares: all, ranges that hold in one more year, or nothing."""
    if untold == "level" and part.ranges:
        return part.rule.within(part.ranges)
    return part.rule.without_evidence() if untold else part.rule


def with_rule(bundle: Bundle, part: ServedPart, rule: RuleModel) -> Bundle:
    """The bundle with the part's rule as its scorer, its shares as they are or without evidence."""
    dictionary = replace(bundle.dictionary, rule=rule_definition(part))
    return replace(bundle, kind="rule", scorer=rule, feature_set=part.feature_set, dictionary=dictionary)


def recorded_scorer(bundle: Bundle, part: str | None, kind: str) -> Bundle:
    """The bundle with the scorer of a past run, which recorded the name of its part and the kind of its scorer."""
    found = next((one for one in bundle.parts if one.name == part), None)
    return bundle if found is None or kind == "model" else with_rule(bundle, found, found.rule)


def part_of_week(parts: Sequence[ServedPart], school_week: int | None) -> ServedPart:
    """The part that a school week lies in; the first before all of them and without a week, the last after."""
    week = parts[0].from_week if school_week is None else school_week
    return next((part for part in parts if week <= part.through_week), parts[-1])


def why_not_judged(parts: Sequence[ServedPart], school_week: int | None, as_of: date) -> NotJudged | None:
    """Why a date was not judged, None where it was."""
    judged = [week for part in parts for week in part.weeks]
    if not judged:
        return "no_year"
    if school_week is None:
        return "no_school_week"
    if not within_judged([one.week for one in judged], school_week):
        return "week"
    return "calendar" if days_outside(nearest_week(judged, school_week), school_week, as_of) > SHIFT_DAYS else None


def within_judged(weeks: Sequence[int], school_week: int) -> bool:
    """Whether a school week lies among the judged ones, a week before the first, or one step after the last.

    The first school week of the year lies there only where it is a judged one.
    """
    step = max((later - earlier for earlier, later in pairwise(weeks)), default=1)
    earliest = max(weeks[0] - BEFORE_FIRST, min(weeks[0], SECOND_WEEK))
    return earliest <= school_week <= weeks[-1] + step


def nearest_week(judged: Sequence[JudgedWeek], school_week: int) -> JudgedWeek:
    """The judged week nearest to a school week; of two the earlier."""
    return min(judged, key=lambda one: abs(one.week - school_week))


def days_outside(judged: JudgedWeek, school_week: int, as_of: date) -> int:
    """How many days a date, moved to the judged week, lies outside of where that week fell; 0 within."""
    there = day_of_year(f"{as_of - timedelta(weeks=school_week - judged.week):%m-%d}")
    earliest, latest = day_of_year(judged.earliest), day_of_year(judged.latest)
    if (there - earliest) % YEAR_DAYS <= (latest - earliest) % YEAR_DAYS:
        return 0
    return min((there - latest) % YEAR_DAYS, (earliest - there) % YEAR_DAYS)


def day_of_year(month_day: str) -> int:
    """The place of a month-day in a year that has February 29."""
    return date.fromisoformat(f"{LEAP_YEAR}-{month_day}").timetuple().tm_yday


def figures_of(bundle: Bundle, part: ServedPart, school_week: int | None) -> Mapping[str, object]:
    """The bundle's figures with those of the part, and the reference profile of the nearest judged week, over them."""
    found = FiguresByPart.model_validate(bundle.metrics)
    profiles = {int(week): profile for week, profile in found.promised_by_week.items()}
    week = part.from_week if school_week is None else school_week
    nearest = min(profiles, key=lambda one: (abs(one - week), one), default=None)
    promised = {} if nearest is None else {"promised": profiles[nearest]}
    return {**bundle.metrics, **found.parts.get(part.name, {}), **promised}


def judged_elsewhere(bundle: Bundle, as_of: date) -> tuple[str, ...]:
    """The month-days on which a bundle without parts was judged, where all are more than four weeks from a date."""
    judged = JudgedAsOf.model_validate(bundle.metrics).promised
    if bundle.parts or judged is None:
        return ()
    here = day_of_year(f"{as_of:%m-%d}")
    apart = [(here - day_of_year(one)) % YEAR_DAYS for one in judged.month_days]
    return judged.month_days if all(FAR_DAYS < days < YEAR_DAYS - FAR_DAYS for days in apart) else ()
