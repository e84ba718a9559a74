"""A simulated district as a OneRoster 1.2 CSV package."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from features.simulator.formats.latest_records import latest_of
from features.simulator.formats.uncarried_tables import copy_uncarried

CARRIED = ("schools", "terms", "students", "demographics", "enrollments", "marks", "staff")
"""The canonical tables that a package carries, as far as it does."""

CATEGORY = "Course mark"
"""The category of the line items whose results are course marks."""

SESSIONS = {"quarter": "gradingPeriod", "semester": "semester", "year": "schoolYear"}
ROLES = {"counselor": "counselor", "principal": "principal", "district": "districtAdministrator"}
SEXES = {"M": "male", "F": "female", "X": "other"}
RACES = {
    "Native American": "americanIndianOrAlaskaNative", "Asian": "asian", "Black": "blackOrAfricanAmerican",
    "Pacific Islander": "nativeHawaiianOrOtherPacificIslander", "White": "white", "Latino": "hispanicOrLatinoEthnicity",
}  # fmt: skip
HEADERS: Mapping[str, tuple[str, ...]] = {
    "orgs": ("name", "type", "identifier", "parentSourcedId"),
    "academicSessions": ("title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "courses": ("schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes"),
    "classes": (
        "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
        "termSourcedIds", "subjects", "subjectCodes", "periods",
    ),
    "users": (
        "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email", "sms",
        "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "preferredGivenName",
        "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns",
    ),
    "roles": ("userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId"),
    "enrollments": ("classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"),
    "demographics": (
        "birthDate", "sex", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
        "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity",
        "countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus",
    ),
    "categories": ("title", "weight"),
    "lineItems": (
        "title", "description", "assignDate", "dueDate", "classSourcedId", "categorySourcedId",
        "academicSessionSourcedId", "resultValueMin", "resultValueMax", "schoolSourcedId",
    ),
    "results": (
        "lineItemSourcedId", "studentSourcedId", "scoreStatus", "score", "scoreDate", "comment", "textScore",
        "classSourcedId", "inProgress", "incomplete", "late", "missing",
    ),
}  # fmt: skip
"""The columns of each file after `sourcedId, status, dateLastModified`, in the order of the standard's version 1.2."""

Rows = pd.DataFrame


PACKAGE = "oneroster"
"""The folder of the package, beside that of the tables that it does not carry."""


def write_oneroster(records: Path, folder: Path, _district_id: str) -> dict[str, int]:
    """Writes a folder of our CSV as a package, and what it does not carry as our CSV beside it; rows by file."""
    written = write_package(records, folder / PACKAGE)
    return {f"{PACKAGE}/{name}.csv": rows for name, rows in written.items()} | copy_uncarried(records, folder, CARRIED)


