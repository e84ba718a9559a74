"""Brings what people wrote into the warehouse, so that ledger, monitor and training read one place.

Contacts and plans become rows of `supports`, answers to a list rows of `flag_answers`; words stay where they are.

The service database says it all, so that a job that was killed, or never ran, loses nothing: the next one adds what is
missing. A job that finds nothing missing changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Engine, select

from features.settings import Settings
from features.tables import FROM_PAGES
from features.warehouse.file import change_warehouse, open_warehouse
from features.warehouse.reader import Reader
from features.warehouse.writer import Writer
from serving.store.database import read_session
from serving.store.support_rows import FlagAnswerRow
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


ANSWERS_HELD = (
    "SELECT run_id, student_key, outcome, staff_id, answer FROM flag_answers WHERE superseded_by_load IS NULL"
)
CLOSE_ANSWER = (
    "UPDATE flag_answers SET superseded_by_load = ? WHERE run_id = ? AND student_key = ? AND outcome = ? "
    "AND staff_id = ? AND superseded_by_load IS NULL"
)
ANSWER_KEY = ("run_id", "student_key", "outcome", "staff_id")


@dataclass(frozen=True)
class SupportExport:
    """What an export did: versions added to the warehouse, and versions there that others now replace."""

    added: int
    closed: int


@dataclass(frozen=True)
class Entries:
    """What a district's people wrote, as the warehouse is to know it; answers by ANSWER_KEY, with their local date."""

    supports: list[SupportVersion]
    answers: Mapping[tuple[str, ...], tuple[str, date]]


def export_supports(settings: Settings, engine: Engine, district_id: str) -> SupportExport:
    """Adds to the warehouse what it does not know yet of a district's contacts, plans and answers."""
    zone = ZoneInfo(settings.district(district_id).timezone)
    with read_session(engine, district_id) as session:
        rows = session.scalars(select(FlagAnswerRow).where(FlagAnswerRow.district_id == district_id))
        answers: dict[tuple[str, ...], tuple[str, date]] = {
            (row.run_id, row.student_key, row.outcome, row.staff_id): (
                row.answer,
                row.answered_at.astimezone(zone).date(),
            )
            for row in rows
        }
        wanted = Entries(support_versions(session, district_id), answers)
    return bring_up_to_date(settings.warehouse(district_id), district_id, wanted)


def bring_up_to_date(warehouse: Path, district_id: str, wanted: Entries) -> SupportExport:
    """Makes the warehouse know what people wrote; it is left alone where it does."""
    with open_warehouse(warehouse) as reader:
        if is_known(reader, wanted):
            return SupportExport(0, 0)
    with change_warehouse(warehouse) as writer:
        load_id = int(writer.current("loads")["load_id"].max())
        supports = add_supports(writer, wanted.supports, district_id, load_id)
        answers = add_answers(writer, wanted.answers, district_id, load_id)
    return SupportExport(supports.added + answers.added, supports.closed + answers.closed)


def is_known(reader: Reader, wanted: Entries) -> bool:
    """Whether the warehouse knows everything as it is now."""
    supports = missing(reader, wanted.supports) or outdated(reader, wanted.supports)
    return not supports and not new_answers(reader, wanted.answers)


def add_supports(writer: Writer, wanted: list[SupportVersion], district_id: str, load_id: int) -> SupportExport:
    """Adds versions of supports, and closes those that they replace."""
    added, closed = missing(writer, wanted), outdated(writer, wanted)
    for support_id, known_on in closed:
        writer.connection.execute(CLOSE, [load_id, support_id, known_on])
    if added:
        writer.add(TABLE, pd.DataFrame([stored(one, district_id, load_id, wanted) for one in added]))
    return SupportExport(len(added), len(closed))


def held_answers(reader: Reader) -> dict[tuple[str, ...], str]:
    """The answers that the warehouse has, by ANSWER_KEY."""
    rows = reader.connection.execute(ANSWERS_HELD).fetchall()
    return {tuple(map(str, key)): str(answer) for *key, answer in rows}


def new_answers(reader: Reader, wanted: Mapping[tuple[str, ...], tuple[str, date]]) -> list[tuple[str, ...]]:
    """The keys of the answers that the warehouse does not have like that."""
    held = held_answers(reader)
    return [key for key, (answer, _) in wanted.items() if held.get(key) != answer]


def add_answers(
    writer: Writer, wanted: Mapping[tuple[str, ...], tuple[str, date]], district_id: str, load_id: int
) -> SupportExport:
    """Adds answers to lists, and closes those that they replace."""
    held, added = held_answers(writer), new_answers(writer, wanted)
    for key in added:
        writer.connection.execute(CLOSE_ANSWER, [load_id, *key])
    rows = [
        {
            **dict(zip(ANSWER_KEY, key, strict=True)),
            "answer": wanted[key][0],
            "district_id": district_id,
            "known_on": wanted[key][1],
            "load_id": load_id,
            "withdrawn": False,
        }
        for key in added
    ]
    if rows:
        writer.add("flag_answers", pd.DataFrame(rows))
    return SupportExport(len(rows), sum(key in held for key in added))


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
