"""Freshness of records and lists: schools that stopped sending, and the latest list."""

from dataclasses import dataclass
from datetime import date

from features.ledger.ledger import Ledger
from features.settings import Monitor
from features.warehouse.freshness import Freshness
from training.monitor.checks import MonitorCheck, answer, many, too_few
from training.monitor.finished_year import dates_in

SURE = 7.0
"""Entries that a school would usually have made while it was silent, from which silence is no chance (1 in 1,000)."""
SLACK = 0.20
"""Share of the capacity by which a list may be longer, or a model's shorter: cohorts change between loads."""
NAMED = 5


@dataclass(frozen=True)
class LatestList:
    """The latest list: its date, the school days since, who was listed out of which cohort, and the capacity.

    `shared` is how many it could hold beyond that, for students who have their place by another outcome of the list.
    """

    made_on: date
    days_since: int
    scorer: str
    listed: int
    cohort: int
    capacity: float
    shared: int = 0


def freshness_check(fresh: Freshness, bounds: Monitor) -> MonitorCheck:
    """MON01: school days without new attendance, in the district and school by school, and without new marks."""
    if not fresh.days:
        return too_few("MON01", "No school day is on record for the year before this date.")
    waited = {name: waiting(fresh, day) for name, day in (("attendance", fresh.attendance), ("marks", fresh.marks))}
    limits = {"attendance": bounds.attendance_days, "marks": bounds.marks_days}
    late = [name for name, days in waited.items() if days > limits[name]]
    silent = silent_schools(fresh, bounds) if "attendance" not in late else []
    said = [f"{many(waited[name], 'school day')} without new {name} (limit {limits[name]})" for name in waited]
    schools = f" {in_a_row(silent)} sent no attendance for longer, where others did." if silent else ""
    breach = bool(late or silent)
    says = f"{said[0]}, {said[1]}.{schools}"
    figure, threshold = float(waited["attendance"]), float(bounds.attendance_days)
    return answer("MON01", "breach" if breach else "ok", says, figure=figure, threshold=threshold)


def waiting(fresh: Freshness, newest: date | None) -> int:
    """The school days since anything new, all on record where nothing ever came."""
    return len(fresh.days) if newest is None else fresh.days_since(newest)


def silent_schools(fresh: Freshness, bounds: Monitor) -> list[str]:
    """Schools that sent no attendance for longer than is tolerated, and where that is hardly chance."""
    schools = fresh.schools
    silent = (schools["silent"] > bounds.attendance_days) & (schools["expected"] >= SURE)
    return [str(school) for school in schools.index[silent]]


def in_a_row(schools: list[str]) -> str:
    """Schools named in a sentence."""
    more = f" and {len(schools) - NAMED} more" if len(schools) > NAMED else ""
    return f"School{'' if len(schools) == 1 else 's'} {', '.join(schools[:NAMED])}{more}"


def latest_list(
    ledger: Ledger, fresh: Freshness, cohort: int, capacity: float, *, with_others: bool = False
) -> LatestList:
    """The latest list of a ledger that has one; of several runs of a day, the last by name.

    `with_others` says that the outcome shares its list with others: then flags say how many it could list.
    """
    made_on = dates_in(ledger.flags["as_of"])[-1]
    ordered = ledger.flags.sort_values(["as_of", "run_id"])
    last = ordered[ordered["run_id"] == ordered["run_id"].iloc[-1]]
    shared = max(0, int(last["capacity"].max() - cohort * capacity)) if with_others else 0
    scorer, listed = str(last["scorer"].iloc[0]), len(last)
    return LatestList(made_on, fresh.days_since(made_on), scorer, listed, cohort, capacity, shared)


def listed_check(lists: LatestList, bounds: Monitor) -> MonitorCheck:
    """MON11: whether a list was made of late, and as long as the capacity allows; a rule lists those it flags only."""
    if not lists.cohort:
        return too_few("MON11", "Nobody of the cohort is enrolled on the date of the latest list.")
    made_on, places = lists.made_on, lists.cohort * lists.capacity
    says = (
        f"The latest list is of {made_on:%B} {made_on.day}, {made_on.year}, {many(lists.days_since, 'school day')} ago "
        f"(limit {bounds.list_days}): {lists.listed:,} of {lists.cohort:,} students, where {places:,.0f} can be served."
    )
    long = lists.listed > places * (1 + SLACK) + 1 + lists.shared
    short = lists.scorer == "model" and lists.listed < places * (1 - SLACK) - 1
    breach = lists.days_since > bounds.list_days or long or short
    figure = lists.listed / lists.cohort
    return answer("MON11", "breach" if breach else "ok", says, figure=figure, threshold=lists.capacity)
