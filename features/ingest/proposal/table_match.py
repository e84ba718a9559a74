"""Which file is of which canonical table: the columns that it has, and the words of its name."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from features.ingest.proposal.column_match import ColumnMatch, match_columns
from features.ingest.proposal.column_profile import ColumnProfile
from features.ingest.proposal.file_sample import FileSample
from features.ingest.proposal.name_match import words_of
from features.ingest.proposal.synonyms import OTHER_SUBJECTS, TABLE_WORDS
from features.table_schema import Table
from features.tables import TABLES

NEEDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "schools": (("school_id",), ("name",)),
    "terms": (("term_id",), ("start_date",), ("end_date",)),
    "school_terms": (("school_id",), ("term_id",), ("start_date",), ("end_date",)),
    "calendar_days": (("date",), ("in_session", "attendance_taken")),
    "students": (("student_id",), ("first_name", "last_name", "full_name", "birth_date")),
    "demographics": (("student_id",), ("value",)),
    "programs": (("student_id",), ("program",)),
    "enrollments": (("student_id",), ("school_id",), ("entry_date",)),
    "attendance": (("student_id",), ("date",), ("kind",)),
    "attendance_submissions": (("school_id",), ("date",)),
    "section_enrollments": (("student_id",), ("section_id",), ("start_date", "end_date")),
    "marks": (("student_id",), ("mark",), ("course_id", "course_name")),
    "incidents": (("student_id",), ("date",), ("severity", "incident_id")),
    "discipline_actions": (("student_id",), ("action",)),
    "completions": (("student_id",), ("date",), ("kind",)),
    "staff": (("staff_id", "last_name"), ("email", "role")),
    "caseloads": (("staff_id",), ("student_id",)),
    "supports": (("student_id",), ("support_id",), ("kind",)),
}
"""Table = columns that a file of it must have, one of each group."""

BY_NAME_ALONE = ("attendance_submissions",)
"""Tables whose columns many files have: the file's name must say that it is one."""

COMPANIONS: Mapping[str, tuple[str, ...]] = {
    "students": ("demographics", "programs", "enrollments"),
    "enrollments": ("programs", "demographics", "students"),
    "demographics": ("programs",),
}
"""Table = tables for which its file may serve too, where no file of their own does."""

ABOUT_STUDENTS = 0.8
"""The score with which a column of student ids keeps a file from being of schools, terms, days or staff."""

LEAST = 0.3
"""The score below which no file is of a table."""

WIDE = 12
"""Further columns of a file do not speak against a table: some systems export every field they have."""


@dataclass(frozen=True, eq=False)
class SampledFile:
    """A file, or several of one form: its sample, its columns, and the pattern that names it."""

    sample: FileSample
    profiles: tuple[ColumnProfile, ...]
    pattern: str

    @property
    def name(self) -> str:
        """The file's name."""
        return self.sample.file


@dataclass(frozen=True)
class TableMatch:
    """A file that is of a table, or serves for it too, with the columns found in it."""

    table: Table
    file: SampledFile
    columns: Mapping[str, ColumnMatch]
    score: float
    serves_too: bool = False


@dataclass(frozen=True)
class Matched:
    """The file of each table, and for files of a table that has a better one the name of that."""

    tables: Mapping[str, TableMatch]
    second_best: Mapping[str, TableMatch] = field(default_factory=dict)


def match_tables(files: Sequence[SampledFile]) -> Matched:
    """The best file for each table: each file is of one, and may serve for companions that have none."""
    known = known_ids(files)
    found = [match for file in files for match in tables_of(file, known)]
    ranked = sorted(found, key=lambda match: -match.score)
    best: dict[str, TableMatch] = {}
    own: dict[str, str] = {}
    second: dict[str, TableMatch] = {}
    for match in ranked:
        if match.file.name in own or match.score < LEAST:
            continue
        if match.table.name in best:
            second.setdefault(match.file.name, match)
            continue
        best[match.table.name] = match
        own[match.file.name] = match.table.name
        second.pop(match.file.name, None)
    for match in ranked:
        primary = own.get(match.file.name, "")
        if match.table.name not in best and match.table.name in COMPANIONS.get(primary, ()):
            best[match.table.name] = TableMatch(match.table, match.file, match.columns, match.score, serves_too=True)
    return Matched(best, second)


def known_ids(files: Sequence[SampledFile]) -> dict[str, ColumnProfile]:
    """The columns that name every student, school and person, as the files of those tables have them."""
    known: dict[str, ColumnProfile] = {}
    every = [match for file in files for match in tables_of(file, {})]
    for table, column in (("students", "student_id"), ("schools", "school_id"), ("staff", "staff_id"),
                          ("enrollments", "student_id"), ("enrollments", "school_id"), ("incidents", "incident_id"),
                          ("students", "school_id")):  # fmt: skip
        found = [match for match in every if match.table.name == table]
        best = max(found, key=lambda match: match.score, default=None)
        if best and column in best.columns and column not in known:
            known[column] = best.columns[column].profile
    if "school_id" not in known:
        known |= school_ids(files)
    return known


def school_ids(files: Sequence[SampledFile]) -> dict[str, ColumnProfile]:
    """The column of school ids with the most different values, of any file, where no file of schools is found."""
    found = [
        columns["school_id"].profile
        for file in files
        if "school_id" in (columns := match_columns(TABLES["enrollments"], file.profiles, {}))
    ]
    return {"school_id": max(found, key=lambda profile: profile.distinct)} if found else {}


def tables_of(file: SampledFile, known: Mapping[str, ColumnProfile]) -> list[TableMatch]:
    """The tables that a file may be of, each with its score."""
    if len([one for one in file.profiles if OTHER_SUBJECTS & set(words_of(one.name))]) > 1:
        return []
    found = [table_match(table, file, known) for table in TABLES.values() if table.name in NEEDS]
    return [match for match in found if match is not None]


def table_match(table: Table, file: SampledFile, known: Mapping[str, ColumnProfile]) -> TableMatch | None:
    """How well a file is of a table; None where it lacks what every file of it has."""
    columns = match_columns(table, file.profiles, known)
    if not all(any(name in columns for name in group) for group in NEEDS[table.name]):
        return None
    if not table.has_students and table.name != "students" and names_students(file):
        return None
    named = named_as(table.name, file.name)
    if table.name in BY_NAME_ALONE and not named:
        return None
    wanted = sum(column.kind != "assigned" for column in table.columns) + 1
    covered = sum(match.score for match in columns.values()) / math.sqrt(wanted * min(len(file.profiles), WIDE))
    return TableMatch(table, file, columns, covered + 0.3 * named)


def names_students(file: SampledFile) -> bool:
    """Whether a file has a column of student ids."""
    found = match_columns(TABLES["caseloads"], file.profiles, {}).get("student_id")
    return found is not None and found.score >= ABOUT_STUDENTS


def named_as(table: str, name: str) -> float:
    """How much a file's name speaks for a table, from 0 to 1: the last of its words counts most."""
    stem = re.sub(r"[0-9]+", " ", PurePosixPath(name).name.split(".")[0])
    words = [*words_of(stem), *re.split(r"[^a-z]+", stem.lower())]
    spoken = [word for word in words if word in TABLE_WORDS[table] or word.rstrip("s") == table.rstrip("s")]
    return 1.0 if spoken else 0.0
