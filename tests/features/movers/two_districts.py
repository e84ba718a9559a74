"""Two districts drawn in memory, and what the one lets go to the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from features.engine.transferred_records import OF_STUDENTS
from features.movers.arrivals import let_go
from features.movers.packet import Packet
from features.movers.transfer import Agreed, Arrivals, held_packets, take_into
from features.warehouse.reader import Reader
from features.warehouse.writer import Writer

NOW = datetime(2025, 11, 3, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Moved:
    """What a run of the step did: whose packets came."""

    students: tuple[str, ...]
    ambiguous: int


def move(
    sender: Reader, receiver: Reader, today: date, tables: tuple[str, ...] = OF_STUDENTS, *, sender_id: str = "north"
) -> Moved:
    """Brings the receiver what the sender lets go today, and deletes what it does not; no table is no consent."""
    held = held_packets(receiver)
    agreed: Mapping[str, Agreed] = {}
    packets: list[tuple[str, Packet]] = []
    ambiguous = 0
    if tables:
        found = let_go(sender, receiver, (sender_id, "south"), held, tables=tables, today=today)
        agreed, ambiguous = {sender_id: found.agreed}, found.ambiguous
        packets = [(here, packet) for here, _, packet in found.packets]
    if packets or held.refused_by(agreed):
        take_into(Writer(receiver.connection), "south", Arrivals(packets, agreed), today=today, now=NOW)
    return Moved(tuple(key for key, _ in packets), ambiguous)
