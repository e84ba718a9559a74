"""A scoring run: from a district's warehouse and its release to everything pages and the API answer with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from pydantic import BaseModel
from sqlalchemy import Engine

from features.catalog import SERVED, outcome_of
from features.evidence import attendance_by_week, marks_over_time, records_behind
from features.language import FeatureSet, Outcome
from features.reconcile.check import checked, refuse_errors
from features.reconcile.codes import Finding
from features.settings import District, Refused, Settings
from features.snapshots import Snapshot, build_snapshot
from features.warehouse import Reader, changing, reading
from models.bundle import Bundle, open_bundle
from models.metrics import places
from models.reasons import Reason
from models.releases import Release, ReleaseKey, current
from models.rule import RuleModel
from models.scoring import order_of, reasons_of, refuse_other_definition, refuse_prepared_table, risk_of
from models.signing import load_public_key
from serving.bands import LEAST_SCHOOL_DAYS, band_of
from serving.database import reading as reading_service
from serving.database import writing
from serving.district_roster import calendars_of, roster_of
from serving.rows import RunRow
from serving.runs import Headline, History, ScoredStudent, ScoringRun, record_run

WIDEST_HEADLINE = 0.15
"""Half the width of the interval beyond which past lists say too little to be quoted."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Served:
    """What serves a district: its release and the bundle behind it."""

    district: District
    outcome: Outcome
    release: Release
    bundle: Bundle

    @property
    def feature_set(self) -> type[FeatureSet]:
        """The feature set that the bundle was made for."""
        return SERVED[self.bundle.feature_set]


@dataclass(frozen=True)
class Ranked:
    """A cohort in list order (index `student_key`): `risk` (NaN where none is given), `position`, `flagged`."""

    table: pd.DataFrame
    capacity: int


def served_in(settings: Settings, district_id: str) -> Served:
    """What serves a district now; Refused where nothing was promoted yet."""
    outcome = outcome_of(settings)
    release = current(settings.home, ReleaseKey(district_id, outcome.name, outcome.grade_band))
    if release is None:
        raise Refused(f"{district_id}: nothing serves yet; run `ontrack train` and then `ontrack promote`")
    bundle = open_bundle(release.bundle_path, load_public_key(settings.home / "keys"))
    refuse_prepared_table(bundle)
    refuse_other_definition(bundle, outcome)
    return Served(settings.district(district_id), outcome, release, bundle)


@dataclass(frozen=True)
class RunSummary:
    """A scoring run in numbers; `written` is False where it was there already.

    `warnings` is what does not quite add up in the records.
    """

    run_id: str
    scorer: str
    students: int
    listed: int
    written: bool
    warnings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, object]:
        """What `ontrack score --json` prints."""
        return {**vars(self), "warnings": [finding.as_json() for finding in self.warnings]}


def score_district(
    settings: Settings, engine: Engine, district_id: str, *, as_of: date, now: datetime, progress: Progress
) -> RunSummary:
    """Scores the cohort; flags go to the warehouse first, then everything pages need to the service database.

    The same release and records on the same date are the same run, which is made once. Refused where the records do
    not add up.
    """
    served = served_in(settings, district_id)
    warehouse, zone = settings.warehouse(district_id), ZoneInfo(served.district.timezone)
    with reading(warehouse) as reader:
        run_id = f"{as_of}-{served.release.release_id}-{reader.data_version()[:8]}"
        made = summary_of(engine, district_id, run_id)
        if made is not None:
            return made
        progress(f"{served.district.name}: checking records")
        found = checked(reader, served.district, settings.today or now.astimezone(zone).date())
        refuse_errors(found)
        progress(f"{served.district.name}: scoring as of {as_of} by the {served.bundle.kind}")
        run = scoring_run(settings, served, reader, run_id=run_id, as_of=as_of, now=now)
    write_flags(warehouse, run)
    with writing(engine) as session:
        record_run(session, run)
    listed = sum(score.flagged for score in run.scores)
    return RunSummary(run_id, run.scorer, len(run.scores), listed, written=True, warnings=found.warnings)


def summary_of(engine: Engine, district_id: str, run_id: str) -> RunSummary | None:
    """The run as an earlier call wrote it, None where it did not."""
    with reading_service(engine) as session:
        row = session.get(RunRow, (district_id, run_id))
        return RunSummary(run_id, row.scorer, row.students, row.flagged, written=False) if row else None


def scoring_run(
    settings: Settings, served: Served, reader: Reader, *, run_id: str, as_of: date, now: datetime
) -> ScoringRun:
    """Everything the run will write, read from the warehouse in one go."""
    view = reader.view(as_of)
    snapshot = build_snapshot(reader, served.feature_set, as_of, cohort=served.outcome.cohort)
    ranked = rank(served.bundle, snapshot, settings.gate.capacity, seed=settings.training.seed)
    scores = scored_students(settings, served, reader, snapshot, ranked)
    return ScoringRun(
        run_id=run_id,
        district_id=served.district.id,
        district_name=served.district.name,
        outcome=served.bundle.name,
        ended=served.outcome.ended,
        as_of=as_of,
        created_at=now,
        release_id=served.release.release_id,
        scorer=served.bundle.kind,
        verdict=verdict_of(served.bundle),
        bundle_digest=served.bundle.digest,
        model_version=f"{served.bundle.name} {served.bundle.digest[:8]}",
        feature_set=served.bundle.feature_set,
        capacity=ranked.capacity,
        data_through=min(as_of, reader.data_through()),
        dictionary=served.bundle.dictionary,
        roster=roster_of(reader, view),
        scores=scores,
        calendars=calendars_of(reader, view),
        headline=headline_of(served.bundle),
    )


