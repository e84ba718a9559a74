"""What the API says of operations, and takes to begin one."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from serving.api.messages import Day, Message

OperationKind = Literal["import", "scoring_run", "record_changes"]
OperationState = Literal["waiting", "running", "done", "unchanged", "refused", "failed", "cancelled"]


class OperationError(Message):
    """Something found in the files of an import: where, and what was expected. Never a value."""

    code: str = Field(description="the rule; the reference of checks has them all")
    file: str
    row: int | None = Field(description="the first row of the file that it was found in; its header is row 1")
    column: str
    expected: str
    count: int = Field(description="how many rows it was found in")
    further: str = Field(default="", description="some of the next rows")


class OperationLinks(Message):
    """Where to go on."""

    self: str
    cancel: str | None = Field(default=None, description="POST there; null once it has ended")
    quarantine: str | None = Field(default=None, description="rows of the import that wait; null where there are none")


class OperationResult(Message):
    """What an operation made."""

    load_id: int | None = Field(default=None, description="of an import: its load")
    rows: dict[str, int] = Field(default_factory=dict, description="of an import: rows by what became of them")
    list_id: str | None = Field(default=None, description="of a scoring run: its list")
    runs: list[str] = Field(default_factory=list, description="of a scoring run: one per outcome")
    as_of: Day | None = None
    students: int | None = None
    listed: int | None = None


class Operation(Message):
    """Long work: it waits for the worker, runs, and ends."""

    id: str
    kind: OperationKind
    state: OperationState = Field(description="waiting and running go on; the others are its end")
    progress: str = Field(description="how far it is, or how it ended, in a sentence")
    created_at: datetime
    ended_at: datetime | None
    result: OperationResult | None = Field(description="null until it is done")
    errors: list[OperationError] = Field(description="what was found wrong; a refused import changed nothing")
    links: OperationLinks


class Operations(Message):
    """Operations of the district, the newest first."""

    operations: list[Operation]
    next: str | None = Field(description="the address of the next ones; null where there are none")


class QuarantinedRow(Message):
    """A row of a file that waits in quarantine."""

    table_name: str
    file: str
    row: int
    rule: str
    broken: str = Field(description="the columns that break the rule")
    expected: str
    shown: str | None = Field(description="the value's shape: letters as x, digits as 9")
    student_id: str | None = Field(description="null without the scope imports.values")
    record: str | None = Field(description="the record's key; null without the scope imports.values")


class QuarantinedRows(Message):
    """Rows of an import that wait in quarantine, in the order of the files."""

    rows: list[QuarantinedRow]
    next: str | None = Field(description="the address of the next thousand; null where there are none")


class ScoringRunRequest(Message):
    """Which list to make."""

    as_of: Day | None = Field(default=None, description="the date to look from; today where it is left out")


class RecordError(Message):
    """Why a record that was sent could not be loaded."""

    code: str = Field(description="the rule; the reference of checks has them all")
    column: str
    expected: str


class SentRecord(Message):
    """A record that was sent by an id of the caller's, and what became of it."""

    record_id: str
    table: Literal["attendance", "marks", "incidents", "enrollments"]
    state: Literal["waiting", "loaded", "refused", "taken_back"] = Field(
        description="waiting to be loaded before the next run, or what became of it"
    )
    deleted: bool = Field(description="whether it was taken back, or is about to be")
    revision: int = Field(description="counts what was sent under this id")
    sent_at: datetime
    load_id: int | None = Field(description="the load that took it last")
    errors: list[RecordError]
