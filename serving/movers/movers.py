"""Brings a district what others let go with students who came from them, and takes back what they no longer do."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from features.movers.arrivals import FromSender, from_sender, senders_of
from features.movers.packet import Packet
from features.movers.transfer import Arrivals, Held, held_in, take
from features.progress import Progress
from features.settings import Settings
from models.bundle.signing import ensure_keys, load_public_key
from serving.access.authorize import Allowed, Transfer
from serving.movers.packet_file import read_packet, write_packet
from serving.store.database import write_session

TARGET = "transfer to"


@dataclass(frozen=True)
class MoversReport:
    """What came: students by sender, whether rows were taken back, and ids that several students of a district have."""

    district_id: str
    came: dict[str, int] = field(default_factory=dict)
    took_back: bool = False
    ambiguous: int = 0

    @property
    def words(self) -> str:
        """The same as a sentence."""
        came = ", ".join(f"{count:,} from {sender}" for sender, count in sorted(self.came.items())) or "nobody new"
        back = "; records that are no longer agreed on were deleted" if self.took_back else ""
        several = f"; {self.ambiguous} statewide ids stand for several students" if self.ambiguous else ""
        return f"history of {came}{back}{several}"


def bring_history(
    settings: Settings, engine: Engine, district_id: str, *, today: date, now: datetime, progress: Progress
) -> MoversReport:
    """Makes the warehouse hold what is agreed on today, no more and no less; it is left alone where it does.

    What a sender lets go is written into its access log first.
    """
    warehouse, receiver = settings.warehouse(district_id), settings.district(district_id)
    senders = senders_of(settings, receiver)
    if not warehouse.exists():
        return MoversReport(district_id)
    held = held_in(warehouse)
    if not senders and not held.digests:
        return MoversReport(district_id)
    if senders:
        progress(f"{receiver.name}: looking for students who came from {', '.join(senders)}")
    found = [
        from_sender(settings, sender, receiver, held, tables=tables, today=today) for sender, tables in senders.items()
    ]
    return bring(settings, engine, district_id, found, held, today=today, now=now)


def bring(
    settings: Settings,
    engine: Engine,
    district_id: str,
    found: list[FromSender],
    held: Held,
    *,
    today: date,
    now: datetime,
) -> MoversReport:
    """Hands over what is new of each sender, and deletes what none agrees on."""
    agreed = {one.sender: one.agreed for one in found}
    refused = held.refused_by(agreed)
    came = {one.sender: len(one.packets) for one in found if one.packets}
    if came or refused:
        packets = [one for sender in found for one in hand_over(settings, engine, district_id, sender, now)]
        take(settings.warehouse(district_id), district_id, Arrivals(packets, agreed), today=today, now=now)
    return MoversReport(district_id, came, refused, sum(one.ambiguous for one in found))


def hand_over(
    settings: Settings, engine: Engine, receiver: str, from_one: FromSender, now: datetime
) -> list[tuple[str, Packet]]:
    """The sender's packets as the receiver reads them, each from a signed file that is gone afterwards."""
    if not from_one.packets:
        return []
    note_disclosure(engine, receiver, from_one, now)
    folder, keys = settings.home / "movers" / receiver, key_folder(settings, from_one.sender)
    pair, taken = ensure_keys(keys), []
    for here, _, packet in from_one.packets:
        path = write_packet(folder, packet, pair)
        try:
            taken.append((here, read_packet(path, receiver, from_one.sender, load_public_key(keys))))
        finally:
            path.unlink(missing_ok=True)
    return taken


def key_folder(settings: Settings, district_id: str) -> Path:
    """The folder of a district's own keys, with which it signs what it shares too."""
    return settings.home / "keys" / "districts" / district_id


def note_disclosure(engine: Engine, receiver: str, from_one: FromSender, now: datetime) -> None:
    """Writes into the sender's access log whose records go to which district (34 CFR 99.31(a)(2), 99.32)."""
    from serving.access.access_log import record_access  # it loads psycopg, which a run without movers needs not

    students = sorted(there for _, there, _ in from_one.packets)
    said = f"{TARGET} {receiver}: {', '.join(from_one.agreed.tables)}"
    with write_session(engine, from_one.sender) as session:
        record_access(
            session, Transfer(from_one.sender, receiver), "transfer", target=said, allowed=Allowed("consent"),
            students=students, at=now,
        )  # fmt: skip
