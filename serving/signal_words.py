"""What a list says of a score in words: how it changed, and what stands out first.

A run does not change once it is there, so the words of its scores are kept for whoever looks next. Whom somebody sees
is asked each time, and only then are the words of these students taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Literal, Protocol

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, load_only

from serving.store.rows import RunRow, ScoreRow
from serving.store.run_queries import has_other_scoring
from serving.store.statements import statement
from serving.store.student_records import ScoreRecords, score_records
from serving.support.listed_students import first_lists
from serving.wording.change_in_short import change_in_short, new_on_list, steady_words
from serving.wording.locale import Language, msgid
from serving.wording.named_reasons import named_reasons
from serving.wording.own_record import own_record
from serving.wording.own_record_words import also_on_record
from serving.wording.run_words import RunWordsCache

SignalKind = Literal["reason", "record", "none"]
TOGETHER = msgid("No single record stands out. It is the records taken together.")
NOTHING = msgid("Nothing stands out.")
TOO_LITTLE = msgid("Too little on record yet.")
MOST_KEPT = 20_000
"""Scores whose words are kept, those that were asked for last; about 500 bytes each."""
WORDED_COLUMNS = (
    ScoreRow.risk,
    ScoreRow.reasons,
    ScoreRow.change,
    ScoreRow.similar_students,
    ScoreRow.previous_risk,
    ScoreRow.previous_band,
    ScoreRow.previous_as_of,
    ScoreRow.history,
)
"""What the words of a score are made of, which is large."""


@dataclass(frozen=True)
class SignalWords:
    """How a score changed, and what stands out first: of which kind that is, and how much else does.

    `change` is empty where the signals are about as they were: a list would say it in nearly every row.
    `as_new` says it of who is new on the list, as the student's page does.
    `signal` is short, as a row of a list has it; `need` is the first reason in full, and empty without one.
    """

    change: str
    signal: str
    kind: SignalKind
    more: int
    need: str = ""
    as_new: str = ""


class Worded(Protocol):
    """What a score is worded by: its student, and its run."""

    @property
    def student_key(self) -> str:
        """The student."""

    @property
    def run_id(self) -> str:
        """The run."""


class SignalCache:
    """The words of scores, with the words of the runs that they are of."""

    def __init__(self, words: RunWordsCache) -> None:
        self.words = words
        self.kept: dict[tuple[object, ...], SignalWords] = {}
        self.lock = Lock()

    def keep(self, key: tuple[object, ...], words: SignalWords) -> None:
        """Keeps the words of a score, in place of the oldest where there are too many."""
        with self.lock:
            self.kept[key] = words
            if len(self.kept) > MOST_KEPT:
                del self.kept[next(iter(self.kept))]


def signals_of(
    session: Session, kept: SignalCache, language: Language, runs: Sequence[RunRow], scores: Iterable[Worded]
) -> dict[str, SignalWords]:
    """The words of some scores of these runs, each of another student, by student."""
    styles = run_styles(session, runs)
    keys = {one.student_key: (*styles[one.run_id], one.student_key, language.code) for one in scores}
    found = {student: kept.kept[key] for student, key in keys.items() if key in kept.kept}
    missing = {run: [one for one in keys if one not in found and keys[one][1] == run.run_id] for run in runs}
    for records in worded_records(session, missing):
        key = keys[records.score.student_key]
        found[records.score.student_key] = words = word_score(language, kept.words, records, key)
        kept.keep(key, words)
    return found


def run_styles(session: Session, runs: Sequence[RunRow]) -> Mapping[str, tuple[object, ...]]:
    """What the words of a run's scores depend on: which run it is, who scored before, and whether it is the first."""
    first = {run.run_id for run in first_lists(session, runs)} if runs else set()
    return {
        run.run_id: (run.district_id, run.run_id, run.created_at, has_other_scoring(session, run), run.run_id in first)
        for run in runs
    }


def worded_records(session: Session, students: Mapping[RunRow, list[str]]) -> list[ScoreRecords]:
    """The records behind the scores of some students of each run, read whole."""
    scores = [
        (score, run)
        for run, keys in students.items()
        if keys
        for score in session.scalars(*select_worded(run.district_id, run.run_id, keys))
    ]
    return score_records(session, scores)


@statement
def select_worded(district_id: str, run_id: str, students: list[str]) -> Select[ScoreRow]:
    """The scores of some students in a run with what their words are made of."""
    found = select(ScoreRow).where(
        ScoreRow.district_id == district_id, ScoreRow.run_id == run_id, ScoreRow.student_key.in_(students)
    )
    columns = load_only(ScoreRow.run_id, ScoreRow.band, ScoreRow.flagged, *WORDED_COLUMNS)
    return found.options(columns).execution_options(populate_existing=True)


def word_score(
    language: Language, words: RunWordsCache, records: ScoreRecords, style: tuple[object, ...]
) -> SignalWords:
    """The words of a score."""
    score, other_scoring, is_first = records.score, bool(style[3]), bool(style[4])
    nothing_before = is_first and score.previous_band is None  # of the first list nothing comes before for anybody
    said = "" if nothing_before else change_in_short(language, score, other_scoring=other_scoring)
    change = "" if said in steady_words(language, score) else said
    as_new = new_on_list(language, score, other_scoring=other_scoring) if score.flagged else ""
    if score.band == "unknown":
        return SignalWords(change, language.translate(TOO_LITTLE), "none", 0, as_new=as_new)
    record = own_record(records.history(), records.run.as_of)
    reasons = named_reasons(language, words.of(records.run).lexicon, score.reasons, record)
    if reasons:
        return SignalWords(change, reasons[0].short, "reason", len(reasons) - 1, reasons[0].sentence, as_new)
    facts = also_on_record(language, record, said=())
    if facts:
        return SignalWords(change, facts[0].sentence, "record", len(facts) - 1, as_new=as_new)
    return SignalWords(change, language.translate(TOGETHER if score.flagged else NOTHING), "none", 0, as_new=as_new)
