"""Bulk XML of Ed-Fi: each element is the row that an API would give, and a file that is no such thing costs nothing."""

import tracemalloc
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.file_mapping.declaration import FileMapping
from features.ingest.adapters.edfi.xml_files import rows_in
from features.ingest.files.sources import SourceFile
from features.ingest.findings import DataRefused
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.sources.marts import EdFiXml
from tests.docs.pages import ROOT
from tests.features.ingest.adapters.edfi_xml import HEAD, TAIL

SAMPLE = ROOT.parent / "shared" / "data" / "edfi_sample_xml"
NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)

SCHOOL = "<SchoolReference><SchoolIdentity><SchoolId>12</SchoolId></SchoolIdentity></SchoolReference>"
STUDENT = "<StudentReference><StudentIdentity><StudentUniqueId>7</StudentUniqueId></StudentIdentity></StudentReference>"
INCIDENT = f"<DisciplineIncident id='D1'><IncidentIdentifier>I1</IncidentIdentifier>{SCHOOL}</DisciplineIncident>"
BEHAVIOR = "<Behavior>uri://ed-fi.org/BehaviorDescriptor#Other</Behavior>"
WHO_DID = f"""
<StudentDisciplineIncidentBehaviorAssociation>{STUDENT}<DisciplineIncidentReference ref='D1'/>{BEHAVIOR}
</StudentDisciplineIncidentBehaviorAssociation>"""
STAFF = """
<Staff><StaffUniqueId> 3 </StaffUniqueId><Name><FirstName>Ada &amp; Co</FirstName></Name>
<x:Name xmlns:x='http://example.org'><FirstName>other</FirstName></x:Name>
<ElectronicMail><ElectronicMailAddress>a@example.org</ElectronicMailAddress></ElectronicMail></Staff>"""


def drawn(folder: Path, inner: str, head: str = HEAD, tail: str = TAIL) -> SourceFile:
    """A file with these records."""
    path = folder / "drawn.xml"
    path.write_text(head + inner + tail, encoding="utf-8")
    return SourceFile("drawn.xml", path)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        pytest.param(
            INCIDENT + WHO_DID,
            {"student": "7", "school": "12", "incident": "I1", "behavior": "Other"},
            id="a reference names the id of an element before it",
        ),
        pytest.param(
            STAFF,
            {"staff": "3", "first": "Ada & Co", "last": None, "mails": '["a@example.org"]'},
            id="extensions are left out, spaces around text too",
        ),
        pytest.param(
            "<Session><SessionName>Fall</SessionName><SchoolYear>2026-2027</SchoolYear>"
            f"<GradingPeriodReference ref='later'/>{SCHOOL}</Session>",
            {"school": "12", "year": "2026-2027", "session": "Fall", "term": None, "begin": None, "end": None},
            id="a reference that nothing is read from may name what comes later",
        ),
        pytest.param(
            "<Course><CourseCode>ALG</CourseCode><AcademicSubject>uri://x/AcademicSubjectDescriptor#Math</AcademicSubject>"
            "<AcademicSubject>uri://x/AcademicSubjectDescriptor#Other</AcademicSubject></Course>",
            {"organization": None, "course": "ALG", "title": None, "subjects": '["Math", "Other"]'},
            id="an element that repeats is a list",
        ),
    ],
)  # fmt: skip
def test_an_element_is_the_row_of_an_api(tmp_path: Path, inner: str, expected: dict[str, str | None]) -> None:
    *_, (_, _, cells) = rows_in(drawn(tmp_path, inner))
    assert cells == expected


ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><InterchangeDrawn>'


@pytest.mark.parametrize(
    ("head", "inner", "tail", "said"),
    [
        (ENTITY, "<Staff>&a;</Staff>", "</InterchangeDrawn>", "row 1: expected XML without a document type"),
        (HEAD, "<Staff><StaffUniqueId>3</Staff", "", "row 3: expected well-formed XML; is the file cut off"),
        (HEAD, "", "", "row 3: expected well-formed XML"),
        ("", "schoolId,name\n", "", "row 1: expected well-formed XML"),
        ("<html>", "", "</html>", "row 1: expected an Ed-Fi interchange"),
        (HEAD, "<Staff>" + "<a>" * 99, TAIL, "expected elements at most 32 deep"),
        (HEAD, "<Staff>" + "<a/>" * 30_000, TAIL, "expected at most 20,000 elements in one record"),
        (HEAD, f"<!--{'x' * (5 << 20)}", TAIL, "expected tags and comments of at most 4 MiB"),
        (HEAD, WHO_DID, TAIL, "row 4: expected a reference to an element before it in this file"),
    ],
)
def test_what_is_no_interchange_is_refused_by_its_line(
    tmp_path: Path, head: str, inner: str, tail: str, said: str
) -> None:
    with pytest.raises(DataRefused, match=f"FILE06 drawn.xml, .*{said.removeprefix('row ')}"):
        list(rows_in(drawn(tmp_path, inner, head, tail)))


def test_memory_does_not_grow_with_a_file(tmp_path: Path) -> None:
    file = drawn(tmp_path, STAFF * 3_000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in rows_in(file)) == 3_000
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()


def test_a_folder_without_what_is_needed_is_refused(tmp_path: Path) -> None:
    space = Workspace(District(id="h", name="H", source=EdFiXml()), tmp_path / "home", NOW.date())
    (tmp_path / "sent").mkdir()
    with pytest.raises(DataRefused, match=r"FILE01 \*\.xml: no file"):
        ingest(space, tmp_path / "sent", now=NOW, progress=quietly)
    drawn(tmp_path / "sent", STAFF)
    with pytest.raises(DataRefused, match="FILE01 schools and 3 more files: expected elements of this resource"):
        ingest(space, tmp_path / "sent", now=NOW, progress=quietly)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample is not beside this checkout: ../shared/data")
def test_every_row_of_the_published_sample_is_accounted_for(tmp_path: Path) -> None:
    """It has two days of a calendar and four enrollments of 960 students: what is nobody's is in quarantine."""
    said = FileMapping(most_quarantined=1.0)
    district = District(id="h", name="H", source=EdFiXml(), files={"attendance": said, "marks": said})
    report = ingest(Workspace(district, tmp_path, date(2022, 6, 1)), SAMPLE, now=NOW, progress=quietly)
    read, waiting = Counter(report.counts("read")), report.counts("quarantined")
    assert (read["schools"], read["students"], read["enrollments"], read["marks"]) == (3, 960, 4, 7)
    assert (read["attendance"], waiting["attendance"]) == (1_917, 1_907)
    assert (read["incidents"], read["calendar_days"]) == (21, 2)
