"""The sheet for a family, as plain values: days, marks, what goes well, what the year asks, and whom to ask.

Nothing here knows a score: what is read of a student are the records and the way back, so that no sheet can show more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.support_settings import Support
from features.way_back.steps import WayBack
from serving.access.access_reasons import people_with_access
from serving.pages.caseload_line import school_names
from serving.pages.sheet_agreed import agreed_lines
from serving.pages.sheet_courses import SheetCourse, sheet_courses
from serving.scoring.decoding import WAY_BACK, decode
from serving.store.cell_types import JsonRow
from serving.store.rows import RunRow, ScoreRow, StudentRow
from serving.store.student_records import history_of, seen_by, written_of
from serving.wording.locale import Language
from serving.wording.own_record import DaysMissed, own_record, school_year_of
from serving.wording.own_record_words import own_strengths
from serving.wording.way_back import WayBackWords, way_back_words


@dataclass(frozen=True)
class FamilyRecord:
    """All that is read of a student for the sheet: the history of records, its date, and the way back."""

    history: Mapping[str, Sequence[JsonRow]]
    as_of: date
    way_back: WayBack | None


@dataclass(frozen=True)
class FamilyView:
    """Everything on the sheet; `failed` names courses with an F now, `ask` are the people at school to turn to.

    `agreed` is what family and school agreed on, and `contact` how to reach the school.
    """

    name: str
    grade: int
    school: str
    as_of: date | None
    year: DaysMissed
    recent: DaysMissed
    courses: tuple[SheetCourse, ...]
    failed: str
    strengths: tuple[str, ...]
    way_back: WayBackWords | None
    ask: tuple[str, ...]
    agreed: tuple[str, ...] = ()
    contact: str = ""


def family_view(
    session: Session, student: StudentRow, runs: Sequence[RunRow], language: Language, *, support: Support, today: date
) -> FamilyView:
    """The sheet of a student, as of the newest records of which a list was made."""
    found = load_family_record(session, student, runs)
    record = own_record(found.history, found.as_of) if found else own_record({}, today)
    courses = sheet_courses(found.history.get("marks", ()), school_year_of(found.as_of)) if found else ()
    return FamilyView(
        name=f"{student.first_name} {student.last_name}",
        grade=student.grade_level,
        school=school_names(session, student.district_id, [student.school_id]).get(
            student.school_id, student.school_id
        ),
        as_of=found.as_of if found else None,
        year=record.year,
        recent=record.recent,
        courses=courses,
        failed=language.series([one.course for one in courses if one.is_failed]),
        strengths=tuple(fact.sentence for fact in own_strengths(language, record)),
        way_back=way_back_words(language, found.way_back, personal=False) if found and found.way_back else None,
        ask=people_to_ask(session, student, today),
        agreed=agreed_lines(session, student, language),
        contact=contact_line(language, support),
    )


def contact_line(language: Language, support: Support) -> str:
    """How a family reaches the school, in the district's words; by its office where it has none."""
    spanish = support.family_contact_spanish if language.code == "es" else ""
    return spanish or support.family_contact or language.translate("Call, write or come to the school’s office.")


def load_family_record(session: Session, student: StudentRow, runs: Sequence[RunRow]) -> FamilyRecord | None:
    """The student's records in the runs of a list; None where there are none. Of the score nothing is read.

    Of several outcomes that is taken which comes first by name: which of them is urgent is not for this sheet.
    """
    for run in runs:
        of_student = (ScoreRow.district_id, ScoreRow.run_id, ScoreRow.student_key)
        key = (student.district_id, run.run_id, student.student_key)
        asked = select(ScoreRow.history, ScoreRow.way_back)
        found = session.execute(
            asked.where(*(column == value for column, value in zip(of_student, key, strict=True)))
        ).first()
        if found is not None:
            written = written_of(session, {student.district_id}, {student.student_key})
            marks = seen_by(run, written.get(student.student_key, ())).get("marks", ())
            history = history_of(run, found.history, marks)
            return FamilyRecord(history, run.as_of, decode(WAY_BACK, found.way_back))
    return None


def people_to_ask(session: Session, student: StudentRow, today: date) -> tuple[str, ...]:
    """The student's counselors; whoever leads the school where there is none."""
    people = people_with_access(session, student, today)
    for nearest in ("caseload", "school"):
        named = tuple(f"{one.first_name} {one.last_name}" for one, reason in people if reason == nearest)
        if named:
            return named
    return ()
