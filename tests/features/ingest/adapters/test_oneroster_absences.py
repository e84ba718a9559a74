"""Absences of a OneRoster package or API that offers them: read under the names that a district declares."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pandas as pd
import pytest
from pydantic import ValidationError

from features.ingest.adapters.oneroster.conversion import convert
from features.ingest.findings import DataRefused
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.sources.combination import owned_tables
from features.sources.csv import CsvFiles
from features.sources.oneroster import OneRosterCsv, OneRosterRest
from features.sources.oneroster_absences import Absences
from tests.features.ingest.adapters.packages import SMALL, conversion_of, converted, write_package
from tests.features.ingest.adapters.test_oneroster_rest import Server, pulled, source
from tests.features.ingest.adapters.test_oneroster_rows import said

ABSENCES = Absences(student="userSourcedId", date="date", code="absenceCode", share="part")
SOURCE = OneRosterCsv(ids="identifier", absences=ABSENCES, tables=("attendance",))
SENT = """
| sourcedId | status | dateLastModified     | classSourcedId | schoolSourcedId | userSourcedId | date       | absenceCode | part |
| a1        |        | 2025-09-03T08:00:00Z |                | 10              | 1             | 2025-09-02 | U           | 1    |
| a2        |        |                      | alg            |                 | 1             | 2025-09-03 | T           | 0.25 |
| a3        |        |                      |                | 20              | 9             | 9/4/2025   | E           | half |
"""  # noqa: E501 - a drawn table
"""A package's file of absences, as Kinvolved's OneRoster+ names what could be looked up."""


def package(folder: Path, absences: str = SENT) -> Path:
    """The small package with absences."""
    return write_package(folder, {**SMALL, "attendance": absences})


def test_a_row_is_of_a_class_or_the_whole_day_and_what_cannot_be_read_stays(tmp_path: Path) -> None:
    found = converted(conversion_of(package(tmp_path / "in"), tmp_path, SOURCE))["attendance"]
    said(
        found,
        """
        | row | student_id | school_id | date       | section_id | kind | absent_hundredths | excused | known_on   |
        | 2   | 1001       | 0010      | 2025-09-02 | day        | U    | 100               | U       | 2025-09-03 |
        | 3   | 1001       | 0010      | 2025-09-03 | alg        | T    | 25                | T       | 2026-01-15 |
        | 4   | 9          | 0020      | 2025-09-04 | day        | E    | half              | E       | 2026-01-15 |
        """,
    )


def test_codes_of_the_district_make_them_attendance_and_the_rest_waits(tmp_path: Path) -> None:
    """An unknown code waits under the package's own row; without `share` a code also says how much was missed."""
    package(tmp_path / "records" / "oneroster")
    names = {"student": "userSourcedId", "date": "date", "code": "absenceCode"}
    roster = {"kind": "oneroster-csv", "folder": "oneroster", "ids": "identifier", "absences": names}
    codes = {"kind": {"U": "absent", "T": "tardy"}, "absent_hundredths": {"U": "100", "T": "0"},
             "excused": {"U": "false", "T": "true"}}  # fmt: skip
    files = {"attendance": {"codes": codes, "most_quarantined": 1}}
    district = District.model_validate({"id": "harbor", "name": "Harbor", "sources": [roster], "files": files})
    space = Workspace(district, tmp_path / "home", date(2026, 1, 15))
    report = ingest(space, tmp_path / "records", now=datetime(2026, 1, 15, 17, tzinfo=UTC), progress=quietly)
    assert report.counts("new")["attendance"] == 2
    (waiting,) = [one for one in report.quarantine if "attendance" in one.file]
    assert (waiting.code, waiting.file, waiting.row) == ("ROW04", "oneroster/attendance.csv", 4)


