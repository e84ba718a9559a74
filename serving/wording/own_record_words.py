"""Sentences on a student's own record: the course and its mark by name, days missed, and what got better."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from serving.store.cell_types import JsonCell
from serving.wording.letter_marks import MARK_POINTS, letter
from serving.wording.locale import Language, msgid
from serving.wording.own_record import CORE, CourseMark, DaysMissed, OwnRecord

CHRONIC = 0.10
"""The share of days missed from which absence is called chronic (Attendance Works)."""
STEADY = 0.04
ENOUGH_DAYS = 10
MOVED = 0.10
"""A change in the share of days missed from the weeks before that is worth a word: a day in ten."""
ROUNDING = 0.05
NAMED_IN_A_ROW = 3
"""The most courses that a row names."""
FELL = 1.0
"""A fall of the average mark that is worth a word: a letter."""
FALLEN_LETTERS = 2
"""A fall in one subject that is worth a word."""
GOOD = 3
MOST_STRENGTHS = 3

SUBJECTS = {
    "ela": msgid("in English"),
    "math": msgid("in math"),
    "science": msgid("in science"),
    "social_science": msgid("in social science"),
}
MISSED_YEAR = msgid("Missed {missed} of {days} school days this year ({share:.0%}).")
MISSED_LATELY = msgid("Missed {missed} of the last {days} school days, and {before_missed} of {before_days} before.")
HAS_F = msgid("Has an F now in {courses}.")
HAS_LOW = msgid("Has a D or F now in {courses}.")
HAS_F_IN = msgid("Has an F now in {number} courses.")
HAS_LOW_IN = msgid("Has a D or F now in {number} courses.")
HAS_MARK = msgid("Has this mark now in {course}: {mark}.")
MARK_BEFORE = msgid("Last year {where}: {mark}.")
MARKS_NOW = msgid("Marks now: {courses}.")
AVERAGE_BEFORE = msgid("Average mark: {mark} now, {before} last year.")
MARKS_FELL = msgid("The average mark fell: {mark} now, {before} last year.")

SUBJECT_FELL = msgid("Went down {where}: {before} last year, {mark} now.")

Kind = Literal["attendance", "grades"]
SUBJECT_OF = {"math_points_now": "math", "ela_points_now": "ela", "science_points_now": "science",
              "social_science_points_now": "social_science"}  # fmt: skip


@dataclass(frozen=True)
class RecordFact:
    """A sentence on the own record, the domain it is of, and how far it is from the student's own past (0 to 1)."""

    domain: Kind
    sentence: str
    departure: float = 0.0


@dataclass(frozen=True)
class Named:
    """A reason with courses and marks by name, and beside it how far the marks fell; both may be empty.

    `short` is for a row: it counts courses where they are many.
    """

    words: str = ""
    beside: str = ""
    counted: str = ""

    @property
    def short(self) -> str:
        """The words for a row."""
        return self.counted or self.words

    @property
    def sentence(self) -> str:
        """Both."""
        return f"{self.words} {self.beside}".strip()


UNNAMED = Named()


def named_reason(language: Language, code: str, value: JsonCell, record: OwnRecord) -> Named:
    """A reason that names courses and marks; empty where the record does not bear its value out."""
    if not isinstance(value, (int, float)):
        return UNNAMED
    if code in SUBJECT_OF:
        return Named(subject_sentence(language, record, SUBJECT_OF[code], value))
    words = NAMED.get(code)
    return words(language, record, value) if words else UNNAMED


def subject_sentence(language: Language, record: OwnRecord, subject: str, value: float) -> str:
    """The mark of a subject's one course, with last year's."""
    found = [one for one in record.courses if one.subject == subject]
    return course_sentence(language, found[0]) if len(found) == 1 and found[0].points == value else ""


def course_sentence(language: Language, one: CourseMark) -> str:
    """A course's mark, and last year's in the subject where there was one."""
    now = language.translate(HAS_MARK, course=one.course, mark=one.mark)
    return f"{now} {before_words(language, one)}".strip()


def before_words(language: Language, one: CourseMark) -> str:
    """Last year's mark in the subject of a course; empty without one."""
    if not one.before:
        return ""
    return language.translate(MARK_BEFORE, where=language.translate(SUBJECTS[one.subject]), mark=one.before)