def rank(bundle: Bundle, snapshot: Snapshot, share: float, *, seed: int) -> Ranked:
    """The cohort in list order; those who tie in an order drawn at random from the seed and the date.

    A rule lists by its count of signals, and nobody against whom it holds nothing, even where there is room.
    """
    risk = pd.Series(risk_of(bundle.scorer, snapshot.features), index=snapshot.features.index)
    risk = risk.where(snapshot.school_days >= LEAST_SCHOOL_DAYS)
    order = pd.Series(order_of(bundle.scorer, snapshot.features), index=risk.index).where(risk.notna())
    capacity = int(places(len(risk), share))
    drawn = np.random.default_rng([seed, snapshot.as_of.toordinal()]).random(len(risk))
    ranked = pd.DataFrame({"risk": risk, "order": order, "drawn": drawn})
    table = ranked.sort_values(["order", "drawn"], ascending=[False, True])
    position = pd.Series(np.arange(1, len(table) + 1), index=table.index)
    may_be_listed = table["risk"].notna()
    if isinstance(bundle.scorer, RuleModel):
        may_be_listed &= table["order"] > 0
    return Ranked(table.assign(position=position, flagged=may_be_listed & (position <= capacity)), capacity)


def scored_students(
    settings: Settings, served: Served, reader: Reader, snapshot: Snapshot, ranked: Ranked
) -> tuple[ScoredStudent, ...]:
    """Every student of the cohort with score, reasons, the records behind each reason, and their year in records."""
    features = snapshot.features.loc[ranked.table.index]
    reasons = dict(zip(features.index, reasons_of(served.bundle.scorer, features, served.feature_set), strict=True))
    view = reader.view(snapshot.as_of)
    codes = sorted({reason.code for row in reasons.values() for reason in row})
    behind = records_behind(reader, served.feature_set, view, codes)
    weeks = attendance_by_week(reader, served.feature_set, view)
    marks = marks_over_time(reader, served.feature_set, view)
    rows = zip(ranked.table.index, ranked.table["risk"], ranked.table["position"], ranked.table["flagged"], strict=True)
    return tuple(
        scored_student(
            settings,
            student_key=key,
            school_id=snapshot.school.loc[key],
            row=Row(float(risk), int(position), bool(flagged)),
            reasons=reasons[key],
            behind={reason.code: behind[reason.code].get(key, []) for reason in reasons[key]},
            history=History(tuple(weeks.get(key, ())), tuple(marks.get(key, ()))),
        )
        for key, risk, position, flagged in rows
    )


@dataclass(frozen=True)
class Row:
    """One student's place in the ranking; a risk that is NaN is none."""

    risk: float
    position: int
    flagged: bool


def scored_student(
    settings: Settings,
    *,
    student_key: str,
    school_id: str,
    row: Row,
    reasons: tuple[Reason, ...],
    behind: Mapping[str, Sequence[Mapping[str, str | int | bool | None]]],
    history: History,
) -> ScoredStudent:
    """One student; without a risk there is no band, no place on the list and no reason."""
    risk = None if np.isnan(row.risk) else float(row.risk)
    unknown = risk is None
    return ScoredStudent(
        student_key=student_key,
        school_id=school_id,
        risk=risk,
        band=band_of(risk, settings.service.bands),
        list_position=None if unknown else row.position,
        flagged=row.flagged,
        reasons=() if unknown else reasons,
        evidence={} if unknown else behind,
        history=history,
    )


def verdict_of(bundle: Bundle) -> Literal["pass", "fail", "not_enough_evidence"]:
    """The gate's verdict on the model of this district, signed into the bundle."""
    found = (bundle.gate or {}).get("verdict")
    if found not in ("pass", "fail", "not_enough_evidence"):
        raise Refused(f"bundle {bundle.digest[:16]}: gate.json has no verdict; train again")
    return found


class Share(BaseModel):
    """A share with its interval, as `metrics.json` has it."""

    estimate: float
    low: float
    high: float


class HeadlineFigures(BaseModel):
    """What of `metrics.json` the headline is made of."""

    headline: dict[str, Share]
    listed: int
    test_year: int
    serving_rule: str = "rule"


def headline_of(bundle: Bundle) -> Headline | None:
    """How the test year's list turned out; None where the interval is too wide to say."""
    figures = HeadlineFigures.model_validate(bundle.metrics)
    found = figures.headline.get("model" if bundle.kind == "model" else figures.serving_rule)
    if found is None or (found.high - found.low) / 2 > WIDEST_HEADLINE:
        return None
    return Headline(found.estimate * 100, found.low * 100, found.high * 100, figures.listed, figures.test_year)


def write_flags(warehouse: Path, run: ScoringRun) -> None:
    """The run's flags as rows of the warehouse, once."""
    with reading(warehouse) as reader:
        if run.run_id in set(reader.current("flags")["run_id"]):
            return
        load_id = int(reader.current("loads")["load_id"].max())
    rows = [
        {
            "run_id": run.run_id,
            "student_key": score.student_key,
            "outcome": run.outcome,
            "as_of": run.as_of,
            "release_id": run.release_id,
            "scorer": run.scorer,
            "capacity": run.capacity,
            "list_position": score.list_position,
            "risk": score.risk,
            "district_id": run.district_id,
            "known_on": run.as_of,
            "load_id": load_id,
            "withdrawn": False,
        }
        for score in run.scores
        if score.flagged
    ]
    if rows:
        with changing(warehouse) as writer:
            writer.add("flags", pd.DataFrame(rows))