@pytest.mark.parametrize(
    ("drawings", "expected"),
    [
        ({"attendance": SENT.replace("absenceCode", "reason     ")}, r"SRC04 .*absenceCode.*which `absences`.*reason"),
        ({}, r"SRC02 attendance\.csv"),
    ],
    ids=["a column that is not there", "no file"],
)
def test_what_is_declared_and_does_not_come_is_refused(
    drawings: Mapping[str, str], expected: str, tmp_path: Path
) -> None:
    folder = write_package(tmp_path / "in", {**SMALL, **drawings})
    with pytest.raises(DataRefused, match=expected):
        list(convert(conversion_of(folder, tmp_path, SOURCE)))


def test_a_change_of_an_absence_is_read_for_its_student(tmp_path: Path) -> None:
    first = conversion_of(package(tmp_path / "in"), tmp_path / "first", SOURCE)
    converted(first)
    delta = write_package(
        tmp_path / "delta", {"attendance": SENT.replace("| a1        |        |", "| a1 | tobedeleted |")}, sent="delta"
    )
    found = converted(conversion_of(delta, tmp_path / "second", SOURCE, kept=first.keeps))["attendance"]
    gone = found[found["deleted"] == "yes"]
    assert [tuple(row) for row in gone[["student_id", "date", "kind"]].values] == [("1001", "2025-09-02", "U")]


def test_attendance_is_another_source_s_until_absences_are_declared() -> None:
    rest = CsvFiles(folder="rest")
    assert "attendance" in owned_tables([OneRosterCsv(), rest])["rest"]
    owned = owned_tables([OneRosterCsv(absences=ABSENCES), rest])
    assert ("attendance" in owned["oneroster-csv"], "attendance" in owned["rest"]) == (True, False)


@pytest.mark.parametrize(
    ("kind", "settings", "expected"),
    [
        (OneRosterCsv, {"tables": ["attendance"]}, "say in `absences`"),
        (OneRosterCsv, {"absences": {"student": "s", "date": "d", "code": "d"}}, "d is named for two things"),
        (OneRosterCsv, {"absences": {"student": "s", "date": "d"}}, "code"),
        (OneRosterRest, {"url": "http://a", "token_url": "http://a/t", "absences": ABSENCES.model_dump()}, "path"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(
    kind: type[OneRosterCsv], settings: dict[str, object], expected: str
) -> None:
    with pytest.raises(ValidationError, match=expected):
        kind.model_validate(settings)


class AbsenceServer(Server):
    """A server that offers absences, as OnEdHub's beta of the Norwegian profile has its address."""

    def page(self, request: httpx.Request, name: str) -> httpx.Response:
        """A page of a collection."""
        if not request.url.path.endswith("/ims/oneroster/absences/v1p0/absences/detail"):
            return super().page(request, name)
        listed = [
            {"sourcedId": f"a{one}", "student": {"sourcedId": str(one)}, "unit": {"sourcedId": "10"},
             "day": "2025-09-02T08:00:00Z", "type": "U", "classesAffected": [{"sourcedId": "hr"}, {"sourcedId": "x"}]}
            for one in (1, 2)
        ]  # fmt: skip
        first = int(request.url.params.get("offset", 0))
        return httpx.Response(200, json={"absences": listed[first : first + 1]})


def test_an_api_that_offers_absences_is_pulled_under_the_declared_members(tmp_path: Path) -> None:
    of_api = {
        "path": "absences/v1p0/absences/detail", "student": "student", "school": "unit", "date": "day", "code": "type",
        "section": "classesAffected",
    }  # fmt: skip
    pulled(AbsenceServer(), tmp_path / "in", absences=of_api)
    assert len(pd.read_csv(tmp_path / "in" / "absences.csv")) == 2
    of_source = source(absences=of_api, tables=["attendance"])
    found = converted(conversion_of(tmp_path / "in", tmp_path, of_source))["attendance"]
    said(
        found,
        """
        | student_id | school_id | date       | section_id | kind | excused |
        | 1          | 10        | 2025-09-02 | hr         | U    | U       |
        | 2          | 10        | 2025-09-02 | hr         | U    | U       |
        """,
    )
