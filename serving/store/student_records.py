"""Students' records, written once: what a run adds and takes back, and the records that a score saw.

A row says what changed of a student's records at a number; a run remembers up to which number it saw. The records of a
score are those that were added up to there and not taken back, whatever was corrected since.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import pandas as pd
import pyarrow as pa
from sqlalchemy import Engine, Select, func, select
from sqlalchemy.orm import Session

from features.errors import Refused
from features.table_schema import ENVELOPE
from features.tables import TABLES
from serving.store.bulk_insert import insert_table
from serving.store.bulk_read import stored_frame
from serving.store.cell_types import JsonCell, JsonRow
from serving.store.database import read_session
from serving.store.district_scope import enter_district
from serving.store.record_rows import RecordStateRow, StudentRecordsRow
from serving.store.rows import RunRow, ScoreRow
from serving.store.statements import rows_of, statement
from serving.store.text_compression import unpack
from serving.store.week_texts import weeks_of_text

COPIES = "*"
"""What stands between a number of copies and the name of a table."""
KEYS_AT_ONCE = 5_000
IN_TURN = "digests in turn"


@dataclass(frozen=True)
class RecordChanges:
    """What a run adds to the records that are written.

    `digests` has the new digest of each student whose records changed, `before` the one that was written when the run
    looked (0 for none), both by student; `contents` what changed (`student_key`, `content`), packed.
    """

    digests: "pd.Series[int]"
    before: "pd.Series[int]"
    contents: pd.DataFrame

    def part(self, begin: int, end: int) -> "RecordChanges":
        """The changes of some students, by their places among the digests."""
        digests = self.digests.iloc[begin:end]
        own = self.contents["student_key"].isin(digests.index)
        return RecordChanges(digests, self.before.iloc[begin:end], self.contents[own])


NOTHING_CHANGED = RecordChanges(
    pd.Series(dtype="int64"), pd.Series(dtype="int64"), pd.DataFrame({"student_key": [], "content": []})
)


def joined_changes(parts: Sequence[RecordChanges]) -> RecordChanges:
    """What a run adds of several parts of its students."""
    return RecordChanges(
        pd.concat([one.digests for one in parts]),
        pd.concat([one.before for one in parts]),
        pd.concat([one.contents for one in parts], ignore_index=True),
    )


@dataclass(frozen=True)
class WrittenRecords:
    """The records that are written of a district's students, as a run looks at them before it is made."""

    engine: Engine
    district_id: str

    def read(self) -> None:
        """Reads the digests, before several threads ask for them."""
        _ = self.digests

    @cached_property
    def digests(self) -> "pd.Series[int]":
        """The digest of each student's records, read once."""
        with read_session(self.engine) as session:
            enter_district(session, self.district_id)
            return written_digests(session, self.district_id)

    def contents(self, students: pd.Index) -> pd.DataFrame:
        """All that was ever written of some students: `student_key` and `content`."""
        found: list[tuple[str, str]] = []
        own = select(StudentRecordsRow.student_key, StudentRecordsRow.content)
        own = own.where(StudentRecordsRow.district_id == self.district_id)
        with read_session(self.engine) as session:
            enter_district(session, self.district_id)
            for start in range(0, len(students), KEYS_AT_ONCE):
                keys = students[start : start + KEYS_AT_ONCE].tolist()
                found += [
                    (key, text) for key, text in session.execute(own.where(StudentRecordsRow.student_key.in_(keys)))
                ]
        plain = [(key, unpack(content)) for key, content in found]
        return pd.DataFrame(plain, columns=["student_key", "content"])


def written_digests(session: Session, district_id: str) -> "pd.Series[int]":
    """The digest of each student's records, as they are written."""
    own = select(RecordStateRow.student_key, RecordStateRow.digest).where(RecordStateRow.district_id == district_id)
    found = stored_frame(session, own, ["student_key", "digest"])
    return pd.Series(found["digest"].to_numpy(), index=pd.Index(found["student_key"], dtype="str"), dtype="int64")


