"""Other people's files by a shipped mapping, each row accounted for; and a sample of the same shapes, drawn here."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.errors import Refused
from features.ingest.load.import_steps import ingest
from features.ingest.load.load_report import LoadReport
from features.ingest.load.workspace import Workspace
from features.ingest.parsing.preview import cell
from features.progress import quietly
from features.settings import District
from features.settings_file import load_settings
from features.sources.mapping_packs import pack_of
from features.warehouse.file import open_warehouse
from tests.docs.pages import ROOT

SHARED = ROOT.parent / "shared" / "data"
TODAY = date(2026, 1, 15)

YEAR = {"columns": {"school_year": {"always": "2026"}}}
ASPEN = {"kind": "student-insights"}
ASPEN_FILES = {"enrollments": YEAR, "marks": YEAR}
SAMPLE = {
    "students_export.csv": """\
"state_id","local_id","full_name","grade","registration_date","free_reduced_lunch","school_local_id","date_of_birth","race",\
"hispanic_latino","gender","limited_english_proficiency","program_assigned","disability"
"1","100","Example, Ada","09","2025-09-02","Free Lunch","SHS","2011-03-04","Asian","0","F","Limited","Sp Ed","Hearing"
"2","101","Example, \\"Bo\\" B","10","2025-09-02","Not Eligible","SHS","2010-03-04","","1","M","FLEP","Reg Ed","NULL"
""",
    "attendance_dump.csv": """\
'ATT_STD_OID','ATT_SKL_OID','ATT_DATE','ATT_CODE_VIEW','ATT_PORTION_ABSENT','ATT_EXCUSED_IND','ATT_COMMENT'
"100","SHS","2025-10-06","A","1.0000","0","NULL"
"100","SHS","2025-10-07","T-E","0.0000","1","said \\"late\\""
"101","SHS","2025-10-07","A-E","0.5000","1","NULL"
""",
    "student_section_grades.csv": """\
"ELA9-001","100","SHS","ELA9","Q1","85.12 B+"
"ELA9-001","101","SHS","ELA9","Q1","64.00 D"
""",
    "behavior_export.csv": """\
"local_id","incident_code","event_date","incident_time","school_local_id"
"100","Hitting","2025-10-06","NULL","SHS"
"100","Hitting","2025-10-06","13:00:00","SHS"
""",
}
"""Exports of a made-up district, in the shapes that Student Insights reads."""

YEARLY = {
    "Student_School_Enrollment.csv": """\
