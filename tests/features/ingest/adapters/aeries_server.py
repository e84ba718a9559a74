"""An Aeries API in memory, made from the files that a pull of it should give, as a program of HTTP."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pandas as pd

CERTIFICATE = "between the district and us"
BASE = "http://127.0.0.1/aeries"
Object = dict[str, object]

HIGHEST = {"high": 12, "middle": 8, "other": 5}
CODES: dict[str, tuple[str, int, bool]] = {
    "I": ("2", 2, False), "U": ("3", 3, False), "A": ("1", 1, False), "Q": ("S", 2, True), "T": ("9", 9, False),
    "L": ("8", 8, False), "K": ("5", 5, False), "P": ("6", 6, False),
}  # fmt: skip
"""What the school's own codes of attendance are: the type of a pull, the API's type, and whether it suspends."""

OF_PERIODS = {"PE": "I", "PU": "U"}
PERIODS = 6


@dataclass
class AeriesServer:
    """The server. `before` may answer a request in its place; `pages` says whether it gives pages."""

    folder: Path
    pages: bool = True
    before: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None
    requests: list[str] = field(default_factory=list)
    staff: list[Object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.files = {path.stem: read(path) for path in self.folder.glob("*.csv")}
        self.years = sorted({f"{int(year) - 1}-{year}" for year in self.files["calendar"]["SchoolYear"]})
        years = self.files["enrollments"]
        latest = years.sort_values("EnterDate").drop_duplicates("StudentID", keep="last")
        self.codes: dict[str, list[str]] = {}
        for one in self.rows("demographics"):
            self.codes.setdefault(one["StudentID"], []).append(one["Code"])
        self.home = dict(zip(latest["StudentID"], latest["SchoolCode"], strict=True))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.partition("/api/v5/")[2]
        self.requests.append(f"{path}?{request.url.query.decode()}")
        given = self.before(request)
        if given is not None:
            return given
        if request.headers.get("aeries-cert") != CERTIFICATE:
            return httpx.Response(401, json={"Message": "no"})
        if path == "systeminfo":
            return httpx.Response(200, json={"DatabaseYear": self.years[-1], "AvailableDatabaseYears": self.years})
        found = self.answer(path.split("/"), request.url.params)
        return httpx.Response(404) if found is None else httpx.Response(200, json=found)

    def answer(self, path: list[str], asked: httpx.QueryParams) -> list[Object] | None:
        """The objects at a path."""
        if path == ["schools"]:
            return [*self.schools(), {"SchoolCode": 0, "Name": "District"}]
        if path == ["staff"]:
            return self.staff
        if path == ["courses"]:
            return self.courses()
        if path[0] != "schools" or len(path) < 3:
            return None
        school, year = path[1], asked["DatabaseYear"][5:]
        found = getattr(self, {"0": ""}.get(path[2], path[2]).lower(), None)
        if found is None:
            return None
        objects: list[Object] = self.programs(school) if path[-1] == "programs" else found(school, year, asked)
        return self.page(objects, asked)

    def page(self, objects: list[Object], asked: httpx.QueryParams) -> list[Object]:
        """The objects of a page."""
        if not self.pages or "StartingRecord" not in asked:
            return objects
        return objects[int(asked["StartingRecord"]) - 1 : int(asked["EndingRecord"])]

    def rows(self, name: str, **where: str) -> list[dict[str, str]]:
        """The rows of a file with these values."""
        found = self.files[name]
        for column, value in where.items():
            found = found[found[column] == value]
        return [{str(name): str(cell) for name, cell in row.items()} for row in found.to_dict("records")]

    def schools(self) -> list[Object]:
        """The schools."""
        return [
            {"SchoolCode": int(one["SchoolCode"]), "Name": one["Name"], "HighGradeLevel": HIGHEST[one["Level"]],
             "InactiveStatusCode": ""}
            for one in self.rows("schools")
        ]  # fmt: skip

    def courses(self) -> list[Object]:
        """The courses."""
        known = self.files["marks"].drop_duplicates("CourseID").to_dict("records")
        return [
            {"ID": one["CourseID"], "Title": one["Title"], "DepartmentCode": one["DepartmentCode"],
             "UC_SubjectAreaCode": one["UC_SubjectAreaCode"]}
            for one in known
        ]  # fmt: skip

    def terms(self, _school: str, year: str, _asked: httpx.QueryParams) -> list[Object]:
        """The terms of a school that are no marking periods."""
        return [
            {"TermCode": one["TermCode"], "StartDate": midnight(one["StartDate"]), "EndDate": midnight(one["EndDate"])}
            for one in self.rows("terms", SchoolYear=year) if one["Kind"] != "quarter"
        ]  # fmt: skip

    def reportcardmarkingperiods(self, _school: str, year: str, _asked: httpx.QueryParams) -> list[Object]:
        """The marking periods of a school."""
        return [
            {"MarkingPeriod": int(one["TermCode"][1:]), "ShortDescription": one["TermCode"],
             "BeginningDate": midnight(one["StartDate"]), "EndingDate": midnight(one["EndDate"])}
            for one in self.rows("terms", SchoolYear=year) if one["Kind"] == "quarter"
        ]  # fmt: skip

    def calendar(self, school: str, year: str, _asked: httpx.QueryParams) -> list[Object]:
        """The days of a school."""
        return [
            {"CalendarDate": midnight(one["CalendarDate"]), "HolidayCode": "" if one["InSession"] == "true" else "@",
             "TrackHolidays": []}
            for one in self.rows("calendar", SchoolCode=school, SchoolYear=year)
        ]  # fmt: skip

    def absencecodes(self, _school: str, _year: str, _asked: httpx.QueryParams) -> list[Object]:
        """The codes of attendance."""
        return [
            {"AbsenceCode": code, "TypeCode": kind, "IsSuspension": suspends}
            for code, (_, kind, suspends) in CODES.items()
        ]

    def attendance(self, school: str, _year: str, asked: httpx.QueryParams) -> list[Object]:
        """The days of students between two dates; one who was there the whole day has no code."""
        first, last = (f"{one[:4]}-{one[4:6]}-{one[6:]}" for one in (asked["StartDate"], asked["EndDate"]))
        found = [one for one in self.rows("attendance", SchoolCode=school) if first <= one["CalendarDate"] <= last]
        days = grouped(found, lambda one: attendance_day(one["AbsenceType"], one["CalendarDate"]))
        here: list[object] = [{"CalendarDate": midnight(first), "AllDayAttendanceCode": None, "Classes": []}]
        return [{"StudentID": int(student), "AttendanceDays": [*here, *each]} for student, each in days.items()]

    def enrollment(self, school: str, year: str, _asked: httpx.QueryParams) -> list[Object]:
        """The spells of a school in a year."""
        return [
            {**one, "StudentID": int(one["StudentID"]), "Track": one["Track"].replace("main", ""),
             "AcademicYear": str(int(year) - 1), "EnterDate": midnight(one["EnterDate"]),
             "LeaveDate": midnight(one["LeaveDate"]) or None}
            for one in self.rows("enrollments", SchoolCode=school, SchoolYear=year)
        ]  # fmt: skip

    def students(self, school: str, _year: str, _asked: httpx.QueryParams) -> list[Object]:
        """The students of a school."""
        return [
            {**one, "StudentID": int(one["StudentID"]), "Birthdate": midnight(one["Birthdate"]), **self.told_of(one)}
            for one in self.rows("students") if self.home.get(one["StudentID"]) == school
        ]  # fmt: skip

    def told_of(self, student: dict[str, str]) -> Object:
        """Sex, ethnicity and races of a student, and whether the student learns English today."""
        said = self.codes.get(student["StudentID"], [])
        races = {f"RaceCode{place}": code for place, code in enumerate((c for c in said if c.isdigit()), start=1)}
        sex = next((code for code in said if code in "MFX"), "")
        since = next((one["ParticipationStartDate"] for one in self.learning(student["StudentID"])), "")
        language = {"LanguageFluencyCode": "L" if since else "E", "DistrictEnterDate": midnight(since)}
        return {"Gender": sex, "EthnicityCode": "Y" if "H" in said else "N", **races, **language}

    def learning(self, student: str) -> list[dict[str, str]]:
        """The program of a student who learns English today."""
        return self.rows("programs", StudentID=student, ProgramCode="EL", ParticipationEndDate="")

    def programs(self, school: str) -> list[Object]:
        """The memberships of a school's students, but for those who learn or learnt English."""
        return [
            {**one, "ParticipationStartDate": midnight(one["ParticipationStartDate"])}
            for one in self.rows("programs")
            if self.home.get(one["StudentID"]) == school and one["ProgramCode"] != "EL"
        ]  # fmt: skip

    def transcript(self, school: str, _year: str, _asked: httpx.QueryParams) -> list[Object]:
        """The transcripts of a school's students."""
        found = self.rows("marks", SchoolCode=school, Source="Transcript")
        lines = grouped(found, lambda one: {
            "CourseID": one["CourseID"], "Mark": one["Mark"], "Term": one["Term"], "SchoolTakenID": int(school),
            "SchoolYear": f"{int(one['SchoolYear']) - 1}-{one['SchoolYear']}",
            "CreditAttempted": one["CreditAttempted"], "CreditCompleted": one["CreditCompleted"],
        })  # fmt: skip
        return [{"StudentID": int(student), "Transcripts": each} for student, each in lines.items()]

    def reportcard(self, school: str, year: str, _asked: httpx.QueryParams) -> list[Object]:
        """The report cards of a school's students in a year."""
        found = self.rows("marks", SchoolCode=school, SchoolYear=year, Source="ReportCard")
        lines = grouped(found, lambda one: {
            "CourseID": one["CourseID"], "CourseTitle": one["Title"], "Mark": one["Mark"],
            "MarkingPeriod": int(one["Term"][1:]), "Credit": one["CreditAttempted"],
        })  # fmt: skip
        return [{"StudentID": int(student), "ReportCards": each} for student, each in lines.items()]

    def assertivediscipline(self, school: str, _year: str, _asked: httpx.QueryParams) -> list[Object]:
        """The incidents at a school."""
        decided: dict[tuple[str, str], list[Object]] = {}
        for row in self.rows("actions"):
            action: Object = {name: row[name] for name in ("ResultCode", "Days", "StartDate")}
            decided.setdefault((row["IncidentID"], row["StudentID"]), []).append(action)

        def incident(one: dict[str, str]) -> Object:
            return {
                "IncidentID": one["IncidentID"], "IncidentDate": midnight(one["IncidentDate"]),
                "ViolationCode1": one["ViolationCode"], "SchoolOfIncidentCode": int(school),
                "AdministrativeDecisions": decided.get((one["IncidentID"], one["StudentID"]), []),
            }  # fmt: skip

        found = grouped(self.rows("incidents", SchoolOfIncidentCode=school), incident)
        return [{"StudentID": int(student), "AssertiveDisciplines": each} for student, each in found.items()]


def read(path: Path) -> pd.DataFrame:
    """A file as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def midnight(day: str) -> str:
    """A day as the API writes it."""
    return f"{day}T00:00:00" if day else ""


def attendance_day(kind: str, day: str) -> Object:
    """A day of a student: a code of the whole of it, or of half of its periods."""
    if kind in OF_PERIODS:
        classes = [{"Period": one, "AttendanceCode": OF_PERIODS[kind]} for one in range(PERIODS // 2)]
        return {"CalendarDate": midnight(day), "AllDayAttendanceCode": "", "Classes": classes}
    code = next(code for code, (known, _, _) in CODES.items() if known == kind)
    return {"CalendarDate": midnight(day), "AllDayAttendanceCode": code, "Classes": []}


def grouped(rows: Iterable[dict[str, str]], entry: Callable[[dict[str, str]], Object]) -> dict[str, list[object]]:
    """An entry for each row, by student."""
    found: dict[str, list[object]] = {}
    for one in rows:
        found.setdefault(one["StudentID"], []).append(entry(one))
    return found
