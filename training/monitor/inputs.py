"""The inputs of monitoring, read in one go: the release, its reference profile, the ledger, the cohort, the records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from features.definitions.catalog import SERVABLE, outcome_of
from features.engine.view import View
from features.errors import NothingKnown, Refused
from features.language.feature_set import Outcome
from features.ledger.ledger import Ledger, build_ledger
from features.schedule import school_week, week_begins
from features.settings import District, Settings
from features.snapshots.labels import cohort_keys
from features.snapshots.snapshot import Snapshot, build_snapshot, scoring_dates
from features.warehouse.answer_counts import NO_ANSWERS, AnswerCounts, answer_counts
from features.warehouse.file import open_warehouse
from features.warehouse.freshness import Freshness, freshness_of
from features.warehouse.protected_groups import groups_on
from features.warehouse.reader import Reader
from models.bundle.bundle import Bundle
from models.bundle.manifest import BundleRefused
from models.bundle.year_parts import ServedPart
from models.pool.learned_from import withheld
from models.release_loader import load_release, load_serving
from models.releases import Release, ReleaseKey, release_log
from models.scoring import risk_of
from models.served_scorer import part_of_week, serving_on
from training.monitor.finished_year import FinishedYear, dates_in, last_finished_year, list_like_judged
from training.monitor.risk_by_date import DatedRisk, judged_dates
from training.reference_profile import Promise, promise_from_metrics


@dataclass(frozen=True)
class Serving:
    """What serves a district: its release, the bundle behind it, and what the bundle promised.

    On a date, `bundle` and `promise` are of the scorer that serves there.
    """

    key: ReleaseKey
    release: Release
    bundle: Bundle
    promise: Promise

    def on(self, view: View) -> "Serving":
        """What serves on the date of a view."""
        bundle = serving_on(self.bundle, view.school_week, view.as_of).bundle
        return replace(self, bundle=bundle, promise=promise_from_metrics(bundle.metrics, bundle.kind))


@dataclass(frozen=True)
class CurrentInputs:
    """The district as it is now: how fresh its records are, its cohort, and how many of it could have been listed.

    `cohort` is of the latest date of this school year like those judged, None where that is ahead or nobody was
    enrolled; `listable` is how many were of the cohort on the date of the latest list; `risks` are the average risks of
    this school year's weeks so far, `answers` what people said of students on lists.
    """

    fresh: Freshness
    cohort: Snapshot | None
    listable: int
    risks: tuple[DatedRisk, ...] = ()
    answers: AnswerCounts = NO_ANSWERS


@dataclass(frozen=True)
class FinishedYearInputs:
    """The last finished school year, and what is needed to evaluate its lists.

    `like_judged` are the flags of its list that can be held against a promise, `promise` that of the release behind
    them. `groups` are students' protected attributes on the day of the year's last list, so that those who came during
    the year have theirs; `levels` each school's level.
    """

    told: FinishedYear
    like_judged: pd.DataFrame
    promise: Promise | None
    groups: pd.DataFrame
    levels: dict[str, str]


@dataclass(frozen=True)
class MonitorInputs:
    """The inputs of monitoring, as known at the end of the day `on`.

    `serving` is what serves on the latest date like those judged, which the cohort is of. `then` is None as long as no
    school year is told. `policies` are those declared at the newest load, None where it was of an earlier version.
    """

    settings: Settings
    district: District
    outcome: Outcome
    on: date
    serving: Serving
    ledger: Ledger
    live: CurrentInputs
    then: FinishedYearInputs | None
    policies: str | None = None


def read_inputs(settings: Settings, district_id: str, on: date) -> MonitorInputs:
    """The inputs of a district; Refused where nothing serves yet, or no list was ever made."""
    district, outcome = settings.district(district_id), outcome_of(settings)
    serving = serving_now(settings, ReleaseKey(district_id, outcome.name, outcome.grade_band), outcome)
    with open_warehouse(settings.warehouse(district_id)) as reader:
        ledger = build_ledger(reader, outcome, on)
        if ledger.flags.empty:
            raise Refused(f"{district_id}: no list for {outcome.name} was made by {on}; run `ontrack score` first")
        live = current_inputs(reader, outcome, serving, ledger, on)
        then = finished_year_inputs(reader, settings, serving, last_finished_year(ledger))
        now = serving.on(reader.view(live.cohort.as_of if live.cohort else on))
        return MonitorInputs(settings, district, outcome, on, now, ledger, live, then, reader.declared_policies())


def serving_now(settings: Settings, key: ReleaseKey, outcome: Outcome) -> Serving:
    """What serves; Refused where nothing does."""
    found = load_serving(settings.home, key, outcome)
    if found is None:
        raise Refused(f"{key.district_id}: nothing serves yet; run `ontrack train` and then `ontrack promote`")
    bundle = withheld(found.bundle, settings)
    return Serving(key, found.release, bundle, promise_from_metrics(bundle.metrics, bundle.kind))


def current_inputs(reader: Reader, outcome: Outcome, serving: Serving, ledger: Ledger, on: date) -> CurrentInputs:
    """The district as it was known at the end of the day."""
    view, lists = reader.view(on), dates_in(ledger.flags["as_of"])
    day = day_like_judged(reader, serving, view)
    cohort = cohort_on(reader, outcome, serving, day) if day else None
    listable = len(cohort_keys(reader, outcome.cohort, reader.view(lists[-1])))
    risks = tuple(risks_by_date(reader, outcome, serving, view, lists))
    return CurrentInputs(freshness_of(reader, view), cohort, listable, risks, answer_counts(reader, outcome.name))


def day_like_judged(reader: Reader, serving: Serving, view: View) -> date | None:
    """The latest date of this school year like those judged; None where that is ahead.

    With parts of the year it lies in the one that serves; where nobody judged the date of the view, it is that date.
    """
    served, spreads = serving_on(serving.bundle, view.school_week, view.as_of), serving.on(view).promise.spreads
    if served.not_judged and served.not_judged != "level":
        return view.as_of
    dates = scoring_dates(reader, spreads.month_days, until=view.as_of).get(view.school_year, []) if spreads else []
    alike = [day for day in dates if part_on(serving.bundle, view, day) == served.part]
    return max(alike, default=None)


def part_on(bundle: Bundle, view: View, day: date) -> ServedPart | None:
    """The part of the year on a day of the school year of a view; None in a bundle that serves all year alike."""
    week = None if view.first_day is None else school_week(view.first_day, day)
    return part_of_week(bundle.parts, week) if bundle.parts else None


def cohort_on(reader: Reader, outcome: Outcome, serving: Serving, day: date) -> Snapshot | None:
    """The cohort of a day with the features of what serves on it; None where nobody was enrolled."""
    feature_set = SERVABLE[serving.on(reader.view(day)).bundle.feature_set]
    try:
        return build_snapshot(reader, feature_set, day, cohort=outcome.cohort)
    except NothingKnown:
        return None


def risks_by_date(
    reader: Reader, outcome: Outcome, serving: Serving, view: View, lists: Sequence[date]
) -> Iterator[DatedRisk]:
    """The average risk of each judged school week of this year so far, on the date of its list or its first day.

    Of a week in which no number is told there is none.
    """
    if view.first_day is None:
        return
    listed = {school_week(view.first_day, day): day for day in lists if day >= view.first_day}
    for week in sorted({one.week for one in judged_dates(serving.bundle.metrics).by_date}):
        day = listed.get(week, week_begins(view.first_day, week))
        cohort = cohort_on(reader, outcome, serving, day) if day <= view.as_of else None
        if cohort is not None and tells_numbers(serving, reader.view(day)):
            risk = risk_of(serving.on(reader.view(day)).bundle.scorer, cohort.features, cohort.school)
            yield DatedRisk(week, day, len(risk), float(risk.mean()))


def tells_numbers(serving: Serving, view: View) -> bool:
    """Whether numbers are told on the date of a view."""
    return serving_on(serving.bundle, view.school_week, view.as_of).not_judged is None


def finished_year_inputs(
    reader: Reader, settings: Settings, serving: Serving, told: FinishedYear | None
) -> FinishedYearInputs | None:
    """The inputs of a finished school year."""
    if told is None:
        return None
    spreads = serving.promise.spreads
    schedule = spreads.month_days if spreads else settings.training.as_of
    like = list_like_judged(told, scoring_dates(reader, schedule, until=date.max).get(told.school_year, []))
    return FinishedYearInputs(
        told=told,
        like_judged=like,
        promise=None if like.empty else promise_behind(settings, serving, reader, like),
        groups=groups_on(reader, reader.view(told.last_list)),
        levels=dict(reader.current("schools")[["school_id", "level"]].itertuples(index=False)),
    )


def promise_behind(settings: Settings, serving: Serving, reader: Reader, like: pd.DataFrame) -> Promise | None:
    """What the release behind a list promised of its date; None where its bundle is gone or not what was signed."""
    release_id, made_on = str(like["release_id"].iloc[0]), pd.Timestamp(like["as_of"].iloc[0]).date()
    view = reader.view(made_on)
    if release_id == serving.release.release_id:
        return serving.on(view).promise
    release = next((one for one in release_log(settings.home, serving.key) if one.release_id == release_id), None)
    try:
        bundle = load_release(settings.home, release).bundle if release else None
    except BundleRefused:
        return None
    return replace(serving, bundle=bundle).on(view).promise if bundle else None
