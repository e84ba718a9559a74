"""Turns stored scores into API messages: codes and values, and sentences in the language asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Header, Response

from models.estimators.published_rule import SimilarStudents
from models.metrics.track_record import TrackRecord
from serving.api.score_messages import GivenInterval, GivenReason, GivenSimilarStudents, ScoreLinks
from serving.store.cell_types import JsonRow
from serving.store.rows import RunRow
from serving.wording.locale import Language, load_language, negotiate_language
from serving.wording.reasons import NO_WORDING, Lexicon
from serving.wording.run_words import RunWords, RunWordsCache
from serving.wording.signals import range_sentence

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
    runs: dict[str, dict[str, str]] = field(default_factory=dict)
    """What runs say of each of their scores, as JSON by field, found once for an answer."""
    lexicons: dict[str, RunWords] = field(default_factory=dict)

    def words_of(self, run: RunRow) -> RunWords:
        """The words of a run."""
        if run.run_id not in self.lexicons:
            self.lexicons[run.run_id] = self.words.of(run)
        return self.lexicons[run.run_id]


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


def present_similar_students(language: Language, students: SimilarStudents | None) -> GivenSimilarStudents | None:
    """The past students behind a rule's risk; None where a model gave it, and where they are too few to be told."""
    if students is None or not students.are_told:
        return None
    return GivenSimilarStudents(**vars(students), sentence=range_sentence(language, students))
