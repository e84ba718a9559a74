"""Brings packets into a warehouse, in tables beside the district's own, and takes out what may no longer be there.

What came from another district is known here from the day on which it came. What changes in a later packet is a new
version, as in every table; what a district no longer lets go is deleted, whatever score has seen it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from features.engine.column_types import DUCKDB_TYPES, IBIS_TYPES
from features.engine.stored_tables import schema_of
from features.engine.transferred_records import OF_SCHOOLS, OF_STUDENTS, TRANSFERRED, transferred_name
from features.ingest.load.load_report import LoadReport
from features.ingest.load.workspace import CHANGES
from features.movers.packet import Packet, packet_columns
from features.tables import TABLES
from features.warehouse.file import change_warehouse, open_warehouse
from features.warehouse.reader import Reader
from features.warehouse.writer import Writer

PACKETS = "transfer_packets"
INCOMING, COMING, AGREED = "incoming_records", "coming_students", "agreed_students"
PACKET_SCHEMA = (
    'student_key VARCHAR, district_id VARCHAR, digest VARCHAR, "tables" VARCHAR, known_on DATE, load_id BIGINT'
)


@dataclass(frozen=True)
class Agreed:
    """What a sender lets go to a receiver: tables, and the receiver's keys of the students who are in both."""

    tables: tuple[str, ...]
    students: frozenset[str]


@dataclass(frozen=True)
class Arrivals:
    """Packets for a warehouse, by the receiver's key of each student, and what may be there of each sender."""

    packets: Sequence[tuple[str, Packet]]
    agreed: Mapping[str, Agreed]


@dataclass(frozen=True)
class Held:
    """The packets that a warehouse holds: digests by sender and student, and of each sender the tables with rows."""

    digests: Mapping[tuple[str, str], str] = field(default_factory=dict)
    tables: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_new(self, student_key: str, packet: Packet) -> bool:
        """Whether a packet says anything else than what is held of the student from its sender."""
        return self.digests.get((packet.sender, student_key)) != packet.digest

    def refused_by(self, agreed: Mapping[str, Agreed]) -> bool:
        """Whether anything is held that is not agreed on."""
        nothing = Agreed((), frozenset())
        students = any(key not in agreed.get(sender, nothing).students for sender, key in self.digests)
        return students or any(found - {*agreed.get(one, nothing).tables} for one, found in self.tables.items())


def held_packets(reader: Reader) -> Held:
    """What a warehouse holds of other districts."""
    if not reader.has_table(PACKETS):
        return Held()
    rows = reader.connection.execute(f"SELECT district_id, student_key, digest FROM {PACKETS}").fetchall()  # noqa: S608 - our own names
    tables: dict[str, set[str]] = {}
    for name in OF_STUDENTS:
        found = f"SELECT DISTINCT district_id FROM {transferred_name(name)}"  # noqa: S608 - our own names
        for (sender,) in reader.connection.execute(found).fetchall():
            tables.setdefault(sender, set()).add(name)
    digests = {(sender, key): digest for sender, key, digest in rows}
    return Held(digests, {one: frozenset(found) for one, found in tables.items()})


def held_in(warehouse: Path) -> Held:
    """The same of a warehouse's file."""
    with open_warehouse(warehouse) as reader:
        return held_packets(reader)


def take(warehouse: Path, district_id: str, arrivals: Arrivals, *, today: date, now: datetime) -> int:
    """Loads the packets, deletes what is not agreed on, and returns the load; the warehouse takes all or nothing."""
    with change_warehouse(warehouse) as writer:
        return take_into(writer, district_id, arrivals, today=today, now=now)


def take_into(writer: Writer, district_id: str, arrivals: Arrivals, *, today: date, now: datetime) -> int:
    """The same of a warehouse that is open."""
    create_tables(writer)
    delete_refused(writer, arrivals.agreed)
    load_id = 1 + max(writer.current("loads")["load_id"], default=0)
    with registered(writer, COMING, [(packet.sender, key) for key, packet in arrivals.packets]):
        for name in TRANSFERRED:
            stage(writer, name, arrivals.packets)
            bring(writer, name, load_id, today)
            writer.drop(INCOMING)
    note_packets(writer, arrivals.packets, load_id, today)
    record_load(writer, district_id, load_id, arrivals, today=today, now=now)
    return load_id