def write_records(session: Session, district_id: str, changes: RecordChanges) -> int:
    """Writes what changed; the number up to which the run saw records.

    Refused where another run has written other records of a student since the run looked.
    """
    number = newest_number(session, district_id)
    held = digests_in_turn(session, district_id).reindex(changes.digests.index)
    to_write = refuse_others(district_id, changes, held)
    if not to_write.any():
        return number
    number += 1
    insert_changes(session, district_id, changes, to_write, number)
    session.info[IN_TURN, district_id] = changes.digests[to_write].combine_first(digests_in_turn(session, district_id))
    return number


def newest_number(session: Session, district_id: str) -> int:
    """The number at which records of a district were written last; 0 before the first."""
    newest = select(func.max(RecordStateRow.number)).where(RecordStateRow.district_id == district_id)
    return session.scalar(newest) or 0


def refuse_others(district_id: str, changes: RecordChanges, held: "pd.Series[int]") -> "pd.Series[bool]":
    """Which changes are not written yet, by the digests that are held; Refused where those are another run's."""
    to_write = held.fillna(0) != changes.digests
    if (to_write & (held.fillna(0) != changes.before)).any():
        raise Refused(f"{district_id}: another run wrote records while this one was made; score again")
    return to_write


def insert_changes(
    session: Session, district_id: str, changes: RecordChanges, to_write: "pd.Series[bool]", number: int
) -> None:
    """Writes some of the changes at a number."""
    contents = changes.contents[changes.contents["student_key"].isin(to_write.index[to_write])]
    rows = contents.assign(district_id=district_id, number=number)
    insert_table(session, StudentRecordsRow, pa.Table.from_pandas(rows, preserve_index=False))
    states = pd.DataFrame({"student_key": changes.digests.index, "digest": changes.digests.to_numpy()})
    states = states[to_write.to_numpy()].assign(district_id=district_id, number=number)
    insert_table(session, RecordStateRow, pa.Table.from_pandas(states, preserve_index=False), replace=True)


def digests_in_turn(session: Session, district_id: str) -> "pd.Series[int]":
    """The digests as they are now: read once in a session that writes several runs of a district, in their turn.

    Nobody else writes records of the district until the session's transaction ends.
    """
    if (IN_TURN, district_id) not in session.info:
        session.info[IN_TURN, district_id] = written_digests(session, district_id)
    found: pd.Series[int] = session.info[IN_TURN, district_id]
    return found


@dataclass(frozen=True)
class ScoreRecords:
    """The records that a score saw, by table, each in the order of what is shown of it; none for an earlier version."""

    score: ScoreRow
    run: RunRow
    seen: Mapping[str, Sequence[JsonRow]]

    def evidence(self, code: str, tables: Mapping[str, str] | None = None) -> list[JsonRow]:
        """The records behind a reason; `tables` are those of the reasons of the run, where they are known."""
        behind = self.score.evidence.get(code, [])
        kept = [one for one in behind if isinstance(one, dict)]  # runs of earlier versions have the records themselves
        of_run = tables if tables is not None else self.tables()
        rows = distinct_rows(self.seen.get(of_run.get(code, ""), ()))
        return kept or [rows[number] for number in behind if isinstance(number, int)]

    def tables(self) -> Mapping[str, str]:
        """The table of the records behind each reason of the run, which its words keep."""
        return {str(entry["name"]): str(entry.get("table")) for entry in self.run.dictionary}

    def history(self) -> Mapping[str, list[JsonRow]]:
        """The weeks of attendance of the run's school year, and the marks of that year and the one before."""
        return history_of(self.run, self.score.history, self.seen.get("marks", ()))


def history_of(
    run: RunRow, history: dict[str, list[JsonRow]] | str, marks: Sequence[JsonRow]
) -> Mapping[str, list[JsonRow]]:
    """A score's history, from what is stored of it and the marks that its run saw."""
    if isinstance(history, dict):  # of a run of an earlier version
        return history
    since = (run.school_year or 0) - 1
    given = [row for row in marks if row["mark"] is not None]
    recent = [row for row in given if isinstance(row["school_year"], int) and row["school_year"] >= since]
    return {"attendance": weeks_of_text(run.weeks or [], history), "marks": recent}


