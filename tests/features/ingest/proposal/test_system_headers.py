"""Headers as exports of well-known systems have them: every file finds its table, 9 of 10 columns their place."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from features.ingest.proposal.known_system import shipped_sources
from features.ingest.proposal.mapping_proposal import propose_mapping
from features.ingest.proposal.proposal_text import proposal_text
from features.progress import quietly
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from features.sources.declaration import Source
from features.sources.mapping_packs import pack_of

ENOUGH = 0.9

CLEVER = {
    "students": "student_id=Student_id first_name=First_name last_name=Last_name birth_date=DOB state_id=State_id",
    "attendance": "student_id=Student_id school_id=School_id section_id=Section_id date=Attendance_date "
    "kind=Attendance_status excused=Excuse_code",
    "schools": "school_id=School_id name=School_name level=School_type",
}
WAREHOUSE = {
    "students": "student_id=student_unique_id first_name=first_name last_name=last_name birth_date=birth_date",
    "attendance": "student_id=k_student school_id=k_school date=attendance_event_date kind=attendance_event_category "
    "absent_hundredths=event_duration excused=attendance_excusal_status",
    "enrollments": "student_id=k_student school_id=k_school school_year=school_year grade_level=entry_grade_level "
    "entry_date=entry_date exit_date=exit_withdraw_date exit_kind=exit_withdraw_type",
    "calendar_days": "school_id=k_school date=calendar_date in_session=is_school_day school_year=school_year",
    "marks": "student_id=k_student school_id=k_school school_year=school_year term_id=grading_period "
    "course_id=local_course_code subject=academic_subject mark=letter_grade_earned mark_kind=grade_type "
    "credits_attempted_hundredths=attempted_credits credits_earned_hundredths=earned_credits",
    "discipline_actions": "incident_id=incident_id student_id=k_student school_id=k_school date=discipline_date "
    "action=discipline_action days_removed_hundredths=actual_discipline_action_length",
}
CAMPUS = {
    "students": "student_id=personID first_name=firstName last_name=lastName birth_date=birthdate state_id=stateID",
    "enrollments": "student_id=personID school_id=schoolID school_year=endYear grade_level=grade "
    "entry_date=startDate exit_date=endDate exit_kind=endStatus",
    "attendance": "student_id=personID school_id=schoolID date=date section_id=periodID kind=code excused=excuse",
    "incidents": "incident_id=incidentID student_id=personID school_id=schoolID date=incidentDate severity=eventCode",
}
TWO_LETTERS = {
    "students": "student_id=ID first_name=FN last_name=LN birth_date=BD state_id=CID",
    "enrollments": "student_id=ID school_id=SC school_year=YR grade_level=GR entry_date=ED exit_date=LD exit_kind=ER",
    "attendance": "student_id=ID school_id=SC date=DT kind=AL",
    "marks": "student_id=ID school_id=SC school_year=YR term_id=TE course_id=CN mark=MK "
    "credits_attempted_hundredths=CA credits_earned_hundredths=CC",
}
CAPITALS = {
    "students": "student_id=STUDENT_NUMBER first_name=FIRST_NAME last_name=LAST_NAME birth_date=DOB "
    "state_id=STATE_STUDENTNUMBER",
    "enrollments": "student_id=STUDENT_NUMBER school_id=SCHOOLID school_year=YEARID grade_level=GRADE_LEVEL "
    "entry_date=ENTRYDATE exit_date=EXITDATE exit_kind=EXITCODE",
    "attendance": "student_id=STUDENT_NUMBER school_id=SCHOOLID date=ATT_DATE section_id=PERIODID kind=ATT_CODE",
    "marks": "student_id=STUDENT_NUMBER school_id=SCHOOLID school_year=SCHOOLYEAR term_id=STORECODE "
    "course_id=COURSE_NUMBER course_name=COURSE_NAME subject=CREDIT_TYPE mark=GRADE points_hundredths=GPA_POINTS "
    "credits_attempted_hundredths=POTENTIALCRHRS credits_earned_hundredths=EARNEDCRHRS",
}


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small district of two years."""
    folder = tmp_path_factory.mktemp("canonical")
    simulate_district(Plan("north", 80, years=2), folder)
    return folder


@pytest.mark.parametrize("system", [CLEVER, WAREHOUSE, CAMPUS, TWO_LETTERS, CAPITALS],
                         ids=["clever", "warehouse", "campus", "two letters", "capitals"])  # fmt: skip
def test_the_headers_of_a_system_are_understood(system: Mapping[str, str], canonical: Path, tmp_path: Path) -> None:
    headers = {table: dict(pair.split("=") for pair in said.split()) for table, said in system.items()}
    for table, names in headers.items():
        rows = pd.read_csv(canonical / f"{table}.csv", dtype=str, keep_default_na=False)
        rows[list(names)].rename(columns=names).to_csv(tmp_path / f"nightly_{table}.csv", index=False)
    found = {table.table.name: table for table in propose_mapping(tmp_path, quietly).tables}
    assert set(headers) <= set(found)
    wrong = [
        f"{table}.{name}: {theirs}"
        for table, names in headers.items()
        for name, theirs in names.items()
        if {one.canonical: one.column for one in found[table].settings}.get(name) != theirs
    ]
    assert len(wrong) <= (1 - ENOUGH) * sum(map(len, headers.values())), wrong


def write_headers(source: type[Source], folder: Path) -> None:
    """Files with the columns that a shipped mapping names, and a row of nothing in particular."""
    for name, mapping in pack_of(source.model_fields["kind"].default).files.items():
        columns = list(dict.fromkeys(one.column for one in mapping.columns.values() if one.column))
        text = f"{','.join(columns)}\n{','.join('1' for _ in columns)}\n"
        (folder / (mapping.file or f"{name}.csv").replace("*", "_2026")).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("source", [*shipped_sources()], ids=lambda one: str(one.title))
def test_files_for_which_a_mapping_is_shipped_are_told_by_its_name(source: type[Source], tmp_path: Path) -> None:
    write_headers(source, tmp_path)
    text = proposal_text(propose_mapping(tmp_path, quietly), "extracts")
    assert f'\n# source = {{ kind = "{source.model_fields["kind"].default}" }}\n' in text


@pytest.mark.parametrize("asked", [CLEVER, WAREHOUSE, CAMPUS, TWO_LETTERS])
def test_files_of_another_shape_are_no_known_system(asked: Mapping[str, str], tmp_path: Path) -> None:
    for table, columns in asked.items():
        header = ",".join(one.split("=")[1] for one in columns.split())
        (tmp_path / f"{table}.csv").write_text(f"{header}\n", encoding="utf-8")
    assert propose_mapping(tmp_path, quietly).system is None
