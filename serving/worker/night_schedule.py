"""When a district's night begins, on which night its list is due, and when it is refreshed by day."""

from datetime import date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from features.nightly_settings import Nightly, Weekday
from features.settings import District

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


def night_due(nightly: Nightly, district: District, now: datetime) -> bool:
    """Whether a district's local clock has reached the declared hour; never without one."""
    return nightly.hour is not None and now.astimezone(ZoneInfo(district.timezone)).hour >= nightly.hour


def last_weekday(weekday: Weekday, night: date) -> date:
    """The latest such weekday up to a night."""
    return night - timedelta(days=(night.weekday() - WEEKDAYS.index(weekday)) % 7)


def list_due(last: date | None, weekday: Weekday, night: date) -> bool:
    """Whether a list is due: none was made since the declared weekday began, so a night that failed is made up for."""
    return last is None or last < last_weekday(weekday, night)


def refresh_due(district: District, now: datetime) -> str | None:
    """The local date and part of the day of a refresh that is due; None where no source declares one.

    The day has parts of as many hours as the source that is read most often declares.
    """
    hours = refresh_hours(district)
    if not hours:
        return None
    local = now.astimezone(ZoneInfo(district.timezone))
    return f"{local.date()}-{local.hour // hours:02}"


def refresh_hours(district: District) -> int:
    """The hours from refresh to refresh: those of the source that is read most often; 0 where none declares one."""
    return min((source.refresh_hours for source in district.read_from if source.refresh_hours), default=0)


def next_refresh(district: District, now: datetime) -> datetime | None:
    """When the next part of the day begins, at the district's clock; None where no source declares a refresh."""
    hours = refresh_hours(district)
    if not hours:
        return None
    local = now.astimezone(ZoneInfo(district.timezone))
    hour = (local.hour // hours + 1) * hours
    return at_hour(district, local.date() + timedelta(days=hour // 24), hour if hour < 24 else 0)


def next_night(nightly: Nightly, district: District, now: datetime) -> datetime | None:
    """When the worker begins the next night, at the district's clock; None without a declared hour."""
    if nightly.hour is None:
        return None
    tonight = now.astimezone(ZoneInfo(district.timezone)).date()
    return at_hour(district, tonight + timedelta(days=night_due(nightly, district, now)), nightly.hour)


def at_hour(district: District, day: date, hour: int) -> datetime:
    """An hour of a day at the district's clock."""
    return datetime.combine(day, time(hour), ZoneInfo(district.timezone))