NO_HISTORY: Mapping[str, list[JsonRow]] = {"attendance": [], "marks": []}


def score_records(session: Session, scores: Sequence[tuple[ScoreRow, RunRow]]) -> list[ScoreRecords]:
    """The records that some scores of one district saw, each score with its run."""
    districts = {score.district_id for score, _ in scores}
    written = written_of(session, districts, {score.student_key for score, _ in scores})
    return [ScoreRecords(score, run, seen_by(run, written.get(score.student_key, ()))) for score, run in scores]


def written_of(session: Session, districts: set[str], students: set[str]) -> dict[str, list[tuple[int, str]]]:
    """What is written of students, in the order in which it was."""
    written: dict[str, list[tuple[int, str]]] = {}
    if not students:
        return written
    for student_key, number, content in rows_of(session, select_written(sorted(districts), sorted(students))):
        written.setdefault(student_key, []).append((number, content))
    return written


@statement
def select_written(districts: list[str], students: list[str]) -> Select[str, int, str]:
    """The query for it."""
    columns = (StudentRecordsRow.student_key, StudentRecordsRow.number, StudentRecordsRow.content)
    own = select(*columns).where(
        StudentRecordsRow.district_id.in_(districts), StudentRecordsRow.student_key.in_(students)
    )
    return own.order_by(StudentRecordsRow.number)


def seen_by(run: RunRow, written: Sequence[tuple[int, str]]) -> "SeenRecords":
    """What a run saw of what is written of a student, by table."""
    held = folded(content for number, content in written if number <= (run.records_number or 0))
    return SeenRecords(run.record_columns or {}, held)


class SeenRecords(Mapping[str, Sequence[JsonRow]]):
    """Records by table, each table put in order when it is first asked for: a row of a list shows marks alone."""

    def __init__(self, columns: Mapping[str, Sequence[str]], held: Sequence[tuple[str | None, ...]]) -> None:
        """The columns by table, and the records of all tables, each with the name of its table first."""
        self.columns, self.held, self.tables = columns, held, dict[str, list[JsonRow]]()

    def __getitem__(self, table: str) -> list[JsonRow]:
        """A table's records in their order; KeyError for a table that the run did not see."""
        if table not in self.tables:
            own = [one for one in self.held if one[0] == table]
            self.tables[table] = in_order(table, self.columns[table], own)
        return self.tables[table]

    def __iter__(self) -> Iterator[str]:
        """The names of the tables."""
        return iter(self.columns)

    def __len__(self) -> int:
        """How many tables there are."""
        return len(self.columns)


def folded(contents: Iterable[str]) -> list[tuple[str | None, ...]]:
    """The records that contents leave, as often as they are there."""
    copies: Counter[tuple[str | None, ...]] = Counter()
    for content in contents:
        for first, *cells in json.loads(unpack(content)):
            several, _, table = first.rpartition(COPIES)
            copies[(table, *cells)] += int(several or 1)
    return [record for record, count in copies.items() for _ in range(count)]


def in_order(table: str, columns: Sequence[str], records: Sequence[tuple[str | None, ...]]) -> list[JsonRow]:
    """A table's records with values as they were, in their order."""
    kinds = [kinds_of(table).get(name, "text") for name in columns]
    rows = [
        {name: typed(kind, cell) for name, kind, cell in zip(columns, kinds, record[1:], strict=True)}
        for record in records
    ]
    return sorted(rows, key=lambda row: [(cell is None, cell) for cell in row.values()])


@cache
def kinds_of(table: str) -> Mapping[str, str]:
    """The kind of each column of a table."""
    return {column.name: column.kind for column in (*TABLES[table].columns, *ENVELOPE)}


def typed(kind: str, cell: str | None) -> JsonCell:
    """A cell as it was before it was written as text; days stay text."""
    if cell is None:
        return None
    if kind == "boolean":
        return cell == "true"
    return int(cell) if kind in ("integer", "hundredths") else cell


def distinct_rows(rows: Sequence[JsonRow]) -> list[JsonRow]:
    """Rows in order, those that look alike once: the place of each is its number."""
    return [row for place, row in enumerate(rows) if place == 0 or row != rows[place - 1]]
