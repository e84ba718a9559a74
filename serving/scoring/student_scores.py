"""The scores of a run's students: risk, reasons and the records behind them, way back, track record and change."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from features.engine.view import View
from features.ledger.ledger import Ledger
from features.settings import Settings
from features.snapshots.evidence import EvidenceRecord, attendance_by_week, marks_over_time, records_behind
from features.snapshots.snapshot import Snapshot
from features.warehouse.reader import Reader
from features.way_back.way_back import WayBack, find_ways_back
from models.estimators.published_rule import SimilarStudents
from models.explanations.reasons import Reason, Reasons, pause_garbage_collection
from models.explanations.risk_change import RiskChange
from models.metrics.track_record import ListRecord, TrackRecord, list_records, track_records
from models.scoring import reasons_by, similar_students_of
from serving.scoring.bands import band_of
from serving.scoring.district_release import DistrictRelease
from serving.scoring.ranking import Ranking
from serving.scoring.risk_change import PreviousRun, explain_changes
from serving.scoring.scoring_run import History, ScoredStudent


@dataclass(frozen=True)
class RunInputs:
    """What the scores are made from: the release, the warehouse, the cohort's snapshot and its ranking."""

    settings: Settings
    release: DistrictRelease
    reader: Reader
    view: View
    snapshot: Snapshot
    ranking: Ranking

    def reasons(self) -> dict[str, Reasons]:
        """Each student's strengths and needs."""
        with pause_garbage_collection():  # a run has a process of its own
            found = reasons_by(self.release.bundle, self.snapshot)
        return dict(zip(self.snapshot.features.index, found, strict=True))

    def similar_students(self) -> dict[str, SimilarStudents | None]:
        """The past students behind each student's risk, as far as they may be told."""
        features, least = self.snapshot.features, self.settings.audit.smallest_group
        found = similar_students_of(self.release.bundle.scorer, features, least=least)
        return dict(zip(features.index, found, strict=True))


@dataclass(frozen=True)
class ScoreDetails:
    """What is stored beside each risk, by student; a student who is not in a mapping has nothing of it."""

    reasons: Mapping[str, Reasons]
    records: Mapping[str, Mapping[str, list[EvidenceRecord]]]
    histories: Mapping[str, History]
    ways_back: Mapping[str, WayBack] = field(default_factory=dict)
    track_records: Mapping[str, TrackRecord | None] = field(default_factory=dict)
    changes: Mapping[str, RiskChange] = field(default_factory=dict)
    similar_students: Mapping[str, SimilarStudents | None] = field(default_factory=dict)

    def evidence(self, student: str, reasons: tuple[Reason, ...]) -> dict[str, list[EvidenceRecord]]:
        """The records behind each reason, by its feature."""
        return {reason.code: self.records[reason.code].get(student, []) for reason in reasons}


def build_scores(inputs: RunInputs, ledger: Ledger, before: PreviousRun | None) -> tuple[ScoredStudent, ...]:
    """The score of every student of the cohort, in the order of the list."""
    details = collect_details(inputs, ledger, before)
    table, schools = inputs.ranking.table, inputs.snapshot.school
    columns = ("risk", "position", "flagged", "list_probability", "at_random", "kept", "place")
    rows = zip(table.index, *(table[name].tolist() for name in columns), strict=True)
    return tuple(build_score(inputs, details, key, schools.loc[key], RankedStudent(*row)) for key, *row in rows)


def collect_details(inputs: RunInputs, ledger: Ledger, before: PreviousRun | None) -> ScoreDetails:
    """What is stored beside the risks of a run."""
    release, reader, reasons = inputs.release, inputs.reader, inputs.reasons()
    codes = sorted({reason.code for found in reasons.values() for reason in found.needs})
    return ScoreDetails(
        reasons=reasons,
        records=records_behind(reader, release.feature_set, inputs.view, codes),
        histories=collect_histories(inputs),
        ways_back=find_ways_back(reader, release.outcome, inputs.view, cohort=release.outcome.cohort),
        track_records=collect_track_records(inputs, ledger),
        changes=explain_changes(release, before, reader, inputs.snapshot, inputs.ranking.table["risk"])
        if before
        else {},
        similar_students=inputs.similar_students(),
    )


def collect_histories(inputs: RunInputs) -> dict[str, History]:
    """Each student's attendance by week and marks over time."""
    weeks = attendance_by_week(inputs.reader, inputs.release.feature_set, inputs.view)
    marks = marks_over_time(inputs.reader, inputs.release.feature_set, inputs.view)
    return {key: History(tuple(weeks.get(key, ())), tuple(marks.get(key, ()))) for key in inputs.ranking.table.index}


def collect_track_records(inputs: RunInputs, ledger: Ledger) -> dict[str, TrackRecord | None]:
    """How past flags like each of this run's turned out, but for those of a lot; None without enough evidence."""
    listed = inputs.ranking.table.query("flagged and not at_random")
    risks = listed["risk"].to_numpy(dtype=np.float64)
    year = inputs.snapshot.school_year
    found = track_records(ledger, scorer=inputs.release.bundle.kind, risk=risks, school_year=year)
    return dict(zip(listed.index, found, strict=True))


def last_year_lists(ledger: Ledger, school_year: int) -> ListRecord | None:
    """How the lists of the latest finished school year turned out; None before the first."""
    earlier = [one for one in list_records(ledger) if one.school_year < school_year and not one.still_open]
    return max(earlier, key=lambda one: one.school_year, default=None)


@dataclass(frozen=True)
class RankedStudent:
    """One student's row of the ranking; a risk of NaN means that there is none."""

    risk: float
    position: int
    flagged: bool
    list_probability: float
    at_random: bool
    kept: bool
    place: float

    @property
    def own_place(self) -> int | None:
        """The place on the list of all outcomes; None where another outcome is more urgent."""
        return None if np.isnan(self.place) else int(self.place)


def build_score(
    inputs: RunInputs, details: ScoreDetails, student_key: str, school_id: str, row: RankedStudent
) -> ScoredStudent:
    """One student's score; without a risk it has no band, no place on the list and no reasons."""
    bands, history = inputs.settings.service.bands, details.histories[student_key]
    if np.isnan(row.risk):
        return ScoredStudent(student_key, school_id, None, band_of(None, bands), place=row.own_place, history=history)
    reasons = details.reasons[student_key]
    return ScoredStudent(
        student_key=student_key,
        school_id=school_id,
        risk=row.risk,
        band=band_of(row.risk, bands),
        list_position=row.position,
        flagged=row.flagged,
        list_probability=row.list_probability,
        at_random=row.at_random,
        place=row.own_place,
        kept=row.kept,
        reasons=reasons.needs,
        strengths=reasons.strengths,
        evidence=details.evidence(student_key, reasons.needs),
        history=history,
        way_back=details.ways_back.get(student_key),
        track_record=details.track_records.get(student_key),
        change=details.changes.get(student_key),
        similar_students=details.similar_students.get(student_key),
    )
