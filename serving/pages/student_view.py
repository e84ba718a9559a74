"""The content of a student's page, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy.orm import Session

from serving.access.access_reasons import people_with_access
from serving.access.authorize import ReasonCode
from serving.pages.incident_counts import incident_sentence
from serving.pages.record_tables import RecordTable, record_table
from serving.pages.student_identity import identity_of
from serving.pages.student_timeline import ScoreLine, load_score_lines
from serving.pages.typical_range import TypicalRange, typical_range
from serving.pages.year_charts import Charts, build_charts
from serving.scoring.bands import Band
from serving.scoring.decoding import decode_change, decode_similar_students, decode_track_record, decode_way_back
from serving.store.rows import RunRow, ScoreRow, StudentRow
from serving.store.run_queries import has_other_scoring
from serving.store.student_records import ScoreRecords, score_records
from serving.support.listed_students import is_new_on_list
from serving.wording.average_marks import average_sentence
from serving.wording.change_in_short import change_in_short, new_on_list
from serving.wording.history_origin import HistoryOrigin, history_origin
from serving.wording.locale import Language, msgid
from serving.wording.named_reasons import named_reasons
from serving.wording.outcomes import about_words
from serving.wording.own_record import OwnRecord, own_record
from serving.wording.own_record_words import also_on_record, own_strengths
from serving.wording.reasons import Lexicon, domain_words, strength_sentences
from serving.wording.risk_change import ChangeWords, change_words, compare_risks
from serving.wording.run_words import NO_WORDS, RunWords, RunWordsCache
from serving.wording.scores import NO_RUN, NOT_IN_COHORT, NOT_SCORED, unscored_band
from serving.wording.signals import band_words, similar_students_sentence, year_range_sentence
from serving.wording.track_record import track_record_sentence
from serving.wording.way_back import WayBackWords, way_back_words
from serving.wording.year_parts import scored_when


@dataclass(frozen=True)
class NeedItem:
    """What stands out, in words, and the records behind it."""

    sentence: str
    domain: str
    changeable: bool
    records: RecordTable | None


@dataclass(frozen=True)
class StrengthItem:
    """What speaks for the student, in words."""

    sentence: str
    domain: str


@dataclass(frozen=True)
class PersonWithAccess:
    """Somebody who sees the student's page, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class OutcomeSection:
    """A student's score for another outcome than the most urgent one, which `about` names."""

    about: str
    band: Band
    band_words: str
    listed: bool
    similar: str
    unscored: str
    scored_by: str
    needs: tuple[NeedItem, ...]
    way_back: WayBackWords | None
    track_record: str


@dataclass(frozen=True)
class StudentView:
    """Everything on one student's page, by the most urgent outcome first; without a score, `unscored` says why.

    `about` names that outcome where the student has a score for several; `others` has a section for each other one.
    """

    about: str
    name: str
    grade: int
    school: str
    student_id: str
    band: Band
    band_words: str
    similar: str
    unscored: str
    scored_by: str
    change: str
    listed: bool
    at_random: bool
    data_through: date | None
    strengths: tuple[StrengthItem, ...]
    needs: tuple[NeedItem, ...]
    beside: tuple[str, ...]
    beside_intro: str
    since: ChangeWords | None
    way_back: WayBackWords | None
    track_record: str
    charts: Charts
    usual: TypicalRange | None
    past: tuple[ScoreLine, ...]
    people: tuple[PersonWithAccess, ...]
    others: tuple[OutcomeSection, ...]
    origin: HistoryOrigin | None


