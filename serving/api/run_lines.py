"""All scores of a run as lines of NDJSON or CSV, read a part at a time: memory does not grow with the run."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from typing import cast

from pydantic_core import from_json
from sqlalchemy import Engine, Select, String, select
from sqlalchemy import cast as sql_cast

from serving.access.authorize import Client, visible_students
from serving.store.bulk_read import stored_rows
from serving.store.database import read_session
from serving.store.rows import ScoreRow, StudentRow

NDJSON, CSV = "application/x-ndjson", "text/csv"
PART = 5000
"""Scores that are read in one transaction: none is open while a slow program reads."""
PLAIN = ("student_key", "student_id", "school_id", "grade_level", "band", "flagged", "list_position", "risk")
Line = tuple[str, str, str, int, str, bool, int | None, float | None, str]


@dataclass(frozen=True)
class RunLines:
    """The scores of a run of the students that a program may see, in the order of their keys."""

    engine: Engine
    client: Client
    run_id: str
    not_judged: bool
    """Whether no number is told of the run's date, so that its risks are not given."""

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

    def selected(self, after: str) -> Select[str, str, str, int, str, bool, int | None, float | None, str]:
        """The columns of the scores after a student."""
        same = (ScoreRow.district_id == StudentRow.district_id) & (ScoreRow.student_key == StudentRow.student_key)
        own = ScoreRow.district_id == self.client.district_id, ScoreRow.run_id == self.run_id
        seen = visible_students(self.client).with_only_columns(StudentRow.student_key)
        found = select(
            ScoreRow.student_key, StudentRow.student_id, StudentRow.school_id, StudentRow.grade_level, ScoreRow.band,
            ScoreRow.flagged, ScoreRow.list_position, ScoreRow.risk, sql_cast(ScoreRow.reasons, String),
        ).join(StudentRow, same)  # fmt: skip
        scoped = found if self.client.schools is None else found.where(ScoreRow.student_key.in_(seen))
        return scoped.where(*own, ScoreRow.student_key > after).order_by(ScoreRow.student_key)

    def ndjson(self) -> Iterator[bytes]:
        """A line of JSON for each score."""
        told = "reasons.read" in self.client.scopes
        for rows in self.parts():
            yield "".join(self.json_line(row, told=told) for row in rows).encode()

    def json_line(self, row: Line, *, told: bool) -> str:
        """One score; its reasons as codes and values, null where the program may not read them."""
        key, number, school, grade, band, flagged, position, risk, reasons = row
        given = reason_objects(reasons) if told else "null"
        said = None if self.not_judged else risk
        return (
            f'{{"student_key":{dumps(key)},"student_id":{dumps(number)},"school_id":{dumps(school)},'
            f'"grade_level":{grade},"band":"{band}","flagged":{"true" if flagged else "false"},'
            f'"list_position":{number_text(position)},"risk":{number_text(said)},"reasons":{given}}}\n'
        )

    def csv(self) -> Iterator[bytes]:
        """A head, and a row for each score; codes of reasons stand in one cell."""
        told = "reasons.read" in self.client.scopes
        yield csv_text([(*PLAIN, *(("reasons",) if told else ()))])
        for rows in self.parts():
            yield csv_text([self.csv_row(row, told=told) for row in rows])

    def csv_row(self, row: Line, *, told: bool) -> tuple[object, ...]:
        """One score as cells; no cell begins as a formula does."""
        key, number, school, grade, band, flagged, position, risk, reasons = row
        said = None if self.not_judged else risk
        plain = (key, safe_cell(number), safe_cell(school), grade, band, str(bool(flagged)).lower(), position, said)
        return (*plain, " ".join(code for code, _ in stored_reasons(reasons))) if told else plain


dumps = json.JSONEncoder(ensure_ascii=False).encode
REASONS_KEPT = 8_000
"""Texts of reasons that are kept, by code and number: many students have the same."""


def number_text(value: float | None) -> str:
    """A number as JSON."""
    return "null" if value is None else repr(value)


def reason_objects(stored: str) -> str:
    """Stored reasons as JSON, each with code and value; how they are weighed is not given."""
    return "[" + ",".join([reason_text(code, value) for code, value in stored_reasons(stored)]) + "]"


def reason_text(code: str, value: object) -> str:
    """A reason as JSON."""
    return numbered_reason(code, value) if type(value) in (int, float) else said_reason(code, value)


def said_reason(code: str, value: object) -> str:
    """The same, whatever its value is."""
    return f'{{"code":"{code}","value":{dumps(value)}}}'


numbered_reason = lru_cache(REASONS_KEPT, typed=True)(said_reason)
"""The same of a number, kept."""


def stored_reasons(stored: str) -> list[tuple[str, object]]:
    """Codes and values of stored reasons, in either form in which runs store them."""
    return [(one["code"], one["value"]) if isinstance(one, dict) else (one[0], one[1]) for one in from_json(stored)]


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")) else text


def csv_text(rows: Sequence[Sequence[object]]) -> bytes:
    """Rows as CSV in UTF-8."""
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode()
