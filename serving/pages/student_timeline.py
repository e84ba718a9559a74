"""Scores of earlier runs, as a student's page lists them."""

from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Select
from sqlalchemy.orm import Session, load_only

from models.estimators.published_rule import SimilarStudents
from serving.scoring.bands import Band
from serving.scoring.decoding import decode_similar_students
from serving.store.rows import RunRow, ScoreRow, StudentRow
from serving.store.run_queries import SCORING_COLUMNS, scoring_of, select_score_history
from serving.store.statements import statement
from serving.wording.locale import Language
from serving.wording.signals import band_words, similar_students_in_short, year_range_in_short


@dataclass(frozen=True)
class ScoreLine:
    """A score of a run, in words; `similar` is empty where there was none."""

    as_of: date
    band: Band
    band_words: str
    similar: str
    by_model: bool
    release_changed: bool
    scorer_changed: bool


def load_score_lines(session: Session, student: StudentRow, outcome: str, language: Language) -> tuple[ScoreLine, ...]:
    """The student's scores for an outcome run by run, latest first, marking where another release or scorer did it."""
    rows = session.execute(*select_outcome_history(student.district_id, student.student_key, outcome)).all()
    runs = [run for _, run in rows]
    before = (*runs[1:], *runs[-1:])
    return tuple(
        build_score_line(language, score, run, before=earlier)
        for (score, run), earlier in zip(rows, before, strict=True)
    )


@statement
def select_outcome_history(district_id: str, student_key: str, outcome: str) -> Select[ScoreRow, RunRow]:
    """A student's scores for an outcome with their runs, latest first; of each what a line shows."""
    return (
        select_score_history(district_id, student_key)
        .where(RunRow.outcome == outcome)
        .options(load_only(ScoreRow.risk, ScoreRow.band, ScoreRow.similar_students), load_only(*SCORING_COLUMNS))
    )


def build_score_line(language: Language, score: ScoreRow, run: RunRow, *, before: RunRow) -> ScoreLine:
    """One run's score in words, beside the run before."""
    band, students = cast(Band, score.band), decode_similar_students(score)
    return ScoreLine(
        as_of=run.as_of,
        band=band,
        band_words=band_words(language, band),
        similar="" if score.risk is None else similar_in_short(language, run, score.risk, students),
        by_model=run.scorer == "model",
        release_changed=run.release_id != before.release_id,
        scorer_changed=scoring_of(run) != scoring_of(before),
    )


def similar_in_short(language: Language, run: RunRow, risk: float, students: SimilarStudents | None) -> str:
    """What became of students with similar records in short: a range alone where no number is told."""
    if run.not_judged == "level":
        return year_range_in_short(language, students)
    return similar_students_in_short(language, risk, students)