def student_view(
    session: Session,
    student: StudentRow,
    runs: Sequence[RunRow],
    scores: Sequence[tuple[ScoreRow, RunRow]],
    language: Language,
    *,
    today: date,
    words: RunWordsCache,
) -> StudentView:
    """The page of a student, by the scores in the runs of the district's newest list, the most urgent first."""
    score, run = scores[0] if scores else (None, runs[0] if runs else None)
    band = cast(Band, score.band) if score else "unknown"
    records = score_records(session, [(score, run)])[0] if run and score else None
    record = own_record(records.history(), run.as_of) if records and run else OwnRecord()
    said = words.of(run) if run and score else NO_WORDS
    needs = need_items(language, records, record, said) if records else ()
    return StudentView(
        about=about_words(language, run) if run and len(scores) > 1 else "",
        **identity_of(session, student),
        band=band,
        band_words=band_words(language, band) if score else unscored_band(language, has_list=run is not None),
        similar=similar_section(language, score, run) if run and score else "",
        unscored=unscored_reason(language, score, run),
        scored_by=scored_when(language, run) if run and score else "",
        change=change_section_in_short(session, language, score, run) if run and score else "",
        listed=score.flagged if score else False,
        at_random=bool(score and score.at_random),
        data_through=run.data_through if run else None,
        strengths=strength_items(language, score, said.lexicon, record) if run and score else (),
        needs=needs,
        beside=facts_beside(language, needs, record, records),
        beside_intro=beside_words(language, run) if run else "",
        since=change_section(language, score, run, said.lexicon) if run and score else None,
        way_back=way_back_section(language, score, personal=bool(needs)) if score else None,
        track_record=track_record_section(language, score, run) if run and score else "",
        charts=build_charts(language, records),
        usual=usual_section(session, student, records, language),
        past=load_score_lines(session, student, run.outcome, language) if run else (),
        people=people_items(session, student, language, today),
        others=tuple(outcome_section(language, one, words.of(one.run)) for one in score_records(session, scores[1:])),
        origin=history_origin(records.seen.get("enrollments", ()), run.school_year or 0) if records and run else None,
    )


BESIDE = {
    "rule": msgid("The rule does not look at this. It is on record all the same:"),
    "model": msgid("Not among the reasons for the score, but on record:"),
}
WHY_ACCESS: dict[ReasonCode, str] = {
    "caseload": msgid("has the student on the caseload"),
    "cover": msgid("covers for a colleague who is away"),
    "school": msgid("leads the school"),
    "district": msgid("works for the whole district"),
}


def facts_beside(
    language: Language, needs: Sequence[NeedItem], record: OwnRecord, records: ScoreRecords | None
) -> tuple[str, ...]:
    """What is on record beside what stands out: of attendance, marks and incidents, where no reason is about them."""
    said = [need.domain for need in needs]
    covered = [domain for domain in ("attendance", "grades", "behavior") if domain_words(language, domain) in said]
    facts = [fact.sentence for fact in also_on_record(language, record, covered)]
    if records and "behavior" not in covered:
        facts.append(incident_sentence(language, records.seen.get("incidents", ()), records.run.school_year))
    return tuple(filter(None, facts))


def beside_words(language: Language, run: RunRow) -> str:
    """What stands above the facts that are on record beside the reasons."""
    return language.translate(BESIDE["model" if run.scorer == "model" else "rule"])


def people_items(
    session: Session, student: StudentRow, language: Language, today: date
) -> tuple[PersonWithAccess, ...]:
    """Who sees the student's page, and why: who is nearest first."""
    people = people_with_access(session, student, today)
    return tuple(
        PersonWithAccess(f"{one.first_name} {one.last_name}", language.translate(WHY_ACCESS[reason]))
        for one, reason in people
    )


def outcome_section(language: Language, records: ScoreRecords, said: RunWords) -> OutcomeSection:
    """What is said of a student for one outcome beside the most urgent one."""
    score, run = records.score, records.run
    band = cast(Band, score.band)
    return OutcomeSection(
        about=about_words(language, run),
        band=band,
        band_words=band_words(language, band),
        listed=score.flagged,
        similar=similar_section(language, score, run),
        unscored=unscored_reason(language, score, run),
        scored_by=scored_when(language, run),
        needs=need_items(language, records, own_record(records.history(), run.as_of), said),
        way_back=way_back_section(language, score),
        track_record=track_record_section(language, score, run),
    )


