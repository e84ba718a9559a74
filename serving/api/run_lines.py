"""All scores of a run as lines of NDJSON or CSV, read a part at a time: memory does not grow with the run."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from typing import cast

from sqlalchemy import ColumnElement, Engine, Select, String, literal, select
from sqlalchemy import cast as sql_cast

from serving.access.authorize import Client, visible_students
from serving.api.line_texts import LineTexts, RunFacts, dumps, interval_text, interval_told, number_text
from serving.store.bulk_read import stored_rows
from serving.store.database import read_session
from serving.store.rows import ScoreRow, StudentRow
from serving.web.nul_characters import NUL

NDJSON, CSV = "application/x-ndjson", "text/csv"
LINE_END = "\r\n"
PART = 5000
"""Scores that are read in one transaction: none is open while a slow program reads."""
PLAIN = ("student_key", "student_id", "school_id", "grade_level", "band", "flagged", "list_position", "risk")
BEHIND = ("reasons", "reason_values", "evidence")
INTERVAL = ("interval_low", "interval_high", "interval_of")
Line = tuple[str, str, str, int, str, bool, int | None, float | None, str, str, str | None, str | None]


@dataclass(frozen=True)
class RunLines:
    """The scores of a run of the students that a program may see, in the order of their keys."""

    engine: Engine
    client: Client
    run: RunFacts

    @property
    def told(self) -> bool:
        """Whether the program may read reasons."""
        return "reasons.read" in self.client.scopes

    def parts(self) -> Iterator[Sequence[Line]]:
        """The rows, a part at a time."""
        after = ""
        while True:
            with read_session(self.engine, self.client.district_id) as session:
                rows = cast("list[Line]", stored_rows(session, self.selected(after).limit(PART)))
            if rows:
                yield rows
            if len(rows) < PART:
                return
            after = rows[-1][0]

    def selected(
        self, after: str
    ) -> Select[str, str, str, int, str, bool, int | None, float | None, str, str, str | None, str | None]:
        """The columns of the scores after a student; what is behind a score only where it may be told."""
        same = (ScoreRow.district_id == StudentRow.district_id) & (ScoreRow.student_key == StudentRow.student_key)
        own = ScoreRow.district_id == self.client.district_id, ScoreRow.run_id == self.run.run_id
        seen = visible_students(self.client).with_only_columns(StudentRow.student_key)
        reasons: ColumnElement[str] = sql_cast(ScoreRow.reasons, String) if self.told else literal("[]")
        evidence: ColumnElement[str] = sql_cast(ScoreRow.evidence, String) if self.told else literal("{}")
        found = select(
            ScoreRow.student_key, StudentRow.student_id, StudentRow.school_id, StudentRow.grade_level, ScoreRow.band,
            ScoreRow.flagged, ScoreRow.list_position, ScoreRow.risk, reasons, evidence,
            sql_cast(ScoreRow.similar_students, String), sql_cast(ScoreRow.track_record, String),
        ).join(StudentRow, same)  # fmt: skip
        scoped = found if self.client.schools is None else found.where(ScoreRow.student_key.in_(seen))
        return scoped.where(*own, ScoreRow.student_key > after).order_by(ScoreRow.student_key)

    def ndjson(self) -> Iterator[bytes]:
        """A line of JSON for each score."""
        texts, told, end = LineTexts(self.run), self.told, self.run.line_end()
        for rows in self.parts():
            yield "".join([self.json_line(row, texts, end, told=told) for row in rows]).encode()

    def json_line(self, row: Line, texts: LineTexts, end: str, *, told: bool) -> str:
        """One score; its reasons as codes, values and evidence, null where the program may not read them."""
        key, number, school, grade, band, flagged, position, risk, reasons, evidence, similar, record = row
        given = texts.reasons(reasons, evidence) if told else "null"
        said, between = (None, "null") if self.run.not_judged else (risk, interval_text(similar, record))
        return (
            f'{{"student_key":{dumps(key)},"student_id":{dumps(number)},"school_id":{kept_text(school)},'
            f'"grade_level":{grade},"band":"{band}","flagged":{"true" if flagged else "false"},'
            f'"list_position":{number_text(position)},"risk":{number_text(said)},"reasons":{given},'
            f'"interval":{between}{end}'
        )

    def csv(self) -> Iterator[bytes]:
        """A head, and a row for each score; what is the same for the run stands in the last columns of each."""
        texts, told = LineTexts(self.run), self.told
        end = f",{csv_text([self.run.cells()]).decode()}"
        yield csv_text([(*PLAIN, *(BEHIND if told else ()), *INTERVAL, *self.run.columns())])
        for rows in self.parts():
            yield csv_text([self.csv_row(row, texts, told=told) for row in rows], end)

    def csv_row(self, row: Line, texts: LineTexts, *, told: bool) -> tuple[object, ...]:
        """The cells of one score that are its own; none begins as a formula does."""
        key, number, school, grade, band, flagged, position, risk, reasons, evidence, similar, record = row
        said, between = (None, None) if self.run.not_judged else (risk, interval_told(similar, record))
        plain = (key, safe_cell(number), safe_cell(school), grade, band, str(bool(flagged)).lower(), position, said)
        interval = (between.low, between.high, between.of) if between else (None, None, None)
        return (*plain, *(texts.cells(reasons, evidence) if told else ()), *interval)


kept_text = lru_cache(1_000)(dumps)
"""A text that many lines have, as JSON."""


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")) else text


def csv_text(rows: Sequence[Sequence[object]], end: str = LINE_END) -> bytes:
    """Rows as CSV in UTF-8, each with the end that all have alike.

    Written with an end that no text of the database has: the writer would quote every letter that the end has.
    """
    written = StringIO()
    csv.writer(written, lineterminator=NUL).writerows(rows)
    return written.getvalue().replace(NUL, end).encode()
