"""Stored scores as JSON text, put together from parts that many students share.

A part is the message of that name, validated and written once for its values; the next student with the same reason
and value gets the same text. Kept are parts made of numbers, codes and our own sentences, never a student nor a text of
the records. A list of a hundred scores has some thousand parts; to validate each anew took most of its time.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from pydantic_core import from_json, to_json

from models.explanations.risk_change import FeatureChange
from models.metrics.track_record import TrackRecord, tenth_of_one
from serving.api.evidence import RecordsBehind, records_behind
from serving.api.presenters import ScorePresenter, interval_of, links_of, present_similar_students
from serving.api.score_messages import (
    GivenEvidence,
    GivenMove,
    GivenReason,
    GivenStep,
    GivenTrackRecord,
    GivenWayBack,
    PastScore,
)
from serving.scoring.decoding import WAY_BACK, decode, decode_change, decode_similar_students, decode_track_record
from serving.store.cell_types import JsonCell, JsonRow
from serving.store.rows import RunRow, ScoreRow
from serving.wording.locale import Language
from serving.wording.reasons import NO_WORDING, FeatureWording, reason_sentence, strength_sentence
from serving.wording.risk_change import compare_risks, moved_sentence, opening_words, part_words
from serving.wording.run_words import RunWords
from serving.wording.track_record import beside_own_score, track_record_words
from serving.wording.way_back import opening_sentence, step_sentences

PARTS_KEPT = 8_000
"""Texts that are kept of each kind of part, those that were written last; some hundred bytes each."""
NULL = "null"
BEHIND = ("reasons", "strengths", "change", "way_back")
NUMBERS = (int, float, bool)
Texts = dict[str, str]
"""The JSON text of each field of a message, by its name."""


def score_json(presenter: ScorePresenter, score: ScoreRow, run: RunRow, **student: object) -> str:
    """A stored score as the JSON of a PastScore; with the fields of its `student`, as that of a ListedScore."""
    texts = {**run_texts(presenter, run), **score_texts(presenter, score, run)}
    own = {name: text_of(value) for name, value in student.items()}
    return object_text({**{name: texts[name] for name in PastScore.model_fields}, **own})


def run_texts(presenter: ScorePresenter, run: RunRow) -> Texts:
    """The fields of a score that its run says, put together once for an answer."""
    if run.run_id not in presenter.runs:
        presenter.runs[run.run_id] = {
            "run_id": text_of(run.run_id),
            "outcome": text_of(run.outcome),
            "as_of": text_of(run.as_of),
            "data_as_of": text_of(run.data_through),
            "scorer": text_of(run.scorer),
            "part": text_of(run.part),
            "not_judged": text_of(run.not_judged),
            "model_version": text_of(run.model_version),
            "release": text_of(run.release_id),
            "links": text_of(links_of(run.bundle_digest)),
        }
    return presenter.runs[run.run_id]


def score_texts(presenter: ScorePresenter, score: ScoreRow, run: RunRow) -> Texts:
    """The fields of a score that its run does not say; null for what is behind it, where that may not be told."""
    record, similar = decode_track_record(score), decode_similar_students(score)
    return {
        "risk": NULL if run.not_judged else text_of(score.risk),
        "band": text_of(score.band),
        "flagged": text_of(score.flagged),
        "at_random": text_of(bool(score.at_random)),
        "list_probability": text_of(score.list_probability),
        **(behind_texts(presenter, score, run) if presenter.told else dict.fromkeys(BEHIND, NULL)),
        "track_record": track_record_text(presenter.language, record, score, run) if record else NULL,
        "similar_students": text_of(present_similar_students(presenter.language, similar)),
        "interval": NULL if run.not_judged else text_of(interval_of(similar, record)),
    }


def behind_texts(presenter: ScorePresenter, score: ScoreRow, run: RunRow) -> Texts:
    """What is behind a score: its reasons in words, what changed, the way back."""
    language, words = presenter.language, presenter.words_of(run)
    reasons = (reason_part(language, words, one, records_of(score, run, words, one)) for one in score.reasons)
    strengths = (strength_part(language, words, one) for one in score.strengths)
    way = score.way_back
    return {
        "reasons": list_text(reasons),
        "strengths": list_text(strengths),
        "change": change_text(language, score, run, words),
        "way_back": NULL if way is None else way_back_text(language, to_json(way)),
    }


def records_of(score: ScoreRow, run: RunRow, words: RunWords, reason: JsonRow) -> RecordsBehind | None:
    """Which records a reason of a score is about."""
    return records_behind(score, run.feature_set, words.tables, str(reason["code"]))


def reason_part(language: Language, words: RunWords, reason: JsonRow, behind: RecordsBehind | None) -> str:
    """A stored reason as JSON."""
    code, value = str(reason["code"]), reason["value"]
    write = reason_text if isinstance(value, NUMBERS) else reason_text.__wrapped__  # a text may be of a record
    return write(language, words.lexicon.get(code, NO_WORDING), code, value, behind)


def strength_part(language: Language, words: RunWords, strength: JsonRow) -> str:
    """A stored strength as JSON."""
    code, value = str(strength["code"]), strength["value"]
    write = strength_text if isinstance(value, NUMBERS) else strength_text.__wrapped__
    return write(language, words.lexicon.get(code, NO_WORDING), code, value)


@lru_cache(PARTS_KEPT, typed=True)
def reason_text(
    language: Language, wording: FeatureWording, code: str, value: JsonCell, behind: RecordsBehind | None
) -> str:
    """The JSON of a GivenReason."""
    sentence = reason_sentence(language, wording, code, value)
    return given_reason(wording, code, value, sentence, behind)


@lru_cache(PARTS_KEPT, typed=True)
def strength_text(language: Language, wording: FeatureWording, code: str, value: JsonCell) -> str:
    """The same of what speaks for a student."""
    return given_reason(wording, code, value, strength_sentence(language, wording, code, value), None)


def given_reason(
    wording: FeatureWording, code: str, value: JsonCell, sentence: str, behind: RecordsBehind | None
) -> str:
    """The JSON of a GivenReason of these fields."""
    evidence = behind and GivenEvidence(table=behind.table, records=behind.records, windows=list(behind.windows))
    return GivenReason(
        code=code, value=value, sentence=sentence, domain=wording.domain, concept=wording.concept, evidence=evidence
    ).model_dump_json()


def change_text(language: Language, score: ScoreRow, run: RunRow, words: RunWords) -> str:
    """The JSON of a GivenChange since the run before; null without one to compare with."""
    change, risks = decode_change(score), compare_risks(score)
    if change is None or risks is None:
        return NULL
    sentences = [opening_words(language, risks, run.ended), *part_words(language, risks, change)]
    return object_text(
        {
            "by_data": text_of(change.by_data),
            "by_release": text_of(change.by_release),
            "moved": list_text(move_part(language, words, one) for one in change.moved),
            "sentences": text_of(sentences),
        }
    )


def move_part(language: Language, words: RunWords, moved: FeatureChange) -> str:
    """A feature that moved, as JSON."""
    numbers = isinstance(moved.before, NUMBERS) and isinstance(moved.now, NUMBERS)
    write = move_text if numbers else move_text.__wrapped__
    return write(language, words.lexicon.get(moved.code), moved.code, moved.before, moved.now, moved.is_strength)


@lru_cache(PARTS_KEPT, typed=True)
def move_text(
    language: Language, wording: FeatureWording | None, code: str, before: JsonCell, now: JsonCell, is_strength: bool
) -> str:
    """The JSON of a GivenMove."""
    sentence = moved_sentence(language, FeatureChange(code, before, now, is_strength), wording)
    return GivenMove(code=code, before=before, now=now, sentence=sentence).model_dump_json()


@lru_cache(PARTS_KEPT)
def way_back_text(language: Language, stored: bytes) -> str:
    """The JSON of a GivenWayBack by its stored form: many students have the same way."""
    way = decode(WAY_BACK, from_json(stored))
    if way is None:
        return NULL
    steps = [
        GivenStep(code=step.code, values=step.values, sentence=sentence)
        for step, sentence in zip(way.steps, step_sentences(language, way), strict=True)
    ]
    sentence = opening_sentence(language, way)
    return GivenWayBack(state=way.state, until=way.until, steps=steps, sentence=sentence).model_dump_json()


def track_record_text(language: Language, record: TrackRecord, score: ScoreRow, run: RunRow) -> str:
    """The JSON of a GivenTrackRecord: how flags like this one turned out, beside what the score says."""
    said = tenth_of_one(score.risk), beside_own_score(record, score.risk)
    return said_track_record(language, record, run.ended, *said)


@lru_cache(PARTS_KEPT)
def said_track_record(language: Language, record: TrackRecord, ended: str, tenth: int, beside: str) -> str:
    """The same by what of a risk its sentence says: many students have the same."""
    sentence = track_record_words(language, record, ended, tenth, beside)
    fields = {**vars(record), "school_years": list(record.school_years), "sentence": sentence}
    return GivenTrackRecord.model_validate(fields).model_dump_json()


def text_of(value: object) -> str:
    """A value, or a message, as JSON."""
    return to_json(value).decode()


def object_text(texts: Mapping[str, str]) -> str:
    """An object of these fields."""
    return "{" + ",".join([f'"{name}":{text}' for name, text in texts.items()]) + "}"


def list_text(texts: Iterable[str] | Sequence[str]) -> str:
    """A list of these."""
    return "[" + ",".join(texts) + "]"
