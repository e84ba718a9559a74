"""What `ontrack doctor` finds about a district's clock, warehouse and records. Opens read-only and changes nothing."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb

from features.health import STALE, HealthCheck
from features.settings import District, Settings
from features.warehouse.file import READ_CONFIG
from features.warehouse.reader import Reader


def check_clock(settings: Settings, district: District, now: datetime) -> Iterator[HealthCheck]:
    """Which day it is in the district."""
    try:
        local = now.astimezone(ZoneInfo(district.timezone))
    except (ZoneInfoNotFoundError, OSError, ValueError):  # not there, a folder of zones, a path
        yield unknown_zone(district)
        return
    said = f"{local:%Y-%m-%d %H:%M} in {district.timezone}"
    if settings.today is None:
        yield HealthCheck("clock", "ok", said, district=district.id)
    else:
        pretended = f"{said}; `today` pretends that it is {settings.today}"
        yield HealthCheck(
            "clock", "look", pretended, "take `today` out of ontrack.toml where this is real", district.id
        )


def unknown_zone(district: District) -> HealthCheck:
    """A time zone that this machine does not know."""
    do = "write a name such as America/Chicago as `timezone` in ontrack.toml, or install the time zones (tzdata)"
    return HealthCheck("clock", "wrong", f"no time zone '{district.timezone}' here", do, district.id)


def check_warehouse(settings: Settings, district: District, now: datetime) -> Iterator[HealthCheck]:
    """Whether the warehouse opens, how much is in it, and how old its last load is."""
    path = settings.warehouse(district.id)
    if not path.exists():
        do = f"run `ontrack ingest --district {district.id}`"
        yield HealthCheck("warehouse", "look", "no warehouse yet", do, district.id)
        return
    try:
        with duckdb.connect(str(path), read_only=True, config=READ_CONFIG) as connection:
            yield from look_inside(connection, district, now)
    except duckdb.Error:
        do = "restore its back-up (docs/how-to/operate.md), or move it away and load the records again"
        yield HealthCheck("warehouse", "wrong", f"{path} does not open: damaged, or not whole", do, district.id)


def look_inside(connection: duckdb.DuckDBPyConnection, district: District, now: datetime) -> Iterator[HealthCheck]:
    """What an open warehouse holds."""
    if not Reader(connection).has_every_column():
        said = "made by an earlier version of OnTrack"
        yield HealthCheck("warehouse", "look", said, "the next command that reads it completes it", district.id)
        return
    rows = count_rows(connection)
    yield HealthCheck("warehouse", "ok", f"opens, {rows:,} current rows", district=district.id)
    last = connection.execute("SELECT max(load_id), max(loaded_at) FROM loads").fetchone()
    if last is None or last[0] is None:
        do = f"run `ontrack ingest --district {district.id}`"
        yield HealthCheck("records", "look", "no load yet", do, district.id)
        return
    yield age_of_records(last[0], datetime.fromisoformat(last[1]), district, now)


def count_rows(connection: duckdb.DuckDBPyConnection) -> int:
    """How many rows of all tables are current; a column of each is read, so that a truncated file is met."""
    named = "SELECT table_name FROM duckdb_columns() WHERE column_name = 'superseded_by_load'"
    tables = [name for (name,) in connection.execute(named).fetchall()]
    counted = [
        connection.execute(f'SELECT count(*) FROM "{name}" WHERE superseded_by_load IS NULL').fetchone()  # noqa: S608
        for name in tables
    ]
    return sum(row[0] for row in counted if row)


def age_of_records(load_id: int, loaded_at: datetime, district: District, now: datetime) -> HealthCheck:
    """How old the last load is."""
    said, ingest = f"load {load_id} of {loaded_at:%Y-%m-%d %H:%M} UTC", f"`ontrack ingest --district {district.id}`"
    if loaded_at > now:
        do = "set this machine's clock, or take `today` out of ontrack.toml"
        return HealthCheck("records", "look", f"{said}, which is later than this machine's clock", do, district.id)
    days = (now - loaded_at).days
    if now - loaded_at > STALE:
        return HealthCheck("records", "look", f"{said}, {days} days ago", f"run {ingest} with new files", district.id)
    return HealthCheck("records", "ok", f"{said}, {days} days ago", district=district.id)
