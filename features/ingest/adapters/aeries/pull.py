"""Pulls an Aeries API into a folder, as CSV files that a load reads by a shipped mapping."""

import csv
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

from features.atomic_files import sync_folder
from features.ingest.adapters.aeries import marks, rows
from features.ingest.adapters.aeries.api import AeriesServer, Json, SchoolYear, text
from features.ingest.network.http_client import ClientMaker, JsonClient, Limits
from features.ingest.network.pull_folder import UNDER_WAY, RowWriter, folder_under_way
from features.ingest.network.refusal import SourceRefused
from features.ingest.network.secrets import Credentials, secret_in
from features.progress import Progress
from features.settings import District
from features.sources.aeries_api import AeriesApi
from features.sources.declaration import Source

HEADER = "AERIES-CERT"
LIMITS = Limits(most_bytes=256 << 20)
"""Addresses without pages answer with a whole school's year."""

CLIENT = partial(JsonClient, limits=LIMITS)
"""How a client of the API is made."""

DAYS_ASKED = 28
"""Days of attendance that are asked for at a time."""

LAST = "schools.csv"
"""The file that is moved to its place last: until it is there, a load says that a table is missing."""

PART = ".part"
"""The ending of a file that is not whole yet."""

T = TypeVar("T")


def pull_aeries(
    _district: District,
    source: Source,
    folder: Path,
    *,
    environment: Mapping[str, str],
    progress: Progress,
    turn: Callable[[], AbstractContextManager[None]],
    client_of: ClientMaker = CLIENT,
) -> int:
    """Brings a folder to the state of the API, and returns how many rows it has.

    Killed, the next call within a day goes on with the files that are not whole yet. Files that a load reads change
    within `turn`. SourceRefused where the API cannot be read: what was pulled before stays.
    """
    if not isinstance(source, AeriesApi):
        raise TypeError(source.kind)
    certificate, under_way = secret_in(environment, source.certificate_variable), folder_under_way(folder)
    with client_of(source.url, Credentials("", "")) as client:
        client.certificate = {HEADER: certificate}
        found = AeriesPull(AeriesServer(client, source.url, source.page_size), source, under_way, progress).run()
    with turn():
        publish(folder)
    return found


