"""What stands against an answer of the service: its database, releases, worker, data and lists, in words.

Nothing here says a student's value: districts, outcomes, releases, counts and days alone.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from features.nightly_settings import Nightly
from serving.api.messages import Health, Message
from serving.app_context import AppContext
from serving.store.backlog import Backlog, backlog_of
from serving.store.database import is_newest, newest_revision
from serving.store.district_scope import enter_district
from serving.store.night_rows import NightRow
from serving.store.rows import RunRow
from serving.store.run_queries import latest_run
from serving.web.problems import Explained
from serving.worker.health import worker_runs

State = Literal["ok", "look", "wrong"]
WORST: tuple[State, ...] = ("ok", "look", "wrong")


class Stale(Message):
    """Something of a district that is older, in days, than its settings declare."""

    district: str
    what: Literal["data", "scores"]
    days: int
    declared: int


class Behind(Message):
    """Something of a district that stays undone: operations under way for an hour, dead letters of a week."""

    district: str
    what: Literal["operations", "webhooks"]
    count: int


class ReadinessCheck(Message):
    """One thing that the service stands on; people should look at what is not `ok`, while the service answers."""

    what: Literal["database", "model", "worker", "data", "scores"]
    district: str | None = Field(description="null for what is of the whole installation")
    state: State = Field(description="look: soon; wrong: now")
    says: str = Field(description="what is found, and what to do, in a sentence")


class Readiness(Health):
    """The service can answer; what of it is old, what stays undone, and each check in words."""

    stale: list[Stale]
    behind: list[Behind]
    checks: list[ReadinessCheck]


def read_readiness(context: AppContext) -> Readiness:
    """What a service that can answer says of itself; 503 where it cannot: no database at its revision, or no list."""
    try:
        with context.read_session() as session:
            database = database_check(session)
            return found_readiness(session, context, database)
    except SQLAlchemyError:
        raise Explained(503, "The database does not answer. `ontrack doctor` says what is wrong with it.") from None


def database_check(session: Session) -> ReadinessCheck:
    """That the database is at the revision of this program; 503 where it is at another."""
    newest = newest_revision()
    if not is_newest(session.connection()):
        raise Explained(503, f"The database is not at revision {newest}: stop, and run `ontrack upgrade-database`.")
    return ReadinessCheck(what="database", district=None, state="ok", says=f"answers, at revision {newest}")


def found_readiness(session: Session, context: AppContext, database: ReadinessCheck) -> Readiness:
    """The same of a database that answers; 503 before the first list of any district."""
    answer = Readiness(stale=[], behind=[], checks=[database])
    lists, waiting = 0, 0
    for district in context.settings.districts:
        enter_district(session, district.id)
        run = latest_run(session, district.id)
        backlog = backlog_of(session, district.id, context.clock())
        lists, waiting = lists + (run is not None), waiting + backlog.open_operations
        answer.stale += find_stale(session, run, context) if run else []
        answer.behind += find_behind(district.id, backlog)
        answer.checks.append(model_check(context, district.id))
        answer.checks += age_checks(district.id, run, answer.stale)
    if not lists:
        raise Explained(503, "No district has a list yet: run `ontrack score` for each.")
    answer.checks.append(worker_check(context, waiting))
    return answer


def find_stale(session: Session, run: RunRow, context: AppContext) -> Iterator[Stale]:
    """What of a district is older than declared: its records, by the last load that nights know of, and its list."""
    nightly, today = context.settings.nightly, context.today(run.district_id)
    loaded = select(func.max(NightRow.loaded_on)).where(NightRow.district_id == run.district_id)
    newest_data = max(run.data_through, session.scalar(loaded) or run.data_through)
    for what, newest, most in ages(nightly, newest_data, run.as_of):
        days = (today - newest).days
        if days > most:
            yield Stale(district=run.district_id, what=what, days=days, declared=most)


def ages(nightly: Nightly, data: date, scores: date) -> Sequence[tuple[Literal["data", "scores"], date, int]]:
    """What grows old, of when it is, and after how many days it is said."""
    return ("data", data, nightly.data_days), ("scores", scores, nightly.scores_days)


def find_behind(district_id: str, found: Backlog) -> Iterator[Behind]:
    """What of a district stays undone."""
    if found.late_operations:
        yield Behind(district=district_id, what="operations", count=found.late_operations)
    if found.dead_letters:
        yield Behind(district=district_id, what="webhooks", count=found.dead_letters)


def age_checks(district_id: str, run: RunRow | None, stale: Sequence[Stale]) -> Iterator[ReadinessCheck]:
    """Of a district's data and of its list: whether they are there and not too old."""
    if run is None:
        says = f"no list yet: run `ontrack score --district {district_id}`"
        yield ReadinessCheck(what="scores", district=district_id, state="look", says=says)
        return
    old = {one.what: one for one in stale if one.district == district_id}
    for what in ("data", "scores"):
        found = old.get(what)
        says = f"{found.days} days old; {found.declared} are declared" if found else "not older than declared"
        yield ReadinessCheck(what=what, district=district_id, state="look" if found else "ok", says=says)


def model_check(context: AppContext, district_id: str) -> ReadinessCheck:
    """Whether the newest release of each outcome opened, its signature and files verified."""
    found = [release_state(context, district_id, outcome) for outcome in context.outcomes_of(district_id)]
    worst = max((state for state, _ in found), key=WORST.index, default="ok")
    said = [says for state, says in found if state == worst]
    return ReadinessCheck(what="model", district=district_id, state=worst, says="; ".join(said) or "no outcome")


def release_state(context: AppContext, district_id: str, outcome: str) -> tuple[State, str]:
    """The same of one outcome."""
    release = context.releases.current(district_id, outcome)
    entry = context.releases.entry_of(district_id, outcome)
    kept = f"{release.release_id} serves on" if release else "nothing serves"
    if entry is not None and entry.unreadable:
        return "wrong", f"{outcome}: the log of releases cannot be read, {kept}; see `ontrack doctor`"
    if entry is not None and entry.refused:
        return "wrong", f"{outcome}: release {entry.refused} does not open, {kept}; see `ontrack doctor`"
    if release is None:
        return "look", f"{outcome}: nothing was released; run `ontrack train`, then `ontrack promote`"
    return "ok", f"{outcome}: release {release.release_id} is verified"


def worker_check(context: AppContext, waiting: int) -> ReadinessCheck:
    """Whether a worker runs in this home, by the lock that it holds; none is needed where nothing waits for one."""
    runs = worker_runs(context.settings.home)
    nights = context.settings.nightly.hour is not None
    state: State = "ok" if runs or not (waiting or nights) else "look"
    says = "a worker runs" if runs else "no worker runs"
    waits = f"{waiting} operations wait" if waiting else "nothing waits"
    due = "; nights are declared" if nights and not runs else ""
    do = "; start `ontrack worker run`" if state != "ok" else ""
    return ReadinessCheck(what="worker", district=None, state=state, says=f"{says}; {waits}{due}{do}")
