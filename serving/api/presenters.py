"""Turns stored scores into API messages: codes and values, and sentences in the language asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Header, Response

from models.estimators.published_rule import SimilarStudents
from models.metrics.track_record import TrackRecord
from serving.api.evidence import evidence_of
from serving.api.score_messages import GivenInterval, GivenReason, GivenSimilarStudents, PastScore, ScoreLinks
from serving.scoring.decoding import decode_change, decode_similar_students, decode_track_record, decode_way_back
from serving.store.cell_types import JsonRow
from serving.store.rows import RunRow, ScoreRow
from serving.wording.locale import Language, load_language, negotiate_language
from serving.wording.reasons import NO_WORDING, Lexicon, reason_sentences, strength_sentences
from serving.wording.risk_change import compare_risks, moved_sentence, opening_words, part_words
from serving.wording.run_words import RunWords, RunWordsCache
from serving.wording.signals import range_sentence
from serving.wording.track_record import track_record_sentence
from serving.wording.way_back import opening_sentence, step_sentences

MODEL_ID_LETTERS = 16
"""Letters of a bundle's digest by which the API calls it, as its folder is called."""


async def accepted_language(
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
Fields = dict[str, object]
"""The fields of a message, which is validated whole, at its end: part by part would cost twice as much."""


@dataclass(frozen=True)
class ScorePresenter:
    """How scores are presented: in which language, with the words of which runs, and whether reasons may be `told`."""

    language: Language
    words: RunWordsCache
    told: bool
    runs: dict[str, Fields] = field(default_factory=dict)
    """What runs say of each of their scores, found once for an answer."""
    lexicons: dict[str, RunWords] = field(default_factory=dict)

    def run_fields(self, run: RunRow) -> Fields:
        """The fields of a score that its run says."""
        if run.run_id not in self.runs:
            self.runs[run.run_id] = fields_of_run(run)
        return self.runs[run.run_id]

    def words_of(self, run: RunRow) -> RunWords:
        """The words of a run."""
        if run.run_id not in self.lexicons:
            self.lexicons[run.run_id] = self.words.of(run)
        return self.lexicons[run.run_id]

    def score(self, score: ScoreRow, run: RunRow) -> PastScore:
        """A stored score as an API message; without what is behind it where that may not be told."""
        return PastScore.model_validate(score_fields(self, score, run))


def score_fields(presenter: ScorePresenter, score: ScoreRow, run: RunRow) -> Fields:
    """The fields of a stored score."""
    language = presenter.language
    record, similar = decode_track_record(score), decode_similar_students(score)
    return {
        **presenter.run_fields(run),
        "risk": None if run.not_judged else score.risk,
        "band": score.band,
        "flagged": score.flagged,
        "at_random": bool(score.at_random),
        "list_probability": score.list_probability,
        **(behind_fields(language, score, run, presenter.words_of(run)) if presenter.told else dict.fromkeys(BEHIND)),
        "track_record": track_record_fields(language, record, score, run),
        "similar_students": present_similar_students(language, similar),
        "interval": None if run.not_judged else interval_of(similar, record),
    }


def fields_of_run(run: RunRow) -> Fields:
    """The fields of a score that its run says."""
    return {
        "run_id": run.run_id,
        "outcome": run.outcome,
        "as_of": run.as_of,
        "data_as_of": run.data_through,
        "scorer": run.scorer,
        "part": run.part,
        "not_judged": run.not_judged,
        "model_version": run.model_version,
        "release": run.release_id,
        "links": links_of(run.bundle_digest),
    }


BEHIND = ("reasons", "strengths", "change", "way_back")


def behind_fields(language: Language, score: ScoreRow, run: RunRow, words: RunWords) -> Fields:
    """What is behind a score: its reasons in words, what changed, the way back."""
    lexicon = words.lexicon
    reasons = reason_fields(score.reasons, reason_sentences(language, lexicon, score.reasons), lexicon)
    strengths = reason_fields(score.strengths, strength_sentences(language, lexicon, score.strengths), lexicon)
    return {
        "reasons": [
            {**one, "evidence": evidence_of(score, run.feature_set, words.tables, str(one["code"]))} for one in reasons
        ],
        "strengths": list(strengths),
        "change": change_fields(language, score, run, lexicon),
        "way_back": way_back_fields(language, score),
    }


def interval_of(similar: SimilarStudents | None, record: TrackRecord | None) -> GivenInterval | None:
    """Between which shares a risk likely lies: by a rule's past students, else by those flagged with a similar one."""
    if similar is not None:
        return GivenInterval(low=similar.low, high=similar.high, of="similar_students") if similar.are_told else None
    if record is None or record.like != "risk":
        return None
    return GivenInterval(low=record.low / 100, high=record.high / 100, of="track_record")


def links_of(digest: str) -> ScoreLinks:
    """Where to read about the bundle of this digest."""
    address = f"/v1/models/{digest[:MODEL_ID_LETTERS]}"
    return ScoreLinks(card=f"{address}/card", audit=f"{address}/audit")


def present_reasons(stored: Sequence[JsonRow], sentences: Sequence[str], lexicon: Lexicon) -> list[GivenReason]:
    """Stored reasons, each with its sentence and what it is of."""
    return [GivenReason.model_validate(one) for one in reason_fields(stored, sentences, lexicon)]


def reason_fields(stored: Sequence[JsonRow], sentences: Sequence[str], lexicon: Lexicon) -> Iterator[Fields]:
    """The fields of each."""
    for one, sentence in zip(stored, sentences, strict=True):
        words = lexicon.get(str(one["code"]), NO_WORDING)
        yield {
            "code": one["code"], "value": one["value"], "sentence": sentence,
            "domain": words.domain, "concept": words.concept,
        }  # fmt: skip


def change_fields(language: Language, score: ScoreRow, run: RunRow, lexicon: Lexicon) -> Fields | None:
    """What changed since the run before; None without one to compare with."""
    change, risks = decode_change(score), compare_risks(score)
    if change is None or risks is None:
        return None
    moved = [
        {
            "code": one.code, "before": one.before, "now": one.now,
            "sentence": moved_sentence(language, one, lexicon.get(one.code)),
        }
        for one in change.moved
    ]  # fmt: skip
    sentences = [opening_words(language, risks, run.ended), *part_words(language, risks, change)]
    return {"by_data": change.by_data, "by_release": change.by_release, "moved": moved, "sentences": sentences}


def way_back_fields(language: Language, score: ScoreRow) -> Fields | None:
    """The way back on track; None where there is none."""
    way = decode_way_back(score)
    if way is None:
        return None
    steps = [
        {"code": step.code, "values": step.values, "sentence": sentence}
        for step, sentence in zip(way.steps, step_sentences(language, way), strict=True)
    ]
    return {"state": way.state, "until": way.until, "steps": steps, "sentence": opening_sentence(language, way)}


def track_record_fields(language: Language, record: TrackRecord | None, score: ScoreRow, run: RunRow) -> Fields | None:
    """How flags like this one turned out; None without enough evidence."""
    if record is None:
        return None
    sentence = track_record_sentence(language, record, run.ended, score.risk)
    return {**vars(record), "school_years": list(record.school_years), "sentence": sentence}


def present_similar_students(language: Language, students: SimilarStudents | None) -> GivenSimilarStudents | None:
    """The past students behind a rule's risk; None where a model gave it, and where they are too few to be told."""
    if students is None or not students.are_told:
        return None
    return GivenSimilarStudents(**vars(students), sentence=range_sentence(language, students))