def failing_core(language: Language, record: OwnRecord, value: float) -> Named:
    """The core courses with an F, if they are so many."""
    found = [one for one in record.courses if one.points == 0 and one.subject in CORE]
    return failing(language, record, found) if len(found) == value else UNNAMED


def failing_other(language: Language, record: OwnRecord, value: float) -> Named:
    """The other courses with an F, if they are so many."""
    found = [one for one in record.courses if one.points == 0 and one.subject not in CORE]
    return failing(language, record, found) if len(found) == value else UNNAMED


def failing(language: Language, record: OwnRecord, courses: Sequence[CourseMark]) -> Named:
    """Courses with an F: with last year's mark where it is one, and how far the marks fell where they are several."""
    if not courses:
        return UNNAMED
    said = language.translate(HAS_F, courses=language.series([one.course for one in courses]))
    if len(courses) == 1:
        return Named(f"{said} {before_words(language, courses[0])}".strip())
    return Named(said, average_words(language, record), counted_words(language, HAS_F_IN, len(courses)))


def counted_words(language: Language, words: str, number: int) -> str:
    """Courses by their number, where they are too many to be named in a row; else empty."""
    return language.translate(words, number=number) if number > NAMED_IN_A_ROW else ""


def low_marks(language: Language, record: OwnRecord, value: float) -> Named:
    """The courses with a D or F, each with its mark, if they are that share of all."""
    low = [one for one in record.courses if one.points <= 1]
    return low_courses(language, record, low) if low and is_about(len(low) / len(record.courses), value) else UNNAMED


def all_marks(language: Language, record: OwnRecord, value: float) -> Named:
    """The courses with a D or F, or every course with its mark where there is none, if that is their average."""
    if record.average is None or not is_about(record.average, value):
        return UNNAMED
    low = [one for one in record.courses if one.points <= 1]
    if low:
        return low_courses(language, record, low)
    marks = ", ".join(f"{one.course} {one.mark}" for one in record.courses)
    return Named(language.translate(MARKS_NOW, courses=marks), average_words(language, record))


def low_courses(language: Language, record: OwnRecord, low: Sequence[CourseMark]) -> Named:
    """Courses with a D or F, each with its mark; those with an F alone where all have one."""
    if all(one.points == 0 for one in low):
        return failing(language, record, low)
    named = language.series([f"{one.course} ({one.mark})" for one in low])
    counted = counted_words(language, HAS_LOW_IN, len(low))
    return Named(language.translate(HAS_LOW, courses=named), average_words(language, record), counted)


def is_about(found: float, value: float) -> bool:
    """Whether a figure of the own record is the value of a feature, but for rounding."""
    return abs(found - value) <= ROUNDING


def average_words(language: Language, record: OwnRecord) -> str:
    """The average mark beside last year's, where it fell by a letter; else empty."""
    if record.average is None or record.average_before is None or record.average_before - record.average < FELL:
        return ""
    return language.translate(AVERAGE_BEFORE, mark=letter(record.average), before=letter(record.average_before))


NAMED: dict[str, Callable[[Language, OwnRecord, float], Named]] = {
    "core_failing_now": failing_core,
    "other_failing_now": failing_other,
    "low_marks_now": low_marks,
    "gpa_now": all_marks,
}
"""The reasons on marks of now, and how each names its courses."""


def also_on_record(language: Language, record: OwnRecord, said: Sequence[str]) -> tuple[RecordFact, ...]:
    """What is on record beside the reasons of the domains already `said`, the largest departure from the past first."""
    found = []
    if "attendance" not in said:
        found += absence_facts(language, record)
    if "grades" not in said:
        found += mark_facts(language, record)
    return tuple(sorted(found, key=lambda one: -one.departure))


def absence_facts(language: Language, record: OwnRecord) -> list[RecordFact]:
    """Days missed, where they are a tenth of the year or rose of late."""
    if record.recent.days >= ENOUGH_DAYS and record.rise_in_absence >= MOVED:
        return [RecordFact("attendance", lately_words(language, record), record.rise_in_absence)]
    if record.year.days >= ENOUGH_DAYS and record.year.share >= CHRONIC:
        return [RecordFact("attendance", year_words(language, record.year))]
    return []


