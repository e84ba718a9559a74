"""What is to come into a district's warehouse from the others of the installation, by the consent of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from features.movers.history import Frames, histories
from features.movers.matching import matches, spells_here
from features.movers.packet import Packet, packets_of
from features.movers.transfer import Agreed, Held
from features.settings import District, Settings
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader

PAIR = ["state_id", "here", "there"]


@dataclass(frozen=True)
class FromSender:
    """What one district lets go to another today.

    `packets` are those that say anything new, each with the receiver's and the sender's key of its student.
    """

    sender: str
    agreed: Agreed
    packets: tuple[tuple[str, str, Packet], ...]
    ambiguous: int


def senders_of(settings: Settings, receiver: District) -> Mapping[str, tuple[str, ...]]:
    """The districts that let anything go to this one, each with the tables."""
    agreed = {one.id: tables_agreed(one, receiver) for one in settings.districts if one.id != receiver.id}
    return {sender: tables for sender, tables in agreed.items() if tables}


def tables_agreed(sender: "District", receiver: "District") -> tuple[str, ...]:
    """The tables that go with a student from one district to another, by the consent of both; none without it."""
    there, here = sender.movers, receiver.movers
    if receiver.id not in there.districts or sender.id not in here.districts:
        return ()
    agreed = tuple(table for table in there.sends if table in here.receives)
    return agreed if "enrollments" in agreed else ()


def from_sender(
    settings: Settings, sender_id: str, receiver: District, held: Held, *, tables: tuple[str, ...], today: date
) -> FromSender:
    """What a district lets go to another; where its records cannot be read, what is held stays."""
    there, here = settings.warehouse(sender_id), settings.warehouse(receiver.id)
    if not there.exists():
        students = frozenset(key for sender, key in held.digests if sender == sender_id)
        return FromSender(sender_id, Agreed(tables, students), (), 0)
    with open_warehouse(there) as sender, open_warehouse(here) as own:
        return let_go(sender, own, (sender_id, receiver.id), held, tables=tables, today=today)


def let_go(
    sender: Reader, receiver: Reader, ids: tuple[str, str], held: Held, *, tables: tuple[str, ...], today: date
) -> FromSender:
    """The same between two open warehouses; `ids` are the sender's and the receiver's."""
    found = matches(sender, receiver, today)
    went = found.pairs[found.pairs["is_enrolled"]]
    keys = {state_id: (here, there) for state_id, here, there in went[PAIR].astype("str").to_numpy().tolist()}
    told = history_of(sender, receiver, went, tables, today)
    packets = tuple(packets_of(*ids, told, went.set_index("there")["state_id"]))
    nothing_left = set(went["here"]) - {keys[one.state_id][0] for one in packets}
    new = tuple((*keys[one.state_id], one) for one in packets if held.is_new(keys[one.state_id][0], one))
    return FromSender(ids[0], Agreed(tables, frozenset(found.pairs["here"]) - nothing_left), new, found.ambiguous)


def history_of(sender: Reader, receiver: Reader, went: pd.DataFrame, tables: tuple[str, ...], today: date) -> Frames:
    """The sender's records of these students from before they came, by the sender's keys; none where nobody moved."""
    if went.empty:
        return {}
    spells = spells_here(receiver, pd.Index(went["here"]))
    spells = spells.assign(student_key=spells["student_key"].map(went.set_index("here")["there"]))
    return histories(sender, pd.Index(went["there"]), spells, tables, today)