def unscored_reason(language: Language, score: ScoreRow | None, run: RunRow | None) -> str:
    """Why there is no score; empty where there is one."""
    if run is None:
        return language.translate(NO_RUN)
    if score is None:
        return language.translate(NOT_IN_COHORT)
    return language.translate(NOT_SCORED) if score.risk is None else ""


def need_items(language: Language, records: ScoreRecords, record: OwnRecord, said: RunWords) -> tuple[NeedItem, ...]:
    """What stands out: what a school can change first, then what departs most from the student's own past."""
    return tuple(
        NeedItem(
            sentence=one.sentence,
            domain=domain_words(language, one.domain),
            changeable=one.changeable,
            records=record_table(language, records.evidence(one.code, said.tables)),
        )
        for one in named_reasons(language, said.lexicon, records.score.reasons, record)
    )


def usual_section(
    session: Session, student: StudentRow, records: ScoreRecords | None, language: Language
) -> TypicalRange | None:
    """The days missed beside what is usual; None without a score."""
    if records is None:
        return None
    return typical_range(session, student, records.run, records.history()["attendance"], language)


MOST_STRENGTHS = 4


def strength_items(
    language: Language, score: ScoreRow, lexicon: Lexicon, record: OwnRecord
) -> tuple[StrengthItem, ...]:
    """What speaks for the student: what got better and goes well by the own record, then in the order of the run.

    Of attendance the own record speaks, where it does; the run does not say it again.
    """
    own = [StrengthItem(fact.sentence, domain_words(language, fact.domain)) for fact in own_strengths(language, record)]
    attendance = domain_words(language, "attendance")
    sentences = strength_sentences(language, lexicon, score.strengths)
    of_run = [
        StrengthItem(
            average_sentence(language, str(one["code"]), one["value"]) or sentence,
            domain_words(language, lexicon[str(one["code"])].domain),
        )
        for one, sentence in zip(score.strengths, sentences, strict=True)
        if not (str(one["code"]).startswith("absence") and any(item.domain == attendance for item in own))
    ]
    return tuple([*own, *of_run][:MOST_STRENGTHS])


def change_section_in_short(session: Session, language: Language, score: ScoreRow, run: RunRow) -> str:
    """What changed, in a line, as My week says it."""
    say = new_on_list if is_new_on_list(session, score, run) else change_in_short
    return say(language, score, other_scoring=has_other_scoring(session, run))


def change_section(language: Language, score: ScoreRow, run: RunRow, lexicon: Lexicon) -> ChangeWords | None:
    """How the signals moved since the run before; None without one to compare with."""
    change, risks = decode_change(score), compare_risks(score)
    if change is None or risks is None:
        return None
    return change_words(language, risks, change, lexicon=lexicon, ended=run.ended)


def similar_section(language: Language, score: ScoreRow, run: RunRow) -> str:
    """What became of students with similar records; empty without a score."""
    if score.risk is None:
        return ""
    students = decode_similar_students(score)
    if run.not_judged == "level":
        return year_range_sentence(language, run.ended, students)
    return similar_students_sentence(language, score.risk, run.ended, students)


def track_record_section(language: Language, score: ScoreRow, run: RunRow) -> str:
    """How past flags like this one turned out; empty where there is no flag, or a lot alone raised it."""
    record = decode_track_record(score)
    if score.at_random:
        return ""
    if not (score.flagged or record):
        return ""
    similar = decode_similar_students(score)
    return track_record_sentence(language, record, run.ended, score.risk, similar=similar.n if similar else 0)


def way_back_section(language: Language, score: ScoreRow, *, personal: bool = True) -> WayBackWords | None:
    """The way back on track, or what the year asks of everyone where nothing is `personal`; None where none is."""
    way = decode_way_back(score)
    return way_back_words(language, way, personal=personal) if way else None