@contextmanager
def registered(writer: Writer, name: str, pairs: Sequence[tuple[str, str]]) -> Iterator[None]:
    """A time in which statements can read senders and students by a name."""
    columns = {one: pa.array([pair[at] for pair in pairs], pa.string()) for at, one in enumerate(("sender", "student"))}
    writer.connection.register(name, pa.table(columns))
    try:
        yield
    finally:
        writer.connection.unregister(name)


def create_tables(writer: Writer) -> None:
    """Creates the tables that hold other districts' records, where they are missing."""
    if not writer.has_table(PACKETS):
        writer.connection.execute(f"CREATE TABLE {PACKETS} ({PACKET_SCHEMA})")
    for name in TRANSFERRED:
        if not writer.has_table(transferred_name(name)):
            writer.create_empty(transferred_name(name), schema_of(TABLES[name]))


def stage(writer: Writer, name: str, packets: Iterable[tuple[str, Packet]]) -> None:
    """Puts a table's rows of all packets side by side, each with its sender; those of schools once."""
    columns = ("student_key", *packet_columns(name), "district_id")
    rows = [
        (key, *map(as_text, cells), packet.sender) for key, packet in packets for cells in packet.tables.get(name, ())
    ]
    if name in OF_SCHOOLS:
        rows = sorted({("", *row[1:]) for row in rows}, key=repr)
    table = pa.table({column: pa.array([row[at] for row in rows], pa.string()) for at, column in enumerate(columns)})
    kinds = {column.name: DUCKDB_TYPES[IBIS_TYPES[column.kind]] for column in TABLES[name].columns}
    cast = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in kinds.items())
    writer.connection.register("packet_rows", table)
    writer.connection.execute(f"CREATE TABLE {INCOMING} AS SELECT DISTINCT {cast}, district_id FROM packet_rows")  # noqa: S608 - our own names
    writer.connection.unregister("packet_rows")


def as_text(cell: object) -> str | None:
    """A cell as DuckDB casts it."""
    return None if cell is None else str(cell)


def bring(writer: Writer, name: str, load_id: int, today: date) -> None:
    """Adds what is new of a table, and closes what it replaces; of these students, also what is no longer there."""
    table, held = TABLES[name], transferred_name(name)
    own = [column.name for column in table.columns]
    same = " AND ".join(f'i."{one}" IS NOT DISTINCT FROM h."{one}"' for one in (*own, "district_id"))
    by_key = " AND ".join(f'i."{one}" = h."{one}"' for one in table.key)
    own_student = f"EXISTS (FROM {COMING} c WHERE c.sender = h.district_id AND c.student = h.student_key)"
    whose = own_student if table.has_students else f"EXISTS (FROM {INCOMING} i WHERE {by_key})"
    listed, current = ", ".join(f'"{one}"' for one in own), "h.superseded_by_load IS NULL"
    run = writer.connection.execute
    run(
        f"UPDATE {held} h SET superseded_by_load = ? WHERE {current} AND NOT h.withdrawn "  # noqa: S608 - our own names
        f"AND {whose} AND NOT EXISTS (FROM {INCOMING} i WHERE {same})",
        [load_id],
    )
    run(
        f"INSERT INTO {held} BY NAME SELECT {listed}, district_id, ? AS known_on, ? AS load_id, true AS withdrawn "  # noqa: S608 - our own names
        f"FROM {held} h WHERE superseded_by_load = ? AND NOT EXISTS (FROM {INCOMING} i WHERE {by_key})",
        [today, load_id, load_id],
    )
    run(
        f"UPDATE {held} h SET superseded_by_load = ? WHERE {current} AND h.withdrawn AND h.load_id < ? "  # noqa: S608 - our own names
        f"AND EXISTS (FROM {INCOMING} i WHERE {by_key})",
        [load_id, load_id],
    )
    run(
        f"INSERT INTO {held} BY NAME SELECT {listed}, district_id, ? AS known_on, ? AS load_id, false AS withdrawn "  # noqa: S608 - our own names
        f"FROM {INCOMING} i WHERE NOT EXISTS (FROM {held} h WHERE {current} AND NOT h.withdrawn AND {same})",
        [today, load_id],
    )


