"""Where a student's history comes from, in words: another district, or here, where it begins this year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from features.movers.owner_marks import owner_mark
from features.settings import Settings
from features.table_schema import ELSEWHERE
from serving.store.cell_types import JsonRow
from serving.wording.locale import Language


@dataclass(frozen=True)
class HistoryOrigin:
    """Since when a student is here, by the spells that a score saw, and the schools elsewhere that it saw."""

    since: date
    school_year: int
    elsewhere: tuple[str, ...]

    @property
    def begins_here(self) -> bool:
        """Whether nothing from before this school year is on record."""
        return not self.elsewhere and self.since >= date(self.school_year - 1, 7, 1)


def history_origin(spells: Sequence[JsonRow], school_year: int) -> HistoryOrigin | None:
    """Where the history comes from; None without a spell in this district."""
    schools = {str(one["school_id"]) for one in spells}
    elsewhere = sorted(one for one in schools if one.startswith(ELSEWHERE))
    there = [str(one["entry_date"]) for one in spells if str(one["school_id"]) in elsewhere]
    here = [str(one["entry_date"]) for one in spells if str(one["school_id"]) not in elsewhere]
    came = [day for day in here if not there or day > max(there)] or here
    return HistoryOrigin(date.fromisoformat(min(came)), school_year, tuple(elsewhere)) if came else None


def origin_words(language: Language, origin: HistoryOrigin | None, settings: Settings, district_id: str) -> str:
    """The origin as a sentence; nothing of students who were always here, or where nothing is agreed on movers."""
    if origin is None:
        return ""
    if origin.elsewhere:
        day, names = language.day(origin.since), names_of(settings, origin.elsewhere)
        if names:
            return language.translate(
                "Came here on {day}. Records from before come from {names}.", day=day, names=", ".join(names)
            )
        return language.translate("Came here on {day}. Records from before come from another district.", day=day)
    if origin.begins_here and settings.district(district_id).movers.receives:
        return language.translate("New this year. The history starts here.")
    return ""


def names_of(settings: Settings, schools: Sequence[str]) -> list[str]:
    """The names of the districts of these schools, where every one of them lets its own be told; else none."""
    named = {owner_mark(one.id): one.name for one in settings.districts if one.movers.named}
    marks = {one.partition(".")[0] for one in schools}
    return sorted(named[mark] for mark in marks) if marks <= named.keys() else []
