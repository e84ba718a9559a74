"""The inputs of monitoring, read in one go: the release, its reference profile, the ledger, the cohort, the records."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from features.definitions.catalog import SERVABLE, outcome_of
from features.errors import NothingKnown, Refused
from features.language.feature_set import Outcome
from features.ledger.ledger import Ledger, build_ledger
from features.settings import District, Settings
from features.snapshots.labels import cohort_keys
from features.snapshots.snapshot import Snapshot, build_snapshot, scoring_dates
from features.warehouse.file import open_warehouse
from features.warehouse.freshness import Freshness, freshness_of
from features.warehouse.protected_groups import groups_on
from features.warehouse.reader import Reader
from models.bundle.bundle import Bundle
from models.bundle.manifest import BundleRefused
from models.release_loader import load_release, load_serving
from models.releases import Release, ReleaseKey, release_log
from training.monitor.finished_year import FinishedYear, dates_in, last_finished_year, list_like_judged
from training.reference_profile import Promise, promise_from_metrics


@dataclass(frozen=True)
class Serving:
    """What serves a district: its release, the bundle behind it, and what the bundle promised."""

    key: ReleaseKey
    release: Release
    bundle: Bundle
    promise: Promise


@dataclass(frozen=True)
class CurrentInputs:
    """The district as it is now: how fresh its records are, its cohort, and how many of it could have been listed.

    `cohort` is of the latest date of this school year like those judged, None where that is ahead or nobody was
    enrolled; `listable` is how many were of the cohort on the date of the latest list.
    """

    fresh: Freshness
    cohort: Snapshot | None
    listable: int


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

    `then` is None as long as no school year is told.
    """

    settings: Settings
    district: District
    outcome: Outcome
    on: date
    serving: Serving
    ledger: Ledger
    live: CurrentInputs
    then: FinishedYearInputs | None


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
        return MonitorInputs(settings, district, outcome, on, serving, ledger, live, then)


def serving_now(settings: Settings, key: ReleaseKey, outcome: Outcome) -> Serving:
    """What serves; Refused where nothing does."""
    found = load_serving(settings.home, key, outcome)
    if found is None:
        raise Refused(f"{key.district_id}: nothing serves yet; run `ontrack train` and then `ontrack promote`")
    return Serving(key, found.release, found.bundle, promise_from_metrics(found.bundle.metrics, found.bundle.kind))


def current_inputs(reader: Reader, outcome: Outcome, serving: Serving, ledger: Ledger, on: date) -> CurrentInputs:
    """The district as it was known at the end of the day."""
    spreads, view = serving.promise.spreads, reader.view(on)
    dates = scoring_dates(reader, spreads.month_days, until=on).get(view.school_year, []) if spreads else []
    cohort = cohort_on(reader, outcome, serving.bundle, dates[-1]) if dates else None
    latest = reader.view(dates_in(ledger.flags["as_of"])[-1])
    return CurrentInputs(freshness_of(reader, view), cohort, len(cohort_keys(reader, outcome.cohort, latest)))


def cohort_on(reader: Reader, outcome: Outcome, bundle: Bundle, day: date) -> Snapshot | None:
    """The cohort of a day with the features of the bundle; None where nobody was enrolled."""
    try:
        return build_snapshot(reader, SERVABLE[bundle.feature_set], day, cohort=outcome.cohort)
    except NothingKnown:
        return None


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
        promise=None if like.empty else promise_behind(settings, serving, str(like["release_id"].iloc[0])),
        groups=groups_on(reader, reader.view(told.last_list)),
        levels=dict(reader.current("schools")[["school_id", "level"]].itertuples(index=False)),
    )


def promise_behind(settings: Settings, serving: Serving, release_id: str) -> Promise | None:
    """What the release behind a list promised; None where its bundle is gone or no longer what was signed."""
    if release_id == serving.release.release_id:
        return serving.promise
    release = next((one for one in release_log(settings.home, serving.key) if one.release_id == release_id), None)
    try:
        bundle = load_release(settings.home, release).bundle if release else None
    except BundleRefused:
        return None
    return promise_from_metrics(bundle.metrics, bundle.kind) if bundle else None
