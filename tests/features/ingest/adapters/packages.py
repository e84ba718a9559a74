"""OneRoster packages drawn as tables, and what a conversion makes of them, as frames of text."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from features.ingest.adapters.adapter import Arrival, CanonicalRows, Conversion
from features.ingest.adapters.oneroster.conversion import convert
from features.ingest.files.sources import files_in
from features.settings import District
from features.sources.oneroster import OneRosterCsv, OneRosterRest
from tests.drawn import rows_of

TODAY = date(2026, 1, 15)

SMALL = {
    "orgs": """
    | sourcedId | name      | type     | identifier |
    | d         | Harbor    | district |            |
    | 10        | North     | school   | 0010       |
    | 20        | South     | school   | 0020       |
    """,
    "academicSessions": """
    | sourcedId | title | type       | startDate  | endDate    | schoolYear |
    | y26       | 26    | schoolYear | 2025-08-18 | 2026-06-10 | 2026       |
    | s1        | S1    | semester   | 2025-08-18 | 2026-01-10 | 2026       |
    | s2        | S2    | semester   | 2026-01-12 | 2026-06-10 | 2026       |
    """,
    "classes": """
    | sourcedId | title | grades | courseSourcedId | classType | schoolSourcedId | termSourcedIds |
    | hr        | HR    | 09     |                 | homeroom  | 10              | y26            |
    | alg       | Alg   | 09,10  | c1              | scheduled | 10              | s1,s2          |
    | art       | Art   |        | c2              | scheduled | 20              | s1             |
    """,
    "courses": """
    | sourcedId | title     | courseCode | subjects | subjectCodes |
    | c1        | Algebra   | MAT9       |          | 02052        |
    | c2        | Painting  | ART1       | Fine Art |              |
    """,
    "users": """
    | sourcedId | givenName | familyName | identifier | userIds          | email      | grades |
    | 1         | Ada       | One        | 1001       | {stateId:77}     |            | 09     |
    | 2         | Bea       | Two        | 1002       | {a:1},{stateId:8}|            | 09,10  |
    | 3         | Cy        | Three      |            |                  |            | KG     |
    | t         | Tea       | Cher       |            |                  |            |        |
    | c         | Coun      | Selor      |            |                  | c@x.example |        |
    """,
    "roles": """
    | sourcedId | userSourcedId | roleType  | role      | orgSourcedId | beginDate  | endDate |
    | r1        | 1             | primary   | student   | 10           |            |         |
    | r2        | 2             | primary   | student   | 20           |            |         |
    | r3        | 3             | primary   | student   | 20           | 2025-09-01 |         |
    | r4        | t             | primary   | teacher   | 10           |            |         |
    | r5        | c             | primary   | counselor | 10           |            |         |
    | r6        | c             | secondary | counselor | 20           |            |         |
    """,
    "enrollments": """
    | sourcedId | classSourcedId | schoolSourcedId | userSourcedId | role    | beginDate  | endDate    |
    | e1        | hr             | 10              | 1             | student | 2025-08-18 | 2025-10-01 |
    | e2        | hr             | 10              | 1             | student | 2025-11-03 |            |
    | e3        | alg            | 10              | 1             | student |            |            |
    | e4        | art            | 20              | 2             | student |            |            |
    | e5        | alg            | 10              | t             | teacher |            |            |
    """,
    "demographics": """
    | sourcedId | birthDate  | sex    | asian | white |
    | 1         | 2011-02-03 | female | true  | true  |
    | 2         |            | male   | false | true  |
    """,
    "categories": "| sourcedId | title |\n| f | Final |\n| h | Homework |",
    "lineItems": """
    | sourcedId | title | classSourcedId | categorySourcedId | academicSessionSourcedId |
    | l1        | S1    | alg            | f                 | s1                       |
    | l2        | HW    | alg            | h                 | s1                       |
    | l3        | S1    | art            | f                 | s1                       |
    """,
    "results": """
    | sourcedId | lineItemSourcedId | studentSourcedId | scoreStatus   | score | scoreDate  | textScore |
    | m1        | l1                | 1                | fully graded  |       | 2026-01-12 | F         |
    | m2        | l2                | 1                | fully graded  | 3     | 2025-09-12 |           |
    | m3        | l3                | 2                | not submitted |       | 2026-01-12 |           |
    """,
}
"""A district of two schools and three students, in version 1.2."""


def write_package(folder: Path, drawings: Mapping[str, str], *, version: str = "1.2", sent: str = "bulk") -> Path:
    """A folder with a manifest and a file for each drawn table; a comma in a cell is quoted."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, drawing in drawings.items():
        frame = pd.DataFrame(rows_of(drawing))
        frame.to_csv(folder / f"{name}.csv", index=False)
    lines = ["propertyName,value", f"oneroster.version,{version}", *(f"file.{name},{sent}" for name in drawings)]
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def conversion_of(
    folder: Path, work: Path, source: OneRosterCsv | OneRosterRest, *, kept: Path | None = None
) -> Conversion:
    """The conversion of a package in a folder."""
    district = District(id="harbor", name="Harbor", source=source)
    for name in ("scratch", "keeps"):
        (work / name).mkdir(parents=True)
    arrival = Arrival(district, source, files_in(folder), tuple(source.own))
    return Conversion(arrival, TODAY, work / "scratch", kept, work / "keeps")


def converted(conversion: Conversion) -> dict[str, pd.DataFrame]:
    """The rows of each canonical table as text, with the file and row that each came from."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for one in convert(conversion):
        parts.setdefault(one.table, []).append(frame_of(one))
    return {table: pd.concat(frames, ignore_index=True) for table, frames in parts.items()}


def frame_of(rows: CanonicalRows) -> pd.DataFrame:
    """The rows as text, an empty cell as empty text."""
    frame: pd.DataFrame = rows.connection.sql(rows.query).df().astype(object).fillna("")
    return frame.assign(file=rows.file)
