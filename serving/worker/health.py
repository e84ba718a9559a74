"""What `ontrack doctor` finds about the worker, its queue and nights. Reads DBOS's own table and changes nothing."""

import fcntl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from features.health import HealthCheck
from features.settings import District, Settings
from features.terminal import today_in
from serving.store.backlog import backlog_of
from serving.store.database import database_address
from serving.store.district_scope import enter_district
from serving.store.health import connect_read_only, sqlite_file
from serving.store.night_rows import NightRow

STUCK = timedelta(hours=1)
"""From when on an import that waits is called stuck."""
OPEN = "SELECT status, count(*), min(created_at) FROM {table} WHERE status IN ('ENQUEUED', 'PENDING') GROUP BY status"
START = "start `ontrack worker run`, or call `ontrack nightly` from cron"
REPLAY = "see who was told with `GET /v1/webhooks/{id}/deliveries`, then replay"
RUN = "run `ontrack worker run`, or see why it is stuck with `ontrack worker list`"


def check_worker(settings: Settings, now: datetime) -> Iterator[HealthCheck]:
    """Whether a worker runs, and what waits for it."""
    address, table = queue_table(settings)
    file = sqlite_file(address)
    runs = "a worker runs" if worker_runs(settings.home) else "no worker runs"
    if file and not file.exists():
        yield HealthCheck("worker", "ok", f"{runs}; no import was ever handed over")
        return
    try:
        with connect_read_only(address) as connection:
            rows = connection.execute(text(OPEN.format(table=table))).all()
    except SQLAlchemyError as error:
        do = "move worker.sqlite away: imports that waited are handed over again" if file else "see `database`"
        yield HealthCheck("worker", "wrong", f"{runs}; its queue does not answer: {type(error).__name__}", do)
        return
    yield judge_queue(runs, {status: count for status, count, _ in rows}, [oldest for _, _, oldest in rows], now)


def queue_table(settings: Settings) -> tuple[str, str]:
    """Where DBOS keeps the queue, as `serving.worker.queue` tells it, and the name of its table there."""
    address = database_address(settings)
    if sqlite_file(address) is None:
        return address, "dbos.workflow_status"
    return f"sqlite:///{settings.home / 'worker.sqlite'}", "workflow_status"


def judge_queue(runs: str, counts: dict[str, int], oldest: list[int], now: datetime) -> HealthCheck:
    """What waits and was begun, and whether it stands still; `oldest` are milliseconds since 1970."""
    if not counts:
        return HealthCheck("worker", "ok", f"{runs}; nothing waits")
    since = datetime.fromtimestamp(min(oldest) / 1000, UTC)
    said = f"{runs}; {counts.get('ENQUEUED', 0)} imports and nights wait, {counts.get('PENDING', 0)} are begun"
    said = f"{said}, the oldest since {since:%Y-%m-%d %H:%M} UTC"
    if now - since > STUCK or runs.startswith("no "):
        return HealthCheck("worker", "look", said, RUN)
    return HealthCheck("worker", "ok", said)


def worker_runs(home: Path) -> bool:
    """Whether a process holds the worker's lock."""
    try:
        with (home / ".worker.lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def check_nights(settings: Settings, district: District) -> Iterator[HealthCheck]:
    """What became of a district's last night, and how old it is; nothing where nights are not used."""
    address = database_address(settings)
    file = sqlite_file(address)
    if file and not file.exists():
        return
    newest = select(NightRow).where(NightRow.district_id == district.id).order_by(NightRow.began_at.desc()).limit(1)
    try:
        with connect_read_only(address) as connection, Session(connection) as session:
            enter_district(session, district.id)
            night = session.scalars(newest).first()
    except SQLAlchemyError:
        return  # `database` says what is wrong
    if night is not None:
        yield judge_night(night, (today_in(settings, district.id) - night.night).days, district.id)
    elif settings.nightly.hour is not None:
        yield HealthCheck("nights", "look", "none yet, and an hour is declared", START, district.id)


def judge_night(night: NightRow, age: int, district_id: str) -> HealthCheck:
    """How a night ended, and whether it is of these days."""
    said = f"the last one, of {night.night}, {night.outcome}"
    if night.outcome == "done" and age <= 1:
        return HealthCheck("nights", "ok", said, district=district_id)
    do = f"see `ontrack runs --district {district_id}`" if night.outcome != "done" else START
    return HealthCheck("nights", "look", said, do, district_id)


def check_backlog(settings: Settings, district: District, now: datetime) -> Iterator[HealthCheck]:
    """What programs of a district asked for and nobody did, and messages of webhooks that were given up."""
    address = database_address(settings)
    file = sqlite_file(address)
    if file and not file.exists():
        return
    try:
        with connect_read_only(address) as connection, Session(connection) as session:
            enter_district(session, district.id)
            found = backlog_of(session, district.id, now)
    except SQLAlchemyError:
        return  # `database` says what is wrong
    late, dead = found.late_operations, found.dead_letters
    said = f"{late} operations under way for over an hour, {dead} webhook messages given up in a week"
    do = " and ".join([*([RUN] if late else []), *([REPLAY] if dead else [])])
    yield HealthCheck("programs", "look" if late or dead else "ok", said, do, district.id)
