"""How many columns of other people's files the proposal gets right, beside answers written down by hand before."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from features.ingest.proposal.mapping_proposal import Proposal, propose_mapping
from features.ingest.proposal.proposal_text import proposal_text
from features.progress import quietly
from features.settings_file import load_settings
from tests.docs.pages import ROOT

SHARED = ROOT.parent / "shared" / "data"
ENOUGH = 0.8

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the data is not beside this checkout: ../shared/data")

Answers = Mapping[str, Mapping[str, str]]

STUDENT_INSIGHTS: Answers = {
    "attendance_dump.csv": {
        "ATT_STD_OID": "attendance.student_id",
        "ATT_SKL_OID": "attendance.school_id",
        "ATT_DATE": "attendance.date",
        "ATT_CODE_VIEW": "attendance.kind",
        "ATT_EXCUSED_IND": "attendance.excused",
        "ATT_PORTION_ABSENT": "attendance.absent_hundredths",
        **dict.fromkeys(
            ("ATT_OID ATT_RAT_OID ATT_TARDY_IND ATT_DISMISSED_IND ATT_REASON_CODE ATT_RAT_OID_02 ATT_COMMENT "
             "ATT_TIMESTAMP ATT_FIELDA_001 ATT_FIELDA_002 ATT_FIELDB_001 ATT_ABSENT_IND ATT_LAST_MODIFIED "
             "ATT_OTHER_CODE ATT_OTHER_CODE_02 ATT_TIME_VIEW ATT_ABSENT_IND_02 ATT_TARDY_IND_02 ATT_DISMISSED_IND_02 "
             "ATT_REASON_CODE_02 ATT_EXCUSED_IND_02 ATT_COMMENT_02 ATT_RESPONSE ATT_RESPONSE_02 ATT_CODE_VIEW_PM"
             ).split(), ""
        ),
    },
    "bad_x2_assessments.csv": dict.fromkeys(
        ("local_id school_local_id assessment_id assessment_date assessment_scale_score assessment_perf_level "
         "assessment_name assessment_subject assessment_test").split(), ""
    ),
    "fake_behavior_export.csv": {
        "local_id": "incidents.student_id incidents.incident_id",
        "event_date": "incidents.date incidents.incident_id",
        "incident_time": "incidents.incident_id",
        "school_local_id": "incidents.school_id",
        "incident_code": "incidents.severity incidents.incident_id",
        **dict.fromkeys(("incident_location", "incident_description"), ""),
    },
    "fake_students_export.csv": {
        "state_id": "students.state_id",
        "local_id": "students.student_id demographics.student_id programs.student_id enrollments.student_id",
        "full_name": "students.first_name students.last_name",
        "date_of_birth": "students.birth_date",
        "school_local_id": "enrollments.school_id schools.school_id schools.name",
        "grade": "enrollments.grade_level",
        "registration_date": "enrollments.entry_date",
        "race": "demographics.value",
        "hispanic_latino": "demographics.value",
        "gender": "demographics.value",
        "free_reduced_lunch": "programs.program",
        "program_assigned": "programs.program",
        "limited_english_proficiency": "programs.program",
        "sped_placement": "programs.program",
        "disability": "programs.program",
        "sped_level_of_need": "programs.program",
        "enrollment_status": "enrollments.leave_out",
        "counselor": "caseloads.staff_id",
        **dict.fromkeys(
            "home_language plan_504 student_address homeroom primary_phone primary_email house".split(), ""
        ),
    },
    "fake_no_headers.csv": dict.fromkeys("123456", ""),
    "student_section_grades_fixture.csv": {
        "1": "", "2": "marks.student_id", "3": "marks.school_id", "4": "marks.course_id marks.course_name",
        "5": "marks.term_id", "6": "marks.mark",
    },
}  # fmt: skip
"""Every column of every file, by number where there is no header: every place that it has; none where it is empty.

Five that are not proposed have one: three say again who is in special education, one whose rows could be left out, and
one names a counselor in words.
"""

SDP_TOOLKIT: Answers = {
    "Student_Attributes.csv.gz": {
        "sid": "demographics.student_id students.student_id students.last_name",
        "school_year": "demographics.start_date demographics.end_date", "race_ethnicity": "demographics.value",
    },
    "Student_School_Enrollment.csv.gz": {
        "sid": "enrollments.student_id", "school_year": "enrollments.school_year",
        "school_code": "enrollments.school_id schools.school_id schools.name",
        "enrollment_date": "enrollments.entry_date", "withdrawal_date": "enrollments.exit_date",
    },
    "Student_School_Year.csv.gz": {
        "sid": "programs.student_id", "school_year": "programs.start_date programs.end_date",
        "grade_level": "enrollments.grade_level", "frpl": "programs.program",
    },
    "Student_School_Year_Intermediate.csv.gz": dict.fromkeys(("sid", "school_year", "grade_level", "ever_frpl"), ""),
    "Student_Test_Scores.csv.gz": dict.fromkeys(
        ("sid", "school_year", "grade_level", "test_subject", "raw_score", "scaled_score"), ""
    ),
}  # fmt: skip


def placed(proposal: Proposal) -> dict[tuple[str, str], set[str]]:
    """File and column = the canonical columns that it is proposed for."""
    found: dict[tuple[str, str], set[str]] = {}
    for table in proposal.tables:
        sample = table.file.sample
        for setting in (*table.settings, *(one for part in table.parts for one in part.settings)):
            name = f"{table.table.name}.{setting.canonical}"
            lookup = setting.mapping.lookup
            for part in setting.mapping.joined:
                found.setdefault((sample.file, part), set()).add(name)
            if lookup is not None:
                found.setdefault((f"{lookup.file}.gz", lookup.column), set()).add(name)
            elif setting.mapping.day_of_school_year:
                found.setdefault((sample.file, "school_year"), set()).add(name)
            elif setting.column:
                place = str(sample.names.index(setting.column) + 1)
                found.setdefault((sample.file, setting.column if sample.has_header else place), set()).add(name)
    return found


def wrong(answers: Answers, proposal: Proposal) -> list[str]:
    """Every column that is not proposed for just the places that it has by hand."""
    found = placed(proposal)
    return [
        f"{file} {column}: {sorted(places) or 'nothing'}, not {sorted(found.get((file, column), ())) or 'nothing'}"
        for file, columns in answers.items()
        for column, answer in columns.items()
        if (places := set(answer.split())) != found.get((file, column), set())
    ]


@pytest.mark.parametrize(
    ("folder", "answers"), [("studentinsights/fixtures", STUDENT_INSIGHTS), ("opensdp_toolkit", SDP_TOOLKIT)]
)
def test_at_least_eight_of_ten_columns_have_just_the_places_that_they_have_by_hand(
    folder: str, answers: Answers, tmp_path: Path
) -> None:
    """Of all columns, and of those alone that have a place: a column with one place too few or too many is wrong."""
    proposal = propose_mapping(SHARED / folder, quietly)
    mistakes = wrong(answers, proposal)
    columns = sum(map(len, answers.values()))
    with_place = sum(answer != "" for one in answers.values() for answer in one.values())
    missed = sum(": nothing," not in one for one in mistakes)
    assert 1 - len(mistakes) / columns >= ENOUGH, mistakes
    assert 1 - missed / with_place >= ENOUGH, mistakes
    text = tmp_path / "ontrack.toml"
    text.write_text(proposal_text(proposal, "extracts"), encoding="utf-8")
    assert len(load_settings(text).districts) == 1