def note_packets(writer: Writer, packets: Sequence[tuple[str, Packet]], load_id: int, today: date) -> None:
    """Notes which packet is held of each student and sender, and since when any is."""
    for key, packet in packets:
        at = [packet.sender, key]
        since = f"SELECT min(known_on) FROM {PACKETS} WHERE district_id = ? AND student_key = ?"  # noqa: S608 - our own names
        ((before,),) = writer.connection.execute(since, at).fetchall()
        writer.connection.execute(f"DELETE FROM {PACKETS} WHERE district_id = ? AND student_key = ?", at)  # noqa: S608 - our own names
        row = [key, packet.sender, packet.digest, ",".join(sorted(packet.tables)), before or today, load_id]
        writer.connection.execute(f"INSERT INTO {PACKETS} VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608 - our own names


def delete_refused(writer: Writer, agreed: Mapping[str, Agreed]) -> None:
    """Deletes every row that is not agreed on: of a sender, a table or a student; then of schools nobody was at."""
    pairs = [(sender, key) for sender, one in agreed.items() for key in sorted(one.students)]
    gone = f"NOT EXISTS (FROM {AGREED} a WHERE a.sender = t.district_id AND a.student = t.student_key)"
    with registered(writer, AGREED, pairs):
        for name in (PACKETS, *map(transferred_name, OF_STUDENTS)):
            writer.connection.execute(f"DELETE FROM {name} t WHERE {gone}")  # noqa: S608 - our own names
    for name in OF_STUDENTS:
        senders = [one for one, what in agreed.items() if name in what.tables]
        query = f"DELETE FROM {transferred_name(name)} WHERE NOT list_contains(?, district_id)"  # noqa: S608 - our own names
        writer.connection.execute(query, [senders])
    schools = " UNION ".join(f"SELECT school_id FROM {transferred_name(name)}" for name in OF_STUDENTS)  # noqa: S608 - our own names
    for name in OF_SCHOOLS:
        writer.connection.execute(f"DELETE FROM {transferred_name(name)} WHERE school_id NOT IN ({schools})")  # noqa: S608 - our own names


def record_load(
    writer: Writer, district_id: str, load_id: int, arrivals: Arrivals, *, today: date, now: datetime
) -> None:
    """Adds the load to `loads`: lists made before and after it are of other data; policies stay as they are."""
    latest = "SELECT digest, policies, declared FROM loads ORDER BY load_id DESC LIMIT 1"
    digest, policies, declared = (writer.connection.execute(latest).fetchall() or [("", None, None)])[0]
    held = writer.connection.execute(f"SELECT district_id, student_key, digest FROM {PACKETS} ORDER BY ALL").fetchall()  # noqa: S608 - our own names
    tables = sorted((sender, sorted(one.tables)) for sender, one in arrivals.agreed.items())
    made_of = sha256(repr([digest, held, tables]).encode()).hexdigest()
    columns = "source, loaded_at, digest, rows, report, policies, declared, district_id, known_on, load_id, withdrawn"
    rows = sum(len(cells) for _, packet in arrivals.packets for cells in packet.tables.values())
    moment = now.astimezone(UTC).isoformat(timespec="seconds")
    report = LoadReport(district_id, load_id).as_json()
    values = [f"{CHANGES}movers", moment, made_of, rows, report, policies, declared, district_id, today, load_id, False]
    writer.connection.execute(f"INSERT INTO loads ({columns}) VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608 - our own names
