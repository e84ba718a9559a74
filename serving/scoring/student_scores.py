"""Every student of a run: risk, reasons, the records behind them, the way back, the track record, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from features.engine.view import View
from features.ledger.ledger import Ledger
from features.settings import Settings
from features.snapshots.evidence import EvidenceRecord, attendance_by_week, marks_over_time, records_behind
from features.snapshots.snapshot import Snapshot
from features.warehouse.reader import Reader
from features.way_back.way_back import WayBack, find_ways_back
from models.explanations.reasons import Reason, Reasons, pause_garbage_collection
from models.explanations.risk_change import RiskChange
from models.metrics.track_record import ListRecord, TrackRecord, list_records, track_records
from models.scoring import reasons_by
from serving.scoring.bands import band_of
from serving.scoring.district_release import DistrictRelease
from serving.scoring.ranking import Ranking
from serving.scoring.risk_change import PreviousRun, explain_changes
from serving.scoring.scoring_run import History, ScoredStudent


@dataclass(frozen=True)
class RunInputs:
    """What a run looked at: the cohort's snapshot in a warehouse, in the order of its list."""

    settings: Settings
    served: DistrictRelease
    reader: Reader
    snapshot: Snapshot
    ranked: Ranking

    @cached_property
    def view(self) -> View:
        """The records as they were visible to the score."""
        return self.reader.view(self.snapshot.as_of)

    def reasons(self) -> dict[str, Reasons]:
        """What speaks for each student, and what stands out."""
        with pause_garbage_collection():  # a run has a process of its own
            found = reasons_by(self.served.bundle, self.snapshot)
        return dict(zip(self.snapshot.features.index, found, strict=True))


@dataclass(frozen=True)
class ScoreDetails:
    """What stands beside the risks, by student: where a student has none of it, there is nothing to say."""

    reasons: Mapping[str, Reasons]
    behind: Mapping[str, Mapping[str, list[EvidenceRecord]]]
    histories: Mapping[str, History]
    ways_back: Mapping[str, WayBack] = field(default_factory=dict)
    track_records: Mapping[str, TrackRecord | None] = field(default_factory=dict)
    changes: Mapping[str, RiskChange] = field(default_factory=dict)

    def evidence(self, student: str, reasons: tuple[Reason, ...]) -> dict[str, list[EvidenceRecord]]:
        """The records behind what stands out, by the feature that says each."""
        return {reason.code: self.behind[reason.code].get(student, []) for reason in reasons}


def build_scores(looked: RunInputs, ledger: Ledger, before: PreviousRun | None) -> tuple[ScoredStudent, ...]:
    """Every student of the cohort, in the order of the list."""
    beside = collect_details(looked, ledger, before)
    table, schools = looked.ranked.table, looked.snapshot.school
    rows = zip(table.index, table["risk"], table["position"], table["flagged"], strict=True)
    return tuple(
        build_score(looked, beside, key, schools.loc[key], RankedStudent(float(risk), int(position), bool(flagged)))
        for key, risk, position, flagged in rows
    )


def collect_details(looked: RunInputs, ledger: Ledger, before: PreviousRun | None) -> ScoreDetails:
    """What stands beside the risks of a run."""
    served, reader, reasons = looked.served, looked.reader, looked.reasons()
    codes = sorted({reason.code for found in reasons.values() for reason in found.needs})
    return ScoreDetails(
        reasons=reasons,
        behind=records_behind(reader, served.feature_set, looked.view, codes),
        histories=collect_histories(looked),
        ways_back=find_ways_back(reader, served.outcome, looked.snapshot.as_of, cohort=served.outcome.cohort),
        track_records=collect_track_records(looked, ledger),
        changes=explain_changes(served, before, reader, looked.snapshot, looked.ranked.table["risk"]) if before else {},
    )


def collect_histories(looked: RunInputs) -> dict[str, History]:
    """Each student's year in records."""
    weeks = attendance_by_week(looked.reader, looked.served.feature_set, looked.view)
    marks = marks_over_time(looked.reader, looked.served.feature_set, looked.view)
    return {key: History(tuple(weeks.get(key, ())), tuple(marks.get(key, ()))) for key in looked.ranked.table.index}


def collect_track_records(looked: RunInputs, ledger: Ledger) -> dict[str, TrackRecord | None]:
    """How flags like each of this run's turned out; None without enough evidence."""
    listed = looked.ranked.table.query("flagged")
    risks = listed["risk"].to_numpy(dtype=np.float64)
    year = looked.snapshot.school_year
    found = track_records(ledger, scorer=looked.served.bundle.kind, risk=risks, school_year=year)
    return dict(zip(listed.index, found, strict=True))


def last_year_lists(ledger: Ledger, school_year: int) -> ListRecord | None:
    """How the lists of the last school year turned out of which everything is told; None where there was none."""
    earlier = [one for one in list_records(ledger) if one.school_year < school_year and not one.still_open]
    return max(earlier, key=lambda one: one.school_year, default=None)


@dataclass(frozen=True)
class RankedStudent:
    """One student's place in the ranking; a risk that is NaN is none."""

    risk: float
    position: int
    flagged: bool


def build_score(
    looked: RunInputs, beside: ScoreDetails, student_key: str, school_id: str, row: RankedStudent
) -> ScoredStudent:
    """One student; without a risk there is no band, no place on the list and nothing that stands out."""
    bands, history = looked.settings.service.bands, beside.histories[student_key]
    if np.isnan(row.risk):
        return ScoredStudent(student_key, school_id, None, band_of(None, bands), history=history)
    reasons = beside.reasons[student_key]
    return ScoredStudent(
        student_key=student_key,
        school_id=school_id,
        risk=row.risk,
        band=band_of(row.risk, bands),
        list_position=row.position,
        flagged=row.flagged,
        reasons=reasons.needs,
        strengths=reasons.strengths,
        evidence=beside.evidence(student_key, reasons.needs),
        history=history,
        way_back=beside.ways_back.get(student_key),
        track_record=beside.track_records.get(student_key),
        change=beside.changes.get(student_key),
    )