sid,school_year,school_code,enrollment_date,withdrawal_date
1,2026,14,9/2/2025,././.
2,2026,14,9/2/2025,10/1/2025
3,2026,,9/2/2025,././.
4,2026,14,././.,10/1/2025
""",
    "Student_School_Year.csv": "sid,school_year,grade_level,frpl\n1,2026,9,F\n2,2026,9,N\n1,2026,10,F\n",
    "Student_Attributes.csv": "sid,school_year,race_ethnicity\n1,2026,B\n2,2026,H\n3,2026,H\n4,2026,H\n",
}
"""Yearly extracts of a made-up district, in the shapes of the toolkit."""


def loaded(place: Path, records: Path, **declared: object) -> tuple[LoadReport, Workspace]:
    """What a load by the shipped mapping says, and where it went."""
    said = {"id": "north", "name": "North", "timezone": "America/New_York", **declared}
    workspace = Workspace(District.model_validate(said), place / "home", TODAY)
    report = ingest(workspace, records, now=datetime(2026, 1, 15, 12, tzinfo=UTC), progress=quietly)
    return report, workspace


def written(place: Path, files: dict[str, str]) -> Path:
    """A folder with these files."""
    place.mkdir()
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def is_accounted_for(report: LoadReport) -> bool:
    """Whether every row that was read is somewhere."""
    counts = {one: report.counts(one) for one in ("read", "new", "unchanged", "quarantined", "left_out")}
    return all(
        read == sum(counts[one][name] for one in counts if one != "read") for name, read in counts["read"].items()
    )


def test_exports_in_the_shapes_of_student_insights_are_read_by_their_kind(tmp_path: Path) -> None:
    """Quotes behind a backslash, names in one column, a grade behind its percentage, incidents without an id."""
    report, workspace = loaded(tmp_path, written(tmp_path / "in", SAMPLE), source=ASPEN, files=ASPEN_FILES)
    assert report.quarantine == ()
    with open_warehouse(workspace.warehouse) as reader:
        students = reader.current("students").set_index("student_id")
        assert [*students.loc["101", ["first_name", "last_name"]]] == ['"Bo" B', "Example"]
        assert sorted(reader.current("incidents")["incident_id"]) == [
            "100-2025-10-06--Hitting", "100-2025-10-06-13:00:00-Hitting",
        ]  # fmt: skip
        assert sorted(reader.current("marks")["points_hundredths"]) == [100, 330]
        assert sorted(reader.current("attendance")["absent_hundredths"]) == [0, 50, 100]
        assert sorted(reader.current("programs")["program"]) == ["english_learner", "low_income", "special_education"]
        assert sorted(reader.current("demographics")["value"]) == ["Asian", "F", "Hispanic or Latino", "M"]


def test_yearly_extracts_in_the_shapes_of_the_toolkit_are_read_by_their_kind(tmp_path: Path) -> None:
    """Spells without a school or a day of entry are left out, also where a word says that the day is empty."""
    report, workspace = loaded(tmp_path, written(tmp_path / "in", YEARLY), source={"kind": "sdp-toolkit"})
    assert (report.quarantine, report.counts("left_out")["enrollments"]) == ((), 2)
    with open_warehouse(workspace.warehouse) as reader:
        assert sorted(reader.current("enrollments")["grade_level"]) == [9, 10]
    assert [str(one) for one in report.notes if one.code == "NOTE04"] == []


def test_staff_of_an_aeries_query_are_those_whose_titles_are_named_who_are_there_and_have_an_address(
    tmp_path: Path,
) -> None:
    """Anybody else opens nothing: another title, a day of leaving, no address; the district's office has no school."""
    header = "STF.ID,STF.FN,STF.LN,STF.TI,STF.EM,STF.PSC,STF.LD"
    lines = ["1,Ana,A,Counselor,a@x.org,100,", "2,Bo,B,Teacher,b@x.org,100,", "3,Cy,C,Counselor,,100,",
             "4,Di,D,Counselor,d@x.org,100,06/30/2025", "5,Ed,E,Director,e@x.org,0,"]  # fmt: skip
    exports = {"STF.csv": "\n".join([header, *lines]), "LOC.csv": "LOC.CD,LOC.NM,LOC.LV\n100,Ash,H\n"}
    titles = {"Counselor": "counselor", "Director": "district"}
    source = {"kind": "aeries", "tables": ["schools", "staff"], "staff_titles": titles}
    report, workspace = loaded(tmp_path, written(tmp_path / "in", exports), source=source)
    assert report.quarantine == ()
    with open_warehouse(workspace.warehouse) as reader:
        staff = reader.current("staff").sort_values("staff_id")
    told = staff[["staff_id", "email", "role", "school_id"]].fillna("").to_numpy().tolist()
    assert told == [["1", "a@x.org", "counselor", "100"], ["5", "e@x.org", "district", ""]]
    with pytest.raises(Refused, match=r"nobody in STF\*\.csv has one of them; there are: Counselor, Director, Teacher"):
        loaded(tmp_path, tmp_path / "in", source=source | {"staff_titles": {"Counsellor": "counselor"}})


@pytest.mark.skipif(not SHARED.exists(), reason="the data is not beside this checkout: ../shared/data")
def test_the_files_of_student_insights_load_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    """Their files are of different students: eleven rows are of students whom none of them has."""
    files = {"marks": {**YEAR, "most_quarantined": 0.2}, "incidents": {"most_quarantined": 0.3}}
    roster = {"roster": {"unknown_students": "leave_out", "most_unknown": 1}}
    place = tmp_path / "in"
    shutil.copytree(SHARED / "studentinsights" / "fixtures", place)
    report, _ = loaded(tmp_path, place, source=ASPEN, files={**ASPEN_FILES, **files}, policies=roster)
    assert is_accounted_for(report)
    new = {name: count for name, count in report.counts("new").items() if count}
    assert new == {"schools": 3, "students": 5, "demographics": 13, "programs": 5, "enrollments": 5}
    assert sum(report.counts("left_out")[name] + report.counts("quarantined")[name] for name in (
        "attendance", "marks", "incidents")) == 12  # fmt: skip


def test_the_toolkits_shipped_mapping_is_the_one_that_its_own_files_are_tried_with() -> None:
    """The example of the how-to, which the toolkit's files are loaded by, but for what a district says of its own."""
    (example,) = load_settings(ROOT / "docs" / "examples" / "sdp_toolkit.toml").districts
    shipped, own = pack_of("sdp-toolkit"), {name: one for name, one in example.files.items() if one.sent != "never"}
    own["enrollments"] = own["enrollments"].model_copy(update={"most_quarantined": 0.01})
    assert (shipped.reading, shipped.files) == (example.reading, own)


def test_a_preview_shows_of_an_id_that_is_joined_from_others_its_shape_alone() -> None:
    assert cell("incident_id", "100-2025-10-06--Hitting") == "999-9999-99-99--xxxxxxx"
