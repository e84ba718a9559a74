"""When a district's night begins, on which night its list is due, and when it is refreshed by day."""

from datetime import date, datetime, timedelta
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
    declared = [source.refresh_hours for source in district.read_from if source.refresh_hours]
    if not declared:
        return None
    local = now.astimezone(ZoneInfo(district.timezone))
    return f"{local.date()}-{local.hour // min(declared):02}"
