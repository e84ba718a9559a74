"""How a district's records come in by themselves: its nights and refreshes by day, the last and the next of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.settings import District
from serving.pages.visit import Visit
from serving.store.night_rows import NightRow
from serving.wording.locale import msgid
from serving.worker.night_schedule import next_night, next_refresh, refresh_hours

DAYS = 14
"""Days over which failures are counted."""

A_DAY, SLACK = 24, 2
"""Hours from night to night, and those after which a run that has not come is late."""

LOADING = ("pull", "ingest")
"""The steps that bring records, in order."""

STOPPED = ("refused", "failed", "fault")
ENDED: Mapping[str, str] = {
    "running": msgid("It is running now."),
    "done": msgid("All went well."),
    "breach": msgid("The records came. A check of the model found something."),
    "refused": msgid("It stopped: the records could not be taken."),
    "failed": msgid("It stopped: a computer or a connection failed."),
    "fault": msgid("It stopped: OnTrack itself has a fault."),
}
"""How a run ended, in words."""


@dataclass(frozen=True)
class RefreshLine:
    """One way in which records come by themselves: when, which sources, the last run and the next.

    `says` has the sentences of the run's steps, with the rows that came; `failed` is on how many of the last `days` it
    stopped.
    """

    what: str
    sources: tuple[str, ...]
    last: datetime | None
    ended: str
    says: tuple[str, ...]
    next: datetime | None
    late: bool
    failed: int
    days: int = DAYS


def refresh_lines(session: Session, visit: Visit) -> tuple[RefreshLine, ...]:
    """The district's nights and refreshes; none where nothing comes by itself and nothing ever did."""
    settings, now = visit.context.settings, visit.now
    district = settings.district(visit.educator.district_id)
    since = visit.today - timedelta(days=DAYS)
    found = select(NightRow).where(NightRow.district_id == district.id, NightRow.night >= since)
    rows = list(session.scalars(found.order_by(NightRow.began_at.desc())))
    refreshes = [row for row in rows if row.night_id.startswith(f"{district.id}-refresh-")]
    nights = [row for row in rows if row not in refreshes]
    hours, lines = refresh_hours(district), []
    if nights or settings.nightly.hour is not None:
        tonight = next_night(settings.nightly, district, now)
        lines.append(line_of(visit, visit.language.translate(msgid("Every night")), (), nights, tonight, A_DAY))
    if refreshes or hours:
        every = visit.language.translate_plural("By day, every hour", "By day, every {number} hours", hours)
        words = every if hours else visit.language.translate(msgid("By day"))
        lines.append(line_of(visit, words, sources_of(district), refreshes, next_refresh(district, now), hours))
    return tuple(lines)


def sources_of(district: District) -> tuple[str, ...]:
    """The sources that are read by day."""
    return tuple(one.name for one in district.read_from if one.refresh_hours)


def line_of(
    visit: Visit, what: str, sources: tuple[str, ...], rows: list[NightRow], comes: datetime | None, hours: int
) -> RefreshLine:
    """A line from the runs of one kind, the newest first."""
    zone = ZoneInfo(visit.context.settings.district(visit.educator.district_id).timezone)
    newest = rows[0] if rows else None
    last = (newest.ended_at or newest.began_at).astimezone(zone) if newest else None
    late = comes is not None and last is not None and visit.now - last > timedelta(hours=hours + SLACK)
    return RefreshLine(
        what,
        sources,
        last,
        visit.language.translate(ENDED[newest.outcome]) if newest and newest.outcome in ENDED else "",
        told_by(newest) if newest else (),
        comes,
        late,
        len({row.night for row in rows if row.outcome in STOPPED}),
    )


def told_by(row: NightRow) -> tuple[str, ...]:
    """The sentences of the steps that bring records, and of one that stopped the run."""
    told = [one for one in row.steps if one.get("step") in LOADING or one.get("outcome") in STOPPED]
    return tuple(str(one["says"]) for one in told if one.get("says"))