def lately_words(language: Language, record: OwnRecord) -> str:
    """Days missed in the latest weeks beside those before."""
    return language.translate(
        MISSED_LATELY,
        missed=record.recent.missed,
        days=record.recent.days,
        before_missed=record.earlier.missed,
        before_days=record.earlier.days,
    )


def year_words(language: Language, year: DaysMissed) -> str:
    """Days missed this year."""
    return language.translate(MISSED_YEAR, missed=year.missed, days=year.days, share=year.share)


def mark_facts(language: Language, record: OwnRecord) -> list[RecordFact]:
    """Courses with an F, and core subjects that fell by two letters; else a fall of the average mark by a letter."""
    failed = [one for one in record.courses if one.points == 0]
    fallen = fallen_subjects(language, record, failed)
    if failed:
        return [RecordFact("grades", failing(language, record, failed).sentence, record.fall_in_marks), *fallen]
    return fallen or average_facts(language, record)


def fallen_subjects(language: Language, record: OwnRecord, said: Sequence[CourseMark]) -> list[RecordFact]:
    """The core subjects whose mark is two letters or more below last year's, but for courses already `said`."""
    fallen = [one for one in record.courses if one.gain <= -FALLEN_LETTERS and one not in said]
    return [
        RecordFact(
            "grades",
            language.translate(SUBJECT_FELL, where=language.translate(SUBJECTS[one.subject]), before=one.before,
                               mark=one.mark),
            -one.gain / max(MARK_POINTS.values()),
        )
        for one in fallen
    ]  # fmt: skip


def average_facts(language: Language, record: OwnRecord) -> list[RecordFact]:
    """A fall of the average mark by a letter."""
    if record.average is None or record.average_before is None or record.average_before - record.average < FELL:
        return []
    words = language.translate(MARKS_FELL, mark=letter(record.average), before=letter(record.average_before))
    return [RecordFact("grades", words, record.fall_in_marks)]


def own_strengths(language: Language, record: OwnRecord) -> tuple[RecordFact, ...]:
    """What got better, steady attendance and good courses: at most three."""
    found = (*better_marks(language, record), *attendance_strengths(language, record), *good_courses(language, record))
    return found[:MOST_STRENGTHS]


def better_marks(language: Language, record: OwnRecord) -> list[RecordFact]:
    """The core subject in which the mark rose most since last year."""
    best = max(record.courses, key=lambda one: one.gain, default=None)
    if best is None or best.gain < 1:
        return []
    where = language.translate(SUBJECTS[best.subject])
    words = language.translate(
        "Went up {where}: {before} last year, {mark} now.", where=where, before=best.before, mark=best.mark
    )
    return [RecordFact("grades", words)]


def attendance_strengths(language: Language, record: OwnRecord) -> list[RecordFact]:
    """Fewer days missed of late than before, or few over the year."""
    if (
        record.earlier.days
        and record.recent.days >= ENOUGH_DAYS
        and record.earlier.share - record.recent.share >= MOVED
    ):
        better = language.translate(
            "Comes to school more of late: missed {missed} of the last {days} school days, {before_missed} of the"
            " {before_days} before.",
            missed=record.recent.missed,
            days=record.recent.days,
            before_missed=record.earlier.missed,
            before_days=record.earlier.days,
        )
        return [RecordFact("attendance", better)]
    if record.year.days < ENOUGH_DAYS or record.year.share > STEADY:
        return []
    came = record.year.days - record.year.missed
    words = msgid("Was in school on {came} of {days} school days this year.")
    return [RecordFact("attendance", language.translate(words, came=came, days=record.year.days))]


def good_courses(language: Language, record: OwnRecord) -> list[RecordFact]:
    """The best marks of now, where they are a B or better."""
    good = [one for one in reversed(record.courses) if one.points >= GOOD]
    if not good:
        return []
    best = [one.course for one in good if one.points == good[0].points][:2]
    words = language.translate("Does well in {courses}: {mark}.", courses=language.series(best), mark=good[0].mark)
    return [RecordFact("grades", words)]
