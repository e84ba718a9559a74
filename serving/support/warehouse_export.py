"""Brings what people wrote into the warehouse's `supports`, so that ledger, monitor and training read one place.

The service database says it all, so that a job that was killed, or never ran, loses nothing: the next one adds what is
missing. A job that finds nothing missing changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from features.settings import Settings
from features.tables import FROM_PAGES
from features.warehouse.file import change_warehouse, open_warehouse
from features.warehouse.reader import Reader
from serving.store.database import read_session
from serving.support.support_versions import SupportVersion, support_versions

TABLE = "supports"
HELD = (
    "SELECT support_id, known_on, superseded_by_load IS NULL, student_key, kind, date, end_date, staff_id, withdrawn "
    "FROM supports WHERE starts_with(support_id, ?)"
)
"""The versions of supports from here: key, whether it is current, and content in the order of `SupportVersion`."""

CLOSE = (
    "UPDATE supports SET superseded_by_load = ? WHERE support_id = ? AND known_on = ? AND superseded_by_load IS NULL"
)
Key = tuple[str, date]


@dataclass(frozen=True)
class SupportExport:
    """What an export did: versions added to the warehouse, and versions there that others now replace."""

    added: int
    closed: int


def export_supports(settings: Settings, engine: Engine, district_id: str) -> SupportExport:
    """Adds to the warehouse what it does not know yet of a district's contacts and plans."""
    with read_session(engine, district_id) as session:
        wanted = support_versions(session, district_id)
    return bring_up_to_date(settings.warehouse(district_id), district_id, wanted)


def bring_up_to_date(warehouse: Path, district_id: str, wanted: list[SupportVersion]) -> SupportExport:
    """Makes the warehouse know exactly these versions of supports from here; it is left alone where it does."""
    with open_warehouse(warehouse) as reader:
        if not missing(reader, wanted) and not outdated(reader, wanted):
            return SupportExport(0, 0)
    with change_warehouse(warehouse) as writer:
        added, closed = missing(writer, wanted), outdated(writer, wanted)
        load_id = int(writer.current("loads")["load_id"].max())
        for support_id, known_on in closed:
            writer.connection.execute(CLOSE, [load_id, support_id, known_on])
        if added:
            writer.add(TABLE, pd.DataFrame([stored(one, district_id, load_id, wanted) for one in added]))
    return SupportExport(len(added), len(closed))


def held_versions(reader: Reader) -> Mapping[Key, tuple[tuple[object, ...], bool]]:
    """What the warehouse has of supports from here: content, and whether it is current, by id and day."""
    rows = reader.connection.execute(HELD, [FROM_PAGES]).fetchall()
    return {(support_id, known_on): (tuple(content), current) for support_id, known_on, current, *content in rows}


def missing(reader: Reader, wanted: list[SupportVersion]) -> list[SupportVersion]:
    """The versions that the warehouse does not have."""
    held = held_versions(reader)
    return [one for one in wanted if held.get((one.support_id, one.known_on), ((), False))[0] != one.content]


def outdated(reader: Reader, wanted: list[SupportVersion]) -> list[Key]:
    """The current versions of the warehouse that are not the last ones."""
    last = {one.support_id: one for one in wanted}
    return [
        key
        for key, (content, current) in held_versions(reader).items()
        if current and key[0] in last and (key[1], content) != (last[key[0]].known_on, last[key[0]].content)
    ]


def stored(version: SupportVersion, district_id: str, load_id: int, wanted: list[SupportVersion]) -> dict[str, object]:
    """A version as a row of the warehouse; all but the last of a support are replaced."""
    is_last = version is {one.support_id: one for one in wanted}[version.support_id]
    return {
        **{"date" if name == "day" else name: value for name, value in vars(version).items()},
        "district_id": district_id,
        "load_id": load_id,
        "superseded_by_load": None if is_last else load_id,
    }
