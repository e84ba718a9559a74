"""Scores a district: from its warehouse and its releases to the one list and all that pages and API show."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Engine

from features.atomic_files import file_lock
from features.engine.view import View
from features.errors import NothingKnown
from features.progress import Progress
from features.quality.check import RecordCheck, check_district, refuse_errors
from features.quality.check_codes import Finding
from features.settings import Settings
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader
from features.warehouse.reader_pool import reader_pool
from models.bundle.record_policies import policies_changed_since
from serving.movers.movers import bring_history
from serving.records.record_load import apply_records
from serving.scoring.district_facts import DistrictFacts, district_facts
from serving.scoring.district_release import DistrictRelease, load_served_releases
from serving.scoring.kept_features import kept_features
from serving.scoring.list_cohorts import Releases, begin_cohorts
from serving.scoring.list_storage import write_runs
from serving.scoring.outcome_run import ListParts, outcome_run
from serving.scoring.ranking import rank_together
from serving.scoring.run_summary import ListSummary, find_list, summary_of
from serving.scoring.run_writer import run_row
from serving.scoring.scored_cohort import (
    STUDENTS_AT_ONCE,
    CohortWork,
    ListInputs,
    ScoredCohort,
    begin_cohort,
    scored_cohort,
)
from serving.scoring.scoring_run import ScoringRun
from serving.scoring.student_scores import last_year_lists, placed_scores
from serving.store.student_records import WrittenRecords
from serving.support.warehouse_export import export_supports


def score_district(
    settings: Settings, engine: Engine, district_id: str, *, as_of: date, now: datetime, progress: Progress
) -> ListSummary:
    """Scores every outcome that is served; flags go to the warehouse first, then everything pages need to the database.

    Before, the warehouse gets what people wrote, what programs sent, and the history of students who came, since.

    The same releases and records on the same date are the same list, which is made once, also where two ask for it at
    once. Refused where the records do not add up.
    """
    warehouse = settings.warehouse(district_id)
    with file_lock(warehouse.with_name(f".{district_id}.scoring.lock"), progress):
        return score_in_turn(settings, engine, district_id, as_of=as_of, now=now, progress=progress)


def score_in_turn(
    settings: Settings, engine: Engine, district_id: str, *, as_of: date, now: datetime, progress: Progress
) -> ListSummary:
    """The district's list, made while no other process makes one for it."""
    releases = load_served_releases(settings, district_id)
    apply_records(settings, engine, district_id, now=now, progress=progress)
    export_supports(settings, engine, district_id)
    district, warehouse = settings.district(district_id), settings.warehouse(district_id)
    today = settings.today or now.astimezone(ZoneInfo(district.timezone)).date()
    bring_history(settings, engine, district_id, today=today, now=now, progress=progress)
    with open_warehouse(warehouse) as reader:
        ids = list_ids(settings, releases, as_of, reader.data_version())
        made = find_list(engine, [release for _, release in releases], ids.runs)
        if made is not None:
            return made
        with reader_pool(reader) as pool:
            progress(f"{district.name}: checking records")
            check = partial(check_district, district=district, today=today)
            view, declared = view_unless_refused(reader, as_of, check), reader.declared_policies()
            progress(f"{district.name}: scoring as of {as_of}")
            inputs = ListInputs(reader, pool, view, WrittenRecords(engine, district_id), engine)
            begun, found = begin_cohorts(inputs, releases, check)
            facts = district_facts(pool, view.own, district_id, engine)
            refuse_errors(found.result())
            cohorts = scored_cohorts(inputs, releases, begun, ids, progress)
            runs = build_runs(inputs, cohorts, facts, list_id=ids.list_id, now=now)
            courses, roster = facts.courses.result(), facts.changes.result()
    write_runs(settings, engine, runs, courses, today, roster)
    for one in cohorts:
        kept_features(one.settings, one.release).write(one.run_id, one.features)
    summaries = [summary_of(run_row(run), one.release, written=True) for run, one in zip(runs, cohorts, strict=True)]
    scores = pd.concat([run.scores[["student_key", "flagged"]] for run in runs])
    every, listed = scores["student_key"].nunique(), scores["student_key"][scores["flagged"]].nunique()
    warnings = (*found.result().warnings, *policy_findings(releases, declared))
    return ListSummary(ids.list_id, tuple(summaries), warnings, every, listed)


