"""A monitoring run: every check, and the live audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from features.warehouse.answer_counts import NO_ANSWERS, AnswerCounts
from models.examples import Floats
from models.metrics.calibration_error import ReliabilityBin
from models.scoring import risk_of
from presentation.numbers import school_year
from training.monitor.checks import CODES, VERDICT_WORDS, MonitorCheck, Verdict, too_few
from training.monitor.drift import Drift, LiveColumns, drifts_of, features_check, risks_check
from training.monitor.freshness import freshness_check, latest_list, listed_check
from training.monitor.group_checks import acted_check, hits_by_group_check, lead_check, missed_check
from training.monitor.inputs import FinishedYearInputs, MonitorInputs
from training.monitor.list_checks import acted_on, calibration_bins, calibration_check, hits_check, stays_check
from training.monitor.live_audit import LiveAudit, live_audit_of
from training.monitor.policies import policies_check
from training.monitor.risk_by_date import judged_dates, risk_by_date_check

OF_TOLD_YEAR = ("MON04", "MON05", "MON06", "MON07", "MON08")


@dataclass(frozen=True)
class MonitorResult:
    """What monitoring found: its checks in order, the features that stand out most, and the live audit.

    `promised_hits` is what was promised of the told year's list, and `calibration` has bins of those listed in that
    year; `live_audit` is None as long as no school year is told. `answers` are what people said of students on lists.
    """

    district: str
    outcome: str
    on: date
    release_id: str
    scorer: str
    bundle: str
    promised_hits: float | None
    checks: tuple[MonitorCheck, ...]
    drifts: tuple[Drift, ...]
    calibration: tuple[ReliabilityBin, ...]
    live_audit: LiveAudit | None
    answers: AnswerCounts = NO_ANSWERS

    @property
    def verdict(self) -> Verdict:
        """A breach where any check breaches; ok where any is ok; else not enough evidence."""
        found = {check.verdict for check in self.checks}
        return next(one for one in ("breach", "ok", "not_enough_evidence") if one in found)

    def as_json(self) -> dict[str, object]:
        """What `ontrack monitor --json` prints; a figure that does not exist is null."""
        found = TypeAdapter(MonitorResult).dump_json(self)  # writes null where a number is none
        return {"verdict": self.verdict, **TypeAdapter(dict[str, object]).validate_json(found)}


def run_monitor(watched: MonitorInputs) -> MonitorResult:
    """The checks and the live audit of a district."""
    settings, serving, then = watched.settings, watched.serving, watched.then
    drifts, drifted = drift_checks(watched)
    audit = live_audit_of(then.told, then.groups, then.levels, settings) if then else None
    lists = list_checks(watched, audit)
    hits = then.promise.hits if then and then.promise else None
    judged = finished_year_checks(watched, then, audit) if then and audit else checks_without_finished_year()
    return MonitorResult(
        district=watched.district.id,
        outcome=watched.outcome.name,
        on=watched.on,
        release_id=serving.release.release_id,
        scorer=serving.bundle.kind,
        bundle=serving.bundle.digest,
        promised_hits=hits.estimate if hits else None,
        checks=in_order([*drifted, *judged, *lists]),
        drifts=drifts,
        calibration=calibration_bins(then.told, settings.audit.smallest_group) if then else (),
        live_audit=audit,
        answers=watched.live.answers,
    )


def in_order(checks: Sequence[MonitorCheck]) -> tuple[MonitorCheck, ...]:
    """The checks by their codes."""
    return tuple(sorted(checks, key=lambda one: list(CODES).index(one.code)))


def drift_checks(watched: MonitorInputs) -> tuple[tuple[Drift, ...], list[MonitorCheck]]:
    """MON02 and MON03, and every feature beside its promise."""
    cohort, promise, bounds = watched.live.cohort, watched.serving.promise, watched.settings.monitor
    least, bundle = watched.settings.audit.smallest_group, watched.serving.bundle
    features = pd.DataFrame() if cohort is None else cohort.features[cohort.is_scorable]
    school = pd.Series(dtype=str) if cohort is None else cohort.school[cohort.is_scorable]
    drifts: tuple[Drift, ...] = ()
    risk: Floats = np.zeros(0)
    if len(features) and promise.spreads:
        columns = {str(name): features[name].to_numpy(dtype=np.float64) for name in features}
        drifts = drifts_of(LiveColumns(columns, promise.spreads.rows), promise.spreads.features, bounds, least)
        risk = risk_of(bundle.scorer, features, school)
    return drifts, [features_check(drifts, len(features), promise, bounds), risks_check(risk, promise, bounds, least)]


def finished_year_checks(watched: MonitorInputs, then: FinishedYearInputs, audit: LiveAudit) -> list[MonitorCheck]:
    """The checks over the last finished school year."""
    settings, told, promise = watched.settings, then.told, watched.serving.promise
    bounds, least = settings.monitor, settings.audit.smallest_group
    replicates, seed = settings.gate.replicates, settings.training.seed
    return [
        calibration_check(told, bounds, least, replicates=replicates, seed=seed),
        hits_check(told, then.like_judged, then.promise, bounds, least),
        hits_by_group_check(told, audit, bounds),
        missed_check(told, audit, then.promise or promise, bounds, least),
        lead_check(told, audit, bounds),
    ]


def checks_without_finished_year() -> list[MonitorCheck]:
    """The same checks while no school year with lists is finished."""
    return [too_few(code, "No school year in which lists were made is told yet.") for code in OF_TOLD_YEAR]


def list_checks(watched: MonitorInputs, audit: LiveAudit | None) -> list[MonitorCheck]:
    """The checks over recent records and lists."""
    settings, ledger, live = watched.settings, watched.ledger, watched.live
    bounds, least = settings.monitor, settings.audit.smallest_group
    several = len(watched.district.outcomes) > 1
    lists = latest_list(ledger, live.fresh, live.listable, settings.gate.capacity, with_others=several)
    recorded = bool(ledger.students["supported_on"].notna().any())
    return [
        freshness_check(live.fresh, bounds),
        stays_check(ledger, watched.serving.promise, bounds, least),
        acted_check(acted_on(ledger, watched.on, bounds, least), recorded, audit, bounds),
        listed_check(lists, bounds),
        policies_check(watched.serving.bundle, watched.policies),
        risk_by_date_check(live.risks, judged_dates(watched.serving.bundle.metrics), bounds, least),
    ]


def result_in_words(found: MonitorResult, report: Path) -> str:
    """What `ontrack monitor` prints: every check in a line, what to do about each breach, and where the report is."""
    lists = f", lists of {school_year(found.live_audit.school_year)}" if found.live_audit else ""
    about = f"{found.district}  {found.outcome} on {found.on}, release {found.release_id}{lists}"
    lines = [f"{VERDICT_WORDS[check.verdict]:>19}  {check.code}  {check.says}" for check in found.checks]
    said = found.answers
    lines += [f"{'answers':>19}  {said.agree} match, {said.not_now} not now, {said.disagree} do not match"]
    to_do = [f"to do    {check.code}  {check.do}" for check in found.checks if check.verdict == "breach"]
    verdict = f"verdict  {VERDICT_WORDS[found.verdict]}"
    return "\n".join([about, *lines, "", *to_do, verdict, f"report   {report}"])
