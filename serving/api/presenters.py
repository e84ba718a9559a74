"""Turns stored scores into API messages: codes and values, and sentences in the language asked for."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Literal, cast

from fastapi import Depends, Header, Response

from models.estimators.published_rule import SimilarStudents
from models.served_scorer import NotJudged
from serving.api.messages import (
    GivenChange,
    GivenMove,
    GivenReason,
    GivenSimilarStudents,
    GivenStep,
    GivenTrackRecord,
    GivenWayBack,
    PastScore,
)
from serving.scoring.bands import Band
from serving.scoring.decoding import decode_change, decode_similar_students, decode_track_record, decode_way_back
from serving.store.cell_types import JsonRow
from serving.store.rows import RunRow, ScoreRow
from serving.wording.locale import Language, load_language, negotiate_language
from serving.wording.reasons import NO_WORDING, Lexicon, reason_sentences, run_lexicon, strength_sentences
from serving.wording.risk_change import compare_risks, moved_sentence, opening_words, part_words
from serving.wording.signals import range_sentence
from serving.wording.track_record import track_record_sentence
from serving.wording.way_back import opening_sentence, step_sentences


def accepted_language(
    response: Response,
    accept_language: Annotated[
        str, Header(description="The languages of sentences that you prefer, such as `es-MX, es`; English otherwise.")
    ] = "",
) -> Language:
    """The language that a program accepts, which the answer's headers name."""
    accepted = load_language(negotiate_language(accept_language))
    response.headers["Content-Language"] = accepted.code
    response.headers["Vary"] = "Accept-Language"
    return accepted


AcceptedLanguage = Annotated[Language, Depends(accepted_language)]


def present_score(language: Language, score: ScoreRow, run: RunRow) -> PastScore:
    """A stored score as an API message."""
    lexicon = run_lexicon(run.dictionary)
    return PastScore(
        run_id=run.run_id,
        outcome=run.outcome,
        as_of=run.as_of,
        data_as_of=run.data_through,
        risk=None if run.not_judged else score.risk,
        band=cast(Band, score.band),
        flagged=score.flagged,
        at_random=bool(score.at_random),
        list_probability=score.list_probability,
        reasons=present_reasons(score.reasons, reason_sentences(language, lexicon, score.reasons), lexicon),
        strengths=present_reasons(score.strengths, strength_sentences(language, lexicon, score.strengths), lexicon),
        change=present_change(language, score, run, lexicon),
        way_back=present_way_back(language, score),
        track_record=present_track_record(language, score, run),
        similar_students=present_similar_students(language, decode_similar_students(score)),
        scorer=cast(Literal["model", "rule"], run.scorer),
        part=run.part,
        not_judged=cast(NotJudged | None, run.not_judged),
        model_version=run.model_version,
        release=run.release_id,
    )


def present_reasons(stored: Sequence[JsonRow], sentences: Sequence[str], lexicon: Lexicon) -> list[GivenReason]:
    """Stored reasons, each with its sentence and what it is of."""
    return [
        GivenReason(
            code=str(one["code"]),
            value=one["value"],
            sentence=sentence,
            domain=lexicon.get(str(one["code"]), NO_WORDING).domain,
            concept=lexicon.get(str(one["code"]), NO_WORDING).concept,
        )
        for one, sentence in zip(stored, sentences, strict=True)
    ]


def present_change(language: Language, score: ScoreRow, run: RunRow, lexicon: Lexicon) -> GivenChange | None:
    """What changed since the run before; None without one to compare with."""
    change, risks = decode_change(score), compare_risks(score)
    if change is None or risks is None:
        return None
    moved = [
        GivenMove(
            code=one.code,
            before=one.before,
            now=one.now,
            sentence=moved_sentence(language, one, lexicon.get(one.code)),
        )
        for one in change.moved
    ]
    sentences = [opening_words(language, risks, run.ended), *part_words(language, risks, change)]
    return GivenChange(by_data=change.by_data, by_release=change.by_release, moved=moved, sentences=sentences)


def present_way_back(language: Language, score: ScoreRow) -> GivenWayBack | None:
    """The way back on track; None where there is none."""
    way = decode_way_back(score)
    if way is None:
        return None
    steps = [
        GivenStep(code=step.code, values=dict(step.values), sentence=sentence)
        for step, sentence in zip(way.steps, step_sentences(language, way), strict=True)
    ]
    return GivenWayBack(state=way.state, until=way.until, steps=steps, sentence=opening_sentence(language, way))


def present_track_record(language: Language, score: ScoreRow, run: RunRow) -> GivenTrackRecord | None:
    """How flags like this one turned out; None without enough evidence."""
    record = decode_track_record(score)
    if record is None:
        return None
    sentence = track_record_sentence(language, record, run.ended, score.risk)
    return GivenTrackRecord(**{**asdict(record), "school_years": list(record.school_years)}, sentence=sentence)


def present_similar_students(language: Language, students: SimilarStudents | None) -> GivenSimilarStudents | None:
    """The past students behind a rule's risk; None where a model gave it, and where they are too few to be told."""
    if students is None or not students.are_told:
        return None
    return GivenSimilarStudents(**asdict(students), sentence=range_sentence(language, students))
