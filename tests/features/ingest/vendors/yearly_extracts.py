"""The same district as another vendor exports it: other names, codes, dates and dialect, a folder a school year."""

from pathlib import Path

import pandas as pd

HEADERS = {
    "schools": {"school_id": "SKL_OID", "name": "SKL_NAME", "level": "SKL_TYPE"},
    "terms": {"school_year": "YEAR", "term_id": "TRM", "kind": "TRM_KIND", "start_date": "FROM", "end_date": "TO"},
    "calendar_days": {
        "school_id": "SKL_OID", "track": "TRACK", "date": "DAY", "school_year": "YEAR",
        "in_session": "IN_SESSION", "attendance_taken": "TAKEN",
    },
    "students": {
        "student_id": "STD_ID", "first_name": "FIRST", "last_name": "LAST", "birth_date": "BORN", "state_id": "SASID",
    },
    "enrollments": {
        "student_id": "STD_ID", "school_id": "SKL_OID", "track": "TRACK", "school_year": "YEAR", "grade_level": "GR",
        "entry_date": "ENTRY", "exit_date": "EXIT", "exit_kind": "EXIT_CODE",
    },
    "attendance": {
        "student_id": "STD_ID", "school_id": "SKL_OID", "date": "ATT_DATE", "section_id": "SECTION",
        "kind": "ATT_CODE", "absent_hundredths": "PORTION_ABSENT", "excused": "EXCUSED_IND",
    },
    "marks": {
        "student_id": "STD_ID", "school_id": "SKL_OID", "school_year": "YEAR", "term_id": "TRM", "course_id": "CRS",
        "course_name": "CRS_NAME", "subject": "DEPT", "a_g": "AG_AREA", "mark_kind": "TYPE", "mark": "GRADE",
        "points_hundredths": "POINTS", "credits_attempted_hundredths": "CR_TRIED", "credits_earned_hundredths": "CR",
    },
}  # fmt: skip
"""What the vendor calls each canonical column."""

CODES = {
    "ATT_CODE": {"absent": "A", "partial": "A-PT", "tardy": "T-E", "suspended": "S"},
    "EXCUSED_IND": {"true": "1", "false": "0"},
    "IN_SESSION": {"true": "Y", "false": "N"},
    "TAKEN": {"true": "Y", "false": "N"},
    "DEPT": {"ela": "ENG", "math": "MAT", "science": "SCI", "social_science": "SOC", "other": "ELE"},
    "TYPE": {"progress": "P", "final": "F"},
    "SKL_TYPE": {"middle": "MS", "high": "HS", "other": "XX"},
    "EXIT_CODE": {
        "moved_school": "W1", "transferred": "W2", "left": "W3", "completed": "G1", "deceased": "D", "unknown": "?",
    },
}  # fmt: skip
DATES = {"FROM", "TO", "DAY", "BORN", "ENTRY", "EXIT", "ATT_DATE", "ENTERED"}
SHARES = {"PORTION_ABSENT", "POINTS", "CR_TRIED", "CR"}
LINE = "\r\n"

MAPPING = """
[[districts]]
id = "north"
name = "Nördliche Schulen"

[districts.reading]
encoding = "utf-16"
delimiter = ";"
escape = "\\\\"
null = ["NULL"]
dates = ["%m/%d/%Y"]
"""


def mapping() -> str:
    """What `ontrack.toml` says about these files, and nothing else."""
    lines = [MAPPING]
    for table, columns in HEADERS.items():
        covers = "" if table in ("schools", "students") else '\ncovers = "school_years"'
        lines.append(f'[districts.files.{table}]\nfile = "X2_{table.upper()}.txt"\nknown_on.column = "ENTERED"{covers}')
        lines.append(f"[districts.files.{table}.columns]")
        for ours, theirs in columns.items():
            source = f'{{ column = "{theirs}", times = 100 }}' if theirs in SHARES else f'"{theirs}"'
            padded = f'{{ column = "{theirs}", digits = 6 }}' if ours == "student_id" else source
            lines.append(f"{ours} = {padded}")
        for ours, theirs in columns.items():
            if theirs in CODES:
                lines.append(f"[districts.files.{table}.codes.{ours}]")
                lines += [f'"{code}" = "{meaning}"' for meaning, code in CODES[theirs].items()]
    absent = ("demographics", "programs", "incidents", "discipline_actions", "staff", "caseloads")
    return "\n".join([*lines, *(f'[districts.files.{table}]\nsent = "never"' for table in absent)])


def write_extract(canonical: Path, folder: Path, school_year: int) -> None:
    """One school year's extract, made from the district's canonical files."""
    folder.mkdir(parents=True)
    students = pd.read_csv(canonical / "enrollments.csv", dtype=str, keep_default_na=False)
    there = set(students.loc[students["school_year"] == str(school_year), "student_id"])
    for table, columns in HEADERS.items():
        rows = pd.read_csv(canonical / f"{table}.csv", dtype=str, keep_default_na=False)
        rows = rows[of_year(rows, school_year)]
        rows = rows[rows["student_id"].isin(there)] if table == "students" else rows
        theirs = rows[[*columns, "known_on"]].rename(columns={**columns, "known_on": "ENTERED"})
        (folder / f"X2_{table.upper()}.txt").write_bytes(as_exported(theirs).encode("utf-16"))


def of_year(rows: pd.DataFrame, school_year: int) -> "pd.Series[bool]":
    """Which rows are of a school year; those of a table without one are of every year."""
    if "school_year" in rows:
        return rows["school_year"] == str(school_year)
    if "date" in rows:
        days = pd.to_datetime(rows["date"])
        return (days.dt.year + (days.dt.month >= 7)) == school_year
    return pd.Series(True, index=rows.index)


def as_exported(rows: pd.DataFrame) -> str:
    """Rows in the vendor's dialect: single quotes around the header, escaped ones in cells, NULL, blank lines."""
    header = ";".join(f"'{name}'" for name in rows.columns)
    lines = [
        ";".join(exported(name, value) for name, value in zip(rows.columns, row, strict=True))
        for row in rows.to_numpy()
    ]
    middle = len(lines) // 2
    return LINE.join(["", header, *lines[:middle], "", *lines[middle:]]) + "\n"


def exported(name: str, value: str) -> str:
    """A cell as the vendor writes it."""
    if not value:
        return "NULL" if name in DATES else ""
    if name in CODES:
        value = CODES[name][value]
    elif name in DATES:
        year, month, day = value.split("-")
        value = f"{month}/{day}/{year}"
    elif name in SHARES:
        value = f"{int(value) / 100:g}"
    elif name == "STD_ID":
        value = value.lstrip("0")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