def write_package(records: Path, folder: Path) -> dict[str, int]:
    """Writes the package of a folder of our CSV: a manifest and a file for each of what it carries; rows by file."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {name: latest_of(name, records / f"{name}.csv").fillna("") for name in CARRIED}
    files = roster_files(tables) | class_files(tables)
    for name, rows in files.items():
        write_file(folder / f"{name}.csv", ("sourcedId", "status", "dateLastModified", *HEADERS[name]), rows)
    said = {"manifest.version": "1.0", "oneroster.version": "1.2"}
    said |= {f"file.{name}": "bulk" for name in files}
    said |= {"source.systemName": "OnTrack simulation", "source.systemCode": "ontrack"}
    lines = ["propertyName,value", *(f"{name},{value}" for name, value in said.items())]
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {name: len(rows) for name, rows in files.items()}


def write_file(path: Path, header: tuple[str, ...], rows: Rows) -> None:
    """Writes a file with all columns of the standard, those that rows lack empty."""
    rows.reindex(columns=list(header), fill_value="").to_csv(path, index=False)


def made(rows: Rows, **cells: object) -> Rows:
    """Rows of a file with these cells, changed on the day on which they became known."""
    changed = rows["known_on"] + "T12:00:00.000Z"
    return pd.DataFrame({"status": "active", "dateLastModified": changed, **cells}, index=rows.index)


def day_after(days: "pd.Series[str]") -> "pd.Series[str]":
    """The day after each, as an `endDate` is said; empty where it is empty."""
    later = pd.to_datetime(days.where(days != "")) + pd.Timedelta(days=1)
    return later.dt.strftime("%Y-%m-%d").fillna("")


def roster_files(tables: Mapping[str, Rows]) -> dict[str, Rows]:
    """Orgs, sessions, users with their roles, and demographics."""
    schools, terms, students, staff = (tables[name] for name in ("schools", "terms", "students", "staff"))
    grades = tables["enrollments"].sort_values("entry_date").drop_duplicates("student_id", keep="last")
    grade = students["student_id"].map(grades.set_index("student_id")["grade_level"]).fillna("").str.zfill(2)
    learners = made(
        students, sourcedId=students["student_id"], enabledUser="true", username=students["student_id"],
        givenName=students["first_name"], familyName=students["last_name"], identifier=students["student_id"],
        userMasterIdentifier=students["state_id"], grades=grade,
    )  # fmt: skip
    adults = made(
        staff, sourcedId=staff["staff_id"], enabledUser="true", username=staff["email"], givenName=staff["first_name"],
        familyName=staff["last_name"], identifier=staff["staff_id"], email=staff["email"],
    )  # fmt: skip
    return {
        "orgs": made(
            schools, sourcedId=schools["school_id"], name=schools["name"], type="school",
            identifier=schools["school_id"],
        ),
        "academicSessions": sessions(terms),
        "users": pd.concat([learners, adults]),
        "roles": pd.concat([learner_roles(tables["enrollments"]), adult_roles(staff, schools)]),
        "demographics": demographics(students, tables["demographics"]),
    }  # fmt: skip


def sessions(terms: Rows) -> Rows:
    """School years, and the terms within them."""
    of_year = terms.groupby("school_year").agg(
        start_date=("start_date", "min"), end_date=("end_date", "max"), known_on=("known_on", "min")
    )
    of_year = of_year.reset_index()
    years = made(
        of_year, sourcedId=of_year["school_year"], title=of_year["school_year"], type="schoolYear",
        startDate=of_year["start_date"], endDate=day_after(of_year["end_date"]), schoolYear=of_year["school_year"],
    )  # fmt: skip
    within = made(
        terms, sourcedId=session_id(terms), title=terms["term_id"], type=terms["kind"].map(SESSIONS).fillna("term"),
        startDate=terms["start_date"], endDate=day_after(terms["end_date"]), parentSourcedId=terms["school_year"],
        schoolYear=terms["school_year"],
    )  # fmt: skip
    return pd.concat([years, within])


def session_id(rows: Rows) -> "pd.Series[str]":
    """The id of a term, which is one of all years."""
    return rows["school_year"] + "-" + rows["term_id"]


def learner_roles(enrollments: Rows) -> Rows:
    """The role of each student at each school, as it is now or was at last."""
    rows = enrollments.sort_values("entry_date", kind="stable").drop_duplicates(
        ["student_id", "school_id"], keep="last"
    )
    user, org = rows["student_id"], rows["school_id"]
    over = rows["school_year"] < rows["school_year"].max()
    last = rows["exit_date"].where((rows["exit_date"] != "") | ~over, rows["school_year"] + "-06-30")
    return made(
        rows, sourcedId="R-" + user + "-" + org, userSourcedId=user, roleType="primary", role="student",
        beginDate=rows["entry_date"], endDate=day_after(last), orgSourcedId=org,
    )  # fmt: skip


def adult_roles(staff: Rows, schools: Rows) -> Rows:
    """The role of each person of the staff; that of a district's own person is at no school of it."""
    return made(
        staff, sourcedId="R-" + staff["staff_id"], userSourcedId=staff["staff_id"], roleType="primary",
        role=staff["role"].map(ROLES), orgSourcedId=staff["school_id"],
    )  # fmt: skip


def demographics(students: Rows, said: Rows) -> Rows:
    """A row a student: birth date, sex, and each race as a column."""
    cells: dict[str, object] = {"sourcedId": students["student_id"], "birthDate": students["birth_date"]}
    sexes = said[said["attribute"] == "sex"].drop_duplicates("student_id", keep="last").set_index("student_id")
    cells["sex"] = students["student_id"].map(sexes["value"]).map(SEXES).fillna("unspecified")
    for value, column in RACES.items():
        those = set(said.loc[(said["attribute"] == "race_ethnicity") & (said["value"] == value), "student_id"])
        cells[column] = students["student_id"].isin(those).map({True: "true", False: "false"})
    return made(students, **cells)