def view_unless_refused(reader: Reader, as_of: date, check: Callable[[Reader], RecordCheck]) -> View:
    """The view of a date; where there is none, what the check refuses is said first."""
    try:
        return reader.view_with_transfers(as_of)
    except NothingKnown:
        refuse_errors(check(reader))
        raise


def scored_cohorts(
    inputs: ListInputs, releases: Releases, begun: dict[str, CohortWork], ids: "ListIds", progress: Progress
) -> list[ScoredCohort]:
    """The cohorts of all outcomes served of whose grades somebody is enrolled; what was begun is used up."""
    found = []
    for (served, release), run_id in zip(releases, ids.runs, strict=True):
        if len(releases) > 1:
            progress(f"{served.settings.district(release.district_id).name}: {release.outcome.name}")
        found.append(scored_cohort(begun.pop(release.outcome.name), inputs.view, run_id=run_id))
    return [one for one in found if one is not None]


def policy_findings(releases: Releases, declared: str | None) -> Iterator[Finding]:
    """CHECK21 for each release that was trained under other policies than those declared at the newest load."""
    for _, release in releases:
        changed = policies_changed_since(release.bundle, declared)
        if changed:
            says = f"{release.outcome.name}, release {release.release_id}: {'; '.join(changed)}: train again"
            yield Finding("CHECK21", says)


@dataclass(frozen=True)
class ListIds:
    """The id of a list, and of the run of each outcome on it."""

    list_id: str
    runs: tuple[str, ...]


def list_ids(settings: Settings, releases: Releases, as_of: date, data_version: str) -> ListIds:
    """The ids of a list, which name its date, releases and records; with one outcome the run is the list."""
    data = data_version[:8]
    if len(releases) == 1:
        run_id = f"{as_of}-{releases[0][1].release_id}-{data}"
        return ListIds(run_id, (run_id,))
    said = [f"{one.outcome.name} {served.settings.gate.capacity} {one.release_id}" for served, one in releases]
    made_of = sha256("\n".join([*said, str(settings.service.list_margin)]).encode()).hexdigest()[:6]
    runs = tuple(f"{as_of}-{one.release_id}-{one.outcome.name}-{made_of}-{data}" for _, one in releases)
    return ListIds(f"{as_of}-{made_of}-{data}", runs)


def build_run(
    settings: Settings,
    release: DistrictRelease,
    reader: Reader,
    written: WrittenRecords,
    *,
    run_id: str,
    as_of: date,
    now: datetime,
    students_at_once: int = STUDENTS_AT_ONCE,
) -> ScoringRun:
    """The run of one outcome that is a list of its own, so many students at once.

    `written` are the records that the service database has already.
    """
    with reader_pool(reader) as pool:
        view = reader.view_with_transfers(as_of)
        inputs = ListInputs(reader, pool, view, written, None, students_at_once)
        cohort = scored_cohort(begin_cohort(inputs, settings, release), view, run_id=run_id)
        if cohort is None:
            raise NothingKnown(f"{release.outcome.name}: nobody of its grades was enrolled on {as_of}")
        facts = district_facts(pool, view.own, release.district_id, None)
        return build_runs(inputs, [cohort], facts, list_id=run_id, now=now)[0]


def build_runs(
    inputs: ListInputs, cohorts: list[ScoredCohort], facts: DistrictFacts, *, list_id: str, now: datetime
) -> tuple[ScoringRun, ...]:
    """The runs of one list: everything that is written of it. The first holds the schools' calendars."""
    view = inputs.view
    if not cohorts:
        raise NothingKnown(f"nobody of the served grades was enrolled on {view.as_of}; choose a date in session")
    rankings = rank_together([one.ordered for one in cohorts])
    data_through = min(view.as_of, inputs.reader.data_through())
    runs: list[ScoringRun] = []
    for one, ranking in zip(cohorts, rankings, strict=True):
        calendars = () if runs else facts.calendars.result()
        shared = ListParts(one.settings, view, facts.roster.result(), calendars, data_through, list_id, now)
        scores = placed_scores(one.texts, ranking, one.ledger, one.release, view.school_year)
        last_year = last_year_lists(one.ledger, view.school_year)
        runs.append(outcome_run(shared, one.run_id, one.release, ranking.capacity, scores, last_year))
    return tuple(runs)
