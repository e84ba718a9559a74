"""One outcome's students before places are given: their order, and all that is written of them but their places.

A cohort is read a part of its students at a time, so that a list needs the memory of its parts, and two parts side by
side, so that both cores have work.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
from sqlalchemy import Engine

from features.engine.view import View
from features.errors import NothingKnown
from features.ledger.ledger import Ledger, build_ledger
from features.settings import Settings
from features.snapshots.snapshot import snapshot_of_view
from features.warehouse.key_ranges import key_ranges
from features.warehouse.reader import Reader
from features.warehouse.reader_pool import ReaderPool
from models.estimators.published_rule import RuleModel
from serving.scoring.district_release import DistrictRelease
from serving.scoring.ranking import Ordered, Places, order_scored, scored_rows
from serving.scoring.risk_change import PreviousRun, load_previous_run
from serving.scoring.student_scores import CohortTexts, RunInputs, cohort_texts, joined_texts
from serving.store.record_drafts import RecordDrafts
from serving.store.student_records import WrittenRecords

STUDENTS_AT_ONCE = 40_000
"""Students of a cohort whose records are read at once; what stands in memory of them is some 20 KB a student."""


@dataclass(frozen=True)
class ScoredCohort:
    """One outcome's part of a list: its release on the date, its students and their order, and what is said of them.

    `features` are what it saw of each student, and `ledger` what became of those whom it listed before.
    """

    settings: Settings
    release: DistrictRelease
    features: pd.DataFrame
    ordered: Ordered
    texts: CohortTexts
    ledger: Ledger
    run_id: str


@dataclass(frozen=True)
class ListInputs:
    """What the cohorts of a list share: the warehouse, the date, and the service database.

    Without an `engine` there is no run before. `pool` are the readers that work side by side. `drafts` is where records
    may be written before the list is.
    """

    reader: Reader
    pool: ReaderPool
    view: View
    written: WrittenRecords
    engine: Engine | None
    students_at_once: int = STUDENTS_AT_ONCE
    drafts: RecordDrafts | None = None


@dataclass(frozen=True)
class CohortPart:
    """Some students of a cohort in the order of their keys: features, risks and orders, and what is written of them."""

    features: pd.DataFrame
    scored: pd.DataFrame
    texts: CohortTexts


@dataclass(frozen=True)
class CohortWork:
    """The work on a cohort while it is done: its parts, or why there is nobody in one, in the order of their keys."""

    settings: Settings
    release: DistrictRelease
    before: Future[PreviousRun | None]
    ledger: Future[Ledger]
    parts: Sequence[Future[CohortPart | NothingKnown]]


def begin_cohort(inputs: ListInputs, settings: Settings, release: DistrictRelease) -> CohortWork:
    """The work on the students of an outcome, by what serves on the date of the list."""
    view, pool = inputs.view, inputs.pool
    now = release.on(view.school_week, view.as_of)
    before = pool.submit(lambda _: run_before(inputs, settings, release))
    ranges = key_ranges(inputs.reader, view.school_year, now.outcome.cohort.grade_levels, inputs.students_at_once)
    views = [replace(view, part=one) for one in ranges] or [view]
    parts = [pool.submit(partial(cohort_part, inputs, settings, now, one, before)) for one in views]
    ledger = pool.submit(lambda reader: build_ledger(reader, now.outcome, view.as_of))
    return CohortWork(settings, now, before, ledger, parts)


def run_before(inputs: ListInputs, settings: Settings, release: DistrictRelease) -> PreviousRun | None:
    """The run before; None where there is none, or no service database."""
    return load_previous_run(settings, inputs.engine, release, inputs.view.as_of) if inputs.engine else None


def cohort_part(
    inputs: ListInputs,
    settings: Settings,
    now: DistrictRelease,
    view: View,
    run_before: Future[PreviousRun | None],
    reader: Reader,
) -> CohortPart | NothingKnown:
    """The students of a view in a cohort; what their scripts share stands for as long as it takes."""
    with reader.sharing_more_steps() as own:
        try:
            snapshot = snapshot_of_view(own, now.feature_set, view, cohort=now.outcome.cohort)
        except NothingKnown as nobody:
            return nobody
        scored, before = scored_rows(now.bundle, snapshot), run_before.result()
        there = RunInputs(settings, now, own, view, snapshot, scored["risk"], inputs.written)
        texts = cohort_texts(there, before.of(scored.index, view.part) if before else None)
    if inputs.drafts is not None:
        texts = replace(texts, records=inputs.drafts.write(texts.records))
    return CohortPart(snapshot.features, scored, texts)


def scored_cohort(work: CohortWork, view: View, *, run_id: str) -> ScoredCohort | None:
    """The students of an outcome in its order; None where nobody of its grades is enrolled, and others are served."""
    found = [one.result() for one in work.parts]
    parts = [one for one in found if isinstance(one, CohortPart)]
    if not parts:
        if serves_several(work.settings, work.release.district_id):
            return None
        raise next(one for one in found if isinstance(one, NothingKnown))
    ordered = ordered_cohort(work, pd.concat([one.scored for one in parts]), view)
    features, texts = pd.concat([one.features for one in parts]), joined_texts([one.texts for one in parts])
    return ScoredCohort(work.settings, work.release, features, ordered, texts, work.ledger.result(), run_id)


def ordered_cohort(work: CohortWork, scored: pd.DataFrame, view: View) -> Ordered:
    """A cohort in the order of its outcome."""
    settings, release, before = work.settings, work.release, work.before.result()
    service = settings.service
    return order_scored(
        scored,
        view.as_of,
        Places(settings.gate.capacity, service.random_share, service.list_margin),
        seed=settings.training.seed,
        salt=release.outcome.name if serves_several(settings, release.district_id) else "",
        listed_before=before.listed_lately(view.as_of) if before else (),
        by_count=isinstance(release.bundle.scorer, RuleModel),
    )


def serves_several(settings: Settings, district_id: str) -> bool:
    """Whether a district serves more than one outcome."""
    return len(settings.district(district_id).outcomes) > 1
