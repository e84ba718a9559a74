"""Scores of earlier runs, as a student's page lists them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from sqlalchemy import Select
from sqlalchemy.orm import Session

from serving.scoring.bands import Band
from serving.scoring.decoding import SIMILAR_STUDENTS, decode
from serving.store.cell_types import JsonObject
from serving.store.rows import RunRow, ScoreRow, StudentRow
from serving.store.run_queries import SCORING_COLUMNS, scoring_parts, select_score_history
from serving.store.statements import rows_of, statement
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


class PastScore(NamedTuple):
    """A score of a run, as far as a line shows it; `similar` is JSON."""

    as_of: date
    band: Band
    risk: float | None
    similar: JsonObject | None
    not_judged: str | None
    release_id: str
    scorer: str
    part: str | None

    @property
    def scoring(self) -> tuple[str, str, str | None]:
        """What gave it."""
        return scoring_parts(self.release_id, self.scorer, self.part)


def load_score_lines(session: Session, student: StudentRow, outcome: str, language: Language) -> tuple[ScoreLine, ...]:
    """The student's scores for an outcome run by run, latest first, marking where another release or scorer did it."""
    rows = rows_of(session, select_outcome_history(student.district_id, student.student_key, outcome))
    scores = [PastScore(*cast("tuple[Any, ...]", row)) for row in rows]
    before = (*scores[1:], *scores[-1:])
    return tuple(build_score_line(language, one, earlier) for one, earlier in zip(scores, before, strict=True))


@statement
def select_outcome_history(
    district_id: str, student_key: str, outcome: str
) -> Select[date, str, float | None, JsonObject | None, str | None, str, str, str | None]:
    """A student's scores for an outcome, latest first; of each what a line shows."""
    of_outcome = select_score_history(district_id, student_key).where(RunRow.outcome == outcome)
    return of_outcome.with_only_columns(
        RunRow.as_of, ScoreRow.band, ScoreRow.risk, ScoreRow.similar_students, *SCORING_COLUMNS
    )


def build_score_line(language: Language, score: PastScore, before: PastScore) -> ScoreLine:
    """One run's score in words, beside the run before."""
    return ScoreLine(
        as_of=score.as_of,
        band=score.band,
        band_words=band_words(language, score.band),
        similar="" if score.risk is None else similar_in_short(language, score, score.risk),
        by_model=score.scorer == "model",
        release_changed=score.release_id != before.release_id,
        scorer_changed=score.scoring != before.scoring,
    )


def similar_in_short(language: Language, score: PastScore, risk: float) -> str:
    """What became of students with similar records in short: a range alone where no number is told."""
    students = decode(SIMILAR_STUDENTS, score.similar)
    if score.not_judged == "level":
        return year_range_in_short(language, students)
    return similar_students_in_short(language, risk, students)