@dataclass
class AeriesPull:
    """One pull: the parts that it consists of, each a file of a school and year."""

    server: AeriesServer
    source: AeriesApi
    folder: Path
    progress: Progress
    done: int = 0
    parts: int = 0
    held: int = 0

    def run(self) -> int:
        """Writes every file, and returns how many rows they have."""
        years = self.server.school_years(self.source.years)
        schools = self.schools(years[0])
        self.parts = len(schools) * (len(years) * 4 + 4) + 3 + bool(self.source.staff_titles)
        courses = marks.courses_of(self.server.objects("courses", years[0]))
        terms: dict[str, list[rows.Row]] = {}
        for year in years:
            for school in schools:
                terms.setdefault(school, []).extend(self.year_of_school(year, school, courses))
        for school in schools:
            self.people_of_school(years[0], school, courses)
        if self.source.staff_titles:
            staff = (rows.staff_rows(one, self.source.staff_titles) for one in self.server.listed("staff", years[0]))
            self.write("staff", "", chain.from_iterable(staff))
        self.write("terms", "", marks.common_terms(terms))
        self.write("school_terms", "", marks.own_terms(terms))
        return self.held

    def schools(self, year: SchoolYear) -> list[str]:
        """The codes of the schools that are read, of which the file is written."""
        found = [one for one in self.server.objects("schools", year) if self.is_read(one)]
        if not found:
            raise SourceRefused(f"{self.source.url}: no school is active, or is one of `schools`; expected one")
        self.write("schools", "", (rows.school_row(one) for one in found))
        return [text(one, "SchoolCode") for one in found]

    def is_read(self, school: Json) -> bool:
        """Whether a school is read: an active one, or one of those that are named."""
        code = text(school, "SchoolCode")
        return code in self.source.schools if self.source.schools else code != "0" and not text(
            school, "InactiveStatusCode"
        )  # fmt: skip

    def year_of_school(self, year: SchoolYear, school: str, courses: marks.Courses) -> list[rows.Row]:
        """Writes what a school has of a year; its terms."""
        server, place = self.server, f"-{year.ends_in}-{school}"
        periods = server.objects(f"schools/{school}/ReportCardMarkingPeriods", year)
        ids = {text(one, "MarkingPeriod"): marks.period_id(one) for one in periods}
        days = server.objects(f"schools/{school}/calendar", year)
        self.write("calendar", place, rows.calendar_rows(days, school, year, self.source.no_school))
        enrolled = server.listed(f"schools/{school}/enrollment/0/year/{year.begins_in}", year)
        self.write("enrollments", place, map(rows.enrollment_row, enrolled))
        self.write("attendance", place, self.attendance(year, school, days))
        cards = server.paged(f"schools/{school}/ReportCard", year)
        cards_of = (marks.report_card_rows(one, school, year, ids, courses) for one in cards)
        self.write("marks", place, chain.from_iterable(cards_of))
        return marks.term_rows(server.objects(f"schools/{school}/terms", year), periods, year)

    def attendance(self, year: SchoolYear, school: str, days: Iterable[Json]) -> Iterator[rows.Row]:
        """The attendance of a school in a year, asked for four weeks at a time between the days of its calendar."""
        dates = sorted(text(one, "CalendarDate") for one in days)
        if not dates:
            return
        listed = self.server.objects(f"schools/{school}/AbsenceCodes", year)
        codes = rows.absence_codes(listed, self.source.periods)
        first, last = date.fromisoformat(dates[0]), date.fromisoformat(dates[-1])
        while first <= last:
            until = min(last, first + timedelta(days=DAYS_ASKED - 1))
            window = {"StartDate": first.strftime("%Y%m%d"), "EndDate": until.strftime("%Y%m%d")}
            for one in self.server.objects(f"schools/{school}/attendance", year, window):
                yield from rows.attendance_rows(one, school, codes)
            first = until + timedelta(days=1)

    def people_of_school(self, year: SchoolYear, school: str, courses: marks.Courses) -> None:
        """Writes what a school has of students: who they are, programs, transcripts, and discipline."""
        server, place = self.server, f"-{school}"
        students = server.paged(f"schools/{school}/students", year)
        told = {
            "students": rows.student_rows, "demographics": rows.demographic_rows,
            "programs-language": rows.language_rows,
        }  # fmt: skip
        self.write_each(place, students, told)
        programs = server.listed(f"schools/{school}/students/0/programs", year)
        self.write("programs", place, map(rows.program_row, programs))
        transcripts = server.paged(f"schools/{school}/Transcript", year)
        marks_of = (marks.transcript_rows(one, school, courses) for one in transcripts)
        self.write("marks", place, chain.from_iterable(marks_of))
        incidents = server.paged(f"schools/{school}/AssertiveDiscipline", year)
        self.write_each(place, incidents, {"incidents": rows.incident_rows, "actions": rows.action_rows})

    def write(self, name: str, place: str, found: Iterable[rows.Row]) -> None:
        """Writes the rows of one file, whole or not at all; one that is there already stays."""
        self.write_each(place, found, {name: lambda row: iter((row,))})

    def write_each(
        self, place: str, found: Iterable[T], parts: Mapping[str, Callable[[T], Iterator[rows.Row]]]
    ) -> None:
        """Writes the files that objects are rows of, all of them whole or none; those that are there already stay."""
        paths = {name: self.folder / f"{name}{place}.csv" for name in parts}
        if not all(path.exists() for path in paths.values()):
            with ExitStack() as opened:
                writers = {name: writer_of(opened, path, name) for name, path in paths.items()}
                for one in found:
                    for name, rows_of in parts.items():
                        writers[name].writerows(rows_of(one))
            for path in paths.values():
                os.replace(path.with_suffix(PART), path)
        self.done += 1
        self.held += sum(rows_in(path) for path in paths.values())
        self.progress(f"{', '.join(parts)}{place}: {self.held:,} rows, part {self.done} of {self.parts}")


def writer_of(opened: ExitStack, path: Path, name: str) -> RowWriter:
    """A writer of a file of the pull, which begins with its header."""
    writer = csv.writer(opened.enter_context(path.with_suffix(PART).open("w", encoding="utf-8", newline="")))
    writer.writerow(rows.COLUMNS[name])
    return writer


def rows_in(path: Path) -> int:
    """How many rows a file has below its header, about: a cell may have a line break."""
    with path.open("rb") as file:
        return sum(1 for _ in file) - 1


def publish(folder: Path) -> None:
    """Moves the files of a whole pull to their place and removes those of the pull before."""
    under_way = folder / UNDER_WAY
    (folder / LAST).unlink(missing_ok=True)
    sync_folder(folder)
    new = sorted(under_way.glob("*.csv"), key=lambda path: path.name == LAST)
    for path in folder.glob("*.csv"):
        if path.name.partition("-")[0].removesuffix(".csv") in rows.COLUMNS:
            path.unlink()
    for path in new:
        os.replace(path, folder / path.name)
    sync_folder(folder)
    shutil.rmtree(under_way, ignore_errors=True)
