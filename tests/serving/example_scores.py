"""Scores of the example service as objects, and the columns that a run has of them."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from zlib import crc32

import pandas as pd

from features.snapshots.shown_records import SHOWN_COLUMNS
from features.way_back.steps import WayBack
from models.estimators.published_rule import SimilarStudents
from models.explanations.reasons import Reason
from models.explanations.risk_change import RiskChange
from models.metrics.track_record import TrackRecord
from serving.scoring.bands import Band
from serving.scoring.scoring_run import Record, ScoringRun
from serving.store.json_values import to_json_value
from serving.store.student_records import RecordChanges

EVIDENCE_TABLES = {"absence_rate_20d": "attendance", "core_failing_now": "marks"}
"""Of which table the records behind a reason of an example are."""


@dataclass(frozen=True)
class History:
    """A student's records over time, oldest first: weeks of attendance, and marks."""

    attendance: tuple[Record, ...] = ()
    marks: tuple[Record, ...] = ()


@dataclass(frozen=True)
class ScoredStudent:
    """One student's score with what stands behind it, as `ScoringRun.scores` has it in columns."""

    student_key: str
    school_id: str
    risk: float | None
    band: Band
    list_position: int | None = None
    flagged: bool = False
    list_probability: float | None = None
    at_random: bool = False
    place: int | None = None
    kept: bool = False
    reasons: tuple[Reason, ...] = ()
    strengths: tuple[Reason, ...] = ()
    evidence: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    history: History = History()
    absences: tuple[Record, ...] = ()
    way_back: WayBack | None = None
    track_record: TrackRecord | None = None
    change: RiskChange | None = None
    similar_students: SimilarStudents | None = None


Cells = tuple[str | None, ...]


def with_scores(run: ScoringRun, scores: Sequence[ScoredStudent]) -> ScoringRun:
    """The run with these students' scores, as if none of their records were written yet."""
    frame = pd.DataFrame([score_row(score) for score in scores], columns=list(score_row(NOBODY)))
    contents = pd.DataFrame([{"student_key": one.student_key, "content": content_of(one)} for one in scores])
    digests = pd.Series({one.student_key: crc32(content_of(one).encode()) for one in scores}, dtype="int64")
    weeks = tuple(str(row["week"]) for row in scores[0].history.attendance) if scores else ()
    return replace(
        run,
        scores=frame.astype({"risk": "float64", "list_position": "Int64", "place": "Int64"}),
        records=RecordChanges(digests, digests * 0, contents),
        record_tables=EVIDENCE_TABLES,
        weeks=weeks,
        school_year=2027,
    )


NOBODY = ScoredStudent("", "", None, "unknown")


def score_row(score: ScoredStudent) -> dict[str, object]:
    """A score as a row of the columns."""
    plain = ("student_key", "school_id", "risk", "band", "list_position", "flagged", "list_probability", "at_random")
    weeks = (
        f"{row['days']}/{row['missed']}" if row["missed"] else f"{row['days']}" for row in score.history.attendance
    )
    parts = {name: getattr(score, name) for name in ("way_back", "track_record", "similar_students")}
    return {
        **{name: getattr(score, name) for name in (*plain, "place", "kept")},
        "reasons": json.dumps([one[:3] for one in score.reasons]),
        "strengths": json.dumps([one[:3] for one in score.strengths]),
        "evidence": json.dumps({code: numbers_of(score, code) for code in score.evidence}),
        "history": json.dumps(" ".join(weeks)),
        **{name: None if part is None else json.dumps(to_json_value(part)) for name, part in parts.items()},
        "change": change_of(score.change),
    }


def change_of(change: RiskChange | None) -> str | None:
    """A change as a row has it."""
    if change is None:
        return None
    moved = [[one.code, one.before, one.now, one.is_strength] for one in change.moved]
    return json.dumps([change.by_data, change.by_release, moved, change.across_parts])


def records_of(score: ScoredStudent) -> Counter[Cells]:
    """All records of a student, each as it is written."""
    every = {cells("marks", row) for row in score.history.marks} | {cells("attendance", row) for row in score.absences}
    every |= {cells(EVIDENCE_TABLES[code], row) for code, rows in score.evidence.items() for row in rows}
    return Counter(every)


def cells(table: str, row: Record) -> Cells:
    """A record as it is written."""
    return (table, *(cell_text(row[name]) for name in SHOWN_COLUMNS[table]))


def cell_text(value: object) -> str | None:
    """A value as DuckDB writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else value.isoformat() if isinstance(value, date) else str(value)


def numbers_of(score: ScoredStudent, code: str) -> list[int]:
    """The numbers of the records behind a reason."""
    table = EVIDENCE_TABLES[code]
    own = sorted(one for one in records_of(score) if one[0] == table)
    return [own.index(cells(table, row)) for row in score.evidence[code]]


def content_of(score: ScoredStudent) -> str:
    """A student's records as they are written for the first time."""
    return json.dumps(sorted(records_of(score)))