def class_files(tables: Mapping[str, Rows]) -> dict[str, Rows]:
    """Homerooms and courses, who is in them, and the marks that they gave."""
    stays, marks = tables["enrollments"], tables["marks"]
    stays = stays.assign(room=joined("HR", stays, ("school_id", "school_year", "grade_level")))
    marks = marks.assign(
        room=joined("C", marks, ("school_id", "school_year", "course_id")),
        line=joined("L", marks, ("school_id", "school_year", "course_id", "term_id", "mark_kind")),
    )
    return {
        "courses": courses(marks), "classes": pd.concat([homerooms(stays), classes(marks)]),
        "enrollments": pd.concat([homeroom_members(stays), class_members(marks)]),
        "categories": made(marks.head(1), sourcedId="CAT", title=CATEGORY, weight="1"),
        "lineItems": line_items(marks), "results": results(marks),
    }  # fmt: skip


def joined(first: str, rows: Rows, columns: Iterable[str]) -> "pd.Series[str]":
    """An id made of columns."""
    found = pd.Series(first, index=rows.index)
    for column in columns:
        found = found + "-" + rows[column]
    return found


def homerooms(stays: Rows) -> Rows:
    """A homeroom for each school, year and grade."""
    rows = stays.drop_duplicates("room")
    return made(
        rows, sourcedId=rows["room"], title="Homeroom " + rows["grade_level"], grades=rows["grade_level"].str.zfill(2),
        classType="homeroom", schoolSourcedId=rows["school_id"], termSourcedIds=rows["school_year"],
    )  # fmt: skip


def homeroom_members(stays: Rows) -> Rows:
    """The membership of each spell in its homeroom."""
    ids = joined("E", stays, ("student_id", "school_id", "entry_date"))
    return made(
        stays, sourcedId=ids, classSourcedId=stays["room"], schoolSourcedId=stays["school_id"],
        userSourcedId=stays["student_id"], role="student", primary="false", beginDate=stays["entry_date"],
        endDate=day_after(stays["exit_date"]),
    )  # fmt: skip


def courses(marks: Rows) -> Rows:
    """Every course."""
    rows = marks.drop_duplicates("course_id")
    return made(
        rows, sourcedId=rows["course_id"], title=rows["course_name"], courseCode=rows["course_id"],
        subjects=rows["subject"],
    )  # fmt: skip


def classes(marks: Rows) -> Rows:
    """A class for each school, year and course."""
    rows = marks.drop_duplicates("room")
    return made(
        rows, sourcedId=rows["room"], title=rows["course_name"], courseSourcedId=rows["course_id"],
        classType="scheduled", schoolSourcedId=rows["school_id"], termSourcedIds=rows["school_year"],
        subjects=rows["subject"],
    )  # fmt: skip


def class_members(marks: Rows) -> Rows:
    """The membership of each student who has a mark in a class."""
    rows = marks.drop_duplicates(["student_id", "room"])
    return made(
        rows, sourcedId="E-" + rows["student_id"] + "-" + rows["room"], classSourcedId=rows["room"],
        schoolSourcedId=rows["school_id"], userSourcedId=rows["student_id"], role="student", primary="false",
    )  # fmt: skip


def line_items(marks: Rows) -> Rows:
    """A line item for each class and term that gave marks."""
    rows = marks.drop_duplicates("line")
    return made(
        rows, sourcedId=rows["line"], title=rows["course_name"] + " " + rows["term_id"], assignDate=rows["known_on"],
        dueDate=rows["known_on"], classSourcedId=rows["room"], categorySourcedId="CAT",
        academicSessionSourcedId=session_id(rows), schoolSourcedId=rows["school_id"],
    )  # fmt: skip


def results(marks: Rows) -> Rows:
    """A result for each mark."""
    return made(
        marks, sourcedId="M-" + marks["student_id"] + "-" + marks["line"], lineItemSourcedId=marks["line"],
        studentSourcedId=marks["student_id"], scoreStatus="fully graded", scoreDate=marks["known_on"],
        textScore=marks["mark"], classSourcedId=marks["room"],
    )  # fmt: skip
